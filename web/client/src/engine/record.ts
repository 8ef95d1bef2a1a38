/**
 * One received record: every check of PROTOCOL §3 on the reader's side, and the item that it becomes.
 *
 * This is the hot path: a client receives each record of each member once. Nothing here encodes or decodes more than once.
 */

import type { ContentKey } from "../crypto/archive.ts";
import { concat, equal, toHex } from "../crypto/bytes.ts";
import { type OpenedRecord, KeyMissing, type RecordHeader, keyRing, openRecord, readHeader } from "../crypto/records.ts";
import type { Transaction } from "../store/transaction.ts";
import { type Content, type Form, decodeContent } from "../wire/content.ts";
import { Malformed } from "../wire/encoding.ts";
import { type LogEvent, encodeEvent } from "../wire/frames.ts";
import { RecordRefused } from "./errors.ts";
import { judgeRecord } from "./forms.ts";
import { officerOf } from "./ids.ts";
import { type Memory, epochName } from "./memory.ts";
import { type EpochRow, ITEM, type ItemKind, type ItemRow, type LeafView, itemKey, numberKey, tables, unpackRow } from "./model.ts";
import { compareSeen } from "./seen.ts";
import { type Template, acceptTemplate } from "./template.ts";

const ORGANISERS_ONLY: ReadonlySet<ItemKind> = new Set(["template", "profile"]);

/** A record's header and what its place in the log says of it. */
export interface Placed {
  readonly header: RecordHeader;
  readonly epoch: EpochRow;
  readonly leaf: LeafView;
}

/**
 * Check `event` against the epoch in force at its place; a record without a known key is kept for later.
 *
 * Throws DecodeError, RecordRefused, and what `openRecord` throws: the record proves nothing.
 */
export async function receiveRecord(memory: Memory, tx: Transaction, event: LogEvent): Promise<ItemRow> {
  const header = readHeader(event.body);
  if (header.epoch !== memory.row.epoch || !equal(header.groupId, memory.row.groupId)) {
    throw new RecordRefused({ reason: "stale_epoch", epoch: header.epoch, current: memory.row.epoch });
  }
  const placed = await place(memory, tx, event, header);
  const key = await memory.contentKey(tx, header.groupId, header.epoch);
  if (key !== null) {
    try {
      return await readRecord(memory, tx, event, placed, key);
    } catch (error) {
      if (!(error instanceof KeyMissing) || memory.secret !== null) throw error;
      memory.dropKey(tx, header.groupId, header.epoch); // somebody said it, and it is not the right one
    }
  }
  tx.put(tables.locked(memory.cugId), numberKey(event.seq), encodeEvent(event), event.seq);
  return { ...itemOf(event, header), kind: "locked", standing: "locked" };
}

/** Header, log entry and the epoch's tree must say the same. Throws RecordRefused. */
export async function place(memory: Memory, tx: Transaction, event: LogEvent, header: RecordHeader): Promise<Placed> {
  const epoch = await memory.epoch(tx, header.groupId, header.epoch);
  if (epoch === null) throw new RecordRefused({ reason: "unknown_epoch", epoch: header.epoch });
  return placeIn(memory.cugId, epoch, event, header);
}

/** As `place`, in an epoch that is at hand. Throws RecordRefused. */
export function placeIn(cugId: Uint8Array, epoch: EpochRow, event: LogEvent, header: RecordHeader): Placed {
  if (!equal(header.cugId, cugId) || !equal(header.clientRef, event.clientRef)) throw new RecordRefused({ reason: "other_place" });
  const leaf = epoch.leaves.find(([index]) => index === header.leafIndex)?.[1];
  if (leaf === undefined || leaf.deviceId !== event.sender) {
    throw new RecordRefused({ reason: "other_sender", leaf_index: header.leafIndex });
  }
  if (event.serverTime > leaf.validUntilS * 1000) {
    throw new RecordRefused({ reason: "certificate_expired", device: leaf.deviceId });
  }
  return { header, epoch, leaf };
}

/** Open, verify, and let the content take effect. Throws as `receiveRecord`. */
export async function readRecord(
  memory: Memory,
  tx: Transaction,
  event: LogEvent,
  placed: Placed,
  key: ContentKey,
): Promise<ItemRow> {
  const opened = openRecord(event.body, {
    keys: keyRing(key),
    contextHash: placed.epoch.contextHash,
    signatureKey: placed.leaf.signatureKey,
  });
  await compareSeen(memory, tx, event, opened.seen);
  confirm(memory, placed);
  return await take(memory, tx, event, placed, opened);
}

/** Another officer's record in an epoch at or after a join from outside ends the doubt (PROTOCOL §2.5). */
function confirm(memory: Memory, placed: Placed): void {
  if (memory.row.confirmed || placed.epoch.madeSeq < memory.row.joinedSeq) return;
  if (officerOf(placed.leaf.deviceId) !== memory.device.officerId) memory.change({ confirmed: true });
}

async function take(memory: Memory, tx: Transaction, event: LogEvent, placed: Placed, opened: OpenedRecord): Promise<ItemRow> {
  const item = { ...itemOf(event, placed.header), ...signedParts(opened) };
  let open: Content | null;
  let personal: Content | null;
  try {
    open = decoded(item.public);
    personal = decoded(item.personal);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { ...item, kind: "unknown" };
  }
  const content = open ?? personal;
  if (content === null || (open !== null && personal !== null && open.t !== personal.t)) {
    throw new RecordRefused({ reason: "parts_disagree" });
  }
  if (ORGANISERS_ONLY.has(content.t) && placed.leaf.role !== "organiser") {
    throw new RecordRefused({ reason: "beyond_role", role: placed.leaf.role });
  }
  if (content.t === "form") {
    return { ...item, kind: content.t, findings: judgeForm(memory, tx, event, formOf(open), formOf(personal)) };
  }
  await takeEffect(memory, tx, event, content);
  return { ...item, kind: content.t };
}

/** What the sender signed of an entry. */
export function signedParts(opened: OpenedRecord): Pick<ItemRow, "sentAtMs" | "public" | "personal"> {
  const empty = new Uint8Array();
  return { sentAtMs: opened.sentAtMs, public: opened.public ?? empty, personal: opened.personal ?? empty };
}

/** Throws Malformed. */
export function decoded(part: Uint8Array): Content | null {
  return part.length === 0 ? null : decodeContent(part);
}

export function formOf(content: Content | null): Form | null {
  return content?.t === "form" ? content : null;
}

function judgeForm(memory: Memory, tx: Transaction, event: LogEvent, open: Form | null, personal: Form | null): ItemRow["findings"] {
  const form = open ?? personal;
  if (form === null) throw new RecordRefused({ reason: "parts_disagree" });
  const same = (one: Form, other: Form) => equal(one.templateHash, other.templateHash) && equal(one.recordId, other.recordId);
  if (open !== null && personal !== null && !same(open, personal)) throw new RecordRefused({ reason: "parts_disagree" });
  const template = memory.templates.get(toHex(form.templateHash));
  if (template === undefined) {
    const name = concat(form.templateHash, numberKey(event.seq));
    tx.put(tables.unjudged(memory.cugId), name, itemKey(event.sender, event.clientRef), event.seq);
  }
  return judgeRecord(template, open, personal, event.serverTime);
}

async function takeEffect(memory: Memory, tx: Transaction, event: LogEvent, content: Content): Promise<void> {
  switch (content.t) {
    case "template": {
      const template = acceptTemplate(content.document, event.seq);
      memory.templates.set(toHex(template.hash), template);
      tx.put(tables.templates(memory.cugId), template.hash, content.document, event.seq);
      return await judgeAgain(memory, tx, template);
    }
    case "profile":
      if (event.seq > memory.row.profileSeq) {
        const { title, operationCode, about } = content;
        memory.change({ title, operationCode, about, profileSeq: event.seq });
      }
      return;
    case "history_keys":
      memory.saidKeys.push({ seq: event.seq, said: content });
      for (const entry of content.keys) memory.saidEpochs.add(epochName(entry.groupId, entry.epoch));
      return;
    case "history_request":
      // What is asked of members is not asked of one who replays the past.
      if (memory.secret !== null && event.sender !== memory.device.deviceId) {
        memory.effects.push({ effect: "answer_history", epochs: content.epochs });
      }
      return;
    case "left":
      if (memory.secret !== null) memory.effects.push({ effect: "remove_leaver", officerId: officerOf(event.sender) });
      return;
    case "chat":
      if (event.seq > memory.row.readSeq && content.mentions.includes(memory.device.officerId)) memory.change({ mentioned: true });
      return;
    default:
      return;
  }
}

/** Forms that came before their template, for one who could not read it then. */
async function judgeAgain(memory: Memory, tx: Transaction, template: Template): Promise<void> {
  for (const row of await tx.rows(tables.unjudged(memory.cugId))) {
    if (!equal(row.key.slice(0, template.hash.length), template.hash)) continue;
    const data = await tx.get(tables.items(memory.cugId), row.value);
    if (data === null) continue;
    const item = unpackRow(ITEM, data);
    const open = formOf(decoded(item.public));
    const personal = formOf(decoded(item.personal));
    memory.putItem(tx, { ...item, findings: judgeRecord(template, open, personal, item.atMs) });
    tx.delete(tables.unjudged(memory.cugId), row.key);
  }
}

/** An entry before it was opened. */
export function itemOf(event: LogEvent, header: RecordHeader): ItemRow {
  return {
    ...ITEM,
    seq: event.seq,
    atMs: event.serverTime,
    sender: event.sender,
    clientRef: event.clientRef,
    groupId: header.groupId,
    epoch: header.epoch,
  };
}
