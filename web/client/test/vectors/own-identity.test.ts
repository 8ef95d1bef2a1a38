import { expect, test } from "vitest";

import * as certificates from "../../src/crypto/certificates.ts";
import { Certificate, Chain } from "../../src/crypto/certificates.ts";
import * as enrolment from "../../src/crypto/enrolment.ts";
import { Secret } from "../../src/crypto/primitives.ts";
import { RevocationList, Revoked, signList, verifyList } from "../../src/crypto/revocation.ts";
import * as vault from "../../src/crypto/vault.ts";
import { InnerEnvelope, VaultItem, VaultWraps } from "../../src/crypto/vault.ts";
import { ed25519Public } from "../../src/crypto/primitives.ts";
import { hex, text } from "./mls.ts";
import { type Pinned, given, ownVectors, trustOf } from "./own.ts";

interface CertificateVector {
  readonly issuer_seed: string;
  readonly issuer_key_id: string;
  readonly kind: number;
  readonly subject: string;
  readonly display_name: string;
  readonly public_key: string;
  readonly key_id: string;
  readonly serial: string;
  readonly not_before_s: number;
  readonly not_after_s: number;
  readonly encoded: string;
}

test("certificates", () => {
  const vectors = ownVectors<Pinned & { chain: string; certificates: readonly CertificateVector[] }>("certificates");
  const trust = trustOf(vectors);
  const chain = Chain.decode(hex(vectors.chain));
  expect(text(chain.encode())).toBe(vectors.chain);
  vectors.certificates.forEach((vector, place) => {
    const decoded = Certificate.decode(hex(vector.encoded));
    const asked = {
      deploymentId: trust.deploymentId,
      kind: vector.kind,
      subject: vector.subject,
      displayName: vector.display_name,
      publicKey: hex(vector.public_key),
      notBeforeS: vector.not_before_s,
      notAfterS: vector.not_after_s,
    };
    const made = certificates.issue(hex(vector.issuer_seed), asked, given(hex(vector.serial)));
    expect(text(made.encode())).toBe(vector.encoded);
    expect(text(certificates.keyId(decoded.publicKey))).toBe(vector.key_id);
    expect(text(decoded.issuerKeyId)).toBe(vector.issuer_key_id);
    expect(text(chain.certificates[place]!.encode())).toBe(vector.encoded);
    certificates.verifyCertificate(decoded, ed25519Public(hex(vector.issuer_seed)), trust.deploymentId, vector.not_after_s);
  });
  certificates.verifyChain(chain, trust, chain.device.notBeforeS);
  const after = chain.device.notAfterS + 1;
  expect(() => certificates.verifyChain(chain, trust, after)).toThrow(certificates.CertificateInvalid);
});

interface ListVector {
  readonly issuer_seed: string;
  readonly issuer: string;
  readonly number: number;
  readonly issued_at_ms: number;
  readonly entries: readonly { readonly serial: string; readonly subject: string; readonly compromised_since_ms: number }[];
  readonly encoded: string;
}

test("revocation", () => {
  const vectors = ownVectors<{ deployment_id: string; lists: readonly ListVector[] }>("revocation");
  const deploymentId = hex(vectors.deployment_id);
  for (const vector of vectors.lists) {
    const { issued_at_ms: issuedAtMs, issuer, number } = vector;
    const entries = vector.entries.map((entry) => {
      return new Revoked(hex(entry.serial), entry.subject, entry.compromised_since_ms);
    });
    const seed = hex(vector.issuer_seed);
    expect(text(signList(seed, { deploymentId, issuer, number, issuedAtMs, entries }).encode())).toBe(vector.encoded);
    const decoded = RevocationList.decode(hex(vector.encoded));
    expect(text(decoded.encode())).toBe(vector.encoded);
    verifyList(decoded, ed25519Public(seed), deploymentId);
  }
});

interface EnrolmentVector {
  readonly secret_r: string;
  readonly account_key: string;
  readonly recovery_key: string;
  readonly recovery_inner_key: string;
  readonly recovery_authentication_key: string;
  readonly request_mac_key: string;
  readonly sheet: Readonly<Record<"server_url" | "account" | "display_name" | "invitation_code" | "text", string>>;
  readonly request: Readonly<Record<"seed" | "subject" | "encoded" | "mac", string>>;
}

test("enrolment", () => {
  const vector = ownVectors<EnrolmentVector>("enrolment");
  const secretR = new Secret<"R">(hex(vector.secret_r));
  expect(text(enrolment.accountKey(secretR))).toBe(vector.account_key);
  expect(text(enrolment.recoveryKey(secretR))).toBe(vector.recovery_key);
  expect(text(enrolment.recoveryInnerKey(secretR))).toBe(vector.recovery_inner_key);
  expect(text(enrolment.recoveryAuthenticationKey(secretR))).toBe(vector.recovery_authentication_key);
  const macKey = enrolment.requestMacKey(secretR);
  expect(text(macKey)).toBe(vector.request_mac_key);

  const sheet = enrolment.parseSheet(vector.sheet.text);
  expect([sheet.serverUrl, sheet.account, sheet.displayName, sheet.invitationCode]).toEqual([
    vector.sheet.server_url,
    vector.sheet.account,
    vector.sheet.display_name,
    vector.sheet.invitation_code,
  ]);
  expect(text(sheet.secretR)).toBe(vector.secret_r);
  expect(sheet.text()).toBe(vector.sheet.text);

  const request = enrolment.CertificateRequest.decode(hex(vector.request.encoded));
  request.verify();
  enrolment.verifyRequestMac(macKey, request, hex(vector.request.mac));
  const { deploymentId, kind, subject } = request;
  expect(subject).toBe(vector.request.subject);
  const made = enrolment.newRequest(new Secret(hex(vector.request.seed)), { deploymentId, kind, subject });
  expect(text(made.encode())).toBe(vector.request.encoded);
});

type VaultFields =
  | "account"
  | "password"
  | "secret_r"
  | "account_key"
  | "stretched"
  | "wrap_key"
  | "inner_wrap_key"
  | "authentication_key"
  | "vault_key"
  | "inner_key"
  | "wraps";

interface VaultVector extends Readonly<Record<VaultFields, string>> {
  readonly kdf: { readonly salt: string; readonly ops_limit: number; readonly memory_bytes: number };
  readonly item: { readonly item_id: string; readonly version: number; readonly plaintext: string; readonly encoded: string };
  readonly inner_envelope: { readonly version: number; readonly plaintext: string; readonly sealed: string };
}

test("vault", () => {
  const vector = ownVectors<VaultVector>("vault");
  const { account } = vector;
  const kdf = new vault.Kdf(hex(vector.kdf.salt), vector.kdf.ops_limit, vector.kdf.memory_bytes);
  const stretched = vault.stretch(vector.password, kdf);
  const accountKey = new Secret<"AK">(hex(vector.account_key));
  const secretR = new Secret<"R">(hex(vector.secret_r));
  expect(text(stretched)).toBe(vector.stretched);
  expect(text(vault.wrapKey(stretched, accountKey))).toBe(vector.wrap_key);
  expect(text(vault.innerWrapKey(stretched, accountKey))).toBe(vector.inner_wrap_key);
  expect(text(vault.authenticationKey(stretched, accountKey))).toBe(vector.authentication_key);

  const wraps = VaultWraps.decode(hex(vector.wraps));
  expect(text(wraps.encode())).toBe(vector.wraps);
  const password = { kdf, stretched, accountKey };
  const vaultKey = vault.openWithPassword(wraps, account, password);
  const innerKey = vault.openInnerWithPassword(wraps, account, password);
  expect([text(vaultKey), text(innerKey)]).toEqual([vector.vault_key, vector.inner_key]);
  const recovered = vault.openWithRecovery(wraps, account, secretR);
  expect([text(recovered.vaultKey), text(recovered.innerKey)]).toEqual([vector.vault_key, vector.inner_key]);
  const { innerRecoveryWrap, innerWrap, passwordWrap, recoveryWrap } = wraps;
  const nonces = [passwordWrap, recoveryWrap, innerWrap, innerRecoveryWrap].map(({ nonce }) => nonce);
  const made = vault.createWraps({ vaultKey, innerKey }, account, password, secretR, given(...nonces));
  expect(text(made.encode())).toBe(vector.wraps);
  expect(() => vault.openWithPassword(wraps, "KE/other", password)).toThrow(vault.WrongKey);

  const place = { account, itemId: hex(vector.item.item_id), version: vector.item.version };
  const item = VaultItem.decode(hex(vector.item.encoded));
  expect(text(vault.openItem(vaultKey, item, place))).toBe(vector.item.plaintext);
  const again = vault.sealItem(vaultKey, place, hex(vector.item.plaintext), given(item.sealed.nonce));
  expect(text(again.encode())).toBe(vector.item.encoded);
  expect(() => vault.openItem(vaultKey, item, { ...place, version: 5 })).toThrow(vault.ItemInvalid);

  const inner = vector.inner_envelope;
  const envelope = vault.openInner(innerKey, hex(inner.sealed), { account, version: inner.version });
  expect(text(envelope.encode())).toBe(inner.plaintext);
  expect(text(InnerEnvelope.decode(envelope.encode()).encode())).toBe(inner.plaintext);
});
