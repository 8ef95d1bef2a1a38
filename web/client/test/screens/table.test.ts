import { beforeAll, describe, expect, test } from "vitest";

import { type FormItem, newest } from "../../src/app/newest.ts";
import { Records } from "../../src/app/records.ts";
import type { EngineApi, Item, Listener, PageWanted } from "../../src/engine/api.ts";
import { speak } from "../../src/i18n/index.ts";
import { type Column, columnsOf } from "../../src/screens/analysis/columns.ts";
import { chosenRecords, codesIn, EVERYTHING, shownColumns, sortedRecords, type Wanted } from "../../src/screens/analysis/rows.ts";
import { standardTemplate } from "./standard.ts";

const HASH = "5f".repeat(32);

const record = (seq: number, answers: object, more: Partial<Item> = {}): FormItem => ({
  seq,
  atMs: new Date(2026, 10, seq, 12).getTime(),
  kind: "form",
  standing: "verified",
  sender: "KE/otieno/laptop",
  officerId: "KE/otieno",
  own: false,
  clientRef: `ref-${seq}`,
  groupId: "",
  epoch: 0,
  sentAtMs: 0,
  reason: "",
  findings: [],
  ...more,
  content: { kind: "form", templateHash: HASH, templateId: "simplified_seizure", version: "1", recordId: "", replaces: "", answers: answers as never, ...(more.content as object) },
});

const RECORDS = [
  record(1, { offence_country: "MA", transport_mode: "1", persons_arrested: 2, item: [{ heading: "drugs", product: "cocaine_hcl", quantity: "9.5", unit: "KGM" }, { heading: "tobacco", product: "cigarettes", quantity: "200", unit: "H87" }] }),
  record(2, { offence_country: "FR", transport_mode: "3", remarks: "Réfrigéré" }, { officerId: "FR/moreau", findings: [{ rule: "Q03", level: "error", path: "" }] }),
  record(3, { offence_country: "FR", transport_mode: "1", persons_arrested: 10 }, { findings: [{ rule: "M11", level: "warn", path: "" }] }),
];

let columns: readonly Column[];

beforeAll(async () => {
  (globalThis as { document?: unknown }).document = { documentElement: {}, querySelector: () => null };
  await speak("en");
  columns = columnsOf(new Map([[HASH, standardTemplate()]]), new Map());
});

const seqs = (records: readonly FormItem[]): readonly number[] => records.map(({ seq }) => seq);
const chosen = (wanted: Partial<Wanted>): readonly number[] => seqs(chosenRecords(RECORDS, columns, { ...EVERYTHING, ...wanted }));
const column = (key: string): Column => shownColumns(columns, [key])[0]!;

describe("the columns of a table of records", () => {
  test("every question but what is worked out is one, and the answers of a repeat stand together with their units", () => {
    expect(column("item.quantity").text(RECORDS[0]!)).toBe("9.5\u00a0kg; 200\u00a0× piece");
    const workedOut = [...standardTemplate().fields.values()].filter(({ type }) => type === "derived").map(({ key }) => key);
    expect(workedOut).not.toEqual([]);
    expect(columns.filter(({ key }) => workedOut.includes(key.split(".").at(-1)!))).toEqual([]);
  });

  test("a record on a form that is not known here has empty answers, never those of another form", () => {
    const stranger = record(9, { offence_country: "FR" }, { content: { templateHash: "77".repeat(32) } as never });
    expect(column("offence_country").text(stranger)).toBe("");
    expect(column(":form").text(stranger)).toBe("");
  });
});

describe("the rows", () => {
  test("without a condition are all records", () => {
    expect(chosen({})).toEqual([1, 2, 3]);
  });

  test("are those of one country, one state, one span of days, both its ends included", () => {
    expect(chosen({ administration: "FR" })).toEqual([2]);
    expect(chosen({ state: "warning" })).toEqual([3]);
    expect(chosen({ from: "2026-11-02", to: "2026-11-02" })).toEqual([2]);
    expect(chosen({ template: "77".repeat(32) })).toEqual([]);
  });

  test("keep every condition on answers at once, in any row of a repeat", () => {
    expect(chosen({ where: [{ column: "item.heading", code: "tobacco" }] })).toEqual([1]);
    expect(chosen({ where: [{ column: "transport_mode", code: "1" }, { column: "offence_country", code: "FR" }] })).toEqual([3]);
    expect(chosen({ where: [{ column: "gone", code: "1" }] })).toEqual([]);
  });

  test("have every word that was typed, without case and accents", () => {
    expect(chosen({ text: "refrigere france" })).toEqual([2]);
    expect(chosen({ text: "refrigere morocco" })).toEqual([]);
  });

  test("sort numbers as numbers; without an answer they are last either way", () => {
    const by = (key: string, descending: boolean): readonly number[] => seqs(sortedRecords(RECORDS, columns, { column: key, descending }));
    expect(by("persons_arrested", false)).toEqual([1, 3, 2]);
    expect(by("persons_arrested", true)).toEqual([3, 1, 2]);
    expect(by(":at", true)).toEqual([3, 2, 1]);
  });

  test("offer the codes that were answered, most often first", () => {
    expect(codesIn(RECORDS, column("offence_country"))).toEqual(["FR", "MA"]);
    expect(column("offence_country").codeText("MA")).toBe("Morocco");
  });
});

describe("all records of a group", () => {
  const LOG: readonly Item[] = Array.from({ length: 2_500 }, (_, at) => (at % 2 === 0 ? record(at + 1, {}) : { ...record(at + 1, {}), kind: "chat", content: null }));

  function engineOf(log: readonly Item[]): { readonly engine: EngineApi; readonly tell: Listener } {
    const listeners = new Set<Listener>();
    const engine = {
      items: async (_: string, { after = 0, limit = 50 }: PageWanted) => log.filter(({ seq }) => seq > after).slice(0, limit),
      subscribe: (listener: Listener) => (listeners.add(listener), () => listeners.delete(listener)),
    } as unknown as EngineApi;
    return { engine, tell: (event) => listeners.forEach((listener) => listener(event)) };
  }

  test("are read to the last page, forms only", async () => {
    const records = new Records(engineOf(LOG).engine, "c");
    expect(records.all.value).toBeNull();
    await records.load();
    expect(records.all.value).toHaveLength(1_250);
  });

  test("a correction that comes later stands in the place of what it replaces; others' events and an ended subscription change nothing", async () => {
    const { engine, tell } = engineOf([record(1, { remarks: "first" })]);
    const records = new Records(engine, "c");
    const end = records.follow();
    await records.load();
    const second = record(2, { remarks: "second" }, { content: { replaces: "ref-1" } as never });
    tell({ type: "items", cugId: "other", items: [second] });
    expect(records.all.value?.map(({ seq }) => seq)).toEqual([1]);
    tell({ type: "items", cugId: "c", items: [second] });
    expect(records.all.value?.map(({ seq }) => seq)).toEqual([2]);
    end();
    tell({ type: "items", cugId: "c", items: [record(3, {})] });
    expect(records.all.value?.map(({ seq }) => seq)).toEqual([2]);
  });

  test("only the sender's own correction replaces; what is not verified or whose parts disagree is left out", () => {
    const first = record(1, {});
    const foreign = record(2, {}, { officerId: "FR/moreau", content: { replaces: "ref-1" } as never });
    const locked = record(3, {}, { standing: "locked" });
    const torn = record(4, {}, { findings: [{ rule: "parts_disagree", level: "error", path: "" }] });
    expect(newest([first, foreign, locked, torn]).map(({ seq }) => seq)).toEqual([1, 2]);
  });
});
