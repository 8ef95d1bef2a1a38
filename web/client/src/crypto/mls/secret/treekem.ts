/**
 * The private half of the ratchet tree: path secrets, and the keys that one member holds (RFC 9420 §7.4-§7.6).
 *
 * A member holds the private key of its leaf and of the nodes above it whose keys it has learned. A key lives exactly
 * as long as its public key stands in the tree: after each commit, what no longer stands there is dropped.
 */

import { equal } from "../../bytes.ts";
import * as hpke from "../../hpke.ts";
import { decryptWithLabel, deriveSecret, encryptWithLabel, encryptionInfo } from "../../labels.ts";
import {
  BadPublicKey,
  type CipherSuite,
  HASH_BYTES,
  KEY_BYTES,
  OpenFailed,
  type Random,
  Secret,
  randomBytes,
  x25519Public,
} from "../../primitives.ts";
import { type Reader, Writer } from "../../tls.ts";
import { HpkeCiphertext, UpdatePathNode } from "../public/commit.ts";
import type { RatchetTree } from "../public/tree.ts";
import { type LeafIndex, type NodeIndex, commonAncestor, leafToNode } from "../public/tree_math.ts";
import type { CommitSecret } from "./key_schedule.ts";
import { refuse } from "./validation.ts";

const PATH_LABEL = "UpdatePathNode";

/** One step of the ladder up the tree; all above it follows from it (§7.4). */
export type PathSecret = Secret<"path">;

export interface PrivateKeyPair {
  readonly privateKey: Secret;
  readonly publicKey: Uint8Array;
}

/** The keys of one node of a filtered direct path. */
export interface PathStep extends PrivateKeyPair {
  readonly node: NodeIndex;
  readonly pathSecret: PathSecret;
}

/** The keys of a path from the lowest up, and what comes out above the last. */
export interface Ladder {
  readonly steps: readonly PathStep[];
  readonly commitSecret: CommitSecret;
}

/** One member's private keys: its leaf's, and those of nodes above it. */
export class TreeKeys {
  constructor(
    readonly ownLeaf: LeafIndex,
    readonly leafPrivate: Secret,
    readonly nodes: ReadonlyMap<NodeIndex, Secret> = new Map(),
  ) {}

  privateKey(node: NodeIndex): Secret | null {
    return node === leafToNode(this.ownLeaf) ? this.leafPrivate : (this.nodes.get(node) ?? null);
  }

  /** With the keys of a path that was made or received. */
  withSteps(steps: readonly PathStep[]): TreeKeys {
    const learned = steps.map(({ node, privateKey }) => [node, privateKey] as const);
    return new TreeKeys(this.ownLeaf, this.leafPrivate, new Map([...this.nodes, ...learned]));
  }

  write(writer: Writer): void {
    writer.u32(this.ownLeaf).raw(this.leafPrivate);
    const sorted = [...this.nodes].sort(([a], [b]) => a - b);
    writer.vectorOf(sorted, ([node, secret]) => new Writer().u32(node).raw(secret).bytes());
  }

  static read(reader: Reader): TreeKeys {
    const ownLeaf = reader.u32();
    const leafPrivate = new Secret(reader.raw(KEY_BYTES));
    const nodes = reader.vectorOf((inner) => [inner.u32(), new Secret(inner.raw(KEY_BYTES))] as const);
    return new TreeKeys(ownLeaf, leafPrivate, new Map(nodes));
  }
}

function keyPairFrom(ikm: Uint8Array): PrivateKeyPair {
  const { privateKey, publicKey } = hpke.deriveKeyPair(ikm);
  return { privateKey: new Secret(privateKey), publicKey };
}

/** The keys of `nodes` from the lowest up, and the commit secret above the last of them (§7.4, §8). */
export function ladder(nodes: readonly NodeIndex[], first: PathSecret): Ladder {
  let pathSecret = first;
  const steps = nodes.map((node) => {
    const step = { node, pathSecret, ...keyPairFrom(deriveSecret(pathSecret, "node")) };
    pathSecret = new Secret<"path">(deriveSecret(pathSecret, "path"));
    return step;
  });
  return { steps, commitSecret: new Secret<"commit">(pathSecret) };
}

export function newPathSecret(random: Random = randomBytes): PathSecret {
  return new Secret<"path">(random(HASH_BYTES));
}

/** A fresh leaf encryption key. */
export function newLeafKey(random: Random = randomBytes): PrivateKeyPair {
  return keyPairFrom(random(HASH_BYTES));
}

/** To whom a path secret is encrypted: the resolution of the copath node without the new members (§7.5). */
function recipients(tree: RatchetTree, copath: NodeIndex, added: readonly LeafIndex[]): NodeIndex[] {
  const fresh = new Set(added.map(leafToNode));
  return tree.resolution(copath).filter((node) => !fresh.has(node));
}

/**
 * The nodes of an UpdatePath (§7.6).
 *
 * `groupContext` is the provisional one: the new epoch and tree hash, the old confirmed transcript hash.
 */
export function encryptPath(
  suite: CipherSuite,
  tree: RatchetTree,
  sender: LeafIndex,
  steps: readonly PathStep[],
  options: { added: readonly LeafIndex[]; groupContext: Uint8Array; random?: Random },
): UpdatePathNode[] {
  const { added, groupContext, random = randomBytes } = options;
  const info = encryptionInfo(PATH_LABEL, groupContext);
  return tree.filteredPath(sender).map(({ copath }, place) => {
    const { pathSecret, publicKey } = steps[place]!;
    const sealed = recipients(tree, copath, added).map((node) => {
      const key = tree.encryptionKey(node) ?? new Uint8Array();
      const box = encryptWithLabel(suite, key, info, pathSecret, { random });
      return new HpkeCiphertext(box.kemOutput, box.ciphertext);
    });
    return new UpdatePathNode(publicKey, sealed);
  });
}

/**
 * Our part of a received path: the keys from the common ancestor up, and the commit secret (§7.6, §12.4.2).
 *
 * `tree` is that after the proposals, with or without the path merged, which changes no copath. `keys` are ours,
 * without those of nodes that the proposals blanked. Throws `MlsError`: V455 nothing in it is for us, V456 it does not
 * open, V457 other keys than the path says.
 */
export function decryptPath(
  suite: CipherSuite,
  tree: RatchetTree,
  keys: TreeKeys,
  sender: LeafIndex,
  nodes: readonly UpdatePathNode[],
  options: { added: readonly LeafIndex[]; groupContext: Uint8Array },
): Ladder {
  const filtered = tree.filteredPath(sender);
  const meeting = commonAncestor(leafToNode(sender), leafToNode(keys.ownLeaf));
  const place = filtered.findIndex(({ node }) => node === meeting);
  const [met, received] = [filtered[place], nodes[place]];
  if (met === undefined || received === undefined || filtered.length !== nodes.length) throw refuse("V455");
  const targets = recipients(tree, met.copath, options.added);
  const secret = openPathSecret(suite, targets, keys, received.encryptedPathSecret, options.groupContext);
  const climbed = ladder(filtered.slice(place).map(({ node }) => node), secret);
  climbed.steps.forEach(({ publicKey }, step) => {
    if (!equal(publicKey, nodes[place + step]!.encryptionKey)) throw refuse("V457");
  });
  return climbed;
}

function openPathSecret(
  suite: CipherSuite,
  targets: readonly NodeIndex[],
  keys: TreeKeys,
  sealed: readonly HpkeCiphertext[],
  groupContext: Uint8Array,
): PathSecret {
  const place = targets.findIndex((node) => keys.privateKey(node) !== null);
  const box = sealed[place];
  if (targets.length !== sealed.length || box === undefined) throw refuse("V455");
  const privateKey = keys.privateKey(targets[place]!) ?? new Uint8Array();
  const opened = openBox(() => decryptWithLabel(suite, privateKey, PATH_LABEL, groupContext, box), "V456");
  if (opened.length !== HASH_BYTES) throw refuse("V456");
  return new Secret<"path">(opened);
}

/** What `open` gives; where the ciphertext is at fault, the error of this check. */
export function openBox(open: () => Uint8Array, check: string): Uint8Array {
  try {
    return open();
  } catch (error) {
    if (error instanceof OpenFailed || error instanceof BadPublicKey) throw refuse(check);
    throw error;
  }
}

/** `keys` without those whose public key no longer stands in `tree` (§9.2). */
export function standingKeys(keys: TreeKeys, tree: RatchetTree): TreeKeys {
  const kept = [...keys.nodes].filter(([node, secret]) => stands(tree, node, secret));
  return new TreeKeys(keys.ownLeaf, keys.leafPrivate, new Map(kept));
}

/** Whether `privateKey` is the key of `node` in `tree`. */
export function stands(tree: RatchetTree, node: NodeIndex, privateKey: Secret): boolean {
  const publicKey = tree.encryptionKey(node);
  return publicKey !== null && equal(publicKey, x25519Public(privateKey));
}
