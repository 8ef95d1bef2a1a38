import { expect, test } from "vitest";

import { fromHex } from "../../src/crypto/bytes.ts";
import * as labels from "../../src/crypto/labels.ts";
import { CipherSuite } from "../../src/crypto/primitives.ts";
import { sharedJson } from "../shared.ts";

type Fields = Readonly<Record<string, string | number>>;
type Vector = Readonly<{ cipher_suite: number }> & Readonly<Record<string, Fields | number>>;

function run(vector: Vector): void {
  const suite: CipherSuite = vector.cipher_suite;
  const part = (name: string): ((field: string) => Uint8Array) => {
    const fields = vector[name] as Fields;
    return (field) => fromHex(fields[field] as string);
  };
  const text = (name: string): string => (vector[name] as Fields)["label"] as string;
  const number = (name: string, field: string): number => (vector[name] as Fields)[field] as number;

  const reference = part("ref_hash");
  expect(labels.refHash(text("ref_hash"), reference("value"))).toEqual(reference("out"));

  const expand = part("expand_with_label");
  const expanded = labels.expandWithLabel(
    expand("secret"),
    text("expand_with_label"),
    expand("context"),
    number("expand_with_label", "length"),
  );
  expect(expanded).toEqual(expand("out"));

  const derive = part("derive_secret");
  expect(labels.deriveSecret(derive("secret"), text("derive_secret"))).toEqual(derive("out"));

  const tree = part("derive_tree_secret");
  const generation = number("derive_tree_secret", "generation");
  const length = number("derive_tree_secret", "length");
  expect(labels.deriveTreeSecret(tree("secret"), text("derive_tree_secret"), generation, length)).toEqual(tree("out"));

  const sign = part("sign_with_label");
  const signature = labels.signWithLabel(sign("priv").slice(0, 32), text("sign_with_label"), sign("content"));
  expect(signature).toEqual(sign("signature"));
  labels.verifyWithLabel(sign("pub"), text("sign_with_label"), sign("content"), sign("signature"));

  const encrypt = part("encrypt_with_label");
  const sealed = { kemOutput: encrypt("kem_output"), ciphertext: encrypt("ciphertext") };
  const label = text("encrypt_with_label");
  expect(labels.decryptWithLabel(suite, encrypt("priv"), label, encrypt("context"), sealed)).toEqual(encrypt("plaintext"));
  const again = labels.encryptWithLabel(suite, encrypt("pub"), labels.encryptionInfo(label, encrypt("context")), encrypt("plaintext"));
  expect(labels.decryptWithLabel(suite, encrypt("priv"), label, encrypt("context"), again)).toEqual(encrypt("plaintext"));
}

test("RFC 9420's crypto-basics for both suites", ({ skip }) => {
  const vectors = sharedJson<Vector[]>("mls-vectors/crypto-basics.json", skip);
  const ours = vectors.filter((vector) => vector.cipher_suite === 1 || vector.cipher_suite === 3);
  ours.forEach(run);
  console.info(`crypto-basics: ${ours.length} of ${vectors.length} (others: suites that we do not implement)`);
  expect(ours).toHaveLength(2);
});
