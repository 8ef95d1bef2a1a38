/**
 * One CUG's rows, decoded: read once, changed inside a transaction, written back by `save`.
 *
 * A transaction that fails leaves this object as unreliable as the rows are sound: it is loaded again.
 */

import type { ContentKey } from "../crypto/archive.ts";
import { toHex } from "../crypto/bytes.ts";
import type { Fact } from "../crypto/errors.ts";
import { Head, start as firstHead } from "../crypto/head.ts";
import { PublicGroup } from "../crypto/mls/public/group.ts";
import { GroupState } from "../crypto/mls/secret/group.ts";
import { Secret } from "../crypto/primitives.ts";
import type { Transaction } from "../store/transaction.ts";
import type { HistoryKeys } from "../wire/content.ts";
import { pack } from "../wire/encoding.ts";
import type { Ahead } from "./ahead.ts";
import type { Device } from "./device.ts";
import type { Effect } from "./effects.ts";
import { Heads } from "./heads.ts";
import {
  ALARM,
  type AlarmRow,
  CUG,
  type CugRow,
  EPOCH,
  type EpochRow,
  type ItemRow,
  KEY,
  type KeyRow,
  type OfficerRow,
  PENDING,
  type PendingRow,
  SELF,
  STATE,
  epochKey,
  itemKey,
  numberKey,
  packRow,
  tables,
  unpackRow,
} from "./model.ts";
import { Outbox } from "./outbox.ts";
import { officerOf } from "./ids.ts";
import { type Template, decodeTemplate } from "./template.ts";

/** What one transition changed that screens show. */
export interface Touched {
  items: ItemRow[];
  alarms: AlarmRow[];
  members: boolean;
}

/** An epoch of one of the CUG's groups, as text. */
export function epochName(groupId: Uint8Array, epoch: number): string {
  return `${toHex(groupId)}/${epoch}`;
}

export class Memory {
  readonly cugId: Uint8Array;
  readonly device: Device;
  row: CugRow;
  /** The newest public group that was verified; null before event 1. */
  group: PublicGroup | null = null;
  secret: GroupState | null = null;
  welcome: GroupState | null = null;
  pending: PendingRow | null = null;
  /** What is read ahead of the replay; gone once the replay has come to it. */
  ahead: Ahead | null = null;
  readonly outbox: Outbox;
  readonly heads: Heads;
  /** Published templates by hash (hexadecimal), oldest first. */
  templates = new Map<string, Template>();
  /** What to do once the transaction has been written. */
  effects: Effect[] = [];
  touched: Touched = { items: [], alarms: [], members: false };
  /** Seals (group, epoch, archive key) that somebody put right since this object was made. */
  readonly corrected = new Set<string>();
  /** Officers seen in this CUG's trees since this object was made. */
  readonly officers = new Map<string, OfficerRow>();
  /** Epochs whose key somebody has said since this object was made: nobody need say it again. */
  readonly saidEpochs = new Set<string>();
  /** History keys that came in this batch, with their seq; tried before it is written. */
  saidKeys: { readonly seq: number; readonly said: HistoryKeys }[] = [];
  readonly #epochs = new Map<string, EpochRow>();
  readonly #keys = new Map<string, ContentKey>();
  #stateChanged = false;

  constructor(cugId: Uint8Array, device: Device) {
    this.cugId = cugId;
    this.device = device;
    this.row = { ...CUG, cugId, headHash: firstHead(cugId).hash };
    this.outbox = new Outbox(cugId);
    this.heads = new Heads(cugId);
  }

  // -------------------------------------------------------------- loading and saving

  /** Read everything afresh. Throws ProfileDamaged. */
  async load(tx: Transaction): Promise<void> {
    this.#epochs.clear();
    this.#keys.clear();
    this.heads.forget();
    this.effects = [];
    this.saidKeys = [];
    this.touched = { items: [], alarms: [], members: false };
    this.officers.clear();
    this.#stateChanged = false;
    const row = await tx.get(tables.cugs, this.cugId);
    this.row = row === null ? { ...CUG, cugId: this.cugId, headHash: firstHead(this.cugId).hash } : unpackRow(CUG, row);
    await this.#loadState(tx);
    const pending = await tx.get(tables.pending(this.cugId), SELF);
    this.pending = pending === null ? null : unpackRow(PENDING, pending);
    await this.outbox.load(tx);
    const documents = await tx.rows(tables.templates(this.cugId));
    this.templates = new Map(documents.map((one) => [toHex(one.key), decodeTemplate(one.value, one.number)]));
  }

  async #loadState(tx: Transaction): Promise<void> {
    const packed = await tx.get(tables.state(this.cugId), SELF);
    const kept = packed === null ? STATE : unpackRow(STATE, packed);
    this.secret = kept.secret.length > 0 ? GroupState.decode(kept.secret) : null;
    this.welcome = kept.welcome.length > 0 ? GroupState.decode(kept.welcome) : null;
    this.group = this.secret?.public ?? (kept.public.length > 0 ? PublicGroup.decode(kept.public) : null);
  }

  /** Write what changed: always the light row, the heavy one after a handshake only. */
  save(tx: Transaction): void {
    this.heads.save(tx);
    tx.put(tables.cugs, this.cugId, packRow(this.row));
    if (!this.#stateChanged) return;
    this.#stateChanged = false;
    const empty = new Uint8Array();
    const kept = {
      public: this.group === null || this.secret !== null ? empty : this.group.encode(),
      secret: this.secret?.encode() ?? empty,
      welcome: this.welcome?.encode() ?? empty,
    };
    tx.put(tables.state(this.cugId), SELF, packRow(kept));
  }

  /** What the transition changed, once. */
  takeTouched(): Touched {
    const touched = this.touched;
    this.touched = { items: [], alarms: [], members: false };
    return touched;
  }

  takeEffects(): readonly Effect[] {
    const effects = this.effects;
    this.effects = [];
    return effects;
  }

  // -------------------------------------------------------------- reading

  get head(): Head {
    return new Head(this.row.headN, this.row.headHash);
  }

  async epoch(tx: Transaction, groupId: Uint8Array, epoch: number): Promise<EpochRow | null> {
    const name = epochName(groupId, epoch);
    const known = this.#epochs.get(name);
    if (known !== undefined) return known;
    const packed = await tx.get(tables.epochs(this.cugId), epochKey(groupId, epoch));
    if (packed === null) return null;
    const row = unpackRow(EPOCH, packed);
    this.#epochs.set(name, row);
    return row;
  }

  /** Oldest first. */
  async allEpochs(tx: Transaction): Promise<EpochRow[]> {
    return (await tx.rows(tables.epochs(this.cugId))).map((row) => unpackRow(EPOCH, row.value));
  }

  async contentKey(tx: Transaction, groupId: Uint8Array, epoch: number): Promise<ContentKey | null> {
    const name = epochName(groupId, epoch);
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const packed = await tx.get(tables.contentKeys(this.cugId), epochKey(groupId, epoch));
    if (packed === null) return null;
    const key = new Secret<"content">(unpackRow(KEY, packed).key);
    this.#keys.set(name, key);
    return key;
  }

  // -------------------------------------------------------------- writing

  /** Set fields of the light row. */
  change(fields: Partial<CugRow>): void {
    this.row = { ...this.row, ...fields };
  }

  setGroup(group: PublicGroup): void {
    this.group = group;
    this.#stateChanged = true;
    this.touched.members = true;
  }

  setSecret(secret: GroupState | null): void {
    this.secret = secret;
    this.#stateChanged = true;
  }

  setWelcome(welcome: GroupState | null): void {
    this.welcome = welcome;
    this.#stateChanged = true;
  }

  putEpoch(tx: Transaction, row: EpochRow): void {
    this.#epochs.set(epochName(row.groupId, row.epoch), row);
    tx.put(tables.epochs(this.cugId), epochKey(row.groupId, row.epoch), packRow(row), row.madeSeq);
  }

  putKey(tx: Transaction, groupId: Uint8Array, epoch: number, row: KeyRow): void {
    this.#keys.set(epochName(groupId, epoch), new Secret<"content">(row.key));
    tx.put(tables.contentKeys(this.cugId), epochKey(groupId, epoch), packRow(row));
  }

  dropKey(tx: Transaction, groupId: Uint8Array, epoch: number): void {
    this.#keys.delete(epochName(groupId, epoch));
    tx.delete(tables.contentKeys(this.cugId), epochKey(groupId, epoch));
  }

  putPending(tx: Transaction, row: PendingRow | null): void {
    this.pending = row;
    if (row === null) tx.delete(tables.pending(this.cugId), SELF);
    else tx.put(tables.pending(this.cugId), SELF, packRow(row));
  }

  /** Keep a new item, unless that device has sent something under that client_ref before (PROTOCOL §3.6). */
  addItem(tx: Transaction, item: ItemRow): boolean {
    if (tx.has(tables.items(this.cugId), itemKey(item.sender, item.clientRef))) return false;
    this.putItem(tx, item);
    this.#countUnread(item);
    return true;
  }

  /** Keep an item that was locked until now. */
  openItem(tx: Transaction, item: ItemRow): void {
    this.putItem(tx, item);
    this.#countUnread(item);
  }

  /** Keep an item, in place of what was shown of the same event. */
  putItem(tx: Transaction, item: ItemRow): void {
    tx.put(tables.items(this.cugId), itemKey(item.sender, item.clientRef), packRow(item), item.seq);
    this.touched.items.push(item);
  }

  /** Keep a refusal under its place alone: what proves nothing takes nobody's client_ref. */
  putRefused(tx: Transaction, item: ItemRow): void {
    tx.put(tables.items(this.cugId), numberKey(item.seq), packRow(item), item.seq);
    this.touched.items.push(item);
  }

  #countUnread(item: ItemRow): void {
    if (item.seq <= this.row.readSeq || !isUnreadKind(item, this.device.officerId)) return;
    this.change({ unread: this.row.unread + 1 });
  }

  /** Note something that does not fit, once per code and facts. */
  alarm(tx: Transaction, code: string, facts: Readonly<Record<string, Fact>> = {}, seq = 0): void {
    const name = pack([code, Object.entries(facts).sort(([one], [other]) => (one < other ? -1 : 1))]);
    if (tx.has(tables.alarms(this.cugId), name)) return;
    const number = this.row.alarmCount + 1;
    this.change({ alarmCount: number });
    const alarm: AlarmRow = { ...ALARM, code, seq, atMs: this.row.atMs, facts };
    tx.put(tables.alarms(this.cugId), name, packRow(alarm), number);
    this.touched.alarms.push(alarm);
  }

  /** Keys, states and seals of this CUG go; what was read stays, and what was not sent (PROTOCOL §4.4). */
  destroyKeys(tx: Transaction): void {
    for (const table of [tables.contentKeys, tables.state, tables.seals, tables.pending, tables.locked, tables.before]) {
      tx.clear(table(this.cugId));
    }
    this.#keys.clear();
    this.ahead = null;
    this.secret = this.welcome = this.pending = null;
    this.outbox.end(tx, "client.group_closed");
  }

  /** Overwrite the keys that this object holds; only for one that is thrown away. */
  wipe(): void {
    for (const key of this.#keys.values()) key.fill(0);
    this.#keys.clear();
    this.secret?.wipe();
    this.welcome?.wipe();
    this.secret = this.welcome = this.pending = null;
  }
}

/** Whether an officer who has not seen the item should be told of it. */
export function isUnreadKind(item: ItemRow, officerId: string): boolean {
  return (item.kind === "chat" || item.kind === "form") && officerOf(item.sender) !== officerId;
}
