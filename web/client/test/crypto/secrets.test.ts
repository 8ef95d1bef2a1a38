/** Nothing that holds a secret shows it: not inspected, not as text, not as JSON, not in an error. */

import { format, inspect } from "node:util";

import { expect, test } from "vitest";

import { toHex, utf8 } from "../../src/crypto/bytes.ts";
import { Sheet, newSecretR } from "../../src/crypto/enrolment.ts";
import { createCommit } from "../../src/crypto/mls/secret/commit.ts";
import { protect } from "../../src/crypto/mls/secret/messages.ts";
import { Psks } from "../../src/crypto/mls/secret/psk.ts";
import { Secret } from "../../src/crypto/primitives.ts";
import { InnerEnvelope, newVaultKeys } from "../../src/crypto/vault.ts";
import { OTIENO, archiveOf, deployment, started } from "./people.ts";

const BYTES = Uint8Array.from({ length: 32 }, (_, index) => 101 + index);

/** Every way that the bytes could be read in a text. */
function shows(text: string, bytes: Uint8Array): boolean {
  const run = [...bytes.slice(0, 6)];
  const named = run.map((byte, place) => `"${place}":${byte}`).join(",");
  return [toHex(bytes), run.join(", "), run.join(","), named].some((form) => text.replaceAll(/\s+/g, " ").includes(form));
}

function texts(value: unknown): readonly string[] {
  const deep = inspect(value, { depth: Infinity, maxArrayLength: Infinity, showHidden: true });
  const json = JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
  return [deep, format("%o %s", value, value), String(value), json];
}

test("the search finds what is shown", () => {
  expect(texts(BYTES).map((text) => shows(text, BYTES))).toEqual([true, true, true, true]);
});

test("a secret is bytes, and shows none", () => {
  const secret = new Secret<"R">(BYTES);
  expect(toHex(secret)).toBe(toHex(BYTES));
  expect(new Error(`${secret}`).message).toBe("<secret>");
  for (const shown of [secret, secret.slice(0, 16), secret.subarray(0, 16), { secret }, [secret], new Map([[1, secret]])]) {
    for (const text of texts(shown)) expect(shows(text, BYTES)).toBe(false);
  }
});

test("a state of a group, a commit and the vault show none of theirs", () => {
  const state = started();
  const pending = createCommit(state, []);
  const used = protect(state, utf8("words")).state;
  const { secrets } = state;
  const hidden = [...Object.values(secrets), state.signatureSeed, state.keys.leafPrivate, pending.state.keys.leafPrivate];
  const psks = new Psks().withResumption(state.groupId, 0, state.resumptionPsk);
  const secretR = newSecretR();
  const sheet = new Sheet("https://cencomm.example", deployment(), BYTES, "KE/otieno", "name", "invitation-code", secretR);
  const vaultKeys = newVaultKeys();
  const envelope = new InnerEnvelope(new Secret<"identity">(OTIENO.identitySeed), [archiveOf()]);
  const all = [...hidden, secretR, vaultKeys.vaultKey, vaultKeys.innerKey, OTIENO.identitySeed, archiveOf().privateKey];
  for (const holder of [state, used, pending, psks, sheet, vaultKeys, envelope, OTIENO.keyPackage()]) {
    for (const text of texts(holder)) {
      for (const secret of all) expect(shows(text, secret)).toBe(false);
      expect(text).not.toContain("invitation-code");
    }
  }
});
