import { expect, test } from "vitest";

import { fromHex } from "../../src/crypto/bytes.ts";
import * as hpke from "../../src/crypto/hpke.ts";
import { sharedJson } from "../shared.ts";

const X25519_KEM = 0x0020;

interface Vector {
  readonly mode: number;
  readonly kem_id: number;
  readonly aead_id: number;
  readonly encryptions: readonly { aad: string; pt: string; ct: string }[];
  readonly exports: readonly { exporter_context: string; L: number; exported_value: string }[];
  readonly [field: string]: unknown;
}

function run(vector: Vector): void {
  const field = (name: string): Uint8Array => fromHex((vector[name] as string | undefined) ?? "");
  const optional = (name: string): Uint8Array | undefined => (vector[name] === undefined ? undefined : field(name));
  const pair = hpke.deriveKeyPair(field("ikmR"));
  expect(pair).toEqual({ privateKey: field("skRm"), publicKey: field("pkRm") });
  const psk = { psk: field("psk"), pskId: field("psk_id") };
  const sender = hpke.setupSender(vector.aead_id, pair.publicKey, field("info"), {
    ikmE: field("ikmE"),
    senderPrivate: optional("skSm"),
    psk,
  });
  expect(sender.kemOutput).toEqual(field("enc"));
  const receiver = hpke.setupReceiver(vector.aead_id, sender.kemOutput, pair.privateKey, field("info"), {
    senderPublic: optional("pkSm"),
    psk,
  });
  vector.encryptions.forEach((message, sequence) => {
    const ciphertext = sender.context.seal(fromHex(message.aad), fromHex(message.pt), sequence);
    expect(ciphertext).toEqual(fromHex(message.ct));
    expect(receiver.open(fromHex(message.aad), ciphertext, sequence)).toEqual(fromHex(message.pt));
  });
  for (const each of vector.exports) {
    expect(receiver.export(fromHex(each.exporter_context), each.L)).toEqual(fromHex(each.exported_value));
  }
}

test("RFC 9180's vectors for X25519", ({ skip }) => {
  const vectors = sharedJson<Vector[]>("crypto-vectors/hpke_rfc9180_subset.json", skip);
  const ours = vectors.filter((vector) => vector.kem_id === X25519_KEM);
  ours.forEach(run);
  console.info(`hpke: ${ours.length} of ${vectors.length} (others: KEM of no suite of ours)`);
  expect(new Set(ours.map((vector) => vector.mode)).size).toBe(4);
});

test("messages that share their info are those that each would be alone, in every suite", () => {
  const bytes = new Uint8Array(1000).fill(7);
  const shared = new hpke.Info(bytes);
  for (const suite of [1, 3, 1, 3]) {
    const pair = hpke.deriveKeyPair(new Uint8Array(32).fill(suite));
    const ikmE = new Uint8Array(32).fill(9);
    const sealed = hpke.seal(suite, pair.publicKey, shared, bytes, bytes, { ikmE });
    expect(sealed).toEqual(hpke.seal(suite, pair.publicKey, bytes, bytes, bytes, { ikmE }));
    expect(hpke.open(suite, sealed, pair.privateKey, bytes, bytes)).toEqual(bytes);
  }
});

test("a PSK without its id is refused", () => {
  const { publicKey } = hpke.deriveKeyPair(new Uint8Array(32));
  const psk = { psk: new Uint8Array(32).fill(1), pskId: new Uint8Array() };
  expect(() => hpke.setupSender(3, publicKey, new Uint8Array(), { psk })).toThrow(hpke.PskInconsistent);
});
