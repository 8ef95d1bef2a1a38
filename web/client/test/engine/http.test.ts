import { expect, test } from "vitest";

import { ServerMisbehaved, ServerRefused, ServerUnreachable } from "../../src/engine/errors.ts";
import { Api, type Fetch } from "../../src/engine/http.ts";
import { toBase64 } from "../../src/wire/http.ts";

const ID = new Uint8Array(32).fill(7);
const GOOD = { account: "KE/otieno", device_id: null, session_id: toBase64(ID), certified: true };

function api(answer: () => Response | Promise<Response>): { api: Api; asked: { url: string; options: RequestInit }[] } {
  const asked: { url: string; options: RequestInit }[] = [];
  const fetcher: Fetch = (url, options) => {
    asked.push({ url, options });
    return Promise.resolve(answer());
  };
  return { api: new Api("http://server/", fetcher), asked };
}

const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status });

test("an answer is read; the own cookie and what marks the own page travel, no token and no redirect does", async () => {
  const { api: one, asked } = api(() => json(GOOD));
  expect(await one.session()).toEqual({ account: "KE/otieno", deviceId: null, sessionId: ID, certified: true });
  expect(asked[0]?.url).toBe("http://server/v1/session");
  expect(asked[0]?.options).toMatchObject({ headers: { "CENcomm-Session": "cookie" }, credentials: "same-origin", redirect: "error" });
  expect(asked[0]?.options.headers).not.toHaveProperty("Authorization");
});

test("a refusal is the server's code and facts", async () => {
  const { api: one } = api(() => json({ code: "accounts.locked", facts: { seconds: 30, odd: [1] } }, 429));
  const error = await one.session().catch((refused: unknown) => refused);
  expect(error).toBeInstanceOf(ServerRefused);
  expect(error).toMatchObject({ serverCode: "accounts.locked", serverFacts: { seconds: 30 } });
});

test("anything else is misbehaviour, and no answer is unreachable", async () => {
  await expect(api(() => json({ account: 1 })).api.session()).rejects.toThrow(ServerMisbehaved);
  await expect(api(() => new Response("<html>")).api.session()).rejects.toThrow(ServerMisbehaved);
  await expect(api(() => new Response("<html>", { status: 502 })).api.session()).rejects.toThrow(ServerMisbehaved);
  await expect(api(() => json({}, 200)).api.revokeDevice("KE/a/b")).rejects.toThrow(ServerMisbehaved);
  await expect(api(() => Promise.reject(new TypeError("no line"))).api.session()).rejects.toThrow(ServerUnreachable);
});

test("signing out gives up what is under way, and nothing goes out after it", async () => {
  const asked: { method: string | undefined; signal: AbortSignal | null | undefined }[] = [];
  const one = new Api("http://server/", (_, options) => {
    asked.push({ method: options.method, signal: options.signal });
    if (options.method === "DELETE") return Promise.resolve(new Response(null, { status: 204 }));
    return new Promise((_done, fail) => {
      if (options.signal?.aborted === true) fail(new TypeError("aborted"));
      options.signal?.addEventListener("abort", () => fail(new TypeError("aborted")));
    });
  });
  const signIn = one.signInFinish("KE/otieno", new Uint8Array(32), "password").catch((error: unknown) => error);
  await one.signOut();
  expect(await signIn).toBeInstanceOf(ServerUnreachable);
  await expect(one.session()).rejects.toThrow(ServerUnreachable);
  expect(asked.map((each) => [each.method, each.signal?.aborted])).toEqual([["POST", true], ["DELETE", false], ["GET", true]]);
});

test("lists are read to their last page", async () => {
  const pages = [
    json({ entries: [{ account: "KE", kind: "ncp", display_name: "K", certified: true }], next: "a b" }),
    json({ entries: [{ account: "UG", kind: "ncp", display_name: "U", certified: false }], next: null }),
  ];
  const { api: one, asked } = api(() => pages.shift()!);
  expect((await one.directory("KE")).map((entry) => entry.account)).toEqual(["KE", "UG"]);
  expect(asked.map((each) => each.url)).toEqual([
    "http://server/v1/directory?administration=KE&limit=100",
    "http://server/v1/directory?administration=KE&limit=100&after=a%20b",
  ]);
});
