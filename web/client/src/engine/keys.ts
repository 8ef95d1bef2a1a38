/** Content keys from the vault and from history records; each is tried on a record (PROTOCOL §4.2). */

import { toHex } from "../crypto/bytes.ts";
import { DomainError } from "../crypto/errors.ts";
import { Secret } from "../crypto/primitives.ts";
import { keyId, readHeader } from "../crypto/records.ts";
import type { Transaction } from "../store/transaction.ts";
import { type LogEvent, decodeEvent } from "../wire/frames.ts";
import { breathe } from "./breath.ts";
import { type Memory, epochName } from "./memory.ts";
import { ITEM, type ItemRow, itemKey, numberKey, tables } from "./model.ts";
import { place, readRecord } from "./record.ts";

/** A key that somebody else says is the one of that epoch. */
export interface SaidKey {
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly key: Uint8Array;
}

/** Records whose key is not known, of one epoch. */
interface Locked {
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly events: LogEvent[];
}

/**
 * Keep the keys that fit, open what was locked under them; gives how many epochs became readable.
 *
 * A key that does not fit a record of its epoch is dropped and told (`history_key_wrong`). One for an epoch of which no
 * record has come is kept unproven.
 */
export async function learnKeys(
  memory: Memory,
  tx: Transaction,
  keys: readonly SaidKey[],
  source: string,
  inVault = false,
): Promise<number> {
  const wanted: SaidKey[] = [];
  for (const said of keys) if ((await memory.contentKey(tx, said.groupId, said.epoch)) === null) wanted.push(said);
  if (wanted.length === 0) return 0;
  const waiting = await lockedEpochs(memory, tx);
  const opening: LogEvent[] = [];
  let learned = 0;
  for (const { groupId, epoch, key } of wanted) {
    const events = waiting.get(epochName(groupId, epoch))?.events ?? [];
    if (events.length > 0 && !fitsOne(key, events)) {
      memory.alarm(tx, "history_key_wrong", { epoch, source });
      continue;
    }
    memory.putKey(tx, groupId, epoch, { key, inVault, proven: events.length > 0 });
    opening.push(...events);
    learned++;
  }
  await openLocked(memory, tx, opening);
  return learned;
}

function fitsOne(key: Uint8Array, events: readonly LogEvent[]): boolean {
  const id = toHex(keyId(new Secret<"content">(key)));
  return events.some((event) => readHeader(event.body).parts.some((part) => toHex(part.keyId) === id));
}

/** The history records of this batch: of epochs that were, and in which the policy was `full`. */
export async function learnSaidKeys(memory: Memory, tx: Transaction): Promise<void> {
  for (let next = memory.saidKeys.shift(); next !== undefined; next = memory.saidKeys.shift()) {
    const shared: SaidKey[] = [];
    for (const key of next.said.keys) {
      if ((await memory.epoch(tx, key.groupId, key.epoch))?.history === "full") shared.push(key);
    }
    await learnKeys(memory, tx, shared, `seq:${next.seq}`);
  }
}

/** Epochs with locked records, oldest first, by their name. */
export async function lockedEpochs(memory: Memory, tx: Transaction): Promise<Map<string, Locked>> {
  const found = new Map<string, Locked>();
  for (const row of await tx.rows(tables.locked(memory.cugId))) {
    const event = decodeEvent(row.value);
    const { groupId, epoch } = readHeader(event.body);
    const name = epochName(groupId, epoch);
    const known = found.get(name);
    if (known === undefined) found.set(name, { groupId, epoch, events: [event] });
    else known.events.push(event);
  }
  return found;
}

/** In the order of the log, so that a template comes before the forms that name it. */
async function openLocked(memory: Memory, tx: Transaction, events: LogEvent[]): Promise<void> {
  for (const event of events.sort((one, other) => one.seq - other.seq)) {
    const header = readHeader(event.body);
    const key = await memory.contentKey(tx, header.groupId, header.epoch);
    if (key === null) continue;
    let item: ItemRow;
    try {
      item = await readRecord(memory, tx, event, await place(memory, tx, event, header), key);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      item = refusedItem(event, error);
    }
    tx.delete(tables.locked(memory.cugId), numberKey(event.seq));
    if (item.standing === "refused") {
      tx.delete(tables.items(memory.cugId), itemKey(event.sender, event.clientRef));
      memory.putRefused(tx, item);
    } else memory.openItem(tx, item);
    await breathe();
  }
}

/** Shown as refused, with the reason; never dropped (PROTOCOL §3.6). */
export function refusedItem(event: LogEvent, error: DomainError): ItemRow {
  const reason = error.facts["reason"];
  return {
    ...ITEM,
    seq: event.seq,
    atMs: event.serverTime,
    kind: "refused",
    standing: "refused",
    sender: event.sender,
    clientRef: event.clientRef,
    reason: reason ? `${error.code}:${reason}` : error.code,
  };
}
