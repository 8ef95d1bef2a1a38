/** `node test/harness/screenshots.ts FOLDER [filter]`: every screen at three widths, in three languages, light and dark, with an index page.
 *
 * Started by tools/screenshots.py, which says where Chromium is. The built harness is served with the policy that the
 * server sends; anything that the policy stops ends the run. So does what axe-core finds (WCAG 2.2 A and AA), in any of
 * the six languages, and a page that is wider than its screen. A page is loaded once for a view and width; languages and
 * themes change in it, as they do for a reader.
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

import { type Browser, chromium, type Page } from "playwright-core";

import { indexPage, type Shot } from "./index-page.ts";
import { NOW } from "./memory-engine.ts";
import { type View, VIEWS } from "./views.ts";

const BUILT = new URL("../../../../build/harness/", import.meta.url).pathname;
const CHROMIUM = process.env["CENCOMM_CHROMIUM"]!;
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json", ".woff2": "font/woff2" };
const SIZES = [
  [360, 780],
  [768, 1024],
  [1440, 960],
] as const;
const PICTURED: readonly string[] = ["en", "ru", "ar"];
const LANGUAGES = [...PICTURED, "fr", "es", "pt"];
const THEMES = ["light", "dark"] as const;
const WORKERS = 2;
const WAIT_MS = 60_000;

/** axe-core's own source, run in each page through the debugger. */
const AXE = await readFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

interface Task {
  readonly view: View;
  readonly size: number;
  readonly wanted: readonly Look[];
}

/** One way to look at a view. */
interface Look {
  readonly language: string;
  readonly theme: (typeof THEMES)[number];
  readonly label: string;
  readonly pictured: boolean;
  readonly checked: boolean;
}

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

/** All that fits the filter. English is checked in every width and theme, each other language in one of them by turns. */
function tasks(filter: string): readonly Task[] {
  const found: Task[] = [];
  VIEWS.forEach((view, at) => {
    SIZES.forEach(([width], size) => {
      const wanted: Look[] = [];
      LANGUAGES.forEach((language, turn) => {
        THEMES.forEach((theme, shade) => {
          const label = `${view.name}-${language}-${theme}-${width}`;
          const checked = language === "en" || ((at + turn) % SIZES.length === size && (at + turn) % THEMES.length === shade);
          const pictured = PICTURED.includes(language);
          if ((checked || pictured) && label.match(filter) !== null) wanted.push({ language, theme, label, pictured, checked });
        });
      });
      if (wanted.length > 0) found.push({ view, size, wanted });
    });
  });
  return found;
}

interface Harness {
  speak(language: string): Promise<void>;
}

async function perform(browser: Browser, address: string, { view, size, wanted }: Task, folder: string): Promise<readonly string[]> {
  const [width, height] = SIZES[size]!;
  const context = await browser.newContext({ viewport: { width, height }, locale: "en", timezoneId: "Europe/Paris", hasTouch: width === 360, reducedMotion: "reduce" });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const wrong: string[] = [];
  let label = `${view.name}-${width}`;
  page.on("console", (message) => message.type() === "error" && !message.text().includes("404") && wrong.push(`${label}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`${label}: ${error.message}`));
  await page.clock.setFixedTime(NOW);
  await page.goto(`${address}?${view.query ?? ""}${view.hash ?? ""}`);
  await page.waitForSelector("#content", { state: "attached" });
  await page.waitForFunction(() => document.querySelector(".skeleton") === null);
  await view.prepare?.(page);
  await page.evaluate(AXE);
  for (const look of wanted) {
    label = look.label;
    await page.emulateMedia({ colorScheme: look.theme, reducedMotion: "reduce" });
    await page.evaluate(async (language) => {
      await (globalThis as unknown as { harness: Harness }).harness.speak(language);
      await document.fonts.ready;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }, look.language);
    if (view.whole === true) await enlarge(page, size);
    if (look.checked) wrong.push(...(await check(page)).map((line) => `${label}: ${line}`));
    if (look.pictured) await page.screenshot({ path: join(folder, `${label}.png`) });
  }
  await context.close();
  return wrong;
}

/** What axe-core finds, and whether the page is wider than its screen. */
async function check(page: Page): Promise<readonly string[]> {
  const found = await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: { run(options: unknown): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> } };
    const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => String(target)).join(", ")}`);
  }, RULES);
  const across = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return across > 0 ? [...found, `${across} px too wide`] : found;
}

/** As high as the page is, so that nothing lies under what sticks to its edge. */
async function enlarge(page: Page, size: number): Promise<void> {
  const [width, height] = SIZES[size]!;
  await page.setViewportSize({ width, height });
  const whole = await page.evaluate(() => Math.max(document.documentElement.scrollHeight, ...[...document.querySelectorAll(".page")].map((one) => one.scrollHeight)));
  await page.setViewportSize({ width, height: Math.min(Math.max(height, whole), 6_000) });
}

async function main(folder: string, filter: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const address = await serve();
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-background-networking", "--no-first-run"] });
  const waiting = [...tasks(filter)];
  const shots: Shot[] = waiting.flatMap(({ view, size, wanted }) => wanted.filter(({ pictured }) => pictured).map(({ label, language, theme }) => ({ view: view.name, file: `${label}.png`, language, theme, width: SIZES[size]![0] })));
  const checked = waiting.flatMap(({ wanted }) => wanted).filter((look) => look.checked).length;
  const wrong: string[] = [];
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        const name = `${task.view.name} at ${SIZES[task.size]![0]} px`;
        wrong.push(...(await perform(browser, address, task, folder).catch((error: unknown) => [`${name}: ${String(error)}`])));
      }
    }),
  );
  await browser.close();
  await writeFile(join(folder, "index.html"), indexPage(shots));
  for (const line of wrong) process.stderr.write(`${line}\n`);
  process.stdout.write(`${shots.length} pictures in ${folder}, ${checked} times checked by axe, ${wrong.length} problems\n`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

await main(process.argv[2] ?? "screens", process.argv[3] ?? "");
