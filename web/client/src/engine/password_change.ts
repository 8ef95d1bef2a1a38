/** A new password: the vault is wrapped anew and the server's verifier replaced in one step, then the profile (§1.3). */

import { Secret } from "../crypto/primitives.ts";
import { VaultWraps, rewrap } from "../crypto/vault.ts";
import { DEFAULT_COST, type PasswordCost } from "../store/keys.ts";
import type { Profile } from "../store/profile.ts";
import { changeAccount, readAccount } from "./account_row.ts";
import type { Api } from "./http.ts";
import { Stretched, newKdf, requireStrength } from "./passwords.ts";

/**
 * Every other session of the account ends.
 *
 * Throws WrongPassword, WeakPassword, ServerRefused, ServerUnreachable: nothing is changed then.
 */
export async function changePassword(
  api: Api,
  profile: Profile,
  old: string,
  replacement: string,
  cost: PasswordCost = DEFAULT_COST,
): Promise<void> {
  requireStrength(replacement);
  const row = await readAccount(profile);
  const account = row.account;
  const accountKey = new Secret<"AK">(row.accountKey);
  const stored = await api.vaultWraps();
  const wraps = VaultWraps.decode(stored.wraps);
  const before = new Stretched(old, wraps.kdf);
  const keys = before.vaultKeys(wraps, account, accountKey);
  const after = new Stretched(replacement, newKdf(await api.deployment()));
  const again = rewrap(wraps, keys, after.from(accountKey));
  const authenticationKey = after.authenticationKey(accountKey);
  await api.changePassword({
    authenticationKey: before.authenticationKey(accountKey),
    newKdf: after.kdf,
    newAuthenticationKey: authenticationKey,
    expectedWrapsVersion: stored.version,
    wraps: again.encode(),
  });
  await changeAccount(profile, { authenticationKey });
  await profile.changePassword(old, replacement, cost);
}
