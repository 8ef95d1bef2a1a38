/** What an extraction would hold, counted over what this device has. */

import type { RecordExtent } from "./api.ts";
import type { CugEngine } from "./engine.ts";
import { administrationOf } from "./ids.ts";
import { ITEM, type ItemKind, type ItemRow, tables, unpackRow } from "./model.ts";

const ROWS_AT_ONCE = 500;
/** What is no record: handshakes, and the end. */
const NO_RECORDS: ReadonlySet<ItemKind> = new Set(["members", "group", "rejection", "closed"]);

export async function recordExtent(engine: CugEngine): Promise<RecordExtent> {
  const counted = { records: 0, forms: 0, unopened: 0, firstMs: 0, lastMs: 0 };
  const senders = new Map<string, { records: number; forms: number }>();
  for await (const item of records(engine)) {
    counted.firstMs ||= item.atMs;
    counted.lastMs = item.atMs;
    if (item.kind === "locked" || item.kind === "refused") {
      counted.unopened++;
      continue;
    }
    const administration = administrationOf(item.sender);
    const sender = senders.get(administration) ?? { records: 0, forms: 0 };
    senders.set(administration, sender);
    for (const count of [counted, sender]) {
      count.records++;
      count.forms += Number(item.kind === "form");
    }
  }
  const administrations = [...senders].map(([administration, count]) => ({ administration, ...count }));
  administrations.sort((one, other) => other.records - one.records || (one.administration < other.administration ? -1 : 1));
  return { ...counted, administrations };
}

async function* records(engine: CugEngine): AsyncGenerator<ItemRow> {
  for (let after = 0; ; ) {
    const rows = await (await engine.reading()).rows(tables.items(engine.cugId), { after, limit: ROWS_AT_ONCE });
    for (const row of rows) {
      const item = unpackRow(ITEM, row.value);
      if (!NO_RECORDS.has(item.kind)) yield item;
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.number;
  }
}
