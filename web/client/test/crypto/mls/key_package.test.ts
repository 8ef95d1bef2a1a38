/** What has been verified once is not taken for anything else. */

import { expect, test } from "vitest";

import { KeyPackage, verifyKeyPackage } from "../../../src/crypto/mls/public/key_package.ts";
import { CipherSuite, DEFAULT_SUITE } from "../../../src/crypto/primitives.ts";
import { SILVA } from "../people.ts";

test("a key package that was verified says nothing of another suite or of an altered copy", () => {
  const { keyPackage } = SILVA.keyPackage();
  verifyKeyPackage(keyPackage, DEFAULT_SUITE);
  verifyKeyPackage(keyPackage, DEFAULT_SUITE);
  const other = CipherSuite.X25519_AES128GCM_SHA256_ED25519;
  expect(() => verifyKeyPackage(keyPackage, other)).toThrow(expect.objectContaining({ check: "V102" }));
  const altered = keyPackage.signature.slice();
  altered[0]! ^= 1;
  const copy = keyPackage.signed(altered);
  for (const _ of [1, 2]) expect(() => verifyKeyPackage(copy, DEFAULT_SUITE)).toThrow(expect.objectContaining({ check: "V103" }));
  expect(() => verifyKeyPackage(KeyPackage.decode(keyPackage.encode()), DEFAULT_SUITE)).not.toThrow();
});
