/** The group context: what all members of an epoch agree on (RFC 9420 §8.1). */

import { type Reader, Writer } from "../../tls.ts";
import { type Extensions, readExtensions, writeExtensions } from "./extensions.ts";
import { Struct } from "./struct.ts";

export interface GroupContextFields {
  /** `version` and `cipherSuite` as the numbers of §17. */
  readonly version: number;
  readonly cipherSuite: number;
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly treeHash: Uint8Array;
  readonly confirmedTranscriptHash: Uint8Array;
  readonly extensions: Extensions;
}

export class GroupContext extends Struct implements GroupContextFields {
  readonly version: number;
  readonly cipherSuite: number;
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly treeHash: Uint8Array;
  readonly confirmedTranscriptHash: Uint8Array;
  readonly extensions: Extensions;
  #encoded: Uint8Array | null = null;

  constructor(fields: GroupContextFields) {
    super();
    this.version = fields.version;
    this.cipherSuite = fields.cipherSuite;
    this.groupId = fields.groupId;
    this.epoch = fields.epoch;
    this.treeHash = fields.treeHash;
    this.confirmedTranscriptHash = fields.confirmedTranscriptHash;
    this.extensions = fields.extensions;
  }

  encode(): Uint8Array {
    if (this.#encoded === null) {
      const writer = new Writer().u16(this.version).u16(this.cipherSuite).vector(this.groupId).u64(this.epoch);
      writer.vector(this.treeHash).vector(this.confirmedTranscriptHash);
      this.#encoded = writeExtensions(writer, this.extensions).bytes();
    }
    return this.#encoded;
  }

  static read(reader: Reader): GroupContext {
    return new GroupContext({
      version: reader.u16(),
      cipherSuite: reader.u16(),
      groupId: reader.vector(),
      epoch: reader.safeU64(),
      treeHash: reader.vector(),
      confirmedTranscriptHash: reader.vector(),
      extensions: readExtensions(reader),
    });
  }

  /** The context with some fields replaced. */
  with(changes: Partial<GroupContextFields>): GroupContext {
    return new GroupContext({ ...this, ...changes });
  }
}
