/** Whose key a handshake message must be signed with, and what each kind of sender may say (RFC 9420 §6.1, §12.1.8). */

import { equal } from "../../bytes.ts";
import { type Reader, Writer, decodeAll } from "../../tls.ts";
import { Commit } from "./commit.ts";
import { ExtensionType, find } from "./extensions.ts";
import {
  type AuthenticatedContent,
  ContentType,
  type FramedContent,
  SenderType,
  WireFormat,
  verifySignature,
} from "./framing.ts";
import { Credential } from "./leaf_node.ts";
import { Add, ProposalType } from "./proposals.ts";
import type { PublicGroup } from "./public_group.ts";
import { Struct } from "./struct.ts";
import { WrongEpoch, refuse } from "./validation.ts";

const MAX_EXTERNAL_SENDERS = 256;

const MAY_PROPOSE: Readonly<Record<SenderType, ReadonlySet<ProposalType>>> = {
  [SenderType.MEMBER]: new Set([
    ProposalType.ADD,
    ProposalType.UPDATE,
    ProposalType.REMOVE,
    ProposalType.PSK,
    ProposalType.REINIT,
    ProposalType.EXTERNAL_INIT,
    ProposalType.GROUP_CONTEXT_EXTENSIONS,
  ]),
  [SenderType.EXTERNAL]: new Set([
    ProposalType.ADD,
    ProposalType.REMOVE,
    ProposalType.PSK,
    ProposalType.REINIT,
    ProposalType.GROUP_CONTEXT_EXTENSIONS,
  ]),
  [SenderType.NEW_MEMBER_PROPOSAL]: new Set([ProposalType.ADD]),
  [SenderType.NEW_MEMBER_COMMIT]: new Set(),
};

/** One who may propose without being a member (§12.1.8.1). */
class ExternalSender extends Struct {
  constructor(
    readonly signatureKey: Uint8Array,
    readonly credential: Credential,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().vector(this.signatureKey).raw(this.credential.encode()).bytes();
  }

  static read(reader: Reader): ExternalSender {
    return new ExternalSender(reader.vector(), Credential.read(reader));
  }
}

/** The data of the external_senders extension. Throws `DecodeError`. */
export function decodeExternalSenders(data: Uint8Array): readonly ExternalSender[] {
  return decodeAll(data, (reader) => reader.vectorOf(ExternalSender.read, MAX_EXTERNAL_SENDERS));
}

/** Throws `MlsError` V145, or `WrongEpoch`, unless the content is for this epoch of this group. */
export function checkAddressed(group: PublicGroup, content: FramedContent): void {
  if (!equal(content.groupId, group.groupId)) throw refuse("V145");
  if (content.epoch !== group.epoch) throw new WrongEpoch(content.epoch, group.epoch);
}

function mayBeSaid({ content, contentType, sender: { senderType } }: FramedContent): boolean {
  if (contentType === ContentType.COMMIT) {
    return senderType === SenderType.MEMBER || senderType === SenderType.NEW_MEMBER_COMMIT;
  }
  if (content instanceof Uint8Array || content instanceof Commit) return senderType === SenderType.MEMBER;
  return MAY_PROPOSE[senderType].has(content.proposalType);
}

/** Throws `MlsError` V141 if this kind of sender may not say this. */
function checkSenderMay(content: FramedContent): void {
  if (mayBeSaid(content)) return;
  throw refuse("V141", { sender_type: content.sender.senderType, content_type: content.contentType });
}

/**
 * The public key that the sender must sign with.
 *
 * Throws `MlsError`: V144 no member there, V147 no such external sender, V324 an external commit without a path; or
 * `DecodeError`: the group's list of external senders is malformed.
 */
function senderKey(group: PublicGroup, { sender, content }: FramedContent): Uint8Array {
  if (sender.senderType === SenderType.MEMBER) {
    const leaf = sender.leafIndex === null ? null : group.tree.leaf(sender.leafIndex);
    if (leaf === null) throw refuse("V144", { leaf_index: sender.leafIndex });
    return leaf.signatureKey;
  }
  if (sender.senderType === SenderType.EXTERNAL) {
    const data = find(group.context.extensions, ExtensionType.EXTERNAL_SENDERS);
    const listed = data === null ? [] : decodeExternalSenders(data);
    const found = sender.senderIndex === null ? undefined : listed[sender.senderIndex];
    if (found === undefined) throw refuse("V147", { sender_index: sender.senderIndex });
    return found.signatureKey;
  }
  if (content instanceof Add) return content.keyPackage.leafNode.signatureKey;
  if (!(content instanceof Commit) || content.path === null) throw refuse("V324");
  return content.path.leafNode.signatureKey;
}

/**
 * That a message of the group's epoch comes from its sender, who may say such a thing.
 *
 * Throws `MlsError` V140-V142, V144-V147 (V146 as `WrongEpoch`) or V324; or `DecodeError`: the group's list of external
 * senders is malformed.
 */
export function checkAuthentic(group: PublicGroup, authenticated: AuthenticatedContent): void {
  const { content } = authenticated;
  checkAddressed(group, content);
  if (content.contentType === ContentType.APPLICATION && authenticated.wireFormat === WireFormat.PUBLIC_MESSAGE) {
    throw refuse("V142");
  }
  checkSenderMay(content);
  verifySignature(authenticated, senderKey(group, content), group.context);
}
