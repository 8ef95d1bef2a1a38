/**
 * Certificates: root -> NCP -> officer -> device, small Ed25519 structures (PROTOCOL §1.1, §1.2).
 *
 *     kind      subject              certified by     its key
 *     NCP       KE                   the root         signs officers' certificates and revocation lists
 *     OFFICER   KE/otieno            the NCP of KE    the identity key: signs device certificates and archive keys
 *     DEVICE    KE/otieno/laptop     the officer      the leaf's signature key
 *
 * Each kind is signed under its own label, over the deployment's id: no signature can be taken for another's. The root
 * has no certificate; its public key is pinned from the enrolment sheet.
 */

import { concat, equal, toHex, utf8 } from "./bytes.ts";
import { DomainError } from "./errors.ts";
import { ID_BYTES } from "./ids.ts";
import { isSigned, refHash, signWithLabel } from "./labels.ts";
import { Struct } from "./mls/public/struct.ts";
import {
  HASH_BYTES,
  KEY_BYTES,
  type Random,
  SIGNATURE_BYTES,
  ed25519Public,
  randomBytes,
  sha256,
} from "./primitives.ts";
import { DecodeError, type Reader, Writer } from "./tls.ts";

export const VERSION = 1;

/** The leaf-node extension (private range, RFC 9420 §17.3) that carries a leaf's Chain. */
export const CHAIN_EXTENSION = 0xf0c1;

export const MAX_SUBJECT_BYTES = 140;
export const MAX_NAME_BYTES = 800;
const SIGNATURES_REMEMBERED = 8192;

/** A certificate or chain that proves nothing; `reason` is a stable word. */
export class CertificateInvalid extends DomainError {
  readonly reason: string;

  constructor(reason: string, subject: string) {
    super("certificates.invalid", { reason, subject });
    this.reason = reason;
  }
}

export enum Kind {
  NCP = 1,
  OFFICER = 2,
  DEVICE = 3,
}

const LABELS: Readonly<Record<Kind, string>> = {
  [Kind.NCP]: "CENcommNcpCertificate",
  [Kind.OFFICER]: "CENcommOfficerCertificate",
  [Kind.DEVICE]: "CENcommDeviceCertificate",
};

const SUBJECTS: Readonly<Record<Kind, RegExp>> = {
  [Kind.NCP]: /^[A-Z]{2}$/,
  [Kind.OFFICER]: /^[A-Z]{2}\/[a-z0-9-]{1,64}$/,
  [Kind.DEVICE]: /^[A-Z]{2}\/[a-z0-9-]{1,64}\/[a-z0-9-]{1,64}$/,
};

/** Whether `text` can be written as UTF-8 (half a surrogate pair cannot). */
function isText(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** Whether `subject` is a name that a certificate of this kind can have. */
export function isSubject(kind: Kind, subject: string): boolean {
  return SUBJECTS[kind].test(subject);
}

/** Whether `subject` is a name that some certificate can have. */
export function isAnySubject(subject: string): boolean {
  return Object.values(SUBJECTS).some((pattern) => pattern.test(subject));
}

/** 32 bytes that name a public key. */
export function keyId(publicKey: Uint8Array): Uint8Array {
  return refHash("CENcomm 1.0 Public Key", publicKey);
}

/** What a member pins: from the printed sheet or the vault, never from the server. */
export interface Trust {
  readonly deploymentId: Uint8Array;
  readonly rootPublicKey: Uint8Array;
}

export interface CertificateFields {
  readonly deploymentId: Uint8Array;
  readonly kind: Kind;
  readonly subject: string;
  readonly displayName: string;
  readonly publicKey: Uint8Array;
  readonly serial: Uint8Array;
  readonly notBeforeS: number;
  readonly notAfterS: number;
  readonly issuerKeyId: Uint8Array;
}

/** That `publicKey` belongs to `subject`, said by the holder of the key that `issuerKeyId` names. */
export class Certificate extends Struct implements CertificateFields {
  readonly deploymentId: Uint8Array;
  readonly kind: Kind;
  readonly subject: string;
  readonly displayName: string;
  readonly publicKey: Uint8Array;
  readonly serial: Uint8Array;
  readonly notBeforeS: number;
  readonly notAfterS: number;
  readonly issuerKeyId: Uint8Array;
  readonly signature: Uint8Array;

  constructor(fields: CertificateFields, signature: Uint8Array) {
    super();
    this.deploymentId = fields.deploymentId;
    this.kind = fields.kind;
    this.subject = fields.subject;
    this.displayName = fields.displayName;
    this.publicKey = fields.publicKey;
    this.serial = fields.serial;
    this.notBeforeS = fields.notBeforeS;
    this.notAfterS = fields.notAfterS;
    this.issuerKeyId = fields.issuerKeyId;
    this.signature = signature;
  }

  encode(): Uint8Array {
    return concat(certificateTbs(this), this.signature);
  }

  static read(reader: Reader): Certificate {
    if (reader.u16() !== VERSION) throw new DecodeError("certificate_version");
    const deploymentId = reader.raw(ID_BYTES);
    const kind = readKind(reader);
    const subject = reader.text(MAX_SUBJECT_BYTES);
    if (!isSubject(kind, subject)) throw new DecodeError("certificate_subject");
    const fields = {
      deploymentId,
      kind,
      subject,
      displayName: reader.text(MAX_NAME_BYTES),
      publicKey: reader.raw(KEY_BYTES),
      serial: reader.raw(ID_BYTES),
      notBeforeS: reader.safeU64(),
      notAfterS: reader.safeU64(),
      issuerKeyId: reader.raw(HASH_BYTES),
    };
    return new Certificate(fields, reader.raw(SIGNATURE_BYTES));
  }
}

/** The bytes that the issuer signs. */
export function certificateTbs(fields: CertificateFields): Uint8Array {
  const writer = new Writer().u16(VERSION).raw(fields.deploymentId).u8(fields.kind);
  writer.text(fields.subject).text(fields.displayName).raw(fields.publicKey).raw(fields.serial);
  return writer.u64(fields.notBeforeS).u64(fields.notAfterS).raw(fields.issuerKeyId).bytes();
}

/** Throws DecodeError. */
export function readKind(reader: Reader): Kind {
  const value = reader.u8();
  if (Kind[value] === undefined) throw new DecodeError("certificate_kind");
  return value;
}

/**
 * A new certificate, signed by the holder of `issuerSeed`; times are seconds since 1970.
 *
 * Throws CertificateInvalid: the subject does not fit the kind, a name is too long or the time span is empty.
 */
export function issue(
  issuerSeed: Uint8Array,
  asked: Omit<CertificateFields, "serial" | "issuerKeyId">,
  random: Random = randomBytes,
): Certificate {
  const { displayName, kind, notAfterS, notBeforeS, subject } = asked;
  if (!isSubject(kind, subject)) throw new CertificateInvalid("subject", subject);
  if (!isText(displayName) || utf8(displayName).length > MAX_NAME_BYTES) {
    throw new CertificateInvalid("display_name", subject);
  }
  if (notBeforeS > notAfterS) throw new CertificateInvalid("validity", subject);
  const fields = { ...asked, serial: random(ID_BYTES), issuerKeyId: keyId(ed25519Public(issuerSeed)) };
  return new Certificate(fields, signWithLabel(issuerSeed, LABELS[kind], certificateTbs(fields)));
}

const signatures = new Map<string, boolean>();

/** A pure question that every commit asks again for every leaf, so its answers are remembered. */
function signatureHolds(certificate: Certificate, issuerPublicKey: Uint8Array): boolean {
  const tbs = certificateTbs(certificate);
  const question = toHex(sha256(concat(issuerPublicKey, certificate.signature, tbs)));
  let holds = signatures.get(question);
  if (holds === undefined) {
    holds = isSigned(issuerPublicKey, LABELS[certificate.kind], tbs, certificate.signature);
    if (signatures.size >= SIGNATURES_REMEMBERED) signatures.clear();
    signatures.set(question, holds);
  }
  return holds;
}

/** Everything but the time. Throws CertificateInvalid. */
export function verifySignature(certificate: Certificate, issuerPublicKey: Uint8Array, deploymentId: Uint8Array): void {
  const { subject } = certificate;
  if (!equal(certificate.deploymentId, deploymentId)) throw new CertificateInvalid("deployment", subject);
  if (!equal(certificate.issuerKeyId, keyId(issuerPublicKey))) throw new CertificateInvalid("issuer", subject);
  if (!signatureHolds(certificate, issuerPublicKey)) throw new CertificateInvalid("signature", subject);
}

/** Throws CertificateInvalid unless it is valid at `atS`, both ends included. */
export function verifyTime({ notAfterS, notBeforeS, subject }: Certificate, atS: number): void {
  if (atS < notBeforeS) throw new CertificateInvalid("not_yet_valid", subject);
  if (atS > notAfterS) throw new CertificateInvalid("expired", subject);
}

/** Throws CertificateInvalid unless the issuer signed it for this deployment and it is valid at `atS`. */
export function verifyCertificate(
  certificate: Certificate,
  issuerPublicKey: Uint8Array,
  deploymentId: Uint8Array,
  atS: number,
): void {
  verifySignature(certificate, issuerPublicKey, deploymentId);
  verifyTime(certificate, atS);
}

/** The three certificates between the root and a device's key; always this deep. */
export class Chain extends Struct {
  constructor(
    readonly ncp: Certificate,
    readonly officer: Certificate,
    readonly device: Certificate,
  ) {
    super();
  }

  get certificates(): readonly [Certificate, Certificate, Certificate] {
    return [this.ncp, this.officer, this.device];
  }

  get administration(): string {
    return this.ncp.subject;
  }

  get officerId(): string {
    return this.officer.subject;
  }

  get deviceId(): string {
    return this.device.subject;
  }

  /** The officer's key: what the roster names. */
  get identityKey(): Uint8Array {
    return this.officer.publicKey;
  }

  encode(): Uint8Array {
    return concat(...this.certificates.map((certificate) => certificate.encode()));
  }

  static read(reader: Reader): Chain {
    return new Chain(Certificate.read(reader), Certificate.read(reader), Certificate.read(reader));
  }
}

/** Kinds, names, keys and signatures from the pinned root down; not the time. Throws CertificateInvalid. */
export function verifyChainSignatures(chain: Chain, { deploymentId, rootPublicKey }: Trust): void {
  const { certificates, device, ncp, officer } = chain;
  const invalid = (reason: string): CertificateInvalid => new CertificateInvalid(reason, device.subject);
  if (ncp.kind !== Kind.NCP || officer.kind !== Kind.OFFICER || device.kind !== Kind.DEVICE) throw invalid("depth");
  const named = officer.subject.startsWith(`${ncp.subject}/`) && device.subject.startsWith(`${officer.subject}/`);
  if (!named) throw invalid("other_administration");
  const keys = new Set([rootPublicKey, ...certificates.map(({ publicKey }) => publicKey)].map(toHex));
  if (keys.size !== certificates.length + 1) throw invalid("key_reused");
  verifySignature(ncp, rootPublicKey, deploymentId);
  verifySignature(officer, ncp.publicKey, deploymentId);
  verifySignature(device, officer.publicKey, deploymentId);
}

/** Throws CertificateInvalid unless the chain leads from the pinned root to the device, all valid at `atS`. */
export function verifyChain(chain: Chain, trust: Trust, atS: number): void {
  verifyChainSignatures(chain, trust);
  for (const certificate of chain.certificates) verifyTime(certificate, atS);
}
