/**
 * Revocation lists: numbered, signed, never rolled back (PROTOCOL §1.5).
 *
 * The root may revoke any certificate, an NCP those of its own administration. A later list holds every entry of the
 * earlier ones: who was revoked stays so, and gets a new certificate instead.
 */

import { concat, equal, toHex } from "./bytes.ts";
import {
  type Certificate,
  type Chain,
  Kind,
  MAX_SUBJECT_BYTES,
  isAnySubject,
  isSubject,
  keyId,
} from "./certificates.ts";
import { DomainError, type Fact } from "./errors.ts";
import { ID_BYTES } from "./ids.ts";
import { isSigned, signWithLabel } from "./labels.ts";
import { Struct, encoded } from "./mls/public/struct.ts";
import { HASH_BYTES, SIGNATURE_BYTES, ed25519Public } from "./primitives.ts";
import { DecodeError, type Reader, Writer } from "./tls.ts";

export const VERSION = 1;
export const LABEL = "CENcommRevocationList";
const MAX_ENTRIES = 10_000;

/** The issuer of the root's own list. */
export const ROOT = "";

/** A list that proves nothing, or takes back what an earlier one said; `reason` is a stable word. */
export class RevocationInvalid extends DomainError {
  readonly reason: string;

  constructor(reason: string, facts: Record<string, Fact>) {
    super("revocation.invalid", { reason, ...facts });
    this.reason = reason;
  }
}

/** One certificate that must not be trusted; what it signed since `compromisedSinceMs` is in doubt. */
export class Revoked extends Struct {
  constructor(
    readonly serial: Uint8Array,
    readonly subject: string,
    readonly compromisedSinceMs: number,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().raw(this.serial).text(this.subject).u64(this.compromisedSinceMs).bytes();
  }

  static read(reader: Reader): Revoked {
    const serial = reader.raw(ID_BYTES);
    const subject = reader.text(MAX_SUBJECT_BYTES);
    if (!isAnySubject(subject)) throw new DecodeError("revoked_subject");
    return new Revoked(serial, subject, reader.safeU64());
  }
}

export interface ListFields {
  readonly issuer: string;
  readonly number: number;
  readonly issuedAtMs: number;
  readonly entries: readonly Revoked[];
  readonly deploymentId: Uint8Array;
  readonly issuerKeyId: Uint8Array;
}

/** All that `issuer` (ROOT, or an administration) has revoked, as of its list `number`. */
export class RevocationList extends Struct implements ListFields {
  readonly issuer: string;
  readonly number: number;
  readonly issuedAtMs: number;
  readonly entries: readonly Revoked[];
  readonly deploymentId: Uint8Array;
  readonly issuerKeyId: Uint8Array;
  readonly signature: Uint8Array;

  constructor(fields: ListFields, signature: Uint8Array) {
    super();
    this.issuer = fields.issuer;
    this.number = fields.number;
    this.issuedAtMs = fields.issuedAtMs;
    this.entries = fields.entries;
    this.deploymentId = fields.deploymentId;
    this.issuerKeyId = fields.issuerKeyId;
    this.signature = signature;
  }

  encode(): Uint8Array {
    return concat(listTbs(this), this.signature);
  }

  static read(reader: Reader): RevocationList {
    if (reader.u16() !== VERSION) throw new DecodeError("revocation_version");
    const deploymentId = reader.raw(ID_BYTES);
    const issuer = reader.text(MAX_SUBJECT_BYTES);
    if (issuer !== ROOT && !isSubject(Kind.NCP, issuer)) throw new DecodeError("revocation_issuer");
    const fields = {
      issuer,
      deploymentId,
      issuerKeyId: reader.raw(HASH_BYTES),
      number: reader.safeU64(),
      issuedAtMs: reader.safeU64(),
      entries: reader.vectorOf(Revoked.read, MAX_ENTRIES),
    };
    return new RevocationList(fields, reader.raw(SIGNATURE_BYTES));
  }
}

function listTbs(fields: ListFields): Uint8Array {
  const writer = new Writer().u16(VERSION).raw(fields.deploymentId).text(fields.issuer).raw(fields.issuerKeyId);
  return writer.u64(fields.number).u64(fields.issuedAtMs).vectorOf(fields.entries, encoded).bytes();
}

/** The issuer's next list. Throws RevocationInvalid for an entry that this issuer may not revoke. */
export function signList(issuerSeed: Uint8Array, asked: Omit<ListFields, "issuerKeyId">): RevocationList {
  const fields = { ...asked, issuerKeyId: keyId(ed25519Public(issuerSeed)) };
  verifyScope(fields);
  return new RevocationList(fields, signWithLabel(issuerSeed, LABEL, listTbs(fields)));
}

/** Throws RevocationInvalid unless the issuer signed it, for this deployment and within its own administration. */
export function verifyList(list: RevocationList, issuerPublicKey: Uint8Array, deploymentId: Uint8Array): void {
  const { issuer } = list;
  if (!equal(list.deploymentId, deploymentId)) throw new RevocationInvalid("deployment", { issuer });
  if (!equal(list.issuerKeyId, keyId(issuerPublicKey))) throw new RevocationInvalid("issuer", { issuer });
  verifyScope(list);
  if (!isSigned(issuerPublicKey, LABEL, listTbs(list), list.signature)) {
    throw new RevocationInvalid("signature", { issuer });
  }
}

function verifyScope({ entries, issuer }: ListFields): void {
  if (issuer === ROOT) return;
  for (const { subject } of entries) {
    if (!subject.startsWith(`${issuer}/`)) throw new RevocationInvalid("other_administration", { issuer, subject });
  }
}

/** Throws RevocationInvalid unless `newer` follows `older` and takes nothing back. */
export function verifyNewer(older: RevocationList, newer: RevocationList): void {
  const { entries, issuer, number } = newer;
  if (issuer !== older.issuer) throw new RevocationInvalid("issuer", { issuer });
  if (number <= older.number) throw new RevocationInvalid("rolled_back", { issuer, number, known: older.number });
  const kept = new Set(entries.map((entry) => toHex(entry.encode())));
  if (!older.entries.every((entry) => kept.has(toHex(entry.encode())))) {
    throw new RevocationInvalid("taken_back", { issuer, number });
  }
}

/** Of each issuer the list with the highest number, ordered by issuer. */
export function newest(lists: Iterable<RevocationList>): readonly RevocationList[] {
  const found = new Map<string, RevocationList>();
  for (const candidate of lists) {
    const known = found.get(candidate.issuer);
    if (known === undefined || candidate.number > known.number) found.set(candidate.issuer, candidate);
  }
  return [...found.keys()].sort().map((issuer) => found.get(issuer)!);
}

/** What is revoked, by serial and subject. */
export type RevokedIndex = ReadonlyMap<string, Revoked>;

function nameOf({ serial, subject }: { readonly serial: Uint8Array; readonly subject: string }): string {
  return `${toHex(serial)} ${subject}`;
}

/** What verified lists revoke; what an issuer may not revoke is left out. */
export function index(lists: Iterable<RevocationList>): RevokedIndex {
  const found = new Map<string, Revoked>();
  for (const { entries, issuer } of lists) {
    for (const entry of entries) {
      if (issuer === ROOT || issuer === entry.subject.split("/", 1)[0]) found.set(nameOf(entry), entry);
    }
  }
  return found;
}

/** What revokes `certificate`, if anything does. */
export function revokedEntry(certificate: Certificate, revoked: RevokedIndex): Revoked | null {
  return revoked.get(nameOf(certificate)) ?? null;
}

/** Whether any certificate of the chain is revoked; with `atMs`: compromised at that time or before. */
export function isRevoked(chain: Chain, revoked: RevokedIndex, atMs: number | null = null): boolean {
  if (revoked.size === 0) return false;
  return chain.certificates.some((certificate) => {
    const entry = revokedEntry(certificate, revoked);
    return entry !== null && (atMs === null || entry.compromisedSinceMs <= atMs);
  });
}
