import { expect, test } from "vitest";

import { ServerMisbehaved, ServerRefused, ServerUnreachable } from "../../src/engine/errors.ts";
import { Api, type Fetch } from "../../src/engine/http.ts";

const GOOD = { account: "KE/otieno", device_id: null, certified: true };

function api(answer: () => Response | Promise<Response>): { api: Api; asked: { url: string; options: RequestInit }[] } {
  const asked: { url: string; options: RequestInit }[] = [];
  const fetcher: Fetch = (url, options) => {
    asked.push({ url, options });
    return Promise.resolve(answer());
  };
  return { api: new Api("http://server/", "token", fetcher), asked };
}

const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status });

test("an answer is read, the token travels, cookies and redirects do not", async () => {
  const { api: one, asked } = api(() => json(GOOD));
  expect(await one.session()).toEqual({ account: "KE/otieno", deviceId: null, certified: true });
  expect(asked[0]?.url).toBe("http://server/v1/session");
  expect(asked[0]?.options).toMatchObject({ headers: { Authorization: "Bearer token" }, credentials: "omit", redirect: "error" });
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
