/** The past for newcomers: sharing, asking for and answering with content keys (PROTOCOL §4.2). */

import { encodeContent, type HistoryKey } from "../wire/content.ts";
import type { CugEngine } from "./engine.ts";
import { lockedEpochs } from "./keys.ts";
import { epochName } from "./memory.ts";

const ASK_AGAIN_MS = 60_000;

/** The content keys that this device has of all epochs, or of those wanted, in which the policy was `full`. */
async function shareableKeys(engine: CugEngine, wanted: ReadonlySet<string> | null): Promise<HistoryKey[]> {
  const tx = await engine.reading();
  const found: HistoryKey[] = [];
  for (const { groupId, epoch, history } of await engine.memory.allEpochs(tx)) {
    if (history !== "full" || (wanted !== null && !wanted.has(epochName(groupId, epoch)))) continue;
    const key = await engine.memory.contentKey(tx, groupId, epoch);
    if (key !== null) found.push({ groupId, epoch, key });
  }
  return found;
}

/** After an admission: the keys of the past in one record; without them at least title and templates again. */
export async function shareHistory(engine: CugEngine): Promise<void> {
  const { memory } = engine;
  const present = epochName(memory.row.groupId, memory.row.epoch);
  const keys = (await shareableKeys(engine, null)).filter((key) => epochName(key.groupId, key.epoch) !== present);
  if (keys.length > 0) {
    await engine.queue({ personal: encodeContent({ t: "history_keys", keys }) });
    return;
  }
  const { title, operationCode, about } = memory.row;
  if (title !== "") await engine.queue({ personal: encodeContent({ t: "profile", title, operationCode, about }) });
  for (const { document } of memory.templates.values()) {
    await engine.queue({ personal: encodeContent({ t: "template", document }) });
  }
}

/** Send the keys that were asked for and that nobody has said meanwhile. */
export async function answerHistory(
  engine: CugEngine,
  epochs: readonly { readonly groupId: Uint8Array; readonly epoch: number }[],
): Promise<void> {
  const names = epochs.map(({ groupId, epoch }) => epochName(groupId, epoch));
  const keys = await shareableKeys(engine, new Set(names.filter((name) => !engine.memory.saidEpochs.has(name))));
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
