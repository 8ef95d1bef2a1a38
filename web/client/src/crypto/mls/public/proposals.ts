/** Proposals and pre-shared key ids (RFC 9420 §8.4, §12.1). */

import { DecodeError, type Reader, Writer, decodeAll } from "../../tls.ts";
import { type Extensions, readExtensions, writeExtensions } from "./extensions.ts";
import { KeyPackage } from "./key_package.ts";
import { LeafNode } from "./leaf_node.ts";
import { Struct } from "./struct.ts";
import type { LeafIndex } from "./tree_math.ts";

export enum ProposalType {
  ADD = 1,
  UPDATE = 2,
  REMOVE = 3,
  PSK = 4,
  REINIT = 5,
  EXTERNAL_INIT = 6,
  GROUP_CONTEXT_EXTENSIONS = 7,
}

export enum PskType {
  EXTERNAL = 1,
  RESUMPTION = 2,
}

export enum ResumptionUsage {
  APPLICATION = 1,
  REINIT = 2,
  BRANCH = 3,
}

/** A key that the application knows by this id. */
export interface ExternalPsk {
  readonly pskType: PskType.EXTERNAL;
  readonly pskId: Uint8Array;
}

/** The resumption key of an epoch of a group. */
export interface ResumptionPskRef {
  readonly pskType: PskType.RESUMPTION;
  readonly usage: ResumptionUsage;
  readonly groupId: Uint8Array;
  readonly epoch: number;
}

/** PreSharedKeyID (§8.4): which key, and a nonce that makes every use of it different. */
export class PreSharedKeyId extends Struct {
  constructor(
    readonly key: ExternalPsk | ResumptionPskRef,
    readonly nonce: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    const writer = new Writer().u8(this.key.pskType);
    if (this.key.pskType === PskType.EXTERNAL) writer.vector(this.key.pskId);
    else writer.u8(this.key.usage).vector(this.key.groupId).u64(this.key.epoch);
    return writer.vector(this.nonce).bytes();
  }

  static read(reader: Reader): PreSharedKeyId {
    const pskType: PskType = reader.u8();
    if (pskType === PskType.EXTERNAL) return new PreSharedKeyId({ pskType, pskId: reader.vector() }, reader.vector());
    if (pskType !== PskType.RESUMPTION) throw new DecodeError("psk_type_unknown");
    const usage = reader.u8();
    if (ResumptionUsage[usage] === undefined) throw new DecodeError("psk_usage_unknown");
    const key: ResumptionPskRef = { pskType, usage, groupId: reader.vector(), epoch: reader.safeU64() };
    return new PreSharedKeyId(key, reader.vector());
  }
}

/** Adds the client of a key package (§12.1.1). */
export class Add extends Struct {
  readonly proposalType = ProposalType.ADD;

  constructor(readonly keyPackage: KeyPackage) {
    super();
  }

  encode(): Uint8Array {
    return this.keyPackage.encode();
  }

  static read(reader: Reader): Add {
    return new Add(KeyPackage.read(reader));
  }
}

/** Replaces the sender's leaf (§12.1.2). */
export class Update extends Struct {
  readonly proposalType = ProposalType.UPDATE;

  constructor(readonly leafNode: LeafNode) {
    super();
  }

  encode(): Uint8Array {
    return this.leafNode.encode();
  }

  static read(reader: Reader): Update {
    return new Update(LeafNode.read(reader));
  }
}

/** Removes a member (§12.1.3). */
export class Remove extends Struct {
  readonly proposalType = ProposalType.REMOVE;

  constructor(readonly removed: LeafIndex) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().u32(this.removed).bytes();
  }

  static read(reader: Reader): Remove {
    return new Remove(reader.u32());
  }
}

/** Mixes a pre-shared key into the next epoch (§12.1.4). */
export class PreSharedKey extends Struct {
  readonly proposalType = ProposalType.PSK;

  constructor(readonly psk: PreSharedKeyId) {
    super();
  }

  encode(): Uint8Array {
    return this.psk.encode();
  }

  static read(reader: Reader): PreSharedKey {
    return new PreSharedKey(PreSharedKeyId.read(reader));
  }
}

/** Ends the group in favour of a new one with other parameters (§12.1.5). */
export class ReInit extends Struct {
  readonly proposalType = ProposalType.REINIT;

  constructor(
    readonly groupId: Uint8Array,
    readonly version: number,
    readonly cipherSuite: number,
    readonly extensions: Extensions = [],
  ) {
    super();
  }

  encode(): Uint8Array {
    const writer = new Writer().vector(this.groupId).u16(this.version).u16(this.cipherSuite);
    return writeExtensions(writer, this.extensions).bytes();
  }

  static read(reader: Reader): ReInit {
    return new ReInit(reader.vector(), reader.u16(), reader.u16(), readExtensions(reader));
  }
}

/** Gives the group the init secret of one who joins by external commit (§12.1.6). */
export class ExternalInit extends Struct {
  readonly proposalType = ProposalType.EXTERNAL_INIT;

  constructor(readonly kemOutput: Uint8Array) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().vector(this.kemOutput).bytes();
  }

  static read(reader: Reader): ExternalInit {
    return new ExternalInit(reader.vector());
  }
}

/** Replaces the extensions of the group context (§12.1.7). */
export class GroupContextExtensions extends Struct {
  readonly proposalType = ProposalType.GROUP_CONTEXT_EXTENSIONS;

  constructor(readonly extensions: Extensions) {
    super();
  }

  encode(): Uint8Array {
    return writeExtensions(new Writer(), this.extensions).bytes();
  }

  static read(reader: Reader): GroupContextExtensions {
    return new GroupContextExtensions(readExtensions(reader));
  }
}

export type Proposal = Add | Update | Remove | PreSharedKey | ReInit | ExternalInit | GroupContextExtensions;

const KINDS: Readonly<Record<ProposalType, { read(reader: Reader): Proposal }>> = {
  [ProposalType.ADD]: Add,
  [ProposalType.UPDATE]: Update,
  [ProposalType.REMOVE]: Remove,
  [ProposalType.PSK]: PreSharedKey,
  [ProposalType.REINIT]: ReInit,
  [ProposalType.EXTERNAL_INIT]: ExternalInit,
  [ProposalType.GROUP_CONTEXT_EXTENSIONS]: GroupContextExtensions,
};

export function encodeProposal(proposal: Proposal): Uint8Array {
  return new Writer().u16(proposal.proposalType).raw(proposal.encode()).bytes();
}

/** Throws `DecodeError` for a type that is not one of RFC 9420: its length cannot be known. */
export function readProposal(reader: Reader): Proposal {
  const type = reader.u16();
  if (ProposalType[type] === undefined) throw new DecodeError("proposal_type_unknown");
  return KINDS[type as ProposalType].read(reader);
}

export function decodeProposal(data: Uint8Array): Proposal {
  return decodeAll(data, readProposal);
}

/** Names a proposal that was sent on its own by the hash of its message (§5.2). */
export class ProposalRef {
  constructor(readonly reference: Uint8Array) {}
}

export type ProposalOrRef = Proposal | ProposalRef;

const BY_VALUE = 1;
const BY_REFERENCE = 2;

export function encodeProposalOrRef(item: ProposalOrRef): Uint8Array {
  if (item instanceof ProposalRef) return new Writer().u8(BY_REFERENCE).vector(item.reference).bytes();
  return new Writer().u8(BY_VALUE).raw(encodeProposal(item)).bytes();
}

export function readProposalOrRef(reader: Reader): ProposalOrRef {
  const kind = reader.u8();
  if (kind === BY_VALUE) return readProposal(reader);
  if (kind === BY_REFERENCE) return new ProposalRef(reader.vector());
  throw new DecodeError("proposal_or_ref_unknown");
}
