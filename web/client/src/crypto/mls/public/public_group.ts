/** One epoch of a group as anybody knows it who reads its handshake messages (RFC 9420 §8.1, §12.4.3). */

import { equal } from "../../bytes.ts";
import { type CipherSuite, HASH_BYTES, sha256 } from "../../primitives.ts";
import { DecodeError, type Reader, Writer } from "../../tls.ts";
import { ExtensionType, checkUnique, find } from "./extensions.ts";
import { decodeMessage } from "./framing.ts";
import { GroupContext } from "./group_context.ts";
import { MLS10, suiteOf } from "./key_package.ts";
import { Struct, same } from "./struct.ts";
import { interimTranscriptHash } from "./transcript.ts";
import { RatchetTree } from "./tree.ts";
import { checkMembers, checkTree } from "./tree_checks.ts";
import { refuse } from "./validation.ts";
import { GroupInfo, verifyGroupInfo } from "./welcome.ts";

const SNAPSHOT_VERSION = 1;

/** One epoch of a group. `reInitialised` says that its last commit ended it (§11.2). */
export class PublicGroup extends Struct {
  readonly suite: CipherSuite;
  readonly interimTranscriptHash: Uint8Array;

  /** The interim transcript hash follows from the rest. Throws `MlsError` V101. */
  constructor(
    readonly context: GroupContext,
    readonly tree: RatchetTree,
    readonly confirmationTag: Uint8Array,
    readonly reInitialised = false,
  ) {
    super();
    this.suite = suiteOf(context.cipherSuite);
    this.interimTranscriptHash = interimTranscriptHash(context.confirmedTranscriptHash, confirmationTag);
  }

  get groupId(): Uint8Array {
    return this.context.groupId;
  }

  get epoch(): number {
    return this.context.epoch;
  }

  /** SHA-256 of the encoded group context: names this epoch of this group. */
  contextHash(): Uint8Array {
    return sha256(this.context.encode());
  }

  /** Whether both are the same epoch of the same group; the tree stands in the context by its hash. */
  equals(other: PublicGroup): boolean {
    if (this === other) return true;
    const sameEpoch = same(this.context, other.context) && equal(this.confirmationTag, other.confirmationTag);
    return sameEpoch && this.reInitialised === other.reInitialised;
  }

  /** A snapshot, for storage. */
  encode(): Uint8Array {
    const writer = new Writer().u8(SNAPSHOT_VERSION).raw(this.context.encode()).raw(this.tree.encode());
    return writer.vector(this.confirmationTag).u8(this.reInitialised ? 1 : 0).bytes();
  }

  /**
   * A snapshot that we made. Its signatures are not verified again; that tree and context fit together, is.
   *
   * Throws `DecodeError`, or `MlsError` V101, V202, V204 or V207.
   */
  static read(reader: Reader): PublicGroup {
    if (reader.u8() !== SNAPSHOT_VERSION) throw new DecodeError("snapshot_version_unknown");
    const context = GroupContext.read(reader);
    const tree = RatchetTree.read(reader);
    const confirmationTag = reader.vector();
    const reInitialised = reader.u8();
    if (reInitialised > 1) throw new DecodeError("boolean_invalid");
    if (!equal(tree.treeHash(), context.treeHash)) throw refuse("V202");
    return new PublicGroup(context, tree, confirmationTag, reInitialised === 1);
  }
}

/** The GroupInfo in an MLSMessage. Throws `DecodeError`, or `MlsError` V211 for another kind of message. */
export function decodeGroupInfo(message: Uint8Array): GroupInfo {
  const body = decodeMessage(message);
  if (!(body instanceof GroupInfo)) throw refuse("V211");
  return body;
}

/**
 * The group that a GroupInfo (an MLSMessage) tells of, after every check that needs no secret (§12.4.3.1).
 *
 * `tree` is the data of the ratchet_tree extension, if it came another way; it is then used instead.
 * Throws `DecodeError`, or `MlsError` V100, V101, V110-V124, V149 or V200-V211.
 */
export function publicGroupFromGroupInfo(groupInfoMessage: Uint8Array, tree: Uint8Array | null = null): PublicGroup {
  return groupFrom(decodeGroupInfo(groupInfoMessage), tree);
}

/** The same for a GroupInfo that is already decoded, for example from a Welcome. */
export function groupFrom(groupInfo: GroupInfo, tree: Uint8Array | null = null): PublicGroup {
  const context = groupInfo.groupContext;
  if (context.version !== MLS10) throw refuse("V100", { version: context.version });
  suiteOf(context.cipherSuite);
  checkUnique(context.extensions);
  checkUnique(groupInfo.extensions);
  if (groupInfo.confirmationTag.length !== HASH_BYTES) throw refuse("V149");
  const treeData = tree ?? find(groupInfo.extensions, ExtensionType.RATCHET_TREE);
  if (treeData === null) throw refuse("V209");
  const ratchetTree = RatchetTree.decode(treeData);
  checkSigner(groupInfo, ratchetTree);
  if (!equal(ratchetTree.treeHash(), context.treeHash)) throw refuse("V202");
  checkTree(ratchetTree);
  checkMembers(ratchetTree, context);
  return new PublicGroup(context, ratchetTree, groupInfo.confirmationTag);
}

/** Throws `MlsError` V200 or V201 unless a member of `tree` signed the GroupInfo. */
export function checkSigner(groupInfo: GroupInfo, tree: RatchetTree): void {
  const signer = tree.leaf(groupInfo.signer);
  if (signer === null) throw refuse("V201", { leaf_index: groupInfo.signer });
  verifyGroupInfo(groupInfo, signer.signatureKey);
}
