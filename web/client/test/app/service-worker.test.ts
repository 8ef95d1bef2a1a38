/**
 * The service worker, on caches and a network of the test's own.
 *
 * SW-01 all files of a build are kept, or none: one of another build ends the attempt
 * SW-02 without a network page and files come from what was kept; with one, too: never a mix of two builds
 * SW-03 a newer build waits until it is told; then the one before is kept for pages that are open, older ones go
 * SW-04 fonts are kept when they are first used; the server's answers and other origins go past
 * SW-05 fonts that a page had fetched before there was a worker are kept when it tells of them, and nothing else is
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

import { beforeEach, expect, test } from "vitest";

const SOURCE = readFileSync(new URL("../../src/service-worker.js", import.meta.url), "utf8");
const ORIGIN = "https://cencomm.example";

class FakeCache {
  readonly kept = new Map<string, Response>();

  match(path: string): Promise<Response | undefined> {
    return Promise.resolve(this.kept.get(path)?.clone());
  }

  put(path: string, answer: Response): Promise<void> {
    this.kept.set(path, answer);
    return Promise.resolve();
  }
}

class FakeCaches {
  readonly all = new Map<string, FakeCache>();

  open(name: string): Promise<FakeCache> {
    const found = this.all.get(name) ?? new FakeCache();
    this.all.set(name, found);
    return Promise.resolve(found);
  }

  keys(): Promise<string[]> {
    return Promise.resolve([...this.all.keys()]);
  }

  delete(name: string): Promise<boolean> {
    return Promise.resolve(this.all.delete(name));
  }

  async match(path: string): Promise<Response | undefined> {
    for (const cache of this.all.values()) {
      const found = await cache.match(path);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

let caches: FakeCaches;
let network: Map<string, string>;
let online: boolean;

beforeEach(() => {
  caches = new FakeCaches();
  network = new Map();
  online = true;
});

type Event = { data?: unknown; request?: unknown; waitUntil(work: Promise<unknown>): void; respondWith(answer: Promise<Response>): void };

class Worker {
  skipped = 0;
  readonly #listeners = new Map<string, (event: Event) => void>();

  constructor(files: Readonly<Record<string, string>>, name: string) {
    const hashes = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, createHash("sha256").update(text).digest("hex")]));
    const source = SOURCE.replace("/* files of the build */ {}", JSON.stringify(hashes)).replace('/* name of the build */ ""', JSON.stringify(name));
    const fetch = (request: Request | { url: string }): Promise<Response> => {
      const path = new URL(request.url, ORIGIN).pathname;
      if (!online) return Promise.reject(new TypeError("offline"));
      const text = network.get(path);
      return Promise.resolve(new Response(text ?? "gone", { status: text === undefined ? 404 : 200 }));
    };
    const self = {
      location: { origin: ORIGIN },
      clients: { claim: () => Promise.resolve() },
      skipWaiting: () => Promise.resolve(this.skipped++),
      addEventListener: (type: string, listener: (event: Event) => void) => this.#listeners.set(type, listener),
    };
    const Request = class {
      constructor(readonly url: string) {}
    };
    runInNewContext(source, { self, caches, fetch, Request, URL, crypto, Uint8Array, TypeError });
  }

  async tell(type: string, more: object = {}): Promise<Response | null> {
    const works: Promise<unknown>[] = [];
    let answer: Promise<Response> | null = null;
    this.#listeners.get(type)?.({ ...more, waitUntil: (work) => works.push(work), respondWith: (given) => (answer = given) });
    await Promise.all(works);
    return await (answer as Promise<Response> | null);
  }

  async get(path: string, method = "GET"): Promise<string | null> {
    const answer = await this.tell("fetch", { request: { method, url: path.startsWith("http") ? path : ORIGIN + path } });
    return answer === null ? null : await answer.text();
  }
}

const FIRST = { "/": "page 1", "/assets/a-1.js": "script 1", "/icon.svg": "icon" };
const SECOND = { "/": "page 2", "/assets/a-2.js": "script 2", "/icon.svg": "icon" };

function serve(files: Readonly<Record<string, string>>): void {
  network = new Map(Object.entries(files));
}

async function installed(files: Readonly<Record<string, string>>, name: string): Promise<Worker> {
  const worker = new Worker(files, name);
  await worker.tell("install");
  return worker;
}

test("SW-01 one file of another build, or one that is gone, and nothing is kept", async () => {
  serve({ ...FIRST, "/": "page 2" });
  await expect(installed(FIRST, "1")).rejects.toThrow("another build");
  serve({ "/": "page 1", "/icon.svg": "icon" });
  await expect(installed(FIRST, "1")).rejects.toThrow("another build");
  expect(await caches.keys()).toEqual([]);
});

test("SW-02 the page and its files are of one build, with the network and without it", async () => {
  serve(FIRST);
  const worker = await installed(FIRST, "1");
  await worker.tell("activate");
  serve(SECOND);
  for (online of [true, false]) {
    expect(await worker.get("/")).toBe("page 1");
    expect(await worker.get("/?from=home")).toBe("page 1");
    expect(await worker.get("/assets/a-1.js")).toBe("script 1");
    expect(await worker.get("/icon.svg")).toBe("icon");
  }
});

test("SW-03 a newer build waits until it is told, and open pages still find the files of theirs", async () => {
  await caches.open("cencomm 0");
  await caches.open("of somebody else");
  serve(FIRST);
  await (await installed(FIRST, "1")).tell("activate");
  serve(SECOND);
  const newer = await installed(SECOND, "2");
  expect(newer.skipped).toBe(0);
  await newer.tell("message", { data: "take_over" });
  expect(newer.skipped).toBe(0);
  await newer.tell("message", { data: { type: "take_over" } });
  expect(newer.skipped).toBe(1);
  await newer.tell("activate");
  expect(await caches.keys()).toEqual(["of somebody else", "cencomm 1", "cencomm 2"]);
  online = false;
  expect([await newer.get("/"), await newer.get("/assets/a-2.js"), await newer.get("/assets/a-1.js")]).toEqual(["page 2", "script 2", "script 1"]);
});

test("SW-04 fonts are kept when they are used; what is not of the app goes past", async () => {
  serve({ ...FIRST, "/assets/noto.woff2": "font" });
  const worker = await installed(FIRST, "1");
  expect(await worker.get("/assets/noto.woff2")).toBe("font");
  online = false;
  expect(await worker.get("/assets/noto.woff2")).toBe("font");
  await expect(worker.get("/assets/other.woff2")).rejects.toThrow("offline");
  expect(await worker.get("/v1/session")).toBeNull();
  expect(await worker.get("https://elsewhere.example/")).toBeNull();
  expect(await worker.get("/", "POST")).toBeNull();
  expect(await worker.get("/constructor")).toBeNull();
});

test("SW-05 fonts that came before the worker are kept; what is no font of the build, or is not there, is not", async () => {
  serve({ ...FIRST, "/assets/noto.woff2": "font", "/v1/session": "secret", "/assets/a.js": "script" });
  const worker = await installed(FIRST, "1");
  const paths = ["/assets/noto.woff2", "/assets/gone.woff2", "/v1/session", "/assets/a.js", "/assets/../v1/x.woff2", "https://elsewhere.example/assets/x.woff2"];
  await worker.tell("message", { data: { type: "keep_fonts", paths } });
  const kept = [...caches.all.get("cencomm 1")!.kept.keys()];
  expect(kept.filter((path) => !Object.hasOwn(FIRST, path))).toEqual(["/assets/noto.woff2"]);
  network.set("/assets/noto.woff2", "another");
  online = false;
  await worker.tell("message", { data: { type: "keep_fonts", paths } });
  expect(await worker.get("/assets/noto.woff2")).toBe("font");
});
