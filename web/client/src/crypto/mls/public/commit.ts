/** Commits and update paths (RFC 9420 §7.6, §12.4). */

import { type Reader, Writer } from "../../tls.ts";
import { LeafNode } from "./leaf_node.ts";
import { type ProposalOrRef, encodeProposalOrRef, readProposalOrRef } from "./proposals.ts";
import { Struct, encoded } from "./struct.ts";

const MAX_PROPOSALS = 4096;
const MAX_PATH_NODES = 32;
const MAX_CIPHERTEXTS = 2 ** 15;

/** One message encrypted to one public key (§5.1.3). */
export class HpkeCiphertext extends Struct {
  constructor(
    readonly kemOutput: Uint8Array,
    readonly ciphertext: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().vector(this.kemOutput).vector(this.ciphertext).bytes();
  }

  static read(reader: Reader): HpkeCiphertext {
    return new HpkeCiphertext(reader.vector(), reader.vector());
  }
}

/** The new key of a parent, and its path secret for each node of the copath's resolution. */
export class UpdatePathNode extends Struct {
  constructor(
    readonly encryptionKey: Uint8Array,
    readonly encryptedPathSecret: readonly HpkeCiphertext[],
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().vector(this.encryptionKey).vectorOf(this.encryptedPathSecret, encoded).bytes();
  }

  static read(reader: Reader): UpdatePathNode {
    return new UpdatePathNode(reader.vector(), reader.vectorOf(HpkeCiphertext.read, MAX_CIPHERTEXTS));
  }
}

/** The sender's new leaf, and a node for each of its filtered direct path, from below. */
export class UpdatePath extends Struct {
  constructor(
    readonly leafNode: LeafNode,
    readonly nodes: readonly UpdatePathNode[],
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().raw(this.leafNode.encode()).vectorOf(this.nodes, encoded).bytes();
  }

  static read(reader: Reader): UpdatePath {
    return new UpdatePath(LeafNode.read(reader), reader.vectorOf(UpdatePathNode.read, MAX_PATH_NODES));
  }
}

/** Proposals that take effect together, and fresh keys for the sender's path. */
export class Commit extends Struct {
  constructor(
    readonly proposals: readonly ProposalOrRef[],
    readonly path: UpdatePath | null,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().vectorOf(this.proposals, encodeProposalOrRef).optional(this.path, encoded).bytes();
  }

  static read(reader: Reader): Commit {
    return new Commit(reader.vectorOf(readProposalOrRef, MAX_PROPOSALS), reader.optional(UpdatePath.read));
  }
}
