/**
 * The key schedule of one epoch: each secret its own type, none shows itself (RFC 9420 §8).
 *
 *                   init_secret_[n-1]
 *                         |
 * commit_secret --> KDF.Extract
 *                         |
 *               ExpandWithLabel(., "joiner", GroupContext_[n], KDF.Nh)
 *                         |
 *                    joiner_secret
 *                         |
 * psk_secret -----> KDF.Extract --> DeriveSecret(., "welcome")
 *                         |
 *               ExpandWithLabel(., "epoch", GroupContext_[n], KDF.Nh)
 *                         |
 *                    epoch_secret --> one secret per purpose, and init_secret_[n]
 */

import { utf8 } from "../../bytes.ts";
import * as hpke from "../../hpke.ts";
import { deriveSecret, expandWithLabel } from "../../labels.ts";
import {
  type CipherSuite,
  HASH_BYTES,
  type Random,
  Secret,
  hkdfExtract,
  hmacSha256,
  randomBytes,
  sha256,
} from "../../primitives.ts";
import type { Reader, Writer } from "../../tls.ts";

const EXTERNAL_INIT = utf8("MLS 1.0 external init secret");
const NOTHING = new Uint8Array();

export type CommitSecret = Secret<"commit">;
export type PskSecret = Secret<"psk">;
export type InitSecret = Secret<"init">;
export type JoinerSecret = Secret<"joiner">;
export type WelcomeSecret = Secret<"welcome">;
export type EpochSecret = Secret<"epoch">;
export type EncryptionSecret = Secret<"encryption">;
export type SenderDataSecret = Secret<"sender data">;
export type ExternalSecret = Secret<"external">;

/** Of a commit without a path (§12.4). */
export const NO_COMMIT_SECRET: CommitSecret = new Secret<"commit">(HASH_BYTES);

/** Of a commit without pre-shared keys (§8.4). */
export const NO_PSK_SECRET: PskSecret = new Secret<"psk">(HASH_BYTES);

/** What a member keeps of an epoch, without the encryption secret, whose life the secret tree rules (§9.2). */
export interface EpochSecrets {
  readonly initSecret: InitSecret;
  readonly senderDataSecret: SenderDataSecret;
  readonly exporterSecret: Secret<"exporter">;
  readonly externalSecret: ExternalSecret;
  readonly confirmationKey: Secret<"confirm">;
  readonly membershipKey: Secret<"membership">;
  readonly resumptionPsk: Secret<"resumption">;
  /** Members compare it out of band to see that they share an epoch (§8.7). */
  readonly epochAuthenticator: Secret<"authentication">;
}

/** The secrets of an epoch as they come out of its epoch secret. */
export interface DerivedEpoch {
  readonly secrets: EpochSecrets;
  readonly encryption: EncryptionSecret;
}

/** In the order in which they are stored. */
const STORED = [
  "initSecret",
  "senderDataSecret",
  "exporterSecret",
  "externalSecret",
  "confirmationKey",
  "membershipKey",
  "resumptionPsk",
  "epochAuthenticator",
] as const satisfies readonly (keyof EpochSecrets)[];

export function writeEpochSecrets(writer: Writer, secrets: EpochSecrets): void {
  for (const name of STORED) writer.raw(secrets[name]);
}

export function readEpochSecrets(reader: Reader): EpochSecrets {
  return epochSecretsFrom(<K extends string>() => new Secret<K>(reader.raw(HASH_BYTES)));
}

/** Makes all secrets in the order of `STORED`; `make` is told the label of each (§8). */
function epochSecretsFrom(make: <K extends string>(label: K) => Secret<K>): EpochSecrets {
  return {
    initSecret: make("init"),
    senderDataSecret: make("sender data"),
    exporterSecret: make("exporter"),
    externalSecret: make("external"),
    confirmationKey: make("confirm"),
    membershipKey: make("membership"),
    resumptionPsk: make("resumption"),
    epochAuthenticator: make("authentication"),
  };
}

/** `groupContext` is the encoded GroupContext of the new epoch. */
export function joinerSecret(init: InitSecret, commit: CommitSecret, groupContext: Uint8Array): JoinerSecret {
  return new Secret<"joiner">(expandWithLabel(hkdfExtract(init, commit), "joiner", groupContext, HASH_BYTES));
}

export function welcomeSecret(joiner: JoinerSecret, psk: PskSecret): WelcomeSecret {
  return new Secret<"welcome">(deriveSecret(hkdfExtract(joiner, psk), "welcome"));
}

export function epochSecret(joiner: JoinerSecret, psk: PskSecret, groupContext: Uint8Array): EpochSecret {
  return new Secret<"epoch">(expandWithLabel(hkdfExtract(joiner, psk), "epoch", groupContext, HASH_BYTES));
}

/** Epoch 0 of a new group starts from a random epoch secret (§11). */
export function newEpochSecret(random: Random = randomBytes): EpochSecret {
  return new Secret<"epoch">(random(HASH_BYTES));
}

/** All secrets of the epoch; the epoch secret itself is not kept. */
export function deriveEpoch(secret: EpochSecret): DerivedEpoch {
  const derive = <K extends string>(label: K): Secret<K> => new Secret<K>(deriveSecret(secret, label));
  return { secrets: epochSecretsFrom(derive), encryption: derive("encryption") };
}

/** MAC(confirmation_key, confirmed_transcript_hash) (§8.1). */
export function confirmationTag(key: Secret<"confirm">, confirmedTranscriptHash: Uint8Array): Uint8Array {
  return hmacSha256(key, confirmedTranscriptHash);
}

/** MLS-Exporter (§8.5); `length` in bytes. */
export function exportSecret(
  exporterSecret: Secret<"exporter">,
  label: string,
  context: Uint8Array,
  length: number,
): Secret {
  return new Secret(expandWithLabel(deriveSecret(exporterSecret, label), "exported", sha256(context), length));
}

/** The external key pair of an epoch (§8.3). */
export function externalKeyPair(externalSecret: ExternalSecret): hpke.KeyPair {
  return hpke.deriveKeyPair(externalSecret);
}

/** The KEM output and init secret of one who joins by external commit (§8.3). */
export function sendExternalInit(
  suite: CipherSuite,
  externalPub: Uint8Array,
  random: Random = randomBytes,
): { kemOutput: Uint8Array; initSecret: InitSecret } {
  const { kemOutput, context } = hpke.setupSender(suite, externalPub, NOTHING, { random });
  return { kemOutput, initSecret: new Secret<"init">(context.export(EXTERNAL_INIT, HASH_BYTES)) };
}

/** The same init secret, for the members (§8.3). */
export function receiveExternalInit(
  suite: CipherSuite,
  kemOutput: Uint8Array,
  externalSecret: ExternalSecret,
): InitSecret {
  const { privateKey, publicKey } = externalKeyPair(externalSecret);
  const context = hpke.setupReceiver(suite, kemOutput, privateKey, NOTHING, { publicKey });
  return new Secret<"init">(context.export(EXTERNAL_INIT, HASH_BYTES));
}
