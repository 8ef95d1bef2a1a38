/**
 * The log of one CUG, event by event (PROTOCOL §3.4): what each becomes here, and the head after it.
 *
 *     already applied      skipped
 *     read ahead           of an epoch that a joiner knows before the replay comes to it: shown, nothing else (ahead.ts)
 *     not the next one     nothing more of the batch is taken; told, and subscribed again
 *     the next one         its kind decides; what does not hold is shown as refused, and the head moves on all the same
 */

import { concat, equal, toHex } from "../crypto/bytes.ts";
import { keyId } from "../crypto/certificates.ts";
import { DomainError } from "../crypto/errors.ts";
import { Closing, Rejection, SealBody } from "../crypto/events.ts";
import { CencommGroup } from "../crypto/group_context.ts";
import { advance, eventHash } from "../crypto/head.ts";
import type { GroupState } from "../crypto/mls/secret/group.ts";
import { deviceOf } from "../crypto/policy.ts";
import type { Transaction } from "../store/transaction.ts";
import { EventKind, type LogEvent } from "../wire/frames.ts";
import { breathe } from "./breath.ts";
import { EventRefused, RecordRefused } from "./errors.ts";
import { applyCommit, applyStart } from "./handshake.ts";
import { officerOf } from "./ids.ts";
import { learnSaidKeys, refusedItem } from "./keys.ts";
import { type Memory, epochName } from "./memory.ts";
import { type CugRow, ITEM, type ItemRow, type LeafView, epochKey, tables } from "./model.ts";
import { isContent } from "./outbox.ts";
import { receiveRecord } from "./record.ts";
import { isOtherVersion, noteBroken, noteFollowed, noteRefused, rewind } from "./repair.ts";
import { compareSeen } from "./seen.ts";

/** Their bodies lose the seals when the CUG is closed; the hash of the whole stays (PROTOCOL §4.4). */
const CUT_WHEN_CLOSED: ReadonlySet<EventKind> = new Set([EventKind.GROUP, EventKind.COMMIT, EventKind.SEAL]);
const OFFICERS_TO_SUCCEED = 2;

/** Take a batch that came in order. */
export async function applyEvents(memory: Memory, tx: Transaction, events: readonly LogEvent[]): Promise<void> {
  for (const event of events) {
    if (await isOtherVersion(memory, tx, event, () => hashOf(event))) await rewind(memory, tx, event);
    if (event.seq <= memory.row.headN) continue;
    if (event.seq !== memory.row.headN + 1) {
      if (memory.ahead !== null && event.seq >= memory.ahead.seq) {
        const item = memory.ahead.take(event, memory.templates);
        if (item !== null) memory.touched.items.push(item);
        continue;
      }
      memory.alarm(tx, "seq_gap", { expected: memory.row.headN + 1 }, event.seq);
      memory.effects.push({ effect: "catch_up_again" });
      break;
    }
    await apply(memory, tx, event);
    await breathe();
  }
  await learnSaidKeys(memory, tx);
  if (memory.ahead?.isPassedBy(memory.row.headN) === true) memory.ahead = null;
  tellMissing(memory, tx);
}

/** Sendings whose place has been passed and that were not there (PROTOCOL §3.4). */
export function tellMissing(memory: Memory, tx: Transaction): void {
  for (const row of memory.outbox.missing(memory.row.headN)) {
    memory.alarm(tx, "own_record_missing", {}, row.storedSeq);
    memory.outbox.refused(tx, row.clientRef, "client.own_record_missing");
  }
}

async function apply(memory: Memory, tx: Transaction, event: LogEvent): Promise<void> {
  if (event.serverTime < memory.row.atMs) memory.alarm(tx, "time_went_back", {}, event.seq);
  const item = await itemOf(memory, tx, event);
  if (item?.standing === "refused") memory.putRefused(tx, item);
  else if (item !== null && !memory.addItem(tx, item)) {
    memory.putRefused(tx, refusedItem(event, new RecordRefused({ reason: "repeated" })));
  }
  const head = advance(memory.head, event.seq, event.serverTime, hashOf(event));
  await memory.heads.append(tx, head.n, head.hash);
  memory.change({ headN: head.n, headHash: head.hash, atMs: Math.max(event.serverTime, memory.row.atMs) });
  if (event.sender === memory.device.deviceId) ownCameBack(memory, tx, event, item);
}

/** Ours is done when it is there as we sent it; its text is not given up for anything else that bears its name. */
function ownCameBack(memory: Memory, tx: Transaction, event: LogEvent, item: ItemRow | null): void {
  const row = memory.outbox.row(event.clientRef);
  if (row === undefined || item?.standing !== "refused" || !isContent(row)) {
    memory.outbox.cameBack(tx, event.clientRef);
  } else if (equal(row.body, event.body)) {
    memory.outbox.refused(tx, event.clientRef, item.reason.split(":", 1)[0] ?? "");
  } else {
    memory.alarm(tx, "own_record_missing", {}, event.seq);
    memory.outbox.refused(tx, event.clientRef, "client.own_record_missing");
  }
}

async function itemOf(memory: Memory, tx: Transaction, event: LogEvent): Promise<ItemRow | null> {
  const isHandshake = event.kind === EventKind.GROUP || event.kind === EventKind.COMMIT;
  const { row, secret } = memory;
  try {
    const item = await dispatch(memory, tx, event);
    if (isHandshake) noteHandshake(memory, tx, event, row, secret);
    return item;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (isHandshake) {
      memory.alarm(tx, "handshake_refused", { sender: event.sender, reason: error.code }, event.seq);
      noteRefused(memory, tx, event, row);
    }
    return refusedItem(event, error);
  }
}

function noteHandshake(memory: Memory, tx: Transaction, event: LogEvent, before: CugRow, secret: GroupState | null): void {
  if (memory.row.broken !== "" && before.broken === "") noteBroken(memory, tx, event, before, secret);
  else if (memory.secret !== null || memory.row.broken === "") noteFollowed(memory, tx);
}

/** H(event), from the body wherever the body is whole. */
export function hashOf(event: LogEvent): Uint8Array {
  if (event.eventHash !== null && CUT_WHEN_CLOSED.has(event.kind)) return event.eventHash;
  return eventHash(event.kind, event.sender, event.clientRef, event.body);
}

async function dispatch(memory: Memory, tx: Transaction, event: LogEvent): Promise<ItemRow | null> {
  if (memory.row.closedSeq > 0) throw new EventRefused({ reason: "after_closing" });
  switch (event.kind) {
    case EventKind.RECORD:
      return await receiveRecord(memory, tx, event);
    case EventKind.COMMIT:
      return await applyCommit(memory, tx, event);
    case EventKind.GROUP:
      return await applyStart(memory, tx, event);
    case EventKind.REJECTION:
      return await applyRejection(memory, tx, event);
    case EventKind.SEAL:
      await applySeal(memory, tx, event);
      return null;
    case EventKind.CLOSED:
      return await applyClosing(memory, tx, event);
  }
}

/** Two officers who cannot apply the newest commit make a successor lawful for any member (PROTOCOL §2.1). */
async function applyRejection(memory: Memory, tx: Transaction, event: LogEvent): Promise<ItemRow> {
  const rejection = Rejection.decode(event.body);
  const leaf = await leafOfSender(memory, tx, event, rejection.groupId, rejection.epoch);
  rejection.verify(leaf.signatureKey);
  const row = memory.row;
  const ofNewest =
    rejection.epoch + 1 === row.epoch && equal(rejection.groupId, row.groupId) && equal(rejection.commitHash, row.commitHash);
  const officer = officerOf(leaf.deviceId);
  if (ofNewest && !row.rejectedBy.includes(officer)) {
    memory.change({ rejectedBy: [...row.rejectedBy, officer] });
    if (memory.row.rejectedBy.length >= OFFICERS_TO_SUCCEED && memory.secret === null) memory.effects.push({ effect: "succeed" });
  }
  return plainItem(memory, event, "rejection", rejection.reason);
}

/** A right seal in place of a wrong one. Only the one made for us is kept; it proves itself when it is opened. */
async function applySeal(memory: Memory, tx: Transaction, event: LogEvent): Promise<void> {
  const body = SealBody.decode(event.body);
  const leaf = await leafOfSender(memory, tx, event, body.groupId, body.epoch);
  body.verify(leaf.signatureKey);
  memory.corrected.add(sealName(body.groupId, body.epoch, body.seal.archiveKeyId));
  const own = memory.device.archiveKey;
  if (own !== null && equal(body.seal.archiveKeyId, keyId(own.publicKey))) {
    tx.put(tables.seals(memory.cugId), concat(epochKey(body.groupId, body.epoch), body.seal.kemOutput), body.seal.encode());
  }
}

/** How a seal that was put right is remembered. */
export function sealName(groupId: Uint8Array, epoch: number, archiveKeyId: Uint8Array): string {
  return `${epochName(groupId, epoch)}/${toHex(archiveKeyId)}`;
}

/** The end: this device's keys of the CUG go; what was read stays (PROTOCOL §4.4). */
async function applyClosing(memory: Memory, tx: Transaction, event: LogEvent): Promise<ItemRow> {
  const closing = Closing.decode(event.body);
  const group = memory.group;
  if (group === null || !equal(closing.cugId, memory.cugId)) throw new EventRefused({ reason: "other_group" });
  const leaf = [...group.tree.leaves()].find(([, one]) => deviceOf(one) === event.sender)?.[1];
  const entry = CencommGroup.of(group).entry(officerOf(event.sender));
  if (leaf === undefined || entry?.role !== "organiser") throw new EventRefused({ reason: "beyond_role" });
  closing.verify(leaf.signatureKey);
  await compareSeen(memory, tx, event, closing.seen);
  memory.change({ closedSeq: event.seq });
  memory.destroyKeys(tx);
  return plainItem(memory, event, "closed");
}

async function leafOfSender(memory: Memory, tx: Transaction, event: LogEvent, groupId: Uint8Array, epoch: number): Promise<LeafView> {
  const row = await memory.epoch(tx, groupId, epoch);
  const leaf = row?.leaves.find(([, one]) => one.deviceId === event.sender)?.[1];
  if (leaf === undefined) throw new EventRefused({ reason: "other_sender" });
  return leaf;
}

function plainItem(memory: Memory, event: LogEvent, kind: "rejection" | "closed", reason = ""): ItemRow {
  return {
    ...ITEM,
    seq: event.seq,
    atMs: event.serverTime,
    kind,
    sender: event.sender,
    clientRef: event.clientRef,
    groupId: memory.row.groupId,
    epoch: memory.row.epoch,
    reason,
  };
}
