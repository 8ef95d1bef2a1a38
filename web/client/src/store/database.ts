/** The browser's database: one header and sealed values; nothing in here is readable by itself. */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

const VERSION = 2;

/** How the profile key is wrapped; `wrapped` opens with the password only after `browserKey` has opened it. */
export interface Header {
  readonly format: number;
  readonly opsLimit: number;
  readonly memoryBytes: number;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly wrapped: Uint8Array<ArrayBuffer>;
  /** AES-GCM, not extractable: a copy of the stored bytes alone opens nothing. */
  readonly browserKey: CryptoKey;
}

/** One sealed value; `space` and `name` are keyed hashes. */
export interface StoredValue {
  readonly space: string;
  readonly name: string;
  readonly number: number;
  readonly sealed: Uint8Array;
}

export interface Schema extends DBSchema {
  header: { key: "profile" | "next"; value: Header };
  /** Who writes: a fresh name each time that the profile is opened. */
  writer: { key: "writer"; value: string };
  value: { key: [string, string]; value: StoredValue; indexes: { order: [string, number, string] } };
}

export type Database = IDBPDatabase<Schema>;

/** Opens (or makes) the database `name`; `onLost` is called when the browser takes it away, or newer code wants it. */
export async function openDatabase(name: string, onLost: () => void = () => undefined): Promise<Database> {
  return await openDB<Schema>(name, VERSION, {
    upgrade(database, before) {
      if (before < 1) {
        database.createObjectStore("header");
        const values = database.createObjectStore("value", { keyPath: ["space", "name"] });
        values.createIndex("order", ["space", "number", "name"]);
      }
      database.createObjectStore("writer");
    },
    blocking: onLost,
    terminated: onLost,
  });
}
