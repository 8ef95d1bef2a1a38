/** Showing a new device the way in, from one that is there (PROTOCOL §1.3; twin of `cencomm.client.device_codes`). */

import { DeviceCode } from "../crypto/device_code.ts";
import { Secret } from "../crypto/primitives.ts";
import { VaultWraps } from "../crypto/vault.ts";
import type { Profile } from "../store/profile.ts";
import { readAccount } from "./account_row.ts";
import type { Api } from "./http.ts";
import { Stretched } from "./passwords.ts";

/**
 * The code that takes the sheet's place on a new device; the password has to be typed for it.
 *
 * Throws WrongPassword: nothing is shown. ServerUnreachable, ServerRefused.
 */
export async function deviceCode(api: Api, profile: Profile, password: string): Promise<DeviceCode> {
  const row = await readAccount(profile);
  const accountKey = new Secret<"AK">(row.accountKey);
  const wraps = VaultWraps.decode((await api.vaultWraps()).wraps);
  new Stretched(password, wraps.kdf).vaultKeys(wraps, row.account, accountKey);
  return new DeviceCode(row.serverUrl, row.deploymentId, row.rootPublicKey, row.account, row.displayName, accountKey);
}
