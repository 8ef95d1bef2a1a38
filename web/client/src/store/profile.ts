/**
 * The encrypted state of one device in the browser's database (twin of `cencomm.client.profile`).
 *
 * Every value is sealed with XChaCha20-Poly1305 under the profile key, which is wrapped under Argon2id of the password
 * and once more under a WebCrypto key that cannot be taken out of this browser. One worker among the tabs writes
 * (`worker/hub.ts`), so that memory and rows stay in step; a transition is stored in one database transaction or not at
 * all. Whoever opens the profile writes its name down, and what another one opened since is never written over: a tab that
 * was frozen while its lock was taken stores nothing more.
 */

import type { IDBPObjectStore } from "idb";

import { KEY_BYTES, randomBytes } from "../crypto/primitives.ts";
import { type Database, type Header, type Schema, openDatabase } from "./database.ts";
import { ProfileAbsent, ProfileExists, ProfileLocked, ProfileTakenOver, WrongPassword, storing } from "./errors.ts";
import { DEFAULT_COST, type PasswordCost, ProfileKeys, unwrap, wrap } from "./keys.ts";
import { Mutex } from "./lock.ts";
import { type Names, Transaction } from "./transaction.ts";

const HEADER = "profile";
/** While a password changes: how the profile key is wrapped under the new one. */
const NEXT = "next";
const WRITER = "writer";

export class Profile {
  readonly #database: Database;
  readonly #keys: ProfileKeys;
  readonly #profileKey: Uint8Array;
  readonly #names: Names;
  readonly #writer = crypto.randomUUID();
  readonly #mutex = new Mutex();
  #closed = false;
  /** Called once when this profile can store nothing more: another tab writes, or the browser took the database away. */
  onLost: () => void = () => undefined;

  private constructor(database: Database, profileKey: Uint8Array, names: Names) {
    this.#database = database;
    this.#keys = new ProfileKeys(profileKey);
    this.#profileKey = profileKey;
    this.#names = names;
  }

  static async exists(name: string): Promise<boolean> {
    const database = await storing(() => openDatabase(name));
    try {
      return (await storing(() => database.getKey("header", HEADER))) !== undefined;
    } finally {
      database.close();
    }
  }

  /** An empty profile, its first rows written by `fill` in the same step. Throws ProfileExists. */
  static async create(name: string, password: string, fill: (tx: Transaction) => void, cost = DEFAULT_COST): Promise<Profile> {
    const profileKey = randomBytes(KEY_BYTES);
    const header = await wrap(profileKey, password, cost);
    return await Profile.#opening(name, async (database) => {
      const profile = new Profile(database, profileKey, new Map());
      const tx = profile.read();
      fill(tx);
      await storing(() => profile.#write(tx, true, header));
      return profile;
    });
  }

  /** Throws ProfileAbsent, ProfileUnsupported, ProfileDamaged, WrongPassword. */
  static async open(name: string, password: string): Promise<Profile> {
    return await Profile.#opening(name, async (database) => {
      const profileKey = await profileKeyIn(database, password);
      const profile = new Profile(database, profileKey, await storing(() => namesIn(database)));
      await storing(() => database.put("writer", profile.#writer, WRITER));
      return profile;
    });
  }

  static async #opening(name: string, work: (database: Database) => Promise<Profile>): Promise<Profile> {
    let opened: Profile | null = null;
    const database = await storing(() => openDatabase(name, () => (opened as Profile | null)?.lose()));
    try {
      opened = await work(database);
      return opened;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** What still runs beside meets ProfileLocked at its next read or write. */
  close(): void {
    this.#closed = true;
    this.#profileKey.fill(0);
    this.#keys.wipe();
    this.#database.close();
  }

  /** Stores nothing more. */
  lose(): void {
    if (this.#closed) return;
    this.close();
    this.onLost();
  }

  #opened(): Database {
    if (this.#closed) throw new ProfileLocked();
    return this.#database;
  }

  /** Resolves when everything asked for so far is stored. */
  async idle(): Promise<void> {
    await this.#mutex.run(() => Promise.resolve());
  }

  /**
   * The profile opens with `replacement`, too, until `adoptPassword` or `keepPassword`: nobody is locked out whatever
   * happens between here and the server. Throws WrongPassword, nothing changed then.
   */
  async preparePassword(old: string, replacement: string, cost: PasswordCost = DEFAULT_COST): Promise<void> {
    const header = await storing(() => this.#opened().get("header", HEADER));
    if (header === undefined) throw new ProfileAbsent();
    (await unwrap(header, old)).fill(0);
    const next = await wrap(this.#profileKey, replacement, cost);
    await this.#changeHeader((headers) => headers.put(next, NEXT));
  }

  /** From now on only the replacement opens the profile. */
  async adoptPassword(): Promise<void> {
    await this.#changeHeader(async (headers) => {
      const next = await headers.get(NEXT);
      if (next === undefined) return;
      await headers.put(next, HEADER);
      await headers.delete(NEXT);
    });
  }

  /** The old password stays the only one. */
  async keepPassword(): Promise<void> {
    await this.#changeHeader((headers) => headers.delete(NEXT));
  }

  /** Wrap the profile key under `replacement`; the rows stay as they are. Throws WrongPassword, nothing changed then. */
  async changePassword(old: string, replacement: string, cost: PasswordCost = DEFAULT_COST): Promise<void> {
    await this.preparePassword(old, replacement, cost);
    await this.adoptPassword();
  }

  /** All or nothing, one at a time; `durable` waits for the disk (for pending commits). Must not be nested. */
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, durable = false): Promise<T> {
    return this.#mutex.run(async () => {
      this.#opened();
      const tx = this.read();
      const result = await work(tx);
      if (tx.changes.length > 0) await storing(() => this.#write(tx, durable));
      return result;
    });
  }

  /** For single reads outside a transaction. */
  read(): Transaction {
    return new Transaction(() => this.#opened(), this.#keys, this.#names);
  }

  async #write(tx: Transaction, durable: boolean, header?: Header): Promise<void> {
    const changes = tx.changes;
    await this.#writing(durable ? "strict" : "relaxed", header === undefined, async (headers, values, writers) => {
      if (header !== undefined && (await headers.getKey(HEADER)) !== undefined) throw new ProfileExists();
      const asked: Promise<unknown>[] = [];
      const ask = (request: Promise<unknown>): void => {
        request.catch(() => undefined); // the transaction fails with it, and tells
        asked.push(request);
      };
      if (header !== undefined) {
        ask(headers.put(header, HEADER));
        ask(writers.put(this.#writer, WRITER));
      }
      for (const { space, name, value } of changes) ask(value === null ? values.delete([space, name]) : values.put(value));
      await Promise.all(asked);
    });
    for (const { space, name, value } of changes) note(this.#names, space, name, value !== null);
  }

  async #changeHeader(change: (headers: Headers) => Promise<unknown>): Promise<void> {
    await storing(() => this.#writing("strict", true, change));
  }

  /** One transaction of the database, if this is still the writer. */
  async #writing(
    durability: IDBTransactionDurability,
    mine: boolean,
    work: (headers: Headers, values: Values, writers: Writers) => Promise<unknown>,
  ): Promise<void> {
    const writing = this.#opened().transaction(["header", "value", "writer"], "readwrite", { durability });
    writing.done.catch(() => undefined); // told below, however it ends
    try {
      const writers = writing.objectStore("writer");
      if (mine && (await writers.get(WRITER)) !== this.#writer) throw new ProfileTakenOver();
      await work(writing.objectStore("header"), writing.objectStore("value"), writers);
    } catch (error) {
      abort(writing);
      if (error instanceof ProfileTakenOver) this.lose();
      throw error;
    }
    await writing.done;
  }
}

/** What failed by itself has ended already. */
function abort(writing: { abort(): void }): void {
  try {
    writing.abort();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

type Stores = ("header" | "value" | "writer")[];
type Headers = IDBPObjectStore<Schema, Stores, "header", "readwrite">;
type Values = IDBPObjectStore<Schema, Stores, "value", "readwrite">;
type Writers = IDBPObjectStore<Schema, Stores, "writer", "readwrite">;

/** Throws ProfileAbsent, ProfileUnsupported, ProfileDamaged, WrongPassword. */
async function profileKeyIn(database: Database, password: string): Promise<Uint8Array> {
  const [header, next] = await storing(() => Promise.all([database.get("header", HEADER), database.get("header", NEXT)]));
  if (header === undefined) throw new ProfileAbsent();
  try {
    return await unwrap(header, password);
  } catch (error) {
    if (next === undefined || !(error instanceof WrongPassword)) throw error;
    return await unwrap(next, password);
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
