/**
 * The browser's extraction through a real server, held against the Python side.
 *
 * EXTR-01 in each of six languages it verifies with `cencomm verify` without a finding, and was announced before
 * EXTR-02 its tables are those of the Python extraction of the same CUG, CSV and workbook, record by record
 * EXTR-03 what is locked, refused or of a later version is in it with the reason
 * EXTR-04 hostile text as title, name, message and answer comes out inert
 * EXTR-05 who may not, gives a wrong password, cancels or has no line gets an error, and nothing is announced
 */

import "fake-indexeddb/auto";

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Extracted } from "../../src/engine/api.ts";
import { LANGUAGES } from "../../src/i18n/catalogue.ts";
import { type Browser, World, browser, until } from "../world.ts";

interface Verdict {
  readonly failures: readonly (readonly string[])[];
  readonly notices: readonly string[];
  readonly extracted_by: string;
  readonly records: number;
  readonly checked: Readonly<Record<string, number>>;
}
type Tables = Readonly<Record<string, readonly (readonly string[])[]>>;

const PASSWORD = "a fair wind for Mombasa";
const MARTIN = "FR/martin";
const OTIENO = "KE/otieno";
const folder = mkdtempSync(join(tmpdir(), "cencomm-extraction-"));
let world: World;
let martin: Browser;
let tiger = "";
let hostile: readonly string[];

beforeAll(async () => {
  world = await World.found("extraction_peer.py");
  await world.ask("officer", { name: OTIENO });
  hostile = await world.ask("hostile");
  martin = browser("extractor");
  await martin.engine.enrol(await world.ask<string>("invite", { account_name: MARTIN }), PASSWORD, "browser");
  await until(async () => ((await martin.engine.status()).error?.code === "client.not_certified" ? true : null));
  await world.ask("certify", { administration: "FR" });
  await martin.engine.connect();
  await until(async () => ((await martin.engine.status()).connection === "online" ? true : null));
  tiger = await world.ask<string>("open_cug", { name: OTIENO, title: '=HYPERLINK("http://example.org","Tiger")' });
  await world.ask("admit", { name: OTIENO, cug: tiger, officer: MARTIN, role: "officer" });
  await inCug(tiger);
  const attached = new File(["not for spreadsheets"], "=cmd|calc.xlsx");
  await martin.engine.sendFiles(tiger, { text: "=1+1", files: [attached, attached] });
  await martin.engine.flush(tiger);
}, 180_000);

afterAll(async () => {
  await martin?.engine.lock();
  await world?.stop();
  rmSync(folder, { recursive: true });
}, 60_000);

async function inCug(cug: string): Promise<void> {
  await until(async () => ((await martin.engine.cugs()).some((one) => one.id === cug && one.state === "open") ? true : null));
}

async function becomes(role: string): Promise<void> {
  await world.ask("admit", { name: OTIENO, cug: tiger, officer: MARTIN, role });
  await until(async () => ((await martin.engine.cug(tiger)).role === role ? true : null));
}

async function announcements(cug: string): Promise<number> {
  const items = await martin.engine.items(cug, { limit: 1000 });
  return items.filter((item) => item.own && item.kind === "extraction").length;
}

async function keep(name: string, made: Extracted): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, new Uint8Array(await made.blob.arrayBuffer()));
  return path;
}

async function tablesOf(path: string, upToSeq: number): Promise<Tables> {
  return await world.ask<Tables>("tables", { path, up_to_seq: upToSeq });
}

test("EXTR-05 an officer may not extract, and nothing is announced", async () => {
  const before = (await martin.engine.cug(tiger)).lastSeq;
  await expect(martin.engine.extract(tiger, PASSWORD, "en")).rejects.toMatchObject({ code: "client.may_not_extract", facts: { role: "officer" } });
  expect((await martin.engine.cug(tiger)).lastSeq).toBe(before);
  expect(await martin.engine.waiting(tiger)).toEqual([]);
});

test("EXTR-01, 02, 03, 04 an analyst's extraction verifies in six languages and is the Python one", async () => {
  await becomes("ocu");
  await world.ask("submit_many", { name: OTIENO, cug: tiger, count: 6 });
  await world.ask("send_text", { name: OTIENO, cug: tiger, texts: [...hostile, "готов", "أهلا 👋"] });
  const [template] = await martin.engine.templates(tiger);
  const answers = await world.ask<object>("sample");
  await martin.engine.submit(tiger, { templateHash: template!.hash, answers: { ...answers, remarks: "@SUM(A1)" } as never });
  await martin.engine.sendText(tiger, { text: "à bientôt", lang: "fr" });
  await martin.engine.flush(tiger);
  await world.ask("send_odd", { name: OTIENO, cug: tiger });
  await world.ask("send_garbled", { name: OTIENO, cug: tiger });
  const told: string[] = [];
  for (const [at, language] of LANGUAGES.entries()) {
    martin.events.length = 0;
    const made = await martin.engine.extract(tiger, PASSWORD, language);
    for (const event of martin.events) if (event.type === "extraction") told.push(event.progress.step);
    expect(await announcements(tiger)).toBe(at + 1);
    expect(made).toMatchObject({ forms: 10, failures: 0, fileName: `OT26-extraction-${made.upToSeq}.zip` });
    expect(made.unopened.map(({ reason }) => reason)).toEqual(["records.refused:does_not_open"]);
    const path = await keep(`${language}.zip`, made);
    const verdict = await world.ask<Verdict>("verify", { path });
    expect(verdict.failures.map(([check]) => check), JSON.stringify(verdict.failures)).toEqual([]);
    expect(verdict).toMatchObject({ extracted_by: `${MARTIN}/browser`, records: made.records });
    const extent = await martin.engine.recordExtent(tiger);
    expect(extent).toMatchObject({ records: made.records + 1, forms: made.forms, unopened: 1 }); // and the announcement
    if (language !== "ar" && language !== "en") continue;
    const theirs = join(folder, `python-${language}.zip`);
    await world.ask("extract", { name: OTIENO, cug: tiger, path: theirs, language });
    expect(await tablesOf(path, made.upToSeq)).toEqual(await tablesOf(theirs, made.upToSeq));
  }
  expect([...new Set(told)]).toEqual(["reading", "writing", "announcing"]);
}, 300_000);

test("EXTR-03 what the history policy keeps from the browser is listed as locked", async () => {
  const lion = await world.ask<string>("open_cug", { name: OTIENO, title: "Lion", history: "from_join" });
  await world.ask("send_text", { name: OTIENO, cug: lion, texts: ["before he came"] });
  await world.ask("admit", { name: OTIENO, cug: lion, officer: MARTIN, role: "organiser" });
  await inCug(lion);
  await world.ask("send_text", { name: OTIENO, cug: lion, texts: ["for everybody"] });
  await until(async () => ((await martin.engine.items(lion)).some((item) => item.content?.kind === "chat") ? true : null));
  const made = await martin.engine.extract(lion, PASSWORD, "ru");
  expect(made.unopened.length).toBeGreaterThan(0);
  expect(new Set(made.unopened.map(({ reason }) => reason))).toEqual(new Set(["locked"]));
  const path = await keep("locked.zip", made);
  const verdict = await world.ask<Verdict>("verify", { path });
  expect(verdict.failures).toEqual([]);
  expect(verdict.notices).toEqual(["unopened"]);
  const tables = await tablesOf(path, made.upToSeq);
  expect(JSON.stringify(tables)).not.toContain("before he came");
  expect(JSON.stringify(tables["tables/chat.csv"])).toContain("for everybody");
}, 120_000);

test("EXTR-05 a wrong password, a cancelled one and one without a line leave nothing behind", async () => {
  const before = await announcements(tiger);
  await expect(martin.engine.extract(tiger, "not the password", "en")).rejects.toMatchObject({ code: "client.wrong_password" });
  const first = martin.engine.extract(tiger, PASSWORD, "en");
  await expect(martin.engine.extract(tiger, PASSWORD, "en")).rejects.toMatchObject({ code: "client.extraction_under_way" });
  await martin.engine.cancelExtraction(tiger);
  await expect(first).rejects.toMatchObject({ code: "client.extraction_cancelled" });
  await world.ask("stop_server");
  await until(async () => ((await martin.engine.status()).connection !== "online" ? true : null));
  await expect(martin.engine.extract(tiger, PASSWORD, "en")).rejects.toMatchObject({ code: "client.server_unreachable" });
  expect(await martin.engine.waiting(tiger)).toEqual([]);
  await world.ask("start_server");
  await martin.engine.connect();
  await martin.engine.sendText(tiger, { text: "here again" });
  await martin.engine.flush(tiger);
  expect(await announcements(tiger)).toBe(before);
}, 180_000);
