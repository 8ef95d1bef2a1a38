/** Message framing: content, sender, signature and the outer MLSMessage (RFC 9420 §6). */

import { concat } from "../../bytes.ts";
import { refHash, signWithLabel, isSigned } from "../../labels.ts";
import { DecodeError, type Reader, Writer, decodeAll } from "../../tls.ts";
import { Commit } from "./commit.ts";
import type { GroupContext } from "./group_context.ts";
import { KeyPackage, MLS10 } from "./key_package.ts";
import { type Proposal, encodeProposal, readProposal } from "./proposals.ts";
import { Struct } from "./struct.ts";
import type { LeafIndex } from "./tree_math.ts";
import { refuse } from "./validation.ts";
import { GroupInfo, Welcome } from "./welcome.ts";

/** The label under which content is signed. */
export const CONTENT_LABEL = "FramedContentTBS";

export enum WireFormat {
  PUBLIC_MESSAGE = 1,
  PRIVATE_MESSAGE = 2,
  WELCOME = 3,
  GROUP_INFO = 4,
  KEY_PACKAGE = 5,
}

export enum ContentType {
  APPLICATION = 1,
  PROPOSAL = 2,
  COMMIT = 3,
}

export enum SenderType {
  MEMBER = 1,
  EXTERNAL = 2,
  NEW_MEMBER_PROPOSAL = 3,
  NEW_MEMBER_COMMIT = 4,
}

/** Who sent: a member by its leaf, an external sender by its place in the group's list, or one not yet in. */
export class Sender extends Struct {
  constructor(
    readonly senderType: SenderType,
    readonly leafIndex: LeafIndex | null = null,
    readonly senderIndex: number | null = null,
  ) {
    super();
  }

  static member(leafIndex: LeafIndex): Sender {
    return new Sender(SenderType.MEMBER, leafIndex);
  }

  isMember(leafIndex: LeafIndex): boolean {
    return this.senderType === SenderType.MEMBER && this.leafIndex === leafIndex;
  }

  encode(): Uint8Array {
    const writer = new Writer().u8(this.senderType);
    if (this.leafIndex !== null) writer.u32(this.leafIndex);
    if (this.senderIndex !== null) writer.u32(this.senderIndex);
    return writer.bytes();
  }

  static read(reader: Reader): Sender {
    const senderType: SenderType = reader.u8();
    if (SenderType[senderType] === undefined) throw new DecodeError("sender_type_unknown");
    if (senderType === SenderType.MEMBER) return new Sender(senderType, reader.u32());
    if (senderType === SenderType.EXTERNAL) return new Sender(senderType, null, reader.u32());
    return new Sender(senderType);
  }
}

export function readContentType(reader: Reader): ContentType {
  const value = reader.u8();
  if (ContentType[value] === undefined) throw new DecodeError("content_type_unknown");
  return value;
}

/** Application data, or a proposal, or a commit. */
export type Content = Uint8Array | Proposal | Commit;

export interface ContentFields {
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly sender: Sender;
  readonly authenticatedData: Uint8Array;
  readonly contentType: ContentType;
  readonly content: Content;
}

/** What is said, and by whom, in which epoch of which group (§6). */
export class FramedContent extends Struct implements ContentFields {
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly sender: Sender;
  readonly authenticatedData: Uint8Array;
  readonly contentType: ContentType;
  readonly content: Content;
  #encoded: Uint8Array | null = null;

  constructor(fields: ContentFields) {
    super();
    this.groupId = fields.groupId;
    this.epoch = fields.epoch;
    this.sender = fields.sender;
    this.authenticatedData = fields.authenticatedData;
    this.contentType = fields.contentType;
    this.content = fields.content;
  }

  encode(): Uint8Array {
    if (this.#encoded === null) {
      const writer = new Writer().vector(this.groupId).u64(this.epoch).raw(this.sender.encode());
      writer.vector(this.authenticatedData).u8(this.contentType);
      this.#encoded = writer.raw(encodeContent(this.content)).bytes();
    }
    return this.#encoded;
  }

  static read(reader: Reader): FramedContent {
    const groupId = reader.vector();
    const epoch = reader.safeU64();
    const sender = Sender.read(reader);
    const authenticatedData = reader.vector();
    const contentType = readContentType(reader);
    const content = readContent(reader, contentType);
    return new FramedContent({ groupId, epoch, sender, authenticatedData, contentType, content });
  }
}

/** The content without its type: application data as a vector, or the proposal, or the commit. */
export function encodeContent(content: Content): Uint8Array {
  if (content instanceof Uint8Array) return new Writer().vector(content).bytes();
  return content instanceof Commit ? content.encode() : encodeProposal(content);
}

export function readContent(reader: Reader, contentType: ContentType): Content {
  if (contentType === ContentType.APPLICATION) return reader.vector();
  return contentType === ContentType.PROPOSAL ? readProposal(reader) : Commit.read(reader);
}

/** The signature, and for a commit the confirmation tag (§6.1). Its form depends on the content type. */
export class FramedContentAuthData {
  constructor(
    readonly signature: Uint8Array,
    readonly confirmationTag: Uint8Array | null = null,
  ) {}

  encode(): Uint8Array {
    const writer = new Writer().vector(this.signature);
    if (this.confirmationTag !== null) writer.vector(this.confirmationTag);
    return writer.bytes();
  }

  static read(reader: Reader, contentType: ContentType): FramedContentAuthData {
    return new FramedContentAuthData(reader.vector(), contentType === ContentType.COMMIT ? reader.vector() : null);
  }
}

function readWireFormat(reader: Reader): WireFormat {
  const value = reader.u16();
  if (WireFormat[value] === undefined) throw new DecodeError("wire_format_unknown");
  return value;
}

/** Content with its signature, whichever way it travelled (§6). */
export class AuthenticatedContent extends Struct {
  constructor(
    readonly wireFormat: WireFormat,
    readonly content: FramedContent,
    readonly auth: FramedContentAuthData,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().u16(this.wireFormat).raw(this.content.encode()).raw(this.auth.encode()).bytes();
  }

  static read(reader: Reader): AuthenticatedContent {
    const wireFormat = readWireFormat(reader);
    const content = FramedContent.read(reader);
    return new AuthenticatedContent(wireFormat, content, FramedContentAuthData.read(reader, content.contentType));
  }

  /** ProposalRef of a proposal that was sent on its own, 32 bytes (§5.2). */
  proposalReference(): Uint8Array {
    return refHash("MLS 1.0 Proposal Reference", this.encode());
  }
}

/** Signed content in the clear; a member's also has the membership tag (§6.2). */
export class PublicMessage extends Struct {
  constructor(
    readonly content: FramedContent,
    readonly auth: FramedContentAuthData,
    readonly membershipTag: Uint8Array | null = null,
  ) {
    super();
  }

  get authenticated(): AuthenticatedContent {
    return new AuthenticatedContent(WireFormat.PUBLIC_MESSAGE, this.content, this.auth);
  }

  encode(): Uint8Array {
    const writer = new Writer().raw(this.content.encode()).raw(this.auth.encode());
    if (this.membershipTag !== null) writer.vector(this.membershipTag);
    return writer.bytes();
  }

  static read(reader: Reader): PublicMessage {
    const content = FramedContent.read(reader);
    const auth = FramedContentAuthData.read(reader, content.contentType);
    const fromMember = content.sender.senderType === SenderType.MEMBER;
    return new PublicMessage(content, auth, fromMember ? reader.vector() : null);
  }
}

/** Signed content under the keys of the epoch (§6.3); here only its byte form. */
export class PrivateMessage extends Struct {
  constructor(
    readonly groupId: Uint8Array,
    readonly epoch: number,
    readonly contentType: ContentType,
    readonly authenticatedData: Uint8Array,
    readonly encryptedSenderData: Uint8Array,
    readonly ciphertext: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    const writer = new Writer().vector(this.groupId).u64(this.epoch).u8(this.contentType);
    writer.vector(this.authenticatedData).vector(this.encryptedSenderData);
    return writer.vector(this.ciphertext).bytes();
  }

  static read(reader: Reader): PrivateMessage {
    const groupId = reader.vector();
    const epoch = reader.safeU64();
    const contentType = readContentType(reader);
    return new PrivateMessage(groupId, epoch, contentType, reader.vector(), reader.vector(), reader.vector());
  }
}

export type Body = PublicMessage | PrivateMessage | Welcome | GroupInfo | KeyPackage;

const BODIES: Readonly<Record<WireFormat, { read(reader: Reader): Body }>> = {
  [WireFormat.PUBLIC_MESSAGE]: PublicMessage,
  [WireFormat.PRIVATE_MESSAGE]: PrivateMessage,
  [WireFormat.WELCOME]: Welcome,
  [WireFormat.GROUP_INFO]: GroupInfo,
  [WireFormat.KEY_PACKAGE]: KeyPackage,
};

function wireFormatOf(body: Body): WireFormat {
  if (body instanceof PublicMessage) return WireFormat.PUBLIC_MESSAGE;
  if (body instanceof PrivateMessage) return WireFormat.PRIVATE_MESSAGE;
  if (body instanceof Welcome) return WireFormat.WELCOME;
  return body instanceof GroupInfo ? WireFormat.GROUP_INFO : WireFormat.KEY_PACKAGE;
}

/** `body` as an MLSMessage: everything that travels (§6). */
export function encodeMessage(body: Body): Uint8Array {
  return new Writer().u16(MLS10).u16(wireFormatOf(body)).raw(body.encode()).bytes();
}

/** What an MLSMessage holds. Throws `DecodeError` for everything that is not exactly one, of version mls10. */
export function decodeMessage(data: Uint8Array): Body {
  return decodeAll(data, (reader) => {
    if (reader.u16() !== MLS10) throw new DecodeError("protocol_version_unknown");
    return BODIES[readWireFormat(reader)].read(reader);
  });
}

/**
 * FramedContentTBS: what the signature covers (§6.1).
 *
 * `context` is covered for senders who know the group: members and those who join by external commit.
 */
export function framedContentTbs(wireFormat: WireFormat, content: FramedContent, context: GroupContext): Uint8Array {
  const writer = new Writer().u16(MLS10).u16(wireFormat).raw(content.encode());
  const { senderType } = content.sender;
  const knowsGroup = senderType === SenderType.MEMBER || senderType === SenderType.NEW_MEMBER_COMMIT;
  return (knowsGroup ? writer.raw(context.encode()) : writer).bytes();
}

/** AuthenticatedContentTBM: what the membership tag covers (§6.2). */
export function authenticatedContentTbm(authenticated: AuthenticatedContent, context: GroupContext): Uint8Array {
  const tbs = framedContentTbs(authenticated.wireFormat, authenticated.content, context);
  return concat(tbs, authenticated.auth.encode());
}

/** The signature for `FramedContentAuthData`. */
export function signContent(
  seed: Uint8Array,
  wireFormat: WireFormat,
  content: FramedContent,
  context: GroupContext,
): Uint8Array {
  return signWithLabel(seed, CONTENT_LABEL, framedContentTbs(wireFormat, content, context));
}

/** Throws `MlsError` V140 unless the holder of `signatureKey` signed the content. */
export function verifySignature(
  authenticated: AuthenticatedContent,
  signatureKey: Uint8Array,
  context: GroupContext,
): void {
  const tbs = framedContentTbs(authenticated.wireFormat, authenticated.content, context);
  if (!isSigned(signatureKey, CONTENT_LABEL, tbs, authenticated.auth.signature)) throw refuse("V140");
}
