import "fake-indexeddb/auto";

import { expect, test } from "vitest";

import { sha256 } from "../../src/crypto/primitives.ts";
import { Heads } from "../../src/engine/heads.ts";
import { Profile } from "../../src/store/profile.ts";

const COST = { opsLimit: 1, memoryBytes: 8192 };
const CUG = new Uint8Array(16);
const hash = (n: number): Uint8Array => sha256(Uint8Array.of(n >> 8, n & 255));

test("every head is found again, also after a restart and across chunks", async () => {
  const profile = await Profile.create("heads", "password", () => undefined, COST);
  const heads = new Heads(CUG);
  await profile.transaction(async (tx) => {
    for (let n = 1; n <= 300; n++) await heads.append(tx, n, hash(n));
    heads.save(tx);
  });
  const again = new Heads(CUG);
  const tx = profile.read();
  for (const n of [1, 128, 129, 256, 257, 300]) expect(await again.at(tx, n)).toEqual(hash(n));
  for (const n of [0, -1, 301, 1000]) expect(await again.at(tx, n)).toBeNull();
  profile.close();
});

test("after a transaction that failed, the rows count", async () => {
  const profile = await Profile.create("heads-failed", "password", () => undefined, COST);
  const heads = new Heads(CUG);
  const failing = profile.transaction(async (tx) => {
    await heads.append(tx, 1, hash(1));
    throw new Error("on purpose");
  });
  await expect(failing).rejects.toThrow();
  heads.forget();
  expect(await heads.at(profile.read(), 1)).toBeNull();
  profile.close();
});
