/**
 * What the engine keeps: rows of the profile, as MessagePack (twin of `cencomm.client.model`).
 *
 * Nothing here has rules. Rows are sealed under the profile key, so what opens is what this client wrote; a field that
 * an older version did not write has its default.
 */

import { concat, toHex, utf8 } from "../crypto/bytes.ts";
import type { Fact } from "../crypto/errors.ts";
import { pack, unpack } from "../wire/encoding.ts";
import { fields } from "../wire/shape.ts";

const EMPTY: Uint8Array = new Uint8Array();

export const SELF = utf8("self");

/** The tables; those of one CUG are named by its id. */
export const tables = {
  account: "account",
  revocations: "revocations",
  keyPackages: "key_packages",
  cugs: "cugs",
  officers: "officers",
  vault: "vault",
  epochs: (cugId: Uint8Array) => `epochs/${toHex(cugId)}`,
  contentKeys: (cugId: Uint8Array) => `content_keys/${toHex(cugId)}`,
  state: (cugId: Uint8Array) => `state/${toHex(cugId)}`,
  heads: (cugId: Uint8Array) => `heads/${toHex(cugId)}`,
  seals: (cugId: Uint8Array) => `seals/${toHex(cugId)}`,
  items: (cugId: Uint8Array) => `items/${toHex(cugId)}`,
  locked: (cugId: Uint8Array) => `locked/${toHex(cugId)}`,
  outbox: (cugId: Uint8Array) => `outbox/${toHex(cugId)}`,
  pending: (cugId: Uint8Array) => `pending/${toHex(cugId)}`,
  /** By template hash and seq: forms that came before their template. */
  unjudged: (cugId: Uint8Array) => `unjudged/${toHex(cugId)}`,
  /** While `refusedSeq` names a handshake that could not be followed. */
  before: (cugId: Uint8Array) => `before/${toHex(cugId)}`,
  alarms: (cugId: Uint8Array) => `alarms/${toHex(cugId)}`,
  templates: (cugId: Uint8Array) => `templates/${toHex(cugId)}`,
  /** Ciphertext of files on their way, chunk by chunk. */
  sealed: (cugId: Uint8Array) => `sealed/${toHex(cugId)}`,
  drafts: (cugId: Uint8Array) => `drafts/${toHex(cugId)}`,
} as const;

/** Who this profile is. Holds the device's own key, AK and the vault's outer key; never the identity key. */
export const ACCOUNT = {
  deploymentId: EMPTY,
  rootPublicKey: EMPTY,
  serverUrl: "",
  account: "",
  kind: "officer" as "secretariat" | "ncp" | "officer",
  displayName: "",
  accountKey: EMPTY,
  /** Renews the session. It opens nothing: the vault's wraps hang on other derivations. */
  authenticationKey: EMPTY,
  /** While a password changes: the one that may be in force at the server already. */
  nextAuthenticationKey: EMPTY,
  vaultKey: EMPTY,
  /** Items up to here have been merged. */
  vaultPosition: 0,
  /** The newest vault item that holds the inner envelope, still sealed under the inner key. */
  innerEnvelope: EMPTY,
  innerVersion: 0,
  innerUploaded: false,
  deviceId: "",
  deviceSeed: EMPTY,
  deviceCertificate: EMPTY,
  identityPublicKey: EMPTY,
  /** `crypto/group_context` ArchiveKey encoded: the public half, signed by the identity key. */
  archiveKey: EMPTY,
  chain: EMPTY,
  revocationsAtMs: 0,
};
export type AccountRow = Readonly<typeof ACCOUNT>;

export interface LeafView {
  readonly deviceId: string;
  readonly signatureKey: Uint8Array;
  readonly role: string;
  /** Seconds since 1970: when the first certificate of its chain expires. */
  readonly validUntilS: number;
}

/** What verifying a record of one epoch needs; `leaves` as pairs of leaf index and leaf. */
export const EPOCH = {
  groupId: EMPTY,
  epoch: 0,
  contextHash: EMPTY,
  leaves: [] as readonly (readonly [number, LeafView])[],
  history: "full",
  madeSeq: 0,
  madeAtMs: 0,
};
export type EpochRow = Readonly<typeof EPOCH>;

/** K_e of one epoch; `proven` is false for a key that another member said and no record has confirmed yet. */
export const KEY = { key: EMPTY, inVault: false, proven: true };
export type KeyRow = Readonly<typeof KEY>;

/** The heavy part of a CUG's state: `public` is empty where `secret` holds it, `secret` while not a member. */
export const STATE = { public: EMPTY, secret: EMPTY, welcome: EMPTY };

/** Where this device stood before a handshake that it could not follow; `secret` is empty where it still stands there. */
export const BEFORE = { row: EMPTY, secret: EMPTY };

export const OFFICER = { displayName: "", identityKey: EMPTY };
export type OfficerRow = Readonly<typeof OFFICER>;

/** How far an account has verified a CUG: a new device accepts nothing older (PROTOCOL §2.5). */
export const CHECKPOINT = { cugId: EMPTY, headN: 0, headHash: EMPTY, groupId: EMPTY, epoch: 0 };
export type CheckpointRow = Readonly<typeof CHECKPOINT>;

/** A file whose ciphertext waits here, under an id of its own, until the server has all of it. */
export interface AttachingFile {
  readonly id: Uint8Array;
  readonly hash: Uint8Array;
  readonly length: number;
}

/** A sending that is not acknowledged yet; sealed anew in each epoch under the same client_ref. */
export const OUTBOX = {
  clientRef: EMPTY,
  number: 0,
  kind: 0,
  public: EMPTY,
  personal: EMPTY,
  sentAtMs: 0,
  groupId: EMPTY,
  epoch: 0,
  body: EMPTY,
  /** Set when acknowledged; the row goes when the event comes back (PROTOCOL §3.4). */
  storedSeq: 0,
  /** The code for which the server will never take it; the row stays to be seen. */
  failed: "",
  /** Files that must be at the server before it goes out. */
  attaching: [] as readonly AttachingFile[],
};
export type OutboxRow = Readonly<typeof OUTBOX>;

/** `external`: there is no own state yet; `start`: the first group of a CUG, or a successor. */
export type PendingKind = "commit" | "external" | "start";

/** A handshake that was made and may already be at the server; merged only when it comes back. */
export const PENDING = {
  clientRef: EMPTY,
  kind: "commit" as PendingKind,
  groupId: EMPTY,
  /** The epoch that it was made in; for a start, 0. */
  epoch: 0,
  /** The whole frame, sent again byte by byte. */
  frame: EMPTY,
  /** What the event will hold, to recognise it. */
  body: EMPTY,
  /** GroupState encoded of the epoch that it makes. */
  secret: EMPTY,
};
export type PendingRow = Readonly<typeof PENDING>;

/** The light part of a CUG's state, after `headN` events; written with every batch. */
export const CUG = {
  cugId: EMPTY,
  openedMs: 0,
  headN: 0,
  headHash: EMPTY,
  /** The server's time of the newest event. */
  atMs: 0,
  groupId: EMPTY,
  epoch: 0,
  commitTimeMs: 0,
  role: "",
  title: "",
  operationCode: "",
  about: "",
  /** Where title, operation code and description were said: the newest counts, also when an older one opens later. */
  profileSeq: 0,
  joinedSeq: 0,
  confirmed: true,
  joinAtMs: 0,
  removedSeq: 0,
  closedSeq: 0,
  epochAtMs: 0,
  leafAtMs: 0,
  /** The code of what could not be applied; empty when all is well. */
  broken: "",
  /** Names the newest commit; empty in a group's first epoch. */
  commitHash: EMPTY,
  /** Officers who rejected the newest commit. */
  rejectedBy: [] as readonly string[],
  /** The first handshake that could not be followed since one was; 0 when none was. */
  refusedSeq: 0,
  alarmCount: 0,
  historyAskedMs: 0,
  readSeq: 0,
  unread: 0,
  mentioned: false,
};
export type CugRow = Readonly<typeof CUG>;

export interface FindingRow {
  readonly rule: string;
  readonly level: "error" | "warn" | "info";
  readonly path: string;
}

/** Who came, went or changed with a commit: officers, and for `devices…` devices. */
export interface MembersChanged {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly roles: readonly (readonly [string, string])[];
  readonly identityChanged: readonly string[];
  readonly devicesAdded: readonly string[];
  readonly devicesRemoved: readonly string[];
}

export type ItemKind =
  | "chat"
  | "form"
  | "template"
  | "profile"
  | "history_keys"
  | "history_request"
  | "extraction"
  | "released"
  | "left"
  | "members"
  | "group"
  | "rejection"
  | "closed"
  | "locked"
  | "refused"
  | "unknown";

export type Standing = "verified" | "not_yet_verified" | "refused" | "locked";

/** One entry of a CUG; `public` and `personal` are the parts as they were signed. */
export const ITEM = {
  seq: 0,
  atMs: 0,
  kind: "unknown" as ItemKind,
  standing: "verified" as Standing,
  sender: "",
  clientRef: EMPTY,
  groupId: EMPTY,
  epoch: 0,
  sentAtMs: 0,
  reason: "",
  public: EMPTY,
  personal: EMPTY,
  /** Null where the template's rules were not judged. */
  findings: null as readonly FindingRow[] | null,
  members: null as MembersChanged | null,
};
export type ItemRow = Readonly<typeof ITEM>;

/** Something that does not fit: shown in words (`alarm.<code>`), blocks nothing by itself. */
export const ALARM = { code: "", seq: 0, atMs: 0, facts: {} as Readonly<Record<string, Fact>> };
export type AlarmRow = Readonly<typeof ALARM>;

/** What is being written. */
export const DRAFT = { key: "", text: "", answers: null as object | null, atMs: 0 };

export function packRow(row: object): Uint8Array {
  return pack(row);
}

/** The row in `data`, with the defaults of its kind for what is not there. */
export function unpackRow<T extends object>(defaults: T, data: Uint8Array): Readonly<T> {
  return { ...defaults, ...fields(unpack(data)) };
}

/** How the item of a record is named: what must not come twice (PROTOCOL §3.6). */
export function itemKey(sender: string, clientRef: Uint8Array): Uint8Array {
  return concat(utf8(sender), Uint8Array.of(0), clientRef);
}

/** How a row of one epoch is named. */
export function epochKey(groupId: Uint8Array, epoch: number): Uint8Array {
  return concat(groupId, numberKey(epoch));
}

/** A number as 8 bytes. */
export function numberKey(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export function readNumber(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
}
