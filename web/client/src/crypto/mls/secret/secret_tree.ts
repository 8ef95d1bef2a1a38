/**
 * The secret tree: one hash ratchet per leaf and kind of content, with its deletion schedule (RFC 9420 §9).
 *
 * Taking a key returns the next tree, in which everything that could derive that key again is gone (§9.2): the path
 * from the root to the leaf is replaced by its unconsumed siblings, a ratchet keeps only its next secret, and a key
 * kept for a message that is late is dropped when it is used. The product sends no PrivateMessage, so the tree of an
 * epoch is the encryption secret until somebody needs it.
 */

import { utf8 } from "../../bytes.ts";
import { deriveTreeSecret, expandWithLabel } from "../../labels.ts";
import { AEAD_NONCE_BYTES, type CipherSuite, HASH_BYTES, Secret, aeadKeyBytes } from "../../primitives.ts";
import { DecodeError, type Reader, Writer } from "../../tls.ts";
import { type LeafIndex, leafToNode, left, right, root } from "../public/tree_math.ts";
import type { EncryptionSecret, SenderDataSecret } from "./key_schedule.ts";
import { refuse } from "./validation.ts";

/** How far ahead of the last message a generation may be, and how many unused keys one ratchet keeps (§9.2). */
export const MAX_SKIPPED = 1000;
const LAST_GENERATION = 2 ** 32 - 1;
const NOTHING = new Uint8Array();

export enum RatchetKind {
  HANDSHAKE = 0,
  APPLICATION = 1,
}

/** A key and nonce for one message. */
export interface MessageKey {
  readonly generation: number;
  readonly key: Secret;
  readonly nonce: Secret;
}

/** The next secret of a ratchet, and the keys it ran past. */
interface Ratchet {
  readonly secret: Secret;
  readonly generation: number;
  readonly skipped: ReadonlyMap<number, MessageKey>;
}

/** A key that was taken, and the tree without it. */
export interface Taken {
  readonly key: MessageKey;
  readonly tree: SecretTree;
}

function ratchetName(leaf: LeafIndex, kind: RatchetKind): number {
  return 2 * leaf + kind;
}

/** The unconsumed node secrets of one epoch and the ratchets that have been started. */
export class SecretTree {
  readonly suite: CipherSuite;
  readonly leafCount: number;
  readonly #nodes: ReadonlyMap<number, Secret>;
  readonly #ratchets: ReadonlyMap<number, Ratchet>;

  private constructor(
    suite: CipherSuite,
    leafCount: number,
    nodes: ReadonlyMap<number, Secret>,
    ratchets: ReadonlyMap<number, Ratchet> = new Map(),
  ) {
    this.suite = suite;
    this.leafCount = leafCount;
    this.#nodes = nodes;
    this.#ratchets = ratchets;
  }

  static fromEncryptionSecret(suite: CipherSuite, leafCount: number, secret: EncryptionSecret): SecretTree {
    return new SecretTree(suite, leafCount, new Map([[root(leafCount), new Secret(secret)]]));
  }

  /** How many node secrets are still unconsumed. */
  get unconsumed(): number {
    return this.#nodes.size;
  }

  /** The key for the next message that we send. Throws `MlsError` V411 or V412. */
  nextKey(leaf: LeafIndex, kind: RatchetKind): Taken {
    const tree = this.#openLeaf(leaf);
    const ratchet = tree.#ratchet(leaf, kind);
    const { key, next } = tree.#step(ratchet);
    return { key, tree: tree.#with(leaf, kind, { ...next, skipped: ratchet.skipped }) };
  }

  /**
   * The key for a message that we received. Throws `MlsError`: used before (V410), too far ahead (V411), no leaf
   * (V412).
   */
  takeKey(leaf: LeafIndex, kind: RatchetKind, generation: number): Taken {
    const tree = this.#openLeaf(leaf);
    let ratchet = tree.#ratchet(leaf, kind);
    const skipped = new Map(ratchet.skipped);
    if (generation < ratchet.generation) {
      const key = skipped.get(generation);
      if (key === undefined) throw refuse("V410", { generation });
      skipped.delete(generation);
      return { key, tree: tree.#with(leaf, kind, { ...ratchet, skipped }) };
    }
    if (generation - ratchet.generation > MAX_SKIPPED) throw refuse("V411", { generation });
    let step = tree.#step(ratchet);
    while (step.key.generation !== generation) {
      skipped.set(step.key.generation, step.key);
      ratchet = step.next;
      step = tree.#step(ratchet);
    }
    const oldest = [...skipped.keys()].sort((a, b) => a - b).slice(0, Math.max(0, skipped.size - MAX_SKIPPED));
    for (const each of oldest) skipped.delete(each);
    return { key: step.key, tree: tree.#with(leaf, kind, { ...step.next, skipped }) };
  }

  /** Derive the leaf's two ratchets and forget the secrets on the way (§9). */
  /** Overwrite every secret. */
  wipe(): void {
    for (const secret of this.#nodes.values()) secret.fill(0);
    for (const { secret, skipped } of this.#ratchets.values()) {
      secret.fill(0);
      for (const { key, nonce } of skipped.values()) {
        key.fill(0);
        nonce.fill(0);
      }
    }
  }

  #openLeaf(leaf: LeafIndex): SecretTree {
    if (this.#ratchets.has(ratchetName(leaf, RatchetKind.HANDSHAKE))) return this;
    if (leaf >= this.leafCount) throw refuse("V412", { leaf_index: leaf });
    const nodes = new Map(this.#nodes);
    const trail = trailTo(leaf, this.leafCount);
    const start = trail.findIndex((node) => nodes.has(node));
    for (const node of start < 0 ? [] : trail.slice(start, -1)) {
      const secret = nodes.get(node) ?? NOTHING;
      nodes.delete(node);
      nodes.set(left(node), new Secret(expandWithLabel(secret, "tree", utf8("left"), HASH_BYTES)));
      nodes.set(right(node), new Secret(expandWithLabel(secret, "tree", utf8("right"), HASH_BYTES)));
    }
    const secret = nodes.get(leafToNode(leaf));
    if (secret === undefined) throw refuse("V412", { leaf_index: leaf });
    nodes.delete(leafToNode(leaf));
    const begin = (label: string): Ratchet => {
      const first = new Secret(expandWithLabel(secret, label, NOTHING, HASH_BYTES));
      return { secret: first, generation: 0, skipped: new Map() };
    };
    const ratchets = new Map(this.#ratchets)
      .set(ratchetName(leaf, RatchetKind.HANDSHAKE), begin("handshake"))
      .set(ratchetName(leaf, RatchetKind.APPLICATION), begin("application"));
    return new SecretTree(this.suite, this.leafCount, nodes, ratchets);
  }

  #ratchet(leaf: LeafIndex, kind: RatchetKind): Ratchet {
    const ratchet = this.#ratchets.get(ratchetName(leaf, kind));
    if (ratchet === undefined) throw refuse("V412", { leaf_index: leaf });
    return ratchet;
  }

  #step({ generation, secret, skipped }: Ratchet): { key: MessageKey; next: Ratchet } {
    if (generation === LAST_GENERATION) throw refuse("V411", { generation });
    const derive = (label: string, length: number): Secret => {
      return new Secret(deriveTreeSecret(secret, label, generation, length));
    };
    const key = { generation, key: derive("key", aeadKeyBytes(this.suite)), nonce: derive("nonce", AEAD_NONCE_BYTES) };
    return { key, next: { secret: derive("secret", HASH_BYTES), generation: generation + 1, skipped } };
  }

  #with(leaf: LeafIndex, kind: RatchetKind, ratchet: Ratchet): SecretTree {
    const ratchets = new Map(this.#ratchets).set(ratchetName(leaf, kind), ratchet);
    return new SecretTree(this.suite, this.leafCount, this.#nodes, ratchets);
  }

  /** For sealed storage: it holds every secret that is left. */
  encode(): Uint8Array {
    const ratchets = new Writer();
    for (const [name, ratchet] of this.#ratchets) {
      ratchets.u32(Math.floor(name / 2)).u8(name % 2);
      writeRatchet(ratchets, ratchet);
    }
    const writer = new Writer().u32(this.leafCount);
    writer.vectorOf(this.#nodes, ([node, secret]) => new Writer().u32(node).raw(secret).bytes());
    return writer.vector(ratchets.bytes()).bytes();
  }

  static read(reader: Reader, suite: CipherSuite): SecretTree {
    const leafCount = reader.u32();
    const nodes = reader.vectorOf((inner) => [inner.u32(), new Secret(inner.raw(HASH_BYTES))] as const);
    return new SecretTree(suite, leafCount, new Map(nodes), new Map(reader.vectorOf(readRatchet)));
  }
}

/** The nodes from the root down to a leaf. */
function trailTo(leaf: LeafIndex, leafCount: number): readonly number[] {
  const target = leafToNode(leaf);
  const trail = [root(leafCount)];
  for (let node = root(leafCount); node !== target; trail.push(node)) node = target < node ? left(node) : right(node);
  return trail;
}

function writeRatchet(writer: Writer, ratchet: Ratchet): void {
  writer.raw(ratchet.secret).u32(ratchet.generation);
  writer.vectorOf(ratchet.skipped.values(), ({ generation, key, nonce }) =>
    new Writer().u32(generation).vector(key).vector(nonce).bytes(),
  );
}

function readRatchet(reader: Reader): readonly [number, Ratchet] {
  const leaf = reader.u32();
  const kind = reader.u8();
  if (RatchetKind[kind] === undefined) throw new DecodeError("ratchet_kind");
  const secret = new Secret(reader.raw(HASH_BYTES));
  const generation = reader.u32();
  const keys = reader.vectorOf(readMessageKey, MAX_SKIPPED);
  const skipped = new Map(keys.map((key) => [key.generation, key]));
  return [ratchetName(leaf, kind), { secret, generation, skipped }];
}

function readMessageKey(reader: Reader): MessageKey {
  return { generation: reader.u32(), key: new Secret(reader.vector()), nonce: new Secret(reader.vector()) };
}

/** Key and nonce for the sender data of a PrivateMessage, from a sample of its ciphertext (§6.3.2). */
export function senderDataKey(
  suite: CipherSuite,
  secret: SenderDataSecret,
  ciphertext: Uint8Array,
): { key: Secret; nonce: Secret } {
  const sample = ciphertext.slice(0, HASH_BYTES);
  return {
    key: new Secret(expandWithLabel(secret, "key", sample, aeadKeyBytes(suite))),
    nonce: new Secret(expandWithLabel(secret, "nonce", sample, AEAD_NONCE_BYTES)),
  };
}
