/**
 * Who comes to a browser, with what in hand, through a real server.
 *
 * DEV-01 a code says what it is good for: a sheet whether its account has begun, a device's code that it has
 * DEV-02 a code that is mistyped, of another server or not the server's any more is refused; nothing is left behind
 * DEV-03 the code that a Python device shows lets a browser in, with the password and not without
 * DEV-04 the code that a browser shows lets a Python device in; a wrong password shows none
 * DEV-05 two accounts in one browser: each opens by its own password, one is forgotten and the other stays
 * DEV-06 what has begun for one account is not gone on with under the session of another
 * DEV-07 an account enrolled on the Python client has at once all that a browser needs; where the server says that its
 *        identity is not there, the refusal says what to do, and nothing is left behind
 */

import "fake-indexeddb/auto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { CookieJar } from "../cookies.ts";
import { type Browser, World, browser, until } from "../world.ts";

const PASSWORD = "a fair wind for Mombasa";
const WRONG = "no wind at all in Dakar";
const OTIENO = "KE/otieno";
const MARTIN = "FR/martin";
let world: World;
let sheet = "";

beforeAll(async () => {
  world = await World.found();
  await world.ask("officer", { name: OTIENO });
  sheet = await world.ask<string>("invite", { account_name: MARTIN });
}, 120_000);

afterAll(async () => {
  await world?.stop();
}, 60_000);

async function online(of: Browser): Promise<void> {
  await until(async () => ((await of.engine.status()).connection === "online" ? true : null));
}

async function databases(): Promise<string[]> {
  return (await indexedDB.databases()).map((one) => one.name ?? "").sort();
}

test("DEV-01 a sheet says whether its account has begun", async () => {
  const martin = browser("devices");
  const said = { kind: "sheet", account: MARTIN, displayName: "Martin", serverUrl: world.url };
  expect(await martin.engine.readCode(sheet)).toEqual({ ...said, way: "enrol", known: "" });
  expect(await martin.engine.readCode(`${world.url}/#sheet=${sheet.toUpperCase()}`)).toEqual({ ...said, way: "enrol", known: "" });
  await martin.engine.enrol(sheet, PASSWORD, "browser");
  expect(await browser("elsewhere").engine.readCode(sheet)).toEqual({ ...said, way: "device", known: "" });
  const [known] = (await martin.engine.status()).known;
  expect(known).toMatchObject({ account: MARTIN, displayName: "Martin", serverUrl: world.url });
  expect(await martin.engine.readCode(sheet)).toEqual({ ...said, way: "here", known: known!.id });
  await world.ask("certify", { administration: "FR" });
  await martin.engine.connect();
  await online(martin);
  await martin.engine.lock();
}, 60_000);

test("DEV-02 a code that is not good here is refused, and nothing is left behind", async () => {
  const before = await databases();
  const here = browser("refused", { origin: world.url });
  expect((await here.engine.readCode(sheet)).way).toBe("device");
  const typed = sheet.slice(0, 60) + (sheet[60] === "a" ? "b" : "a") + sheet.slice(61);
  await expect(here.engine.readCode(typed)).rejects.toMatchObject({ code: "enrolment.sheet_invalid" });
  await expect(here.engine.readCode("cencommdevice1:aaaa")).rejects.toMatchObject({ code: "enrolment.device_code_invalid" });
  const other = browser("refused", { origin: "https://cencomm.example" });
  await expect(other.engine.readCode(sheet)).rejects.toMatchObject({ code: "client.other_server", facts: { address: world.url } });
  await expect(other.engine.enrol(sheet, PASSWORD, "x")).rejects.toMatchObject({ code: "client.other_server" });
  const replaced = await world.ask<string>("invite", { account_name: "FR/bernard" });
  await world.ask<string>("invite", { account_name: "FR/bernard" });
  await expect(here.engine.readCode(replaced)).rejects.toMatchObject({ serverCode: "accounts.invitation_invalid" });
  await expect(here.engine.enrol(replaced, PASSWORD, "x")).rejects.toMatchObject({ serverCode: "accounts.invitation_invalid" });
  expect((await here.engine.status()).known).toEqual([]);
  expect((await databases()).filter((name) => !before.includes(name) && name !== "refused-accounts")).toEqual([]);
}, 60_000);

test("DEV-03 the code of a Python device lets a browser in, with the password and not without", async () => {
  const code = await world.ask<string>("device_code", { name: OTIENO });
  const phone = browser("otieno-phone");
  expect(await phone.engine.readCode(code)).toMatchObject({ kind: "device_code", account: OTIENO, way: "device" });
  await expect(phone.engine.enrol(code, PASSWORD, "phone")).rejects.toMatchObject({ code: "enrolment.sheet_invalid" });
  await expect(phone.engine.recover(code, PASSWORD, "phone")).rejects.toMatchObject({ code: "enrolment.sheet_invalid" });
  await expect(phone.engine.signInNewDevice(code, WRONG, "phone")).rejects.toMatchObject({ serverCode: "accounts.sign_in_refused" });
  expect((await phone.engine.status()).profile).toBe("absent");
  await phone.engine.signInNewDevice(code, PASSWORD, "phone");
  await online(phone);
  expect((await phone.engine.devices()).map((device) => device.deviceId)).toContain("KE/otieno/phone");
  await phone.engine.lock();
}, 60_000);

test("DEV-04 the code of a browser lets a Python device in; a wrong password shows none", async () => {
  const martin = browser("devices");
  await martin.engine.unlock(PASSWORD);
  await online(martin);
  await expect(martin.engine.deviceCode(WRONG)).rejects.toMatchObject({ code: "client.wrong_password" });
  const code = await martin.engine.deviceCode(PASSWORD);
  const took = await world.ask<string>("take_device_code", { name: MARTIN, text: code, device: "desk", password: PASSWORD });
  expect(took).toBe("FR/martin/desk");
  expect((await martin.engine.devices()).map((device) => device.deviceId)).toContain(took);
  await martin.engine.lock();
}, 60_000);

test("DEV-05 two accounts in one browser: each opens by its own password, one goes and the other stays", async () => {
  const shared = browser("shared");
  const mine = "a password of Martin alone";
  await shared.engine.signInNewDevice(await world.ask<string>("device_code", { name: OTIENO }), PASSWORD, "shared");
  await expect(shared.engine.enrol(sheet, PASSWORD, "second")).rejects.toMatchObject({ code: "client.profile_exists" });
  await shared.engine.lock();
  await shared.engine.recover(sheet, mine, "shared");
  await shared.engine.lock();
  const [martin, otieno] = (await shared.engine.status()).known;
  expect([martin?.account, otieno?.account]).toEqual([MARTIN, OTIENO]);
  await expect(shared.engine.unlock(mine, otieno!.id)).rejects.toMatchObject({ code: "client.wrong_password" });
  expect((await shared.engine.unlock(PASSWORD, otieno!.id)).account).toBe(OTIENO);
  await expect(shared.engine.forget(martin!.id)).rejects.toMatchObject({ code: "client.profile_exists" });
  await online(shared);
  await shared.engine.lock();
  await shared.engine.forget(otieno!.id);
  expect((await shared.engine.status()).known.map((one) => one.account)).toEqual([MARTIN]);
  expect(await databases()).not.toContain(otieno!.id);
  await expect(shared.engine.unlock(PASSWORD, otieno!.id)).rejects.toMatchObject({ code: "client.profile_absent" });
  expect((await shared.engine.unlock(mine)).account).toBe(MARTIN);
  await shared.engine.lock();
}, 60_000);

test("DEV-06 the session of another account is left, and a session of one's own begun", async () => {
  const crashed = browser("crashed");
  await crashed.engine.signInNewDevice(await world.ask<string>("device_code", { name: OTIENO }), PASSWORD, "crashed");
  await online(crashed);
  const left = new CookieJar();
  for (const [name, value] of crashed.jar.cookies) left.cookies.set(name, value);
  const next = browser("next", {}, WebSocket, left);
  await next.engine.signInNewDevice(sheet, "a password of Martin alone", "next");
  await next.engine.lock();
  for (const [name, value] of crashed.jar.cookies) left.cookies.set(name, value);
  await next.engine.unlock("a password of Martin alone");
  await online(next);
  expect((await next.engine.devices()).map((device) => device.deviceId)).toContain("FR/martin/next");
  await next.engine.lock();
  await crashed.engine.lock();
}, 60_000);

test("DEV-07 an account enrolled on the Python client and never opened there is open to a browser", async () => {
  const sheetOfDupont = await world.ask<string>("enrol", { account_name: "FR/dupont" });
  const before = await databases();
  const robbed = browser("dupont-robbed", {
    fetch: async (url, options) => {
      const answer = await fetch(url, options);
      if (!new URL(url).pathname.endsWith("/v1/vault/items")) return answer;
      return new Response(JSON.stringify({ items: [], more: false }), { headers: { "content-type": "application/json" } });
    },
  });
  const refused = { code: "client.identity_absent", facts: { account: "FR/dupont" } };
  await expect(robbed.engine.signInNewDevice(sheetOfDupont, PASSWORD, "phone")).rejects.toMatchObject(refused);
  expect((await robbed.engine.status()).known).toEqual([]);
  expect((await databases()).filter((name) => !before.includes(name) && name !== "dupont-robbed-accounts")).toEqual([]);
  const phone = browser("dupont-phone");
  await phone.engine.signInNewDevice(sheetOfDupont, PASSWORD, "phone");
  await world.ask("certify", { administration: "FR" });
  await phone.engine.connect();
  await online(phone);
  await phone.engine.lock();
}, 60_000);
