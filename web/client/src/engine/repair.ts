/**
 * Getting over a handshake that could not be followed (PROTOCOL §2.3, §3.4; twin of `cencomm.client.engine.repair`).
 *
 * Whether a commit is valid is the same for every client and for the server. One that is refused here was altered on its
 * way, or the server let through what no honest one does; one whose hidden parts fail may have been altered, too. An
 * alarm says so, and then the log is read again from that place, at once and later ever more seldom:
 *
 *     the same bytes     nothing changes: the alarm stands, and what is not valid is not followed
 *     other bytes        the server has shown two events for one place: told, too (`log_changed`), and the log is taken
 *                        from there as it is shown now; what came after that place comes again
 *
 * Nothing but the log's own rules decides what is followed: no GroupInfo is believed that does not fit it.
 */

import { equal } from "../crypto/bytes.ts";
import { Head, advance, start as firstHead } from "../crypto/head.ts";
import { GroupState } from "../crypto/mls/secret/group.ts";
import type { Transaction } from "../store/transaction.ts";
import type { LogEvent } from "../wire/frames.ts";
import type { Memory } from "./memory.ts";
import { BEFORE, CUG, type CugRow, SELF, packRow, tables, unpackRow } from "./model.ts";

export const FIRST_WAIT_MS = 10_000;
export const LONGEST_WAIT_MS = 3_600_000;

/** The first refused handshake since one was followed: from its place the log is read again. */
export function noteRefused(memory: Memory, tx: Transaction, event: LogEvent, before: CugRow): void {
  if (memory.row.refusedSeq === 0) note(memory, tx, event, before, null);
}

/** The group went on and this device did not: where it stood is kept until it is in again. */
export function noteBroken(memory: Memory, tx: Transaction, event: LogEvent, before: CugRow, secret: GroupState | null): void {
  note(memory, tx, event, before, secret);
}

function note(memory: Memory, tx: Transaction, event: LogEvent, before: CugRow, secret: GroupState | null): void {
  const kept = { row: packRow(before), secret: secret?.encode() ?? new Uint8Array() };
  tx.put(tables.before(memory.cugId), SELF, packRow(kept));
  memory.change({ refusedSeq: event.seq });
  memory.effects.push({ effect: "read_again" });
}

/** This device is where the group is: what was refused before does not hold it up any more. */
export function noteFollowed(memory: Memory, tx: Transaction): void {
  if (memory.row.refusedSeq === 0) return;
  memory.change({ refusedSeq: 0 });
  tx.delete(tables.before(memory.cugId), SELF);
}

/** Whether the server shows another event than before at the place of the refused handshake. */
export async function isOtherVersion(memory: Memory, tx: Transaction, event: LogEvent, eventHash: () => Uint8Array): Promise<boolean> {
  const { refusedSeq, headN } = memory.row;
  if (refusedSeq === 0 || event.seq !== refusedSeq || event.seq > headN) return false;
  const shown = advance(await headBefore(memory, tx, event.seq), event.seq, event.serverTime, eventHash());
  const known = await memory.heads.at(tx, event.seq);
  return known === null || !equal(shown.hash, known);
}

/** Back to where this device stood before the refused handshake; what came since comes again. */
export async function rewind(memory: Memory, tx: Transaction, event: LogEvent): Promise<void> {
  const kept = unpackRow(BEFORE, (await tx.get(tables.before(memory.cugId), SELF))!); // written when a handshake is refused
  const before = unpackRow(CUG, kept.row);
  const now = memory.row;
  await memory.heads.cut(tx, event.seq - 1, now.headN);
  for (const table of [tables.items(memory.cugId), tables.locked(memory.cugId)]) {
    for (const row of await tx.rows(table, { after: event.seq - 1 })) tx.delete(table, row.key);
  }
  const { alarmCount, historyAskedMs, readSeq } = now;
  const read = readSeq > before.readSeq ? { unread: 0, mentioned: false } : {};
  memory.row = { ...before, alarmCount, historyAskedMs, readSeq, ...read };
  if (kept.secret.length > 0) {
    const secret = GroupState.decode(kept.secret);
    memory.setGroup(secret.public);
    memory.setSecret(secret);
    if (memory.pending?.kind === "external") memory.putPending(tx, null);
  }
  tx.delete(tables.before(memory.cugId), SELF);
  memory.alarm(tx, "log_changed", {}, event.seq);
}

/** The heads of all events that have come are kept. */
async function headBefore(memory: Memory, tx: Transaction, seq: number): Promise<Head> {
  return seq === 1 ? firstHead(memory.cugId) : new Head(seq - 1, (await memory.heads.at(tx, seq - 1))!);
}
