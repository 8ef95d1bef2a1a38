/** Key packages at the server's directory: made here, private halves in the profile, refilled when they run low. */

import { equal } from "../crypto/bytes.ts";
import { KeyPackageBundle, newKeyPackage } from "../crypto/mls/secret/key_package.ts";
import type { Profile } from "../store/profile.ts";
import type { ServerClock } from "./clock.ts";
import { type Device, SUITE, leafIdentity, lifetime } from "./device.ts";
import type { Api } from "./http.ts";
import { tables } from "./model.ts";

const BATCH = 10;
/** The row's number. A last-resort package may be used again, so its private half stays. */
const ONCE = 0;
const LAST_RESORT = 1;

/** Upload what is missing. The private halves are on disk before the public ones leave. */
export async function refillKeyPackages(api: Api, profile: Profile, device: Device, clock: ServerClock): Promise<void> {
  const there = await api.countKeyPackages();
  const wanted = there.count < Math.max(1, there.lowWater) ? Math.max(BATCH, 2 * there.lowWater) - there.count : 0;
  if (wanted === 0 && there.lastResort) return;
  const make = () => newKeyPackage(SUITE, leafIdentity(device), lifetime(clock.nowMs()));
  const fresh = Array.from({ length: wanted }, make);
  const last = there.lastResort ? null : make();
  await profile.transaction((tx) => {
    for (const bundle of fresh) tx.put(tables.keyPackages, bundle.reference, bundle.encode(), ONCE);
    if (last !== null) tx.put(tables.keyPackages, last.reference, last.encode(), LAST_RESORT);
  }, true);
  await api.uploadKeyPackages(fresh.map((bundle) => bundle.message()), last === null ? null : last.message());
}

/** The private half of a key package of this device. */
export async function findBundle(
  profile: Profile,
  reference: Uint8Array,
): Promise<{ bundle: KeyPackageBundle; lastResort: boolean } | null> {
  const tx = profile.read();
  const data = await tx.get(tables.keyPackages, reference);
  if (data === null) return null;
  const bundle = KeyPackageBundle.decode(data);
  const lasting = await tx.rows(tables.keyPackages, { after: ONCE });
  return { bundle, lastResort: lasting.some((row) => equal(row.key, reference)) };
}
