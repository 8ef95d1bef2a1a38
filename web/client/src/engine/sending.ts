/** Out of the outbox: seal what is new, send what is owed (PROTOCOL §3.3, §3.5). */

import { equal } from "../crypto/bytes.ts";
import type { GroupState } from "../crypto/mls/secret/group.ts";
import { sealRecord } from "../crypto/records.ts";
import type { Transaction } from "../store/transaction.ts";
import type { ClientFrame } from "../wire/frames.ts";
import type { Memory } from "./memory.ts";
import type { OutboxRow } from "./model.ts";

/** A device commits before it sends in an epoch older than this (PROTOCOL §2.6). */
export const EPOCH_LIFE_MS = 24 * 3600 * 1000;
export const LEAF_LIFE_MS = 7 * 24 * 3600 * 1000;

/** Whether an empty commit must come before the next record. */
export function renewalDue(memory: Memory, nowMs: number): boolean {
  if (memory.secret === null) return false;
  return nowMs - memory.row.epochAtMs > EPOCH_LIFE_MS || nowMs - memory.row.leafAtMs > LEAF_LIFE_MS;
}

/**
 * Frames for the outbox's due rows, each written before it is returned. Records wait while a commit of our own is under
 * way, while we are outside the epoch, and while a renewal is due.
 */
export async function pump(memory: Memory, tx: Transaction, nowMs: number): Promise<ClientFrame[]> {
  const frames: ClientFrame[] = [];
  const state = memory.pending === null && !renewalDue(memory, nowMs) ? memory.secret : null;
  for (const row of memory.outbox.due()) {
    const ready = row.body.length > 0 ? row : state === null ? null : await sealed(memory, tx, state, row, nowMs);
    if (ready === null) continue;
    memory.outbox.sent(ready.clientRef);
    frames.push({ frame: "send", cugId: memory.cugId, clientRef: ready.clientRef, kind: ready.kind, body: ready.body });
  }
  return frames;
}

/** The row without the bytes of an epoch that is closed; group and epoch stay, to wait for the next one. */
export function unsealed(row: OutboxRow): OutboxRow {
  return { ...row, body: new Uint8Array() };
}

async function sealed(memory: Memory, tx: Transaction, state: GroupState, row: OutboxRow, nowMs: number): Promise<OutboxRow | null> {
  // Refused as stale in this very epoch: the commit that closed it is on its way.
  if (row.epoch === state.epoch && equal(row.groupId, state.groupId)) return null;
  const epoch = await memory.epoch(tx, state.groupId, state.epoch);
  const key = await memory.contentKey(tx, state.groupId, state.epoch);
  if (epoch === null || key === null) return null;
  const sentAtMs = row.sentAtMs === 0 ? nowMs : row.sentAtMs;
  const record = {
    cugId: memory.cugId,
    groupId: state.groupId,
    epoch: state.epoch,
    contextHash: epoch.contextHash,
    leafIndex: state.ownLeafIndex,
    clientRef: row.clientRef,
    public: row.public.length > 0 ? row.public : null,
    personal: row.personal.length > 0 ? row.personal : null,
    sentAtMs,
    seen: memory.head,
  };
  const body = sealRecord(record, { contentKey: key, signatureSeed: state.signatureSeed });
  const ready = { ...row, body, groupId: state.groupId, epoch: state.epoch, sentAtMs };
  memory.outbox.put(tx, ready);
  return ready;
}
