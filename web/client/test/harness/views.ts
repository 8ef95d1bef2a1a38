/** Every screen that there is: where it stands, and what to do there before it is looked at. */

import type { Page } from "playwright-core";

import { id } from "./memory-engine.ts";

export interface View {
  readonly name: string;
  readonly query?: string;
  readonly hash?: string;
  /** Taken in its whole height. */
  readonly whole?: boolean;
  readonly prepare?: (page: Page) => Promise<void>;
}

const ROOM = `#/group/${id(16)}`;
const FORM = `${ROOM}/form/${"5f".repeat(32)}`;

export const VIEWS: readonly View[] = [
  { name: "01-unlock", query: "profile=locked" },
  { name: "02-first-time", query: "profile=absent" },
  { name: "03-enrol", query: "profile=absent", hash: "#sheet=cencomm1:newabcdefghijklmnopqrstuvw", whole: true },
  { name: "04-recover-errors", query: "profile=locked", whole: true, prepare: async (page) => {
    await page.locator(".note .btn.text").first().click();
    await page.locator("button[type=submit]").click();
  } },
  { name: "05-groups" },
  { name: "06-groups-empty", query: "empty" },
  { name: "07-room", hash: ROOM },
  { name: "08-room-offline", query: "connection=waiting", hash: ROOM },
  { name: "09-room-mention", hash: ROOM, prepare: async (page) => {
    await page.locator(".composer textarea").pressSequentially("@");
  } },
  { name: "09-room-typing", query: "typing=RU/sokolova,MA/lahlou", hash: ROOM },
  { name: "10-records", hash: `${ROOM}/records` },
  { name: "11-record-open", hash: `${ROOM}/records`, prepare: async (page) => {
    await page.locator(".record footer button").first().click();
    await page.locator(".record").first().scrollIntoViewIfNeeded();
    await page.locator(".log").evaluate((log) => { log.scrollTop = -log.scrollHeight; });
  } },
  { name: "12-safety", hash: `${ROOM}/safety`, prepare: async (page) => {
    await page.locator(".members summary").nth(1).click();
  } },
  { name: "13-admit", hash: `${ROOM}/safety`, prepare: async (page) => {
    await page.locator(".panel h2 .btn").click();
    await page.locator(".rows.admit input").first().check();
  } },
  { name: "14-remove", hash: `${ROOM}/safety`, prepare: async (page) => {
    await page.locator(".members summary").nth(1).click();
    await page.locator(".members .btn.danger:visible").first().click();
  } },
  { name: "15-form", hash: FORM, whole: true },
  { name: "16-form-choice", hash: FORM, prepare: async (page) => {
    await page.locator('[data-field="offence_country"] input').click();
  } },
  { name: "17-form-errors", hash: FORM, whole: true, prepare: async (page) => {
    await page.locator('[data-field="item[0].heading"] input').click();
    await page.keyboard.press("Enter");
    await page.locator('[data-field="item[0].quantity"] input').fill("-2");
    await page.locator(".btn.main:visible").first().click();
  } },
  { name: "18-choose-form", hash: ROOM, prepare: async (page) => {
    await page.locator(".composer .btn.bare").first().click();
  } },
  { name: "19-new-group", hash: "#/new" },
  { name: "20-settings", hash: "#/settings", whole: true },
  { name: "21-install", query: "install", hash: "#/settings", whole: true },
  { name: "22-return", hash: `${ROOM}/records`, prepare: async (page) => {
    await page.locator(".record.invalid footer .btn").nth(1).click();
  } },
  { name: "23-jump-to-date", hash: ROOM, prepare: async (page) => {
    await page.locator(".room-title button").first().click();
  } },
  { name: "24-group-broken", hash: `#/group/${id(23)}` },
  { name: "25-group-closed", hash: `#/group/${id(22)}` },
  { name: "26-not-certified", query: "uncertified" },
  { name: "27-form-filled", hash: FORM, whole: true, prepare: async (page) => {
    const choose = async (field: string, words: string): Promise<void> => {
      await page.locator(`[data-field="${field}"] input`).fill(words);
      await page.keyboard.press("Enter");
    };
    await page.locator('[data-field="national_case_ref"] input').fill("TM-2026-0147");
    await choose("location_type", "seaport");
    await page.locator('[data-field="offence_location"] input').fill("FRLEH");
    await page.locator('[data-field="offence_place"] input').fill("Berth 4, case TM-2026-0147");
    await choose("direction", "import");
    await choose("departure_country", "BR");
    await choose("destination_country", "Belgique");
    await choose("transport_mode", "1");
    await choose("traffic_type", "cargo");
    await choose("item[0].heading", "drugs");
    await choose("item[0].product", "cocaine");
    await page.locator('[data-field="item[0].quantity"] input').fill("\u0664\u0661\u0662");
    await choose("item[0].unit", "KGM");
    await choose("item[0].quantity_basis", "weighed");
    await page.locator(".rows-of > .row .btn").click();
    await choose("item[1].heading", "drugs");
    await choose("detection_method", "warning");
    await page.locator("#content").evaluate((content) => content.scrollTo(0, 0));
  } },
  { name: "30-extract", hash: `${ROOM}/extract`, whole: true },
  { name: "31-extract-offline", query: "connection=waiting", hash: `${ROOM}/extract`, whole: true },
  { name: "32-extract-wrong-password", hash: `${ROOM}/extract`, whole: true, prepare: (page) => extract(page, "wrong") },
  { name: "33-extract-running", hash: `${ROOM}/extract`, prepare: (page) => extract(page, "slow") },
  { name: "34-extract-done", hash: `${ROOM}/extract`, whole: true, prepare: async (page) => {
    await extract(page, "right");
    await page.locator(".extract summary").click();
  } },
  { name: "35-device-code", hash: "#/settings", whole: true, prepare: async (page) => {
    const form = page.locator("form").filter({ has: page.locator("svg") }).first();
    await form.locator("input").first().fill("a long password of words");
    await form.locator("button[type=submit]").click();
    await page.locator("svg.qr").waitFor();
  } },
  { name: "36-enter-code", query: "profile=absent", whole: true, prepare: async (page) => {
    await page.locator(".door .btn.wide").first().click();
  } },
  { name: "37-forget-account", query: "profile=locked", prepare: async (page) => {
    await page.locator(".note .btn.text").last().click();
  } },
  { name: "38-warning", hash: `${ROOM}/form/${"6a".repeat(32)}`, whole: true, prepare: async (page) => {
    for (const words of ["Bel", "Net"]) {
      await page.locator('[data-field="addressees"] input').fill(words);
      await page.keyboard.press("Enter");
    }
    await page.locator('[data-field="container_no"] input').fill("csqu3054384");
    await page.locator("#section-transit .btn.link").click();
    await page.locator(".btn.main:visible").first().click();
  } },
  { name: "39-room-files", query: "files", hash: ROOM, prepare: async (page) => {
    await page.locator('.file:has-text("seal") button').first().click();
    await page.locator(".file img").waitFor();
    await page.locator(".log").evaluate((log) => log.scrollTo(0, 0));
  } },
  { name: "40-composer-files", hash: ROOM, prepare: async (page) => {
    const bytes = (length: number): Buffer => Buffer.alloc(length);
    await page.locator(".composer input[type=file]").setInputFiles([
      { name: "seal-ML-2214909.jpg", mimeType: "image/jpeg", buffer: bytes(842_113) },
      { name: "محضر المعاينة رقم 147.pdf", mimeType: "application/pdf", buffer: bytes(120_400) },
      { name: "Коносамент и инвойс, контейнер TCLU 4419872, оригинал с отметками порта.pdf", mimeType: "application/pdf", buffer: bytes(2_310_000) },
    ]);
    await page.locator(".composer textarea").fill("The papers of both containers.");
  } },
  { name: "41-entry-at-hand", hash: ROOM, prepare: async (page) => {
    await page.locator(".log").focus();
    await page.keyboard.press("ArrowUp");
  } },
  { name: "42-table", query: "reports", hash: `${ROOM}/table` },
  { name: "43-table-filters", hash: `${ROOM}/table`, prepare: async (page) => {
    await page.locator(".filters .btn").first().click();
    await page.locator(".filters .fields .combo input").fill("transport");
    await page.keyboard.press("Enter");
    await page.locator(".filters .fields .combo input").last().click();
    await page.keyboard.press("Enter");
  } },
  { name: "44-table-record", hash: `${ROOM}/table`, prepare: async (page) => {
    await page.locator(".records tbody .btn").last().click();
  } },
  { name: "45-table-columns", hash: `${ROOM}/table`, prepare: async (page) => {
    await page.locator(".filters .btn").nth(1).click();
  } },
  { name: "46-figures", query: "reports", hash: `${ROOM}/figures`, whole: true, prepare: async (page) => {
    await page.waitForFunction(() => document.querySelector(".world .land")?.getAttribute("d") !== "");
  } },
  { name: "47-chains", query: "reports", hash: `${ROOM}/chains`, whole: true },
  { name: "48-answer", query: "reports", hash: `${ROOM}/chains`, prepare: async (page) => {
    await page.locator(".chain-of a.btn").first().click();
    await page.locator("#section-feedback, .form-main").first().waitFor();
  } },
  { name: "49-long-form", query: "long", hash: `${ROOM}/form/${"8c".repeat(32)}`, whole: true, prepare: async (page) => {
    const choose = async (field: string, words: string): Promise<void> => {
      await page.locator(`[data-field="${field}"] input`).fill(words);
      await page.keyboard.press("Enter");
    };
    await page.locator('[data-field="offence_lat"] input').fill("49.48");
    await page.locator('[data-field="offence_lon"] input').fill("0.11");
    await choose("departure_country", "BR");
    await choose("destination_country", "BE");
    for (const country of ["SN", "ES"]) {
      await page.locator("#section-transit .btn.link:not(.movers *)").last().click();
      await choose(`transit[${country === "SN" ? 0 : 1}].transit_country`, country);
    }
    await page.locator('[data-row="transit[0]"] input[type=checkbox]').first().check();
    await page.keyboard.press("Alt+ArrowDown");
    await choose("item[0].heading", "drugs");
    await page.locator("#content").evaluate((content) => content.scrollTo(0, 0));
  } },
  { name: "50-designer-start", hash: `${ROOM}/designer`, whole: true },
  { name: "51-designer-questions", hash: `${ROOM}/designer`, prepare: async (page) => {
    await design(page);
    await page.locator('[data-part="commodity"] > .part-line .part-name, [data-part="item"] > .part-line .part-name').first().click();
    await page.locator('[data-part="heading"] .part-name').click();
    await page.locator('[data-part="movement"] input[type=checkbox]').first().click();
    await page.locator('[data-part="item"]').scrollIntoViewIfNeeded();
  }, whole: true },
  { name: "52-designer-rules", hash: `${ROOM}/designer`, whole: true, prepare: async (page) => {
    await design(page);
    await page.locator("#design-rules").click();
    await page.locator("#design-panel > .row .btn").click();
    await page.locator(".part-inside textarea").fill("${persons_arrested} >");
  } },
  { name: "53-designer-words", hash: `${ROOM}/designer`, whole: true, prepare: async (page) => {
    await design(page);
    await page.locator(".adding input").last().fill("Escort");
    await page.keyboard.press("Enter");
    await page.locator("#design-words").click();
  } },
  { name: "54-designer-preview", hash: `${ROOM}/designer`, whole: true, prepare: async (page) => {
    await design(page);
    await page.locator("#design-preview").click();
  } },
  { name: "55-designer-publish", hash: `${ROOM}/designer`, prepare: async (page) => {
    await design(page);
    await page.locator('[data-part="outcome"] input[type=checkbox], [data-part="notes"] input[type=checkbox]').first().click();
    await page.locator(".page-head .btn.main").click();
    await page.locator("dialog h3").waitFor();
  } },
  { name: "56-designer-list", hash: `${ROOM}/designer`, prepare: async (page) => {
    await design(page);
    await page.locator('[data-part="item"] > .part-line .part-name').click();
    await page.locator('[data-part="quantity_basis"] .part-name').click();
    await page.locator('[data-part="quantity_basis"] .row .btn').first().click();
    await page.locator("dialog textarea").press("End");
    await page.locator("dialog textarea").pressSequentially("\nnot a code");
  } },
];

/** Begin from the group's own form. */
async function design(page: Page): Promise<void> {
  await page.locator(".rows .btn").first().click();
  await page.locator("#design-panel").waitFor();
}

async function extract(page: Page, password: string): Promise<void> {
  await page.locator(".extract input").fill(password);
  await page.locator(".extract .btn.main").click();
  await page.locator(password === "wrong" ? ".extract .msg" : password === "slow" ? "progress.bar" : ".extract a.main").waitFor();
}
