/**
 * PrivateMessage: content and sender hidden from the server (RFC 9420 §6.3).
 *
 * The content is sealed with a key of the sender's ratchet, the place in that ratchet with a key sampled from the
 * ciphertext. Opening yields the authenticated content; its signature is verified by the caller, who knows the tree.
 */

import { concat } from "../../bytes.ts";
import { OpenFailed, type Random, aeadOpen, aeadSeal, randomBytes } from "../../primitives.ts";
import { DecodeError, Reader, Writer, decodeAll } from "../../tls.ts";
import {
  AuthenticatedContent,
  ContentType,
  FramedContent,
  FramedContentAuthData,
  PrivateMessage,
  Sender,
  WireFormat,
  encodeContent,
  readContent,
} from "../public/framing.ts";
import type { LeafIndex } from "../public/tree_math.ts";
import type { SenderDataSecret } from "./key_schedule.ts";
import { type MessageKey, RatchetKind, type SecretTree, senderDataKey } from "./secret_tree.ts";
import { openBox } from "./treekem.ts";
import { refuse } from "./validation.ts";

const REUSE_GUARD_BYTES = 4;

/** Which leaf sent the message, with which key, and the guard against a nonce used twice (§6.3.2). */
interface SenderData {
  readonly leafIndex: LeafIndex;
  readonly generation: number;
  readonly reuseGuard: Uint8Array;
}

function readSenderData(reader: Reader): SenderData {
  return { leafIndex: reader.u32(), generation: reader.u32(), reuseGuard: reader.raw(REUSE_GUARD_BYTES) };
}

function ratchetKind(contentType: ContentType): RatchetKind {
  return contentType === ContentType.APPLICATION ? RatchetKind.APPLICATION : RatchetKind.HANDSHAKE;
}

/** What both kinds of associated data have in common. */
type Heading = Pick<PrivateMessage, "groupId" | "epoch" | "contentType">;

function senderDataAad({ groupId, epoch, contentType }: Heading): Uint8Array {
  return new Writer().vector(groupId).u64(epoch).u8(contentType).bytes();
}

function contentAad(heading: Heading, authenticatedData: Uint8Array): Uint8Array {
  return new Writer().raw(senderDataAad(heading)).vector(authenticatedData).bytes();
}

/** The nonce with the guard XORed into its first four bytes (§6.3.1). */
function guarded(nonce: Uint8Array, guard: Uint8Array): Uint8Array {
  return Uint8Array.from(nonce, (byte, index) => byte ^ (guard[index] ?? 0));
}

/**
 * `message` (signed for PrivateMessage, by a member) encrypted, and the tree without the key it took.
 *
 * `padding` is the number of zero bytes after the content.
 */
export function sealPrivate(
  message: AuthenticatedContent,
  tree: SecretTree,
  senderDataSecret: SenderDataSecret,
  options: { padding?: number; random?: Random } = {},
): { message: PrivateMessage; tree: SecretTree } {
  const { padding = 0, random = randomBytes } = options;
  const { content, auth } = message;
  const leaf = content.sender.leafIndex;
  if (leaf === null) throw new RangeError("only a member sends a private message");
  const taken = tree.nextKey(leaf, ratchetKind(content.contentType));
  const { generation, key, nonce } = taken.key;
  const guard = random(REUSE_GUARD_BYTES);
  const plaintext = concat(encodeContent(content.content), auth.encode(), new Uint8Array(padding));
  const aad = contentAad(content, content.authenticatedData);
  const ciphertext = aeadSeal(tree.suite, key, guarded(nonce, guard), aad, plaintext);
  const dataKey = senderDataKey(tree.suite, senderDataSecret, ciphertext);
  const senderData = new Writer().u32(leaf).u32(generation).raw(guard).bytes();
  const sealed = aeadSeal(tree.suite, dataKey.key, dataKey.nonce, senderDataAad(content), senderData);
  const { groupId, epoch, contentType, authenticatedData } = content;
  const sent = new PrivateMessage(groupId, epoch, contentType, authenticatedData, sealed, ciphertext);
  return { message: sent, tree: taken.tree };
}

/** Throws `MlsError` V421 if it does not open or is not sender data. */
function openSenderData(message: PrivateMessage, tree: SecretTree, secret: SenderDataSecret): SenderData {
  const { key, nonce } = senderDataKey(tree.suite, secret, message.ciphertext);
  try {
    const opened = aeadOpen(tree.suite, key, nonce, senderDataAad(message), message.encryptedSenderData);
    return decodeAll(opened, readSenderData);
  } catch (error) {
    if (error instanceof OpenFailed || error instanceof DecodeError) throw refuse("V421");
    throw error;
  }
}

/**
 * The content, whose signature is still to be verified, and the tree without the key it took.
 *
 * Throws `MlsError`: V410..V412 about the key, V421 sender data, V423 content, V424 padding; `DecodeError`: the
 * plaintext is no content.
 */
export function openPrivate(
  message: PrivateMessage,
  tree: SecretTree,
  senderDataSecret: SenderDataSecret,
): { opened: AuthenticatedContent; tree: SecretTree } {
  const { groupId, epoch, contentType, authenticatedData } = message;
  const sender = openSenderData(message, tree, senderDataSecret);
  const taken = tree.takeKey(sender.leafIndex, ratchetKind(contentType), sender.generation);
  const reader = new Reader(openContent(message, tree, taken.key, sender.reuseGuard));
  const content = readContent(reader, contentType);
  const auth = FramedContentAuthData.read(reader, contentType);
  if (reader.raw(reader.remaining).some((byte) => byte !== 0)) throw refuse("V424");
  const member = Sender.member(sender.leafIndex);
  const framed = new FramedContent({ groupId, epoch, sender: member, authenticatedData, contentType, content });
  return { opened: new AuthenticatedContent(WireFormat.PRIVATE_MESSAGE, framed, auth), tree: taken.tree };
}

function openContent(message: PrivateMessage, tree: SecretTree, key: MessageKey, guard: Uint8Array): Uint8Array {
  const aad = contentAad(message, message.authenticatedData);
  return openBox(() => aeadOpen(tree.suite, key.key, guarded(key.nonce, guard), aad, message.ciphertext), "V423");
}
