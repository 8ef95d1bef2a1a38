/**
 * A new password: the vault is wrapped anew and the server's verifier replaced in one step, then the profile (§1.3).
 *
 *     prepared here (both passwords open the profile) ──> changed at the server ──> adopted here
 *         │                                                    │
 *         └── refused: kept as it was                          └── no answer: the next sign-in finds out which one holds
 */

import { Secret } from "../crypto/primitives.ts";
import { VaultWraps, rewrap } from "../crypto/vault.ts";
import { WrongPassword } from "../store/errors.ts";
import { DEFAULT_COST, type PasswordCost } from "../store/keys.ts";
import type { Profile } from "../store/profile.ts";
import { changeAccount, readAccount } from "./account_row.ts";
import { signIn } from "./enrol.ts";
import { ServerRefused } from "./errors.ts";
import type { Api } from "./http.ts";
import { Stretched, newKdf, requireStrength } from "./passwords.ts";

const NONE = new Uint8Array();

/**
 * Every other session of the account ends.
 *
 * Throws WrongPassword, WeakPassword, ServerRefused: nothing is changed then. ServerUnreachable: it may have been changed;
 * both passwords open the profile until the server has said which one holds.
 */
export async function changePassword(
  api: Api,
  profile: Profile,
  old: string,
  replacement: string,
  cost: PasswordCost = DEFAULT_COST,
): Promise<void> {
  requireStrength(replacement);
  if ((await readAccount(profile)).nextAuthenticationKey.length > 0) await signInAgain(api, profile);
  const row = await readAccount(profile);
  const accountKey = new Secret<"AK">(row.accountKey);
  const stored = await api.vaultWraps();
  const wraps = VaultWraps.decode(stored.wraps);
  const before = new Stretched(old, wraps.kdf);
  const keys = before.vaultKeys(wraps, row.account, accountKey);
  const after = new Stretched(replacement, newKdf(await api.deployment()));
  const again = rewrap(wraps, keys, after.from(accountKey));
  const authenticationKey = after.authenticationKey(accountKey);
  await changeAccount(profile, { nextAuthenticationKey: authenticationKey });
  try {
    await profile.preparePassword(old, replacement, cost);
    await api.changePassword({
      authenticationKey: before.authenticationKey(accountKey),
      newKdf: after.kdf,
      newAuthenticationKey: authenticationKey,
      expectedWrapsVersion: stored.version,
      wraps: again.encode(),
    });
  } catch (error) {
    // Anything else may have come too late: then the next sign-in tells.
    if (error instanceof ServerRefused || error instanceof WrongPassword) await keep(profile);
    throw error;
  }
  await adopt(profile, authenticationKey);
}

/** A session under the password that holds: the old one, or the new one where no answer came when it was changed. */
export async function signInAgain(api: Api, profile: Profile): Promise<void> {
  const { account, authenticationKey, nextAuthenticationKey } = await readAccount(profile);
  try {
    await signIn(api, account, authenticationKey);
    if (nextAuthenticationKey.length > 0) await keep(profile);
  } catch (error) {
    if (!(error instanceof ServerRefused) || nextAuthenticationKey.length === 0) throw error;
    await signIn(api, account, nextAuthenticationKey);
    await adopt(profile, nextAuthenticationKey);
  }
}

async function adopt(profile: Profile, authenticationKey: Uint8Array): Promise<void> {
  await profile.adoptPassword();
  await changeAccount(profile, { authenticationKey, nextAuthenticationKey: NONE });
}

async function keep(profile: Profile): Promise<void> {
  await profile.keepPassword();
  await changeAccount(profile, { nextAuthenticationKey: NONE });
}
