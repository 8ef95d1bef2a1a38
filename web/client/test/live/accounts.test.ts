/**
 * Accounts in the browser, through a real server.
 *
 * ACC-01 a sheet that is mistyped or of another deployment makes nothing, and a weak password sends nothing
 * ACC-02 a new password opens the profile and the vault, the old one neither
 * ACC-03 a forgotten password: the sheet sets a new one in another browser; the one with the old key is refused
 * ACC-04 who asks to leave is removed by the organiser's client, reads what he had and nothing new
 * ACC-05 a revoked officer is removed from his groups
 * ACC-06 the session is a cookie that ends with locking, and no token is in the profile or in an answer
 */

import "fake-indexeddb/auto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type Browser, type PeerState, World, browser, until } from "../world.ts";

const OLD = "a fair wind for Mombasa";
const NEW = "no wind at all in Dakar";
const OTIENO = "KE/otieno";
const MARTIN = "FR/martin";
let world: World;
let sheet = "";
let martin: Browser;
let cug = "";

beforeAll(async () => {
  world = await World.found();
  await world.ask("officer", { name: OTIENO });
  sheet = await world.ask<string>("invite", { account_name: MARTIN });
  martin = browser("martin-accounts");
}, 120_000);

afterAll(async () => {
  await martin?.engine.lock();
  await world?.stop();
}, 60_000);

async function online(of: Browser): Promise<void> {
  await until(async () => ((await of.engine.status()).connection === "online" ? true : null));
}

async function inCug(of: Browser): Promise<void> {
  await until(async () => ((await of.engine.cugs()).some((one) => one.id === cug && one.state === "open") ? true : null));
}

test("ACC-01 a sheet that is mistyped makes nothing, and a weak password sends nothing", async () => {
  const asked: string[] = [];
  const counting = browser("nobody", {
    fetch: (url, options) => {
      asked.push(url);
      return fetch(url, options);
    },
  });
  const typed = sheet[60] === "a" ? "b" : "a";
  await expect(counting.engine.enrol(sheet.slice(0, 60) + typed + sheet.slice(61), OLD, "x")).rejects.toMatchObject({ code: "enrolment.sheet_invalid" });
  await expect(counting.engine.enrol(sheet, "short", "x")).rejects.toMatchObject({ code: "client.weak_password" });
  await expect(counting.engine.unlock(OLD)).rejects.toMatchObject({ code: "client.profile_absent" });
  expect([asked, (await counting.engine.status()).profile]).toEqual([[], "absent"]);
});

test("ACC-01 a server of another deployment is sent nothing of the account", async () => {
  const said: string[] = [];
  const other = { deployment_id: btoa("another deploymt"), root_public_key: btoa("r".repeat(32)) };
  const deployment = { ...other, name: "Other", server_time_ms: 1, kdf_ops_limit: 3, kdf_memory_bytes: 2 ** 26, file_bytes: 2 ** 20 };
  const led = browser("misled", {
    fetch: (url) => {
      said.push(new URL(url).pathname);
      return Promise.resolve(new Response(JSON.stringify(deployment)));
    },
  });
  await expect(led.engine.enrol(sheet, OLD, "x")).rejects.toMatchObject({ code: "client.wrong_deployment" });
  expect([said, (await led.engine.status()).profile]).toEqual([["/v1/deployment"], "absent"]);
});

test("ACC-02 a new password opens the profile and the vault, the old one neither", async () => {
  await martin.engine.enrol(sheet, OLD, "browser");
  await expect(martin.engine.enrol(sheet, OLD, "again")).rejects.toMatchObject({ code: "client.profile_exists" });
  await world.ask("certify", { administration: "FR" });
  await martin.engine.connect();
  await online(martin);
  cug = await world.ask<string>("open_cug", { name: OTIENO, title: "Accounts" });
  await world.ask("admit", { name: OTIENO, cug, officer: MARTIN });
  await inCug(martin);
  await expect(martin.engine.changePassword("not the password", NEW)).rejects.toMatchObject({ code: "client.wrong_password" });
  await martin.engine.changePassword(OLD, NEW);
  expect([...martin.jar.cookies.keys()]).toEqual(["__Host-cencomm-session"]); // ACC-06
  await martin.engine.lock();
  expect([...martin.jar.cookies]).toEqual([]);
  await expect(martin.engine.unlock(OLD)).rejects.toMatchObject({ code: "client.wrong_password" });
  await martin.engine.unlock(NEW);
  await online(martin);
  const phone = browser("martin-accounts-phone");
  await expect(phone.engine.signInNewDevice(sheet, OLD, "phone")).rejects.toMatchObject({ serverCode: "accounts.sign_in_refused" });
  await phone.engine.signInNewDevice(sheet, NEW, "phone");
  await inCug(phone);
  expect((await phone.engine.devices()).map((device) => device.deviceId).sort()).toEqual(["FR/martin/browser", "FR/martin/phone"]);
  await phone.engine.lock();
}, 120_000);

test("ACC-03 a forgotten password: the sheet sets a new one; the browser with the old key is refused", async () => {
  const tablet = browser("martin-accounts-tablet");
  await tablet.engine.recover(sheet, OLD, "tablet");
  await inCug(tablet);
  await martin.engine.lock();
  await martin.engine.unlock(NEW);
  const status = await until(async () => {
    const now = await martin.engine.status();
    return now.connection === "refused" ? now : null;
  });
  expect(status.error?.code).toBe("accounts.sign_in_refused");
  expect((await martin.engine.cugs()).map((one) => one.id)).toEqual([cug]);
  await martin.engine.lock();
  martin = tablet;
}, 120_000);

test("ACC-04 who asks to leave is removed by the organiser's client, and reads nothing new", async () => {
  await world.ask("send_text", { name: OTIENO, cug, texts: ["before"] });
  await until(async () => ((await martin.engine.items(cug)).some((item) => item.content?.kind === "chat") ? true : null));
  await martin.engine.leave(cug, "moved");
  await until(async () => ((await martin.engine.cug(cug)).state === "removed" ? true : null));
  await world.ask("send_text", { name: OTIENO, cug, texts: ["after"] });
  await expect(martin.engine.sendText(cug, { text: "late" })).rejects.toMatchObject({ code: "client.not_member" });
  const texts = (await martin.engine.items(cug)).flatMap((item) => (item.content?.kind === "chat" ? [item.content.text] : []));
  expect(texts).toEqual(["before"]);
}, 60_000);

test("ACC-05 a revoked officer is removed from his groups", async () => {
  await world.ask("admit", { name: OTIENO, cug, officer: MARTIN });
  await until(async () => ((await martin.engine.cug(cug)).state === "open" ? true : null));
  await world.ask("revoke", { administration: "FR", subject: MARTIN });
  await until(async () => {
    const state = await world.ask<PeerState>("state", { name: OTIENO, cug });
    return state.members.every(([officer, , devices]) => officer !== MARTIN || devices.length === 0) ? true : null;
  });
}, 60_000);
