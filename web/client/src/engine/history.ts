/** The past for newcomers: sharing, asking for and answering with content keys (PROTOCOL §4.2), and archive seals. */

import { type ArchivePrivate, ArchiveSeal, SealInvalid, openSeal } from "../crypto/archive.ts";
import type { Transaction } from "../store/transaction.ts";
import { type Content, encodeContent, type HistoryKey } from "../wire/content.ts";
import { EventKind } from "../wire/frames.ts";
import type { CugEngine } from "./engine.ts";
import { ID_BYTES, newId } from "./ids.ts";
import { type SaidKey, learnKeys, lockedEpochs } from "./keys.ts";
import { epochName, type Memory } from "./memory.ts";
import { readNumber, tables } from "./model.ts";

const ASK_AGAIN_MS = 60_000;

/** The content keys that this device has of all epochs, or of those wanted, in which the policy was `full`. */
async function shareableKeys(memory: Memory, tx: Transaction, wanted: ReadonlySet<string> | null): Promise<HistoryKey[]> {
  const found: HistoryKey[] = [];
  for (const { groupId, epoch, history } of await memory.allEpochs(tx)) {
    if (history !== "full" || (wanted !== null && !wanted.has(epochName(groupId, epoch)))) continue;
    const key = await memory.contentKey(tx, groupId, epoch);
    if (key !== null) found.push({ groupId, epoch, key });
  }
  return found;
}

/**
 * With an admission, into the outbox: the keys of the past in one record; without them at least title and templates
 * again. In the transition that the admission is, so that no newcomer waits for what was lost together with a browser.
 */
export async function shareHistory(memory: Memory, tx: Transaction): Promise<void> {
  const say = (content: Content): void => {
    memory.outbox.add(tx, EventKind.RECORD, { clientRef: newId(), personal: encodeContent(content) });
  };
  const present = epochName(memory.row.groupId, memory.row.epoch);
  const keys = (await shareableKeys(memory, tx, null)).filter((key) => epochName(key.groupId, key.epoch) !== present);
  if (keys.length > 0) return say({ t: "history_keys", keys });
  const { title, operationCode, about } = memory.row;
  if (title !== "") say({ t: "profile", title, operationCode, about });
  for (const { document } of memory.templates.values()) say({ t: "template", document });
}

/** Send the keys that were asked for and that nobody has said meanwhile. */
export async function answerHistory(
  engine: CugEngine,
  epochs: readonly { readonly groupId: Uint8Array; readonly epoch: number }[],
): Promise<void> {
  const names = epochs.map(({ groupId, epoch }) => epochName(groupId, epoch));
  const tx = await engine.reading();
  const keys = await shareableKeys(engine.memory, tx, new Set(names.filter((name) => !engine.memory.saidEpochs.has(name))));
  if (keys.length > 0) await engine.queue({ personal: encodeContent({ t: "history_keys", keys }) });
}

/** Ask for the keys of locked records that the policy entitles to, not more often than once a minute. */
export async function askHistory(engine: CugEngine, nowMs: number): Promise<void> {
  const { memory } = engine;
  if (memory.secret === null || nowMs - memory.row.historyAskedMs < ASK_AGAIN_MS) return;
  const tx = await engine.reading();
  const entitled: { groupId: Uint8Array; epoch: number }[] = [];
  for (const { groupId, epoch } of (await lockedEpochs(memory, tx)).values()) {
    if ((await memory.epoch(tx, groupId, epoch))?.history === "full") entitled.push({ groupId, epoch });
  }
  if (entitled.length === 0) return;
  await engine.changing(() => memory.change({ historyAskedMs: nowMs }));
  await engine.queue({ personal: encodeContent({ t: "history_request", epochs: entitled }) });
}

/** Content keys out of the archive seals for these keys; gives how many epochs became readable. */
export async function openArchive(engine: CugEngine, archives: readonly ArchivePrivate[]): Promise<number> {
  return await engine.changing(async (tx) => {
    const found: SaidKey[] = [];
    for (const row of await tx.rows(tables.seals(engine.cugId))) {
      const place = { groupId: row.key.slice(0, ID_BYTES), epoch: readNumber(row.key.slice(ID_BYTES, ID_BYTES + 8)) };
      const seal = ArchiveSeal.decode(row.value);
      for (const archive of archives) {
        const key = opened(seal, archive, place);
        if (key !== null) found.push({ ...place, key });
      }
    }
    return await learnKeys(engine.memory, tx, found, "archive");
  });
}

function opened(seal: ArchiveSeal, archive: ArchivePrivate, place: Omit<SaidKey, "key">): Uint8Array | null {
  try {
    return openSeal(seal, archive, place);
  } catch (error) {
    if (!(error instanceof SealInvalid)) throw error;
    return null;
  }
}
