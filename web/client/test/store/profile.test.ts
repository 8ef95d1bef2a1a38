import "fake-indexeddb/auto";

import { deleteDB, openDB } from "idb";
import { beforeEach, expect, test, vi } from "vitest";

import { toHex, utf8 } from "../../src/crypto/bytes.ts";
import { openDatabase } from "../../src/store/database.ts";
import {
  ProfileAbsent,
  ProfileDamaged,
  ProfileExists,
  ProfileLocked,
  ProfileTakenOver,
  ProfileUnsupported,
  StorageFailed,
  StorageFull,
  WrongPassword,
} from "../../src/store/errors.ts";
import { Profile } from "../../src/store/profile.ts";

const PASSWORD = "a fair wind for Mombasa";
const COST = { opsLimit: 1, memoryBytes: 8192 };
let number = 0;
let name = "";

beforeEach(() => {
  name = `profile-${number++}`;
});

async function create(): Promise<Profile> {
  return await Profile.create(name, PASSWORD, (tx) => tx.put("account", utf8("self"), utf8("first")), COST);
}

async function numbers(profile: Profile, wanted = {}): Promise<number[]> {
  return (await profile.read().rows("items", wanted)).map((row) => row.number);
}

test("what was written is there after closing and opening with the password", async () => {
  const made = await create();
  await made.transaction((tx) => tx.put("items", utf8("a"), utf8("one"), 7));
  made.close();
  const profile = await Profile.open(name, PASSWORD);
  const tx = profile.read();
  expect(await tx.get("account", utf8("self"))).toEqual(utf8("first"));
  expect(await tx.rows("items")).toEqual([{ key: utf8("a"), number: 7, value: utf8("one") }]);
  expect(await tx.get("items", utf8("b"))).toBeNull();
  profile.close();
});

test("another password opens nothing, and a profile is never overwritten", async () => {
  await expect(Profile.open(name, PASSWORD)).rejects.toThrow(ProfileAbsent);
  (await create()).close();
  expect(await Profile.exists(name)).toBe(true);
  await expect(Profile.open(name, `${PASSWORD}!`)).rejects.toThrow(WrongPassword);
  await expect(Profile.create(name, "another one", (tx) => tx.put("account", utf8("self"), utf8("x")))).rejects.toThrow(ProfileExists);
  const profile = await Profile.open(name, PASSWORD);
  expect(await profile.read().get("account", utf8("self"))).toEqual(utf8("first"));
  profile.close();
});

test("the password may be composed differently by another keyboard", async () => {
  const profile = await Profile.create(name, "e\u0301te\u0301 long", () => undefined, COST);
  profile.close();
  (await Profile.open(name, "\u00e9t\u00e9 long")).close();
});

test("a transaction that fails leaves nothing behind", async () => {
  const profile = await create();
  const failing = profile.transaction(async (tx) => {
    tx.put("items", utf8("a"), utf8("one"), 1);
    expect(await tx.get("items", utf8("a"))).toEqual(utf8("one"));
    throw new Error("on purpose");
  });
  await expect(failing).rejects.toThrow("on purpose");
  expect(await numbers(profile)).toEqual([]);
  expect(profile.read().has("items", utf8("a"))).toBe(false);
  profile.close();
});

test("rows come in order, in pages from either end, with what the transaction itself wrote and deleted", async () => {
  const profile = await create();
  await profile.transaction((tx) => {
    for (let at = 1; at <= 9; at++) tx.put("items", utf8(`k${at}`), utf8(`v${at}`), at);
    tx.put("other", utf8("x"), utf8("y"), 3);
  });
  expect(await numbers(profile, { after: 2, limit: 3 })).toEqual([3, 4, 5]);
  expect(await numbers(profile, { before: 5, limit: 2, last: true })).toEqual([3, 4]);
  expect(await numbers(profile, { last: true, limit: 2 })).toEqual([8, 9]);
  expect(await numbers(profile, { after: 9 })).toEqual([]);
  await profile.transaction(async (tx) => {
    tx.delete("items", utf8("k2"));
    tx.put("items", utf8("k3"), utf8("moved"), 20);
    tx.put("items", utf8("k10"), utf8("v10"), 10);
    expect((await tx.rows("items", { limit: 2 })).map((row) => row.number)).toEqual([1, 4]);
    expect((await tx.rows("items", { limit: 2, last: true })).map((row) => row.number)).toEqual([10, 20]);
    expect(tx.count("items")).toBe(9);
  });
  expect(await numbers(profile)).toEqual([1, 4, 5, 6, 7, 8, 9, 10, 20]);
  await profile.transaction((tx) => tx.clear("items"));
  expect([await numbers(profile), profile.read().count("items"), profile.read().count("other")]).toEqual([[], 0, 1]);
  profile.close();
});

test("one transition after the other, in the order asked for", async () => {
  const profile = await create();
  const add = async (): Promise<void> => {
    await profile.transaction(async (tx) => {
      const seen = await tx.get("count", utf8("n"));
      await Promise.resolve();
      tx.put("count", utf8("n"), Uint8Array.of((seen?.[0] ?? 0) + 1));
    });
  };
  await Promise.all(Array.from({ length: 20 }, add));
  expect(await profile.read().get("count", utf8("n"))).toEqual(Uint8Array.of(20));
  profile.close();
});

test("a new password opens, the old one no longer; a wrong one changes nothing", async () => {
  const profile = await create();
  await expect(profile.changePassword("wrong", "new password", COST)).rejects.toThrow(WrongPassword);
  await profile.changePassword(PASSWORD, "new password", COST);
  profile.close();
  await expect(Profile.open(name, PASSWORD)).rejects.toThrow(WrongPassword);
  (await Profile.open(name, "new password")).close();
});

test("once closed, nothing is read or written any more", async () => {
  const profile = await create();
  const tx = profile.read();
  profile.close();
  await expect(tx.get("account", utf8("self"))).rejects.toThrow(ProfileLocked);
  await expect(profile.read().rows("account")).rejects.toThrow(ProfileLocked);
  await expect(profile.transaction((writing) => writing.put("account", utf8("self"), utf8("late")))).rejects.toThrow(ProfileLocked);
  const again = await Profile.open(name, PASSWORD);
  expect(await again.read().get("account", utf8("self"))).toEqual(utf8("first"));
  again.close();
});

test("the database shows neither names nor values, and its key cannot be taken out", async () => {
  const profile = await create();
  const secret = utf8("Operation Tiger");
  await profile.transaction((tx) => tx.put("items/tiger", utf8("KE/otieno"), secret, 1));
  const database = await openDatabase(name);
  const stored = await database.getAll("value");
  const header = (await database.get("header", "profile"))!;
  const text = stored.map((value) => toHex(value.sealed) + value.name + value.space).join();
  for (const word of ["tiger", "otieno", "Tiger"]) {
    expect(text.includes(word) || text.includes(toHex(utf8(word)))).toBe(false);
  }
  expect(header.browserKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey("raw", header.browserKey)).rejects.toThrow();
  database.close();
  profile.close();
});

test("a value that was altered or put in another's place is refused", async () => {
  const profile = await create();
  await profile.transaction((tx) => {
    tx.put("items", utf8("a"), utf8("one"), 1);
    tx.put("items", utf8("b"), utf8("two"), 2);
  });
  const database = await openDatabase(name);
  const values = (await database.getAll("value")).filter((value) => value.number > 0);
  const [first, second] = values as [(typeof values)[0], (typeof values)[0]];
  await database.put("value", { ...first, sealed: second.sealed });
  await expect(profile.read().rows("items")).rejects.toThrow(ProfileDamaged);
  const header = (await database.get("header", "profile"))!;
  await database.put("header", { ...header, wrapped: header.wrapped.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) }, "profile");
  await expect(Profile.open(name, PASSWORD)).rejects.toThrow(ProfileDamaged);
  await database.put("header", { ...header, format: 2 }, "profile");
  await expect(Profile.open(name, PASSWORD)).rejects.toThrow(ProfileUnsupported);
  database.close();
  profile.close();
});

test("the newest rows are found across any holes in their numbers", async () => {
  const profile = await create();
  await profile.transaction((tx) => {
    for (const number of [1, 2, 900, 40_000, 40_001]) tx.put("items", utf8(String(number)), utf8("x"), number);
  });
  expect(await numbers(profile, { last: true, limit: 1 })).toEqual([40_001]);
  expect(await numbers(profile, { last: true, limit: 3 })).toEqual([900, 40_000, 40_001]);
  expect(await numbers(profile, { last: true, limit: 4, before: 40_001 })).toEqual([1, 2, 900, 40_000]);
  expect(await numbers(profile, { last: true, limit: 9 })).toEqual([1, 2, 900, 40_000, 40_001]);
  expect(await numbers(profile, { last: true, limit: 9, after: 2, before: 40_000 })).toEqual([900]);
  expect(await numbers(profile, { last: true, limit: 2, after: 40_001 })).toEqual([]);
  profile.close();
});

// ---------------------------------------------------------------- one writer

test("who opened the profile last writes; the one before stores nothing more and is told once", async () => {
  const first = await create();
  let lost = 0;
  first.onLost = () => lost++;
  const second = await Profile.open(name, PASSWORD);
  await second.transaction((tx) => tx.put("items", utf8("a"), utf8("second"), 1));
  await expect(first.transaction((tx) => tx.put("items", utf8("a"), utf8("first"), 1))).rejects.toThrow(ProfileTakenOver);
  await expect(first.transaction((tx) => tx.put("items", utf8("a"), utf8("first"), 1))).rejects.toThrow(ProfileLocked);
  await expect(first.changePassword(PASSWORD, "another password", COST)).rejects.toThrow(ProfileLocked);
  expect(lost).toBe(1);
  expect(await second.read().get("items", utf8("a"))).toEqual(utf8("second"));
  second.close();
  (await Profile.open(name, PASSWORD)).close();
});

test("a closed profile reads and writes nothing, and its keys are overwritten", async () => {
  const profile = await create();
  const reading = profile.read();
  profile.close();
  await expect(reading.get("account", utf8("self"))).rejects.toThrow(ProfileLocked);
  await expect(reading.get("never", utf8("written"))).rejects.toThrow(ProfileLocked);
  await expect(reading.rows("items")).rejects.toThrow(ProfileLocked);
  expect(() => reading.put("items", utf8("a"), utf8("late"))).toThrow(ProfileLocked);
  let ran = false;
  await expect(profile.transaction(() => (ran = true))).rejects.toThrow(ProfileLocked);
  expect(ran).toBe(false);
});

// ---------------------------------------------------------------- a password on its way

test("while a password changes both open the profile; adopted, only the new one does", async () => {
  const profile = await create();
  await expect(profile.preparePassword("not the password", "another password", COST)).rejects.toThrow(WrongPassword);
  await profile.preparePassword(PASSWORD, "another password", COST);
  profile.close();
  (await Profile.open(name, PASSWORD)).close();
  const again = await Profile.open(name, "another password");
  await again.adoptPassword();
  await again.adoptPassword();
  again.close();
  await expect(Profile.open(name, PASSWORD)).rejects.toThrow(WrongPassword);
  (await Profile.open(name, "another password")).close();
});

test("a password that is not taken opens nothing", async () => {
  const profile = await create();
  await profile.preparePassword(PASSWORD, "another password", COST);
  await profile.keepPassword();
  profile.close();
  await expect(Profile.open(name, "another password")).rejects.toThrow(WrongPassword);
  (await Profile.open(name, PASSWORD)).close();
});

// ---------------------------------------------------------------- the browser's storage fails

test.each([
  ["QuotaExceededError", StorageFull],
  ["UnknownError", StorageFailed],
])("%s is told by its kind, and what was stored before is whole", async (word, kind) => {
  const profile = await create();
  await profile.transaction((tx) => tx.put("items", utf8("a"), utf8("one"), 1));
  const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("no", word);
  });
  try {
    await expect(profile.transaction((tx) => tx.put("items", utf8("a"), utf8("two"), 1))).rejects.toThrow(kind);
    await expect(profile.preparePassword(PASSWORD, "another password", COST)).rejects.toThrow(kind);
  } finally {
    put.mockRestore();
  }
  expect(await profile.read().get("items", utf8("a"))).toEqual(utf8("one"));
  await profile.transaction((tx) => tx.put("items", utf8("a"), utf8("three"), 1));
  profile.close();
  const again = await Profile.open(name, PASSWORD);
  expect(await again.read().get("items", utf8("a"))).toEqual(utf8("three"));
  again.close();
});

test("a database that newer code has written is refused by its kind, and left alone", async () => {
  (await create()).close();
  const newer = await openDB(name, 99);
  newer.close();
  await expect(Profile.open(name, PASSWORD)).rejects.toThrow(ProfileUnsupported);
  await expect(Profile.exists(name)).rejects.toThrow(ProfileUnsupported);
  const still = await openDB(name);
  expect([still.version, await still.count("value")]).toEqual([99, 1]);
  still.close();
});

test("a database of the first version opens with everything in it", async () => {
  (await create()).close();
  const made = await openDB(name);
  const [header, values] = [await made.get("header", "profile"), await made.getAll("value")];
  made.close();
  await deleteDB(name);
  const old = await openDB(name, 1, {
    upgrade(database) {
      database.createObjectStore("header");
      database.createObjectStore("value", { keyPath: ["space", "name"] }).createIndex("order", ["space", "number", "name"]);
    },
  });
  await old.put("header", header, "profile");
  for (const value of values) await old.put("value", value);
  old.close();
  const profile = await Profile.open(name, PASSWORD);
  expect(await profile.read().get("account", utf8("self"))).toEqual(utf8("first"));
  await profile.transaction((tx) => tx.put("items", utf8("a"), utf8("new"), 1));
  profile.close();
});

test("a tab that newer code pushes aside lets go of the database, and says so", async () => {
  const profile = await create();
  const told = new Promise<void>((done) => (profile.onLost = done));
  const newer = await openDB(name, 99);
  await told;
  newer.close();
  await expect(profile.transaction((tx) => tx.put("items", utf8("a"), utf8("late")))).rejects.toThrow(ProfileLocked);
});
