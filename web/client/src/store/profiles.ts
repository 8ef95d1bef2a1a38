/**
 * The accounts that have a profile in this browser: a database for each, and a small one that lists them.
 *
 * The list is in clear: whoever opens the browser sees who works here, as at any door with names on it. It is written
 * before the profile, so that no profile is ever forgotten; an entry without one is dropped when it is next read.
 */

import { type DBSchema, type IDBPDatabase, deleteDB, openDB } from "idb";

import { concat, toHex, utf8 } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { storing } from "./errors.ts";
import { Profile } from "./profile.ts";

const VERSION = 1;
const NAME_LETTERS = 16;

/** One account of this browser; `id` is its database's name. */
export interface Listed {
  readonly id: string;
  readonly account: string;
  readonly displayName: string;
  readonly serverUrl: string;
  readonly usedMs: number;
}

interface Schema extends DBSchema {
  account: { key: string; value: Listed };
}

/** `name` is the browser's: every database of CENcomm begins with it. */
export class Profiles {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Where the profile of that account is, or will be. */
  idOf(deploymentId: Uint8Array, account: string): string {
    return `${this.#name}-${toHex(sha256(concat(deploymentId, utf8(account)))).slice(0, NAME_LETTERS)}`;
  }

  /** The one that was used last comes first. */
  async list(): Promise<Listed[]> {
    const entries = await this.#with((database) => database.getAll("account"));
    const found: Listed[] = [];
    for (const entry of entries) {
      if (await Profile.exists(entry.id)) found.push(entry);
      else await this.forget(entry.id);
    }
    return found.sort((one, other) => other.usedMs - one.usedMs);
  }

  async put(entry: Listed): Promise<void> {
    await this.#with((database) => database.put("account", entry));
  }

  /** The profile with everything in it is deleted from this browser. */
  async forget(id: string): Promise<void> {
    await storing(() => deleteDB(id));
    await this.#with((database) => database.delete("account", id));
  }

  #with<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    return storing(() => this.#opened(work));
  }

  async #opened<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    const database = await openDB<Schema>(`${this.#name}-accounts`, VERSION, {
      upgrade: (fresh) => void fresh.createObjectStore("account", { keyPath: "id" }),
    });
    try {
      return await work(database);
    } finally {
      database.close();
    }
  }
}
