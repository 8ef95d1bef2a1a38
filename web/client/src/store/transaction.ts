/** Reads and writes of one transition: what is written is seen at once by its own reads, and stored all or nothing. */

import type { Database, StoredValue } from "./database.ts";
import { storing } from "./errors.ts";
import type { ProfileKeys } from "./keys.ts";

/** One opened value: its name, its number (0 where the table is not ordered) and its bytes. */
export interface Row {
  readonly key: Uint8Array;
  readonly number: number;
  readonly value: Uint8Array;
}

export interface RowsWanted {
  readonly after?: number;
  readonly before?: number;
  readonly limit?: number;
  /** The rows with the highest numbers instead of the lowest; ascending all the same. */
  readonly last?: boolean;
}

/** By space: the names of all stored values, so that what is absent costs no read. */
export type Names = Map<string, Set<string>>;

/** Ends with the transition that made it. */
export class Transaction {
  /** Throws ProfileLocked once the profile is closed. */
  readonly #database: () => Database;
  readonly #keys: ProfileKeys;
  readonly #names: Names;
  /** By space and name: what was written here; null for what was deleted. */
  readonly #written = new Map<string, Map<string, StoredValue | null>>();

  constructor(database: () => Database, keys: ProfileKeys, names: Names) {
    this.#database = database;
    this.#keys = keys;
    this.#names = names;
  }

  async get(table: string, key: Uint8Array): Promise<Uint8Array | null> {
    const space = this.#keys.space(table);
    const name = this.#keys.name(table, key);
    const stored = this.#written.get(space)?.get(name);
    if (stored !== undefined) return stored === null ? null : this.#keys.open(table, name, stored.sealed).value;
    if (this.#names.get(space)?.has(name) !== true) return null;
    const found = await storing(() => this.#database().get("value", [space, name]));
    return found === undefined ? null : this.#keys.open(table, name, found.sealed).value;
  }

  has(table: string, key: Uint8Array): boolean {
    const space = this.#keys.space(table);
    const name = this.#keys.name(table, key);
    const stored = this.#written.get(space)?.get(name);
    return stored === undefined ? this.#names.get(space)?.has(name) === true : stored !== null;
  }

  /** Write or replace the value of `key`; `number` orders it for `rows`. */
  put(table: string, key: Uint8Array, value: Uint8Array, number = 0): void {
    const space = this.#keys.space(table);
    const name = this.#keys.name(table, key);
    this.#of(space).set(name, { space, name, number, sealed: this.#keys.seal(table, key, value) });
  }

  /** Write the value of `key` unless there is one; whether it was written. */
  add(table: string, key: Uint8Array, value: Uint8Array, number = 0): boolean {
    if (this.has(table, key)) return false;
    this.put(table, key, value, number);
    return true;
  }

  delete(table: string, key: Uint8Array): void {
    this.#of(this.#keys.space(table)).set(this.#keys.name(table, key), null);
  }

  /** Forget every row of `table`. */
  clear(table: string): void {
    const space = this.#keys.space(table);
    const written = this.#of(space);
    for (const name of [...(this.#names.get(space) ?? []), ...written.keys()]) written.set(name, null);
  }

  count(table: string): number {
    const space = this.#keys.space(table);
    const stored = this.#names.get(space);
    let count = stored?.size ?? 0;
    for (const [name, value] of this.#written.get(space) ?? []) {
      count += Number(value !== null) - Number(stored?.has(name) === true);
    }
    return count;
  }

  /** Rows whose number lies strictly between `after` and `before`, ascending by number. */
  async rows(table: string, wanted: RowsWanted = {}): Promise<Row[]> {
    const { after = -1, before = Infinity, limit = Infinity, last = false } = wanted;
    const space = this.#keys.space(table);
    const written = this.#written.get(space) ?? new Map<string, StoredValue | null>();
    const stored = await storing(() => this.#stored(space, after, before, limit + written.size, last));
    const found = stored.filter(({ name }) => !written.has(name));
    for (const value of written.values()) {
      if (value !== null && value.number > after && value.number < before) found.push(value);
    }
    found.sort((one, other) => one.number - other.number || (one.name < other.name ? -1 : 1));
    const chosen = last ? found.slice(Math.max(0, found.length - limit)) : found.slice(0, limit);
    return chosen.map(({ name, number, sealed }) => ({ number, ...this.#keys.open(table, name, sealed) }));
  }

  /** What is to be stored, for `Profile.transaction`. */
  get changes(): readonly { readonly space: string; readonly name: string; readonly value: StoredValue | null }[] {
    return [...this.#written].flatMap(([space, values]) => [...values].map(([name, value]) => ({ space, name, value })));
  }

  async #stored(space: string, after: number, before: number, limit: number, last: boolean): Promise<StoredValue[]> {
    if ((this.#names.get(space)?.size ?? 0) === 0) return [];
    // An array sorts after every number and text: the end of what has this number.
    const range = IDBKeyRange.bound([space, after, []], [space, before], false, true);
    const index = this.#database().transaction("value").store.index("order");
    if (!last || limit === Infinity) return await index.getAll(range, limit === Infinity ? undefined : limit);
    const newest = await index.openKeyCursor(range, "prev");
    return newest === null ? [] : await this.#newest(space, after, before, limit, newest.key[1]);
  }

  /** The last `limit` below `before`: a window that reaches down from the highest number, and further where there are holes. */
  async #newest(space: string, after: number, before: number, limit: number, highest: number): Promise<StoredValue[]> {
    for (let width = limit; ; width *= 4) {
      const low = Math.max(after, highest - width);
      const range = IDBKeyRange.bound([space, low, []], [space, before], false, true);
      const found = await this.#database().transaction("value").store.index("order").getAll(range);
      if (found.length >= limit || low === after) return found.slice(Math.max(0, found.length - limit));
    }
  }

  #of(space: string): Map<string, StoredValue | null> {
    let written = this.#written.get(space);
    if (written === undefined) {
      written = new Map();
      this.#written.set(space, written);
    }
    return written;
  }
}
