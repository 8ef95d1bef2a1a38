/**
 * Sendings that have not come back yet (PROTOCOL §3.4, §3.5).
 *
 *     add ──> sealed ──> sent ──> acknowledged (`storedSeq`) ──> came back: gone
 *               ^          │
 *               └──────────┼── refused as stale: sealed anew in the next epoch under the same client_ref
 *                          └── refused for now: due again once it has rested
 *
 * A row whose files are not at the server yet waits before all that (`files.ts`).
 *
 * Each row is written before its bytes go out, so that a resend is byte-identical, also after a restart.
 */

import { toHex } from "../crypto/bytes.ts";
import { sealedLength } from "../crypto/record_format.ts";
import type { Transaction } from "../store/transaction.ts";
import { type EventKind, RECORD_BYTES } from "../wire/frames.ts";
import { RecordTooLarge } from "./errors.ts";
import { OUTBOX, type OutboxRow, packRow, tables, unpackRow } from "./model.ts";

/** How many sendings may be under way at once; the rest waits here. */
export const WINDOW = 64;

/** Throws RecordTooLarge unless the server takes a record of these parts. */
export function requireSize(parts: { readonly public?: Uint8Array; readonly personal?: Uint8Array }): void {
  const size = sealedLength([parts.public, parts.personal].flatMap((part) => (part === undefined ? [] : [part.length])));
  if (size > RECORD_BYTES) throw new RecordTooLarge({ size_kb: Math.ceil(size / 1024), limit_kb: RECORD_BYTES / 1024 });
}

/** The rows of one CUG, oldest first. */
export class Outbox {
  readonly #table: string;
  #rows = new Map<string, OutboxRow>();
  readonly #underWay = new Set<string>();
  /** Of those, the ones of a transition that is not written yet. */
  readonly #marked = new Set<string>();
  /** The server could not take them just now: due again after a while, all together. */
  readonly #resting = new Set<string>();
  #nextNumber = 1;
  /** Whether rows changed since this was last set to false. */
  changed = false;

  constructor(cugId: Uint8Array) {
    this.#table = tables.outbox(cugId);
  }

  async load(tx: Transaction): Promise<void> {
    const rows = (await tx.rows(this.#table)).map((row) => unpackRow(OUTBOX, row.value));
    this.#rows = new Map(rows.map((row) => [toHex(row.clientRef), row]));
    for (const ref of this.#marked) this.#underWay.delete(ref); // a transition that failed has sent nothing
    this.#marked.clear();
    for (const ref of this.#underWay) if (!this.#rows.has(ref)) this.#underWay.delete(ref);
    this.#nextNumber = Math.max(0, ...rows.map((row) => row.number)) + 1;
  }

  /** Those that may still come back. */
  get waiting(): number {
    return this.rows().filter((row) => row.failed === "").length;
  }

  rows(): OutboxRow[] {
    return [...this.#rows.values()];
  }

  row(clientRef: Uint8Array): OutboxRow | undefined {
    return this.#rows.get(toHex(clientRef));
  }

  /** Queue a record (its parts), or an event that needs no seal (its body). */
  add(tx: Transaction, kind: EventKind, fields: Pick<OutboxRow, "clientRef"> & Partial<OutboxRow>): void {
    this.put(tx, { ...OUTBOX, ...fields, kind, number: this.#nextNumber++ });
  }

  /** Write `row` anew. */
  put(tx: Transaction, row: OutboxRow): void {
    this.#rows.set(toHex(row.clientRef), row);
    tx.put(this.#table, row.clientRef, packRow(row), row.number);
    this.changed = true;
  }

  /** Rows to send now, oldest first, as many as the window has room for; marks nothing. */
  due(): OutboxRow[] {
    const room = WINDOW - this.#underWay.size;
    const waits = (name: string) => this.#underWay.has(name) || this.#resting.has(name);
    const isDue = (row: OutboxRow) => row.storedSeq === 0 && row.failed === "" && row.attaching.length === 0 && !waits(toHex(row.clientRef));
    return this.rows().filter(isDue).slice(0, Math.max(0, room));
  }

  sent(clientRef: Uint8Array): void {
    this.#underWay.add(toHex(clientRef));
    this.#marked.add(toHex(clientRef));
  }

  /** The transition has been written: what it marked as sent goes out. */
  written(): void {
    this.#marked.clear();
  }

  /** Nothing is under way any more: what was not acknowledged goes out again. */
  disconnected(): void {
    this.#underWay.clear();
    this.#resting.clear();
  }

  /** Refused for now: not due before `rested`. Whether it is the first one that rests. */
  rest(clientRef: Uint8Array): boolean {
    this.#underWay.delete(toHex(clientRef));
    this.#resting.add(toHex(clientRef));
    return this.#resting.size === 1;
  }

  /** What was refused for now is due again. */
  rested(): void {
    this.#resting.clear();
  }

  acknowledged(tx: Transaction, clientRef: Uint8Array, seq: number): void {
    const row = this.stale(clientRef);
    if (row !== undefined && row.storedSeq === 0) this.put(tx, { ...row, storedSeq: seq });
  }

  /** Done, if it was one of ours. */
  cameBack(tx: Transaction, clientRef: Uint8Array): void {
    this.#underWay.delete(toHex(clientRef));
    if (!this.#rows.delete(toHex(clientRef))) return;
    tx.delete(this.#table, clientRef);
    this.changed = true;
  }

  /** Not under way any more: it is due again, to be sealed anew where its epoch is closed. */
  stale(clientRef: Uint8Array): OutboxRow | undefined {
    this.#underWay.delete(toHex(clientRef));
    return this.row(clientRef);
  }

  /** Refused for good: kept with the code, for its author to see, until `forget`. */
  refused(tx: Transaction, clientRef: Uint8Array, code: string): void {
    const row = this.stale(clientRef);
    if (row !== undefined) this.put(tx, { ...row, failed: code });
  }

  /** Acknowledged at a seq that has been passed, and yet not come back (PROTOCOL §3.4). */
  missing(headN: number): OutboxRow[] {
    return this.rows().filter((row) => row.failed === "" && row.storedSeq > 0 && row.storedSeq <= headN);
  }

  /** Nothing will be sent any more: what somebody wrote is kept with the code, for him to see; the rest goes. */
  end(tx: Transaction, code: string): void {
    for (const row of this.rows()) {
      if (!isContent(row)) this.cameBack(tx, row.clientRef);
      else if (row.failed === "") this.refused(tx, row.clientRef, code);
    }
  }
}

/** Rejections and seals travel in the outbox, too; nobody wrote them. */
export function isContent(row: { readonly public: Uint8Array; readonly personal: Uint8Array }): boolean {
  return row.public.length > 0 || row.personal.length > 0;
}
