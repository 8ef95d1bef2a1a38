import { describe, expect, test } from "vitest";

import { utf8 } from "../../src/crypto/bytes.ts";
import { DomainError } from "../../src/crypto/errors.ts";
import * as primitives from "../../src/crypto/primitives.ts";
import { CipherSuite } from "../../src/crypto/primitives.ts";

const key = new Uint8Array(32).fill(7);
const nothing = new Uint8Array();

function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
  return "accepted";
}

describe("what is refused", () => {
  const { seed, publicKey } = { seed: key, publicKey: () => primitives.ed25519Public(key) };
  test.each<[string, () => unknown]>([
    ["crypto.bad_key", () => primitives.ed25519Sign(nothing, nothing)],
    ["crypto.bad_signature", () => primitives.ed25519Verify(publicKey(), utf8("a"), primitives.ed25519Sign(seed, utf8("b")))],
    ["crypto.bad_signature", () => primitives.ed25519Verify(publicKey(), utf8("a"), nothing)],
    ["crypto.bad_signature", () => primitives.ed25519Verify(nothing, utf8("a"), new Uint8Array(64))],
    ["crypto.bad_public_key", () => primitives.x25519(key, nothing)],
    ["crypto.bad_public_key", () => primitives.x25519(key, new Uint8Array(32))],
    ["crypto.bad_key", () => primitives.x25519(nothing, key)],
    ["crypto.bad_key", () => primitives.x25519Public(nothing)],
    ["crypto.bad_key", () => primitives.aeadSeal(CipherSuite.X25519_AES128GCM_SHA256_ED25519, key, new Uint8Array(12), nothing, nothing)],
    ["crypto.bad_key", () => primitives.aeadSeal(CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519, key, nothing, nothing, nothing)],
    ["crypto.bad_key", () => primitives.xchachaSeal(nothing, new Uint8Array(24), nothing, nothing)],
    ["crypto.bad_key", () => primitives.xchachaSeal(key, new Uint8Array(12), nothing, nothing)],
    ["crypto.open_failed", () => primitives.xchachaOpen(key, new Uint8Array(24), nothing, new Uint8Array(15))],
    ["crypto.open_failed", () => primitives.xchachaOpen(key, new Uint8Array(24), nothing, new Uint8Array(16))],
    ["crypto.bad_key", () => primitives.hkdfExpand(key, nothing, 255 * 32 + 1)],
    ["crypto.bad_key", () => primitives.argon2id(nothing, nothing, { opsLimit: 1, memoryBytes: 8192, length: 32 })],
    ["crypto.bad_key", () => primitives.argon2id(nothing, new Uint8Array(16), { opsLimit: 0, memoryBytes: 8192, length: 32 })],
  ])("%s", (expected, work) => {
    expect(code(work)).toBe(expected);
  });
});

test.each([CipherSuite.X25519_AES128GCM_SHA256_ED25519, CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519])(
  "suite %i opens what it sealed and nothing else",
  (suite) => {
    const secret = key.slice(0, primitives.aeadKeyBytes(suite));
    const nonce = new Uint8Array(12);
    const sealed = primitives.aeadSeal(suite, secret, nonce, utf8("header"), utf8("text"));
    expect(primitives.aeadOpen(suite, secret, nonce, utf8("header"), sealed)).toEqual(utf8("text"));
    expect(code(() => primitives.aeadOpen(suite, secret, nonce, utf8("another"), sealed))).toBe("crypto.open_failed");
    sealed[0]! ^= 1;
    expect(code(() => primitives.aeadOpen(suite, secret, nonce, utf8("header"), sealed))).toBe("crypto.open_failed");
  },
);

test("secrets are compared whole", () => {
  expect(primitives.constantTimeEqual(key, key.slice())).toBe(true);
  expect(primitives.constantTimeEqual(key, key.slice(1))).toBe(false);
  expect(primitives.constantTimeEqual(nothing, nothing)).toBe(true);
  expect(primitives.constantTimeEqual(key, new Uint8Array(32))).toBe(false);
});

test("random bytes are as many as asked for, and others each time", () => {
  expect(primitives.randomBytes(32)).toHaveLength(32);
  expect(primitives.randomBytes(32)).not.toEqual(primitives.randomBytes(32));
});

test("a forgotten signing key signs again", () => {
  const signature = primitives.ed25519Sign(key, utf8("a"));
  primitives.forgetSigningKeys();
  expect(primitives.ed25519Sign(key, utf8("a"))).toEqual(signature);
});
