/** Key packages at the server's directory: made here, private halves in the profile, refilled when they run low. */

import { equal } from "../crypto/bytes.ts";
import { KeyPackageBundle, newKeyPackage } from "../crypto/mls/secret/key_package.ts";
import type { Profile } from "../store/profile.ts";
import type { Transaction } from "../store/transaction.ts";
import type { ServerClock } from "./clock.ts";
import { type Device, SUITE, leafIdentity, lifetime } from "./device.ts";
import type { Api } from "./http.ts";
import { tables } from "./model.ts";

const BATCH = 10;
/** The row's number. A last-resort package may be used again, so its private half stays. */
const ONCE = 0;
const LAST_RESORT = 1;
/** It was used, or its week is over: another one takes its place, its private half stays for what is on its way. */
const REPLACED = 2;
const LAST_RESORT_SECONDS = 7 * 24 * 3600;

/** Upload what is missing or has served. The private halves are on disk before the public ones leave. */
export async function refillKeyPackages(api: Api, profile: Profile, device: Device, clock: ServerClock): Promise<void> {
  const nowS = clock.nowMs() / 1000;
  const there = await api.countKeyPackages();
  const wanted = there.count < Math.max(1, there.lowWater) ? Math.max(BATCH, 2 * there.lowWater) - there.count : 0;
  const rotates = !there.lastResort || !(await servesOn(profile, nowS));
  if (wanted === 0 && !rotates) return;
  const make = () => newKeyPackage(SUITE, leafIdentity(device), lifetime(clock.nowMs()));
  const fresh = Array.from({ length: wanted }, make);
  const last = rotates ? make() : null;
  await profile.transaction(async (tx) => {
    await dropExpired(tx, nowS);
    for (const bundle of fresh) tx.put(tables.keyPackages, bundle.reference, bundle.encode(), ONCE);
    if (last !== null) await replaceLastResort(tx, last);
  }, true);
  await api.uploadKeyPackages(fresh.map((bundle) => bundle.message()), last === null ? null : last.message());
}

/** Whether there is a last-resort package that nobody has used yet, of this week. */
async function servesOn(profile: Profile, nowS: number): Promise<boolean> {
  const rows = await profile.read().rows(tables.keyPackages, { after: ONCE, before: REPLACED });
  return rows.some((row) => lifetimeOf(row.value).fromS > nowS - LAST_RESORT_SECONDS);
}

async function replaceLastResort(tx: Transaction, bundle: KeyPackageBundle): Promise<void> {
  for (const row of await tx.rows(tables.keyPackages, { after: ONCE, before: REPLACED })) {
    tx.put(tables.keyPackages, row.key, row.value, REPLACED);
  }
  tx.put(tables.keyPackages, bundle.reference, bundle.encode(), LAST_RESORT);
}

async function dropExpired(tx: Transaction, nowS: number): Promise<void> {
  for (const row of await tx.rows(tables.keyPackages)) {
    if (lifetimeOf(row.value).untilS < nowS) tx.delete(tables.keyPackages, row.key);
  }
}

/** Seconds since 1970; a key package's leaf has them always. */
function lifetimeOf(data: Uint8Array): { readonly fromS: number; readonly untilS: number } {
  const { notBeforeS, notAfterS } = KeyPackageBundle.decode(data).keyPackage.leafNode.lifetime!;
  return { fromS: Number(notBeforeS), untilS: Number(notAfterS) };
}

/** The private half of a key package of this device. */
export async function findBundle(profile: Profile, reference: Uint8Array): Promise<KeyPackageBundle | null> {
  const data = await profile.read().get(tables.keyPackages, reference);
  return data === null ? null : KeyPackageBundle.decode(data);
}

/** A Welcome was opened with it: a single one goes, a last-resort one is replaced at the next refill. */
export async function used(tx: Transaction, bundle: KeyPackageBundle): Promise<void> {
  const lasting = await tx.rows(tables.keyPackages, { after: ONCE });
  const name = bundle.reference;
  if (!lasting.some((row) => equal(row.key, name))) tx.delete(tables.keyPackages, name);
  else tx.put(tables.keyPackages, name, bundle.encode(), REPLACED);
}
