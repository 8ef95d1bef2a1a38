import "fake-indexeddb/auto";

import { beforeEach, expect, test } from "vitest";

import { utf8 } from "../../src/crypto/bytes.ts";
import { newId } from "../../src/engine/ids.ts";
import { Outbox, WINDOW, requireSize } from "../../src/engine/outbox.ts";
import { Profile } from "../../src/store/profile.ts";
import { EventKind, RECORD_BYTES } from "../../src/wire/frames.ts";

const COST = { opsLimit: 1, memoryBytes: 8192 };
const CUG = new Uint8Array(16);
let number = 0;
let profile: Profile;
let outbox: Outbox;

beforeEach(async () => {
  profile = await Profile.create(`outbox-${number++}`, "password", () => undefined, COST);
  outbox = new Outbox(CUG);
  return () => profile.close();
});

async function add(text: string): Promise<Uint8Array> {
  const clientRef = newId();
  await profile.transaction((tx) => outbox.add(tx, EventKind.RECORD, { clientRef, personal: utf8(text) }));
  return clientRef;
}

async function restarted(): Promise<Outbox> {
  const again = new Outbox(CUG);
  await again.load(profile.read());
  return again;
}

test("what was queued is due in its order, also after a restart", async () => {
  for (const text of ["one", "two", "three"]) await add(text);
  const again = await restarted();
  expect(again.due().map((row) => row.personal)).toEqual(["one", "two", "three"].map(utf8));
  await profile.transaction((tx) => again.add(tx, EventKind.RECORD, { clientRef: newId(), personal: utf8("four") }));
  expect((await restarted()).due().at(-1)?.personal).toEqual(utf8("four"));
});

test("only so many are under way at once; a broken connection makes them due again", async () => {
  for (let at = 0; at < WINDOW + 3; at++) await add(String(at));
  for (const row of outbox.due()) outbox.sent(row.clientRef);
  expect(outbox.due()).toEqual([]);
  outbox.disconnected();
  expect(outbox.due()).toHaveLength(WINDOW);
});

test("what is refused for now is due again only once it has rested, all of it together", async () => {
  const [one, two] = [await add("one"), await add("two")];
  for (const row of outbox.due()) outbox.sent(row.clientRef);
  expect([outbox.rest(one), outbox.rest(two), outbox.due()]).toEqual([true, false, []]);
  outbox.rested();
  expect(outbox.due()).toHaveLength(2);
});

test("an acknowledged sending stays until it comes back, and is missed once its place is passed", async () => {
  const clientRef = await add("one");
  await profile.transaction((tx) => outbox.acknowledged(tx, clientRef, 7));
  expect([outbox.due(), outbox.missing(6), outbox.missing(7).length, outbox.waiting]).toEqual([[], [], 1, 1]);
  await profile.transaction((tx) => outbox.cameBack(tx, clientRef));
  expect([outbox.waiting, (await restarted()).waiting]).toEqual([0, 0]);
});

test("what was refused for good is neither sent again nor lost from sight", async () => {
  const clientRef = await add("one");
  await profile.transaction((tx) => outbox.refused(tx, clientRef, "wire.too_large"));
  const again = await restarted();
  expect([again.due(), again.waiting, again.row(clientRef)?.failed]).toEqual([[], 0, "wire.too_large"]);
});

test("what no server would take is refused with its size before it is queued", () => {
  requireSize({ personal: new Uint8Array(RECORD_BYTES * 0.9) });
  const facts = { size_kb: 265, limit_kb: 256 };
  const half = new Uint8Array(RECORD_BYTES / 2);
  expect(() => requireSize({ public: half, personal: half })).toThrow(expect.objectContaining({ code: "client.record_too_large", facts }));
});
