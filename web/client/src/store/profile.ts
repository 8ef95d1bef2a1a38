/**
 * The encrypted state of one device in the browser's database (twin of `cencomm.client.profile`).
 *
 * Every value is sealed with XChaCha20-Poly1305 under the profile key, which is wrapped under Argon2id of the password
 * and once more under a WebCrypto key that cannot be taken out of this browser. One worker among the tabs writes
 * (`writer.ts`), so that memory and rows stay in step; a transition is stored in one database transaction or not at all.
 */

import { KEY_BYTES, randomBytes } from "../crypto/primitives.ts";
import { type Database, type Header, openDatabase } from "./database.ts";
import { ProfileAbsent, ProfileExists, ProfileLocked } from "./errors.ts";
import { DEFAULT_COST, type PasswordCost, ProfileKeys, unwrap, wrap } from "./keys.ts";
import { Mutex } from "./lock.ts";
import { type Names, Transaction } from "./transaction.ts";

const HEADER = "profile";

export class Profile {
  readonly #database: Database;
  readonly #keys: ProfileKeys;
  readonly #profileKey: Uint8Array;
  readonly #names: Names;
  readonly #mutex = new Mutex();
  #closed = false;

  private constructor(database: Database, profileKey: Uint8Array, names: Names) {
    this.#database = database;
    this.#keys = new ProfileKeys(profileKey);
    this.#profileKey = profileKey;
    this.#names = names;
  }

  static async exists(name: string): Promise<boolean> {
    const database = await openDatabase(name);
    try {
      return (await database.getKey("header", HEADER)) !== undefined;
    } finally {
      database.close();
    }
  }

  /** An empty profile, its first rows written by `fill` in the same step. Throws ProfileExists. */
  static async create(name: string, password: string, fill: (tx: Transaction) => void, cost = DEFAULT_COST): Promise<Profile> {
    const profileKey = randomBytes(KEY_BYTES);
    const header = await wrap(profileKey, password, cost);
    const database = await openDatabase(name);
    const profile = new Profile(database, profileKey, new Map());
    try {
      const tx = profile.read();
      fill(tx);
      await profile.#store(tx, true, header);
    } catch (error) {
      database.close();
      throw error;
    }
    return profile;
  }

  /** Throws ProfileAbsent, ProfileUnsupported, ProfileDamaged, WrongPassword. */
  static async open(name: string, password: string): Promise<Profile> {
    const database = await openDatabase(name);
    try {
      const header = await database.get("header", HEADER);
      if (header === undefined) throw new ProfileAbsent();
      const profileKey = await unwrap(header, password);
      return new Profile(database, profileKey, await namesIn(database));
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** What still runs beside meets ProfileLocked at its next read or write. */
  close(): void {
    this.#closed = true;
    this.#profileKey.fill(0);
    this.#database.close();
  }

  #opened(): Database {
    if (this.#closed) throw new ProfileLocked();
    return this.#database;
  }

  /** Resolves when everything asked for so far is stored. */
  async idle(): Promise<void> {
    await this.#mutex.run(() => Promise.resolve());
  }

  /** Wrap the profile key under `replacement`; the rows stay as they are. Throws WrongPassword, nothing changed then. */
  async changePassword(old: string, replacement: string, cost: PasswordCost = DEFAULT_COST): Promise<void> {
    const header = await this.#opened().get("header", HEADER);
    if (header === undefined) throw new ProfileAbsent();
    await unwrap(header, old);
    await this.#opened().put("header", await wrap(this.#profileKey, replacement, cost), HEADER);
  }

  /** All or nothing, one at a time; `durable` waits for the disk (for pending commits). Must not be nested. */
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, durable = false): Promise<T> {
    return this.#mutex.run(async () => {
      const tx = this.read();
      const result = await work(tx);
      await this.#store(tx, durable);
      return result;
    });
  }

  /** For single reads outside a transaction. */
  read(): Transaction {
    return new Transaction(() => this.#opened(), this.#keys, this.#names);
  }

  async #store(tx: Transaction, durable: boolean, header?: Header): Promise<void> {
    const changes = tx.changes;
    if (changes.length === 0 && header === undefined) return;
    const durability = durable ? "strict" : "relaxed";
    const writing = this.#opened().transaction(["header", "value"], "readwrite", { durability });
    const values = writing.objectStore("value");
    const headers = writing.objectStore("header");
    if (header !== undefined && (await headers.getKey(HEADER)) !== undefined) {
      writing.abort();
      await writing.done.catch(() => undefined);
      throw new ProfileExists();
    }
    const asked: Promise<unknown>[] = header === undefined ? [] : [headers.put(header, HEADER)];
    for (const { space, name, value } of changes) {
      asked.push(value === null ? values.delete([space, name]) : values.put(value));
    }
    await Promise.all([...asked, writing.done]);
    for (const { space, name, value } of changes) note(this.#names, space, name, value !== null);
  }
}

function note(names: Names, space: string, name: string, present: boolean): void {
  let known = names.get(space);
  if (known === undefined) {
    known = new Set();
    names.set(space, known);
  }
  if (present) known.add(name);
  else known.delete(name);
}

/** Out of the keys alone: no value is read. */
async function namesIn(database: Database): Promise<Names> {
  const names: Names = new Map();
  for (const [space, name] of await database.getAllKeys("value")) note(names, space, name, true);
  return names;
}
