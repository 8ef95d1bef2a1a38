/**
 * Files between a browser's engine and a Python officer, through a real server.
 *
 * FILE-01 what the browser attaches the Python officer saves as it was, and the other way round; only raster pictures are shown
 * FILE-02 attached offline, it waits, and goes out with the line; a cut costs a chunk, and so does a locked profile
 * FILE-03 a server that gives other bytes, or swaps chunks, is found; nothing is handed out
 * FILE-04 a refusal is shown with its reason; what is not wanted any more leaves nothing here
 */

import "fake-indexeddb/auto";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { EngineEvent, FileProgress, Item } from "../../src/engine/api.ts";
import { type Browser, World, browser, until } from "../world.ts";

const PASSWORD = "a fair wind for Mombasa";
const MARTIN = "FR/martin";
const OTIENO = "KE/otieno";
const CHUNK = 256 * 1024;
let world: World;
let martin: Browser;
let tiger = "";
/** What stands between the browser and the server; throws to cut the line. */
let between: (path: string, method: string) => Response | void = () => undefined;
let altered: ((bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) | null = null;

async function line(url: string, options?: RequestInit): Promise<Response> {
  const path = new URL(url).pathname;
  const answer = await fetch(url, options);
  const instead = between(path, options?.method ?? "GET"); // the server has done its part when the line breaks
  if (instead instanceof Response) return instead;
  if (altered === null || options?.method !== "GET" || !path.includes("/files/")) return answer;
  return new Response(altered(new Uint8Array(await answer.arrayBuffer())), { status: answer.status });
}

beforeAll(async () => {
  world = await World.found();
  await world.ask("officer", { name: OTIENO });
  martin = browser("martin-files", { fetch: line });
  await martin.engine.enrol(await world.ask<string>("invite", { account_name: MARTIN }), PASSWORD, "browser");
  await world.ask("certify", { administration: "FR" });
  await martin.engine.connect();
  await until(async () => ((await martin.engine.status()).connection === "online" ? true : null));
  tiger = await world.ask<string>("open_cug", { name: OTIENO, title: "Tiger" });
  await world.ask("admit", { name: OTIENO, cug: tiger, officer: MARTIN });
  await until(async () => ((await martin.engine.cugs()).some((one) => one.id === tiger && one.state === "open") ? true : null));
}, 120_000);

afterAll(async () => {
  await martin?.engine.lock();
  await world?.stop();
}, 60_000);

const picture = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31) % 253);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return bytes;
};

function withFiles(text: string): Promise<Item> {
  return until(async () => {
    const items = await martin.engine.items(tiger, { limit: 100 });
    return items.find(({ content }) => content?.kind === "chat" && content.text === text && content.files !== undefined) ?? null;
  });
}

const told = (step: FileProgress["step"]): FileProgress[] =>
  martin.events.flatMap((event: EngineEvent) => (event.type === "file" && event.progress.step === step ? [event.progress] : []));

test("FILE-01 a file goes both ways as it was", async () => {
  const bytes = picture(2 * CHUNK + 5);
  await martin.engine.sendFiles(tiger, { text: "see", files: [new File([bytes], "../seal\u202e.png", { type: "image/png" })] });
  const item = await withFiles("see");
  expect(item.content).toMatchObject({ files: [{ name: "seal.png", size: bytes.length, mediaType: "image/png" }] });
  expect(JSON.stringify(item.content)).not.toContain("key");
  const [name, content] = await world.ask<[string, string]>("save_file", { name: OTIENO, cug: tiger, seq: item.seq });
  expect(name).toBe("seal.png");
  expect(Buffer.from(content, "base64").equals(Buffer.from(bytes))).toBe(true);
  expect(told("sealing").at(-1)).toMatchObject({ done: bytes.length, total: bytes.length });
  expect(told("uploading").map(({ done }) => done)).toEqual([...told("uploading").map(({ done }) => done)].sort((one, other) => one - other));

  await world.ask("send_file", { name: OTIENO, cug: tiger, content: btoa("<svg onload=alert(1)>"), file_name: "seal.png" });
  const theirs = await until(async () => (await martin.engine.items(tiger)).find((one) => one.officerId === OTIENO && one.content?.kind === "chat" && one.content.files !== undefined) ?? null);
  const fetched = await martin.engine.fetchFile(tiger, theirs.seq, 0);
  expect(await fetched.blob.text()).toBe("<svg onload=alert(1)>");
  expect([fetched.name, fetched.picture, fetched.blob.type]).toEqual(["seal.png", "", "application/octet-stream"]);
  const own = await martin.engine.fetchFile(tiger, item.seq, 0);
  expect([own.picture, own.blob.size]).toEqual(["image/png", bytes.length]);
  await expect(martin.engine.fetchFile(tiger, item.seq, 1)).rejects.toMatchObject({ code: "client.no_attachment" });
}, 60_000);

test("FILE-02 what is attached before a cut, and before the profile is locked, goes out after it", async () => {
  const taken: string[] = [];
  between = (path, method) => {
    if (method !== "PUT" || !path.includes("/files/")) return;
    taken.push(path.split("/").at(-1)!);
    if (taken.length === 2) throw new TypeError("the line broke");
  };
  await martin.engine.sendFiles(tiger, { text: "cut", files: [new File([picture(4 * CHUNK)], "long.png")] });
  await until(() => (taken.length >= 2 ? true : null));
  expect((await martin.engine.waiting(tiger)).at(-1)).toMatchObject({ state: "waiting", attaching: true });
  await martin.engine.lock();
  await martin.engine.unlock(PASSWORD);
  const item = await withFiles("cut");
  expect(taken).toEqual(["0", "1", "2", "3"]);
  expect((await martin.engine.fetchFile(tiger, item.seq, 0)).blob.size).toBe(4 * CHUNK);
  between = () => undefined;
}, 60_000);

test("FILE-03 a hostile server gives no false file", async () => {
  const item = await withFiles("see");
  const seen: Uint8Array<ArrayBuffer>[] = [];
  for (const lie of [
    (bytes: Uint8Array<ArrayBuffer>) => bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
    (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, -1),
    (bytes: Uint8Array<ArrayBuffer>) => seen[seen.push(bytes) - 2] ?? bytes, // each chunk in the next one's place
  ]) {
    altered = lie;
    await expect(martin.engine.fetchFile(tiger, item.seq, 0)).rejects.toMatchObject({ code: "files.refused" });
  }
  altered = null;
  expect((await martin.engine.fetchFile(tiger, item.seq, 0)).blob.size).toBe(2 * CHUNK + 5);
}, 60_000);

test("FILE-04 a refusal is told, tried again or forgotten; what is cancelled leaves nothing", async () => {
  between = (path, method) => {
    if (method === "POST" && path.endsWith("/files")) throw new TypeError("the line broke");
  };
  const first = await martin.engine.sendFiles(tiger, { text: "not wanted", files: [new File([picture(10)], "a.png")] });
  const waiting = async () => (await martin.engine.waiting(tiger)).map(({ clientRef }) => clientRef);
  expect(await waiting()).toContain(first);
  await martin.engine.discard(tiger, first);
  expect(await waiting()).not.toContain(first);
  const large = new File([new Uint8Array(101_000_000)], "large.bin");
  await expect(martin.engine.sendFiles(tiger, { text: "too large", files: [large] })).rejects.toMatchObject({ serverCode: "files.too_large" });
  between = (path, method) => {
    if (method === "POST" && path.endsWith("/files")) return Response.json({ code: "files.full", facts: { limit: 9, left: 1 } }, { status: 409 });
  };
  const second = await martin.engine.sendFiles(tiger, { text: "at last", files: [new File([picture(10)], "b.png")] });
  const failed = await until(async () => (await martin.engine.waiting(tiger)).find(({ clientRef, state }) => clientRef === second && state === "failed") ?? null);
  expect(failed.reason).toBe("files.full");
  between = () => undefined;
  await martin.engine.resend(tiger, second);
  expect((await withFiles("at last")).clientRef).toBe(second);
}, 60_000);
