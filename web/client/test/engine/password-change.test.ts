/**
 * A password that changes, with a server of the test's own that can fall silent at the worst moment (PROTOCOL §1.3).
 *
 * PW-01 changed on both sides: only the new password opens the profile, and it signs in
 * PW-02 refused by the server: nothing is changed, and the new password opens nothing
 * PW-03 no answer, but it was changed: both open until the next sign-in, then only the new one
 * PW-04 no answer, and it was not changed: both open until the next sign-in, then only the old one
 */

import "fake-indexeddb/auto";

import { beforeEach, expect, test } from "vitest";

import { equal } from "../../src/crypto/bytes.ts";
import { Secret } from "../../src/crypto/primitives.ts";
import { FLOOR_MEMORY_BYTES, FLOOR_OPS_LIMIT, createWraps, newVaultKeys } from "../../src/crypto/vault.ts";
import { readAccount } from "../../src/engine/account_row.ts";
import { ServerRefused, ServerUnreachable } from "../../src/engine/errors.ts";
import type { Api } from "../../src/engine/http.ts";
import { ACCOUNT, SELF, packRow, tables } from "../../src/engine/model.ts";
import { changePassword, signInAgain } from "../../src/engine/password_change.ts";
import { Stretched, newKdf } from "../../src/engine/passwords.ts";
import { WrongPassword } from "../../src/store/errors.ts";
import { Profile } from "../../src/store/profile.ts";

const OLD = "a fair wind for Mombasa";
const NEW = "no wind at all in Dakar";
const COST = { opsLimit: 1, memoryBytes: 8192 };
const NAME = "KE/otieno";
const KDF = { kdfOpsLimit: FLOOR_OPS_LIMIT, kdfMemoryBytes: FLOOR_MEMORY_BYTES };
let number = 0;
let profile: Profile;
let name = "";
/** What the server holds the password to. */
let verifier: Uint8Array;
let answer: "honest" | "refuses" | "changes and falls silent" | "falls silent";
let api: Api;

beforeEach(async () => {
  const accountKey = new Secret<"AK">(32);
  const stretched = new Stretched(OLD, newKdf(KDF as never));
  const wraps = createWraps(newVaultKeys(), NAME, stretched.from(accountKey), new Secret<"R">(32).fill(7) as Secret<"R">);
  verifier = stretched.authenticationKey(accountKey);
  name = `password-${number++}`;
  const row = { ...ACCOUNT, account: NAME, accountKey, authenticationKey: verifier };
  profile = await Profile.create(name, OLD, (tx) => tx.put(tables.account, SELF, packRow(row)), COST);
  answer = "honest";
  const server = {
    vaultWraps: () => Promise.resolve({ version: 1, wraps: wraps.encode() }),
    deployment: () => Promise.resolve(KDF),
    changePassword: ({ newAuthenticationKey }: { newAuthenticationKey: Uint8Array }) => {
      if (answer === "refuses") return Promise.reject(new ServerRefused("vault.wraps_changed"));
      if (answer !== "falls silent") verifier = newAuthenticationKey;
      return answer === "honest" ? Promise.resolve() : Promise.reject(new ServerUnreachable());
    },
    signInFinish: (account: string, key: Uint8Array) =>
      equal(key, verifier) ? Promise.resolve(account) : Promise.reject(new ServerRefused("accounts.sign_in_refused")),
  };
  api = server as unknown as Api;
});

/** Which of the two passwords open the profile. */
async function opening(): Promise<string[]> {
  profile.close();
  const found: string[] = [];
  for (const password of [OLD, NEW]) {
    try {
      profile = await Profile.open(name, password);
      found.push(password);
      profile.close();
    } catch (error) {
      expect(error).toBeInstanceOf(WrongPassword);
    }
  }
  profile = await Profile.open(name, found[0]!);
  return found;
}

test("PW-01 only the new password opens the profile afterwards, and it signs in", async () => {
  await changePassword(api, profile, OLD, NEW, COST);
  expect(await opening()).toEqual([NEW]);
  await signInAgain(api, profile);
  expect((await readAccount(profile)).nextAuthenticationKey).toHaveLength(0);
});

test("PW-02 what the server refuses changes nothing", async () => {
  answer = "refuses";
  await expect(changePassword(api, profile, OLD, NEW, COST)).rejects.toThrow(ServerRefused);
  await expect(changePassword(api, profile, "not the password", NEW, COST)).rejects.toThrow(WrongPassword);
  expect(await opening()).toEqual([OLD]);
  await signInAgain(api, profile);
});

test.each([
  ["PW-03", "changes and falls silent", NEW],
  ["PW-04", "falls silent", OLD],
] as const)("%s a server that %s leaves both passwords until the next sign-in", async (_, how, holds) => {
  answer = how;
  await expect(changePassword(api, profile, OLD, NEW, COST)).rejects.toThrow(ServerUnreachable);
  expect(await opening()).toEqual([OLD, NEW]);
  await signInAgain(api, profile);
  expect(await opening()).toEqual([holds]);
  const row = await readAccount(profile);
  expect([equal(row.authenticationKey, verifier), row.nextAuthenticationKey.length]).toEqual([true, 0]);
});
