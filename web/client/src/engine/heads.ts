/** The head hash after every event, so that any `seen` can be compared (PROTOCOL §3.4). */

import { concat } from "../crypto/bytes.ts";
import { HASH_BYTES } from "../crypto/primitives.ts";
import type { Transaction } from "../store/transaction.ts";
import { numberKey, tables } from "./model.ts";

const PER_CHUNK = 128;
const CHUNKS_REMEMBERED = 64;

/** H_1 … H_n of one CUG, kept in chunks; H_0 follows from the cug_id and is not stored. */
export class Heads {
  readonly #table: string;
  readonly #chunks = new Map<number, Uint8Array[]>();
  readonly #changed = new Set<number>();

  constructor(cugId: Uint8Array) {
    this.#table = tables.heads(cugId);
  }

  /** `n` counts from 1 and follows the last one appended. */
  async append(tx: Transaction, n: number, hash: Uint8Array): Promise<void> {
    const chunk = await this.#chunk(tx, chunkOf(n));
    chunk.length = placeOf(n);
    chunk.push(hash);
    this.#changed.add(chunkOf(n));
  }

  /** H_n, or null if event `n` has not come. */
  async at(tx: Transaction, n: number): Promise<Uint8Array | null> {
    if (n < 1) return null;
    return (await this.#chunk(tx, chunkOf(n)))[placeOf(n)] ?? null;
  }

  /** Forget H_{n+1} … H_last: these events come again. */
  async cut(tx: Transaction, n: number, last: number): Promise<void> {
    const first = chunkOf(n + 1);
    for (let chunk = first + 1; chunk <= chunkOf(last); chunk++) {
      this.#chunks.delete(chunk);
      this.#changed.delete(chunk);
      tx.delete(this.#table, numberKey(chunk));
    }
    (await this.#chunk(tx, first)).length = placeOf(n + 1);
    this.#changed.add(first);
  }

  save(tx: Transaction): void {
    for (const number of this.#changed) tx.put(this.#table, numberKey(number), concat(...(this.#chunks.get(number) ?? [])));
    this.#changed.clear();
    for (const number of this.#chunks.keys()) {
      if (this.#chunks.size <= CHUNKS_REMEMBERED) break;
      this.#chunks.delete(number);
    }
  }

  /** Drop what is remembered: the rows count again. */
  forget(): void {
    this.#chunks.clear();
    this.#changed.clear();
  }

  async #chunk(tx: Transaction, number: number): Promise<Uint8Array[]> {
    let known = this.#chunks.get(number);
    if (known === undefined) {
      known = split((await tx.get(this.#table, numberKey(number))) ?? new Uint8Array());
      this.#chunks.set(number, known);
    }
    return known;
  }
}

function chunkOf(n: number): number {
  return Math.floor((n - 1) / PER_CHUNK);
}

function placeOf(n: number): number {
  return (n - 1) % PER_CHUNK;
}

function split(data: Uint8Array): Uint8Array[] {
  return Array.from({ length: data.length / HASH_BYTES }, (_, at) => data.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}
