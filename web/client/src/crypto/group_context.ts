/**
 * The group context extension `cencomm_group`: what all members of a CUG agree on (PROTOCOL §2.2).
 *
 * It says who takes part, under which identity key and in which role, who may extract and with which archive key, which
 * history a newcomer gets, which revocations the group knows, and which group this one succeeds. Being part of the
 * group context it is signed with every commit and hashed into every record's signature.
 */

import { concat } from "./bytes.ts";
import { Kind, MAX_SUBJECT_BYTES, isSubject } from "./certificates.ts";
import { DomainError, type Fact } from "./errors.ts";
import { ID_BYTES } from "./ids.ts";
import { isSigned, signWithLabel } from "./labels.ts";
import { Extension, type Extensions, find } from "./mls/public/extensions.ts";
import type { PublicGroup } from "./mls/public/group.ts";
import { Struct, encoded } from "./mls/public/struct.ts";
import { HASH_BYTES, KEY_BYTES, SIGNATURE_BYTES } from "./primitives.ts";
import { RevocationList } from "./revocation.ts";
import { DecodeError, type Reader, Writer } from "./tls.ts";

/** Extension type of the group context (private range, RFC 9420 §17.3). */
export const CENCOMM_GROUP = 0xf0c0;
/** Leaf-node extension: the officer's signed archive key, from which an organiser takes it into the roster. */
export const ARCHIVE_EXTENSION = 0xf0c2;

const FORMAT = 1;
const ARCHIVE_LABEL = "CENcommArchiveKey";
const MAX_ROSTER = 4096;
const MAX_LISTS = 300;

/** A group without the extension `cencomm_group`, or an archive key that the officer did not sign. */
export class GroupContextInvalid extends DomainError {
  readonly reason: string;

  constructor(reason: string, facts: Record<string, Fact> = {}) {
    super("group_context.invalid", { reason, ...facts });
    this.reason = reason;
  }
}

/** What an officer is in a CUG (the dictionary's `group_role`), in the order of their numbers, from 1. */
export const ROLES = ["organiser", "ocu", "ncp", "officer", "rilo", "liaison", "observer", "auditor"] as const;
export type Role = (typeof ROLES)[number];

/** What a newcomer can read of the time before him (PROTOCOL §4.2), in the order of their numbers, from 1. */
export const HISTORIES = ["full", "from_join", "none"] as const;
export type History = (typeof HISTORIES)[number];

/** Who has an archive key. */
export function mayExtract(role: Role): boolean {
  return role === "organiser" || role === "ocu";
}

/**
 * Who has devices in the group, and with them its content key.
 *
 * Observers may read public parts only, auditors the log only: both stand in the roster without a leaf.
 */
export function holdsLeaf(role: Role): boolean {
  return role !== "observer" && role !== "auditor";
}

// ---------------------------------------------------------------- the roster

/** An X25519 public key to which content keys are sealed, signed by the officer's identity key. */
export class ArchiveKey extends Struct {
  constructor(
    readonly publicKey: Uint8Array,
    readonly signature: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return concat(this.publicKey, this.signature);
  }

  static read(reader: Reader): ArchiveKey {
    return new ArchiveKey(reader.raw(KEY_BYTES), reader.raw(SIGNATURE_BYTES));
  }

  /** Throws GroupContextInvalid. */
  verify(officerId: string, identityKey: Uint8Array): void {
    if (!isSigned(identityKey, ARCHIVE_LABEL, archiveTbs(officerId, this.publicKey), this.signature)) {
      throw new GroupContextInvalid("archive_signature", { officer_id: officerId });
    }
  }
}

function archiveTbs(officerId: string, publicKey: Uint8Array): Uint8Array {
  return new Writer().u16(FORMAT).text(officerId).raw(publicKey).bytes();
}

/** The archive key as it goes into a roster. */
export function signArchiveKey(identitySeed: Uint8Array, officerId: string, publicKey: Uint8Array): ArchiveKey {
  return new ArchiveKey(publicKey, signWithLabel(identitySeed, ARCHIVE_LABEL, archiveTbs(officerId, publicKey)));
}

/** One officer; his devices are leaves whose chain leads to `identityKey`. */
export class RosterEntry extends Struct {
  constructor(
    readonly officerId: string,
    readonly identityKey: Uint8Array,
    readonly role: Role,
    readonly archiveKey: ArchiveKey | null = null,
  ) {
    super();
  }

  encode(): Uint8Array {
    const writer = new Writer().text(this.officerId).raw(this.identityKey).u8(ROLES.indexOf(this.role) + 1);
    return writer.optional(this.archiveKey, encoded).bytes();
  }

  static read(reader: Reader): RosterEntry {
    const officerId = reader.text(MAX_SUBJECT_BYTES);
    if (!isSubject(Kind.OFFICER, officerId)) throw new DecodeError("roster_officer");
    const identityKey = reader.raw(KEY_BYTES);
    const role = ROLES[reader.u8() - 1];
    if (role === undefined) throw new DecodeError("roster_role");
    return new RosterEntry(officerId, identityKey, role, reader.optional(ArchiveKey.read));
  }
}

// ---------------------------------------------------------------- the extension

/** The last epoch of the group that this one succeeds. */
export class Predecessor extends Struct {
  /** `confirmedTranscriptHash` is empty in epoch 0 (RFC 9420 §11). */
  constructor(
    readonly groupId: Uint8Array,
    readonly epoch: number,
    readonly confirmedTranscriptHash: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().raw(this.groupId).u64(this.epoch).vector(this.confirmedTranscriptHash).bytes();
  }

  static read(reader: Reader): Predecessor {
    return new Predecessor(reader.raw(ID_BYTES), reader.safeU64(), reader.vector(HASH_BYTES));
  }
}

export interface CencommGroupFields {
  /** Counts the changes. */
  readonly version: number;
  readonly cugId: Uint8Array;
  /** The signed time of the group's start; stays. */
  readonly startedAtMs: number;
  /** Ordered by officer id. */
  readonly roster: readonly RosterEntry[];
  readonly history: History;
  /** The newest list of each issuer that matters here, ordered by issuer. */
  readonly revocations: readonly RevocationList[];
  readonly predecessor: Predecessor | null;
}

export class CencommGroup extends Struct implements CencommGroupFields {
  readonly version: number;
  readonly cugId: Uint8Array;
  readonly startedAtMs: number;
  readonly roster: readonly RosterEntry[];
  readonly history: History;
  readonly revocations: readonly RevocationList[];
  readonly predecessor: Predecessor | null;
  #encoded: Uint8Array | null = null;

  constructor(fields: CencommGroupFields) {
    super();
    this.version = fields.version;
    this.cugId = fields.cugId;
    this.startedAtMs = fields.startedAtMs;
    this.roster = fields.roster;
    this.history = fields.history;
    this.revocations = fields.revocations;
    this.predecessor = fields.predecessor;
  }

  /** To which each epoch's content key is sealed; nobody under history policy `none`. */
  get archiveKeys(): readonly Uint8Array[] {
    if (this.history === "none") return [];
    return this.roster.flatMap(({ archiveKey }) => (archiveKey === null ? [] : [archiveKey.publicKey]));
  }

  entry(officerId: string): RosterEntry | null {
    return this.roster.find((entry) => entry.officerId === officerId) ?? null;
  }

  /** The same with some fields replaced. */
  with(changes: Partial<CencommGroupFields>): CencommGroup {
    return new CencommGroup({ ...this, ...changes });
  }

  encode(): Uint8Array {
    if (this.#encoded === null) {
      const writer = new Writer().u16(FORMAT).u64(this.version).raw(this.cugId).u64(this.startedAtMs);
      writer.u8(HISTORIES.indexOf(this.history) + 1).vectorOf(this.roster, encoded);
      this.#encoded = writer.vectorOf(this.revocations, encoded).optional(this.predecessor, encoded).bytes();
    }
    return this.#encoded;
  }

  static read(reader: Reader): CencommGroup {
    if (reader.u16() !== FORMAT) throw new DecodeError("cencomm_group_format");
    const version = reader.safeU64();
    const cugId = reader.raw(ID_BYTES);
    const startedAtMs = reader.safeU64();
    const history = HISTORIES[reader.u8() - 1];
    if (history === undefined) throw new DecodeError("history_policy");
    return new CencommGroup({
      version,
      cugId,
      startedAtMs,
      history,
      roster: reader.vectorOf(RosterEntry.read, MAX_ROSTER),
      revocations: reader.vectorOf(RevocationList.read, MAX_LISTS),
      predecessor: reader.optional(Predecessor.read),
    });
  }

  /** As it stands in the group context. */
  extension(): Extension {
    return new Extension(CENCOMM_GROUP, this.encode());
  }

  /** That of a group. Throws GroupContextInvalid, DecodeError. */
  static of(group: PublicGroup): CencommGroup {
    return CencommGroup.among(group.context.extensions);
  }

  /** That in a list of extensions. Throws GroupContextInvalid, DecodeError. */
  static among(extensions: Extensions): CencommGroup {
    const data = find(extensions, CENCOMM_GROUP);
    if (data === null) throw new GroupContextInvalid("absent");
    return CencommGroup.decode(data);
  }
}

/** The entries in the order that a roster must have. */
export function sortedRoster(entries: readonly RosterEntry[]): readonly RosterEntry[] {
  return [...entries].sort((a, b) => (a.officerId < b.officerId ? -1 : Number(a.officerId > b.officerId)));
}

/** The group's extensions with `group` in its place: what a GroupContextExtensions proposal holds. */
export function withExtension(extensions: Extensions, group: CencommGroup): Extensions {
  const isOurs = ({ extensionType }: Extension): boolean => extensionType === CENCOMM_GROUP;
  if (!extensions.some(isOurs)) return [...extensions, group.extension()];
  return extensions.map((old) => (isOurs(old) ? group.extension() : old));
}
