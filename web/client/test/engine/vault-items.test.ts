import { expect, test } from "vitest";

import { fromHex, toHex } from "../../src/crypto/bytes.ts";
import { randomBytes } from "../../src/crypto/primitives.ts";
import { ServerMisbehaved } from "../../src/engine/errors.ts";
import { decodeKept, encodeKept, openKept, sealKept } from "../../src/engine/vault_items.ts";
import { askPython } from "../python.ts";

const bytes = (from: number, count: number): Uint8Array => Uint8Array.from({ length: count }, (_, index) => from + index);
const [CUG, GROUP, HASH] = [bytes(0, 16), bytes(16, 16), bytes(0, 32)];
const KEPT = {
  cugId: CUG,
  keys: [{ groupId: GROUP, epoch: 300, key: HASH }],
  checkpoint: { cugId: CUG, headN: 70_000, headHash: HASH, groupId: GROUP, epoch: 300 },
};

test("a Python device of the account reads what the browser saved, and the other way round", () => {
  const said = askPython<{ kept: string; same: boolean }>("vault_peer.py", { kept: toHex(encodeKept(KEPT)) });
  expect([said.same, said.kept]).toEqual([true, toHex(encodeKept(KEPT))]);
  expect(decodeKept(fromHex(said.kept))).toEqual(KEPT);
});

test("an item opens for its account and place only", () => {
  const key = randomBytes(32);
  const stored = { ...sealKept(key, "KE/otieno", KEPT), position: 1 };
  expect(openKept(key, "KE/otieno", stored)).toEqual(KEPT);
  expect(() => openKept(key, "KE/other", stored)).toThrow(ServerMisbehaved);
  expect(() => openKept(key, "KE/otieno", { ...stored, itemId: GROUP })).toThrow(ServerMisbehaved);
  expect(() => openKept(randomBytes(32), "KE/otieno", stored)).toThrow(ServerMisbehaved);
  expect(() => openKept(key, "KE/otieno", { ...stored, data: stored.data.slice(1) })).toThrow(ServerMisbehaved);
});
