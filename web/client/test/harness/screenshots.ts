/** `node test/harness/screenshots.ts FOLDER [filter]`: every screen at three widths, in three languages, light and dark, with an index page.
 *
 * Started by tools/screenshots.py, which says where Chromium is. The built harness is served with the policy that the server sends; anything that the policy stops ends the run.
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

import { type BrowserContext, chromium, type Page } from "playwright-core";

import { id, NOW } from "./memory-engine.ts";

const BUILT = new URL("../../../../build/harness/", import.meta.url).pathname;
const CHROMIUM = process.env["CENCOMM_CHROMIUM"]!;
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json", ".woff2": "font/woff2" };
const SIZES = [
  [360, 780],
  [768, 1024],
  [1440, 960],
] as const;
const LANGUAGES = ["en", "ru", "ar"] as const;
const THEMES = ["light", "dark"] as const;

/** axe-core's own source, run in each page through the debugger. */
const AXE = await readFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

interface View {
  readonly name: string;
  readonly query?: string;
  readonly hash?: string;
  readonly whole?: boolean;
  readonly prepare?: (page: Page) => Promise<void>;
}

const ROOM = `#/group/${id(16)}`;
const FORM = `${ROOM}/form/${"5f".repeat(32)}`;

const VIEWS: readonly View[] = [
  { name: "01-unlock", query: "profile=locked" },
  { name: "02-first-time", query: "profile=absent" },
  { name: "03-enrol", query: "profile=absent", hash: "#sheet=cencomm1:abcdefghijklmnopqrstuvwxyz", whole: true },
  { name: "04-recover-errors", query: "profile=locked", whole: true, prepare: async (page) => {
    await page.locator(".note .btn.text").click();
    await page.locator("button[type=submit]").click();
  } },
  { name: "05-groups" },
  { name: "06-groups-empty", query: "empty" },
  { name: "07-room", hash: ROOM },
  { name: "08-room-offline", query: "connection=waiting", hash: ROOM },
  { name: "09-room-mention", hash: ROOM, prepare: async (page) => {
    await page.locator(".composer textarea").pressSequentially("@");
  } },
  { name: "10-records", hash: `${ROOM}/records` },
  { name: "11-record-open", hash: `${ROOM}/records`, prepare: async (page) => {
    await page.locator(".record footer button").first().click();
    await page.locator(".record").first().scrollIntoViewIfNeeded();
    await page.locator(".log").evaluate((log) => { log.scrollTop = 0; });
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
];

/** The policy as the server sends it, from its own source. */
async function policy(): Promise<string> {
  const source = await readFile(new URL("../../../../cencomm/server/web_client.py", import.meta.url), "utf8");
  const directives = [...(/_POLICY: Final = \(([^)]*)\)/su.exec(source)?.[1] ?? "").matchAll(/"([^"]+)"/gu)].map((match) => match[1]!);
  if (directives.length === 0) throw new Error("no policy in web_client.py");
  return directives.join("; ");
}

async function serve(): Promise<string> {
  const csp = await policy();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(BUILT, path === "/" ? "index.html" : path);
    readFile(file).then(
      (content) => response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": csp }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function take(context: BrowserContext, address: string, view: View, file: string): Promise<readonly string[]> {
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("console", (message) => message.type() === "error" && !message.text().includes("404") && wrong.push(`${file}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`${file}: ${error.message}`));
  await page.clock.setFixedTime(NOW);
  await page.goto(`${address}?${view.query ?? ""}${view.hash ?? ""}`);
  await page.waitForSelector("#content", { state: "attached" });
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(80);
  await view.prepare?.(page);
  await page.waitForTimeout(60);
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => (await (globalThis as unknown as { axe: { run(options: unknown): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> } }).axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })).violations.map(({ id: rule, nodes }) => `${rule} at ${nodes.map(({ target }) => String(target)).join(", ")}`));
  wrong.push(...found.map((line) => `${file}: ${line}`));
  const across = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (across > 0) wrong.push(`${file}: ${across} px too wide`);
  if (view.whole === true) {
    const height = await page.evaluate(() => Math.max(document.documentElement.scrollHeight, ...[...document.querySelectorAll(".page")].map((one) => one.scrollHeight)));
    await page.setViewportSize({ width: page.viewportSize()!.width, height: Math.min(height, 6_000) });
  }
  await page.screenshot({ path: file });
  await page.close();
  return wrong;
}

async function main(folder: string, filter: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const address = await serve();
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  const wrong: string[] = [];
  const files: string[] = [];
  for (const language of LANGUAGES) {
    for (const theme of THEMES) {
      for (const [width, height] of SIZES) {
        const label = `${language}-${theme}-${width}`;
        const views = VIEWS.filter((view) => `${view.name}-${label}`.match(filter) !== null);
        if (views.length === 0) continue;
        const context = await browser.newContext({ viewport: { width, height }, locale: language, timezoneId: "Europe/Paris", colorScheme: theme, hasTouch: width === 360, reducedMotion: "reduce" });
        for (const view of views) {
          const name = `${view.name}-${label}.png`;
          wrong.push(...(await take(context, address, view, join(folder, name))));
          files.push(name);
        }
        await context.close();
      }
    }
  }
  await browser.close();
  const figures = files.sort().map((name) => `<figure><a href="${name}"><img loading="lazy" src="${name}" alt=""></a><figcaption>${name}</figcaption></figure>`);
  await writeFile(join(folder, "index.html"), `<!doctype html><meta charset="utf-8"><title>CENcomm screens</title><style>body{font:14px sans-serif;display:flex;flex-wrap:wrap;gap:1rem}img{max-height:420px;border:1px solid #ccc}figure{margin:0}</style>${figures.join("\n")}`);
  for (const line of wrong) process.stderr.write(`${line}\n`);
  process.stdout.write(`${files.length} screens in ${folder}, ${wrong.length} problems\n`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

await main(process.argv[2] ?? "screens", process.argv[3] ?? "");
