/**
 * A Python officer and a browser officer in one CUG, through a real server.
 *
 * LIVE-01 the browser enrols by sheet, is certified, is admitted by Welcome; both read what the other writes
 * LIVE-02 forms go both ways, in two parts, and read the same
 * LIVE-03 the browser opens a CUG, admits and removes; the removed one reads nothing new
 * LIVE-04 both sides commit at once, again and again, and stay in one epoch
 * LIVE-05 after locking everything is there; what was written offline goes out in order
 * LIVE-06 another browser joins by sheet and external commit, reads the past, and is confirmed
 */

import "fake-indexeddb/auto";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Item } from "../../src/engine/api.ts";
import { type Browser, type PeerState, World, browser, until } from "../world.ts";

const PASSWORD = "a fair wind for Mombasa";
const MARTIN = "FR/martin";
const OTIENO = "KE/otieno";
const OKELLO = "UG/okello";
let world: World;
let sheet = "";
let martin: Browser;
let tiger = "";

beforeAll(async () => {
  world = await World.found();
  await world.ask("officer", { name: OTIENO });
}, 120_000);

afterAll(async () => {
  await martin?.engine.lock();
  await world?.stop();
}, 60_000);

async function texts(of: Browser, cug: string): Promise<string[]> {
  const items = await of.engine.items(cug, { limit: 1000 });
  return items.flatMap((item) => (item.content?.kind === "chat" ? [item.content.text] : []));
}

async function readsText(of: Browser, cug: string, text: string): Promise<void> {
  await until(async () => ((await texts(of, cug)).includes(text) ? true : null));
}

async function inCug(of: Browser, cug: string): Promise<void> {
  await until(async () => ((await of.engine.cugs()).some((one) => one.id === cug && one.state === "open") ? true : null));
}

/** Python's view, once it has all that this browser has; both must tell the same. */
async function sameView(of: Browser, cug: string): Promise<PeerState> {
  const safety = await of.engine.safety(cug);
  const state = await world.ask<PeerState>("state", { name: OTIENO, cug, seq: safety.lastSeq });
  await until(async () => ((await of.engine.safety(cug)).lastSeq >= state.last_seq ? true : null));
  const now = await of.engine.safety(cug);
  expect([now.lastSeq, now.headHash, now.epoch]).toEqual([state.last_seq, state.head_hash, state.epoch]);
  expect(now.epochAuthenticator).toBe(state.authenticator);
  const items = await of.engine.items(cug, { limit: 1000 });
  expect(items.map(({ seq, kind, sender, reason }) => ({ seq, kind, sender, reason }))).toEqual(
    state.items.map(({ seq, kind, sender, reason }) => ({ seq, kind, sender, reason })),
  );
  return state;
}

test("LIVE-01 a browser enrols, is certified and admitted, and both read what the other writes", async () => {
  martin = browser("martin");
  sheet = await world.ask<string>("invite", { account_name: MARTIN });
  expect((await martin.engine.status()).profile).toBe("absent");
  const account = await martin.engine.enrol(sheet, PASSWORD, "browser");
  expect(account).toMatchObject({ account: MARTIN, kind: "officer", certified: false });
  await until(async () => ((await martin.engine.status()).error?.code === "client.not_certified" ? true : null));
  expect(await world.ask("certify", { administration: "FR" })).toBe(1);
  await martin.engine.connect();
  await until(async () => ((await martin.engine.status()).connection === "online" ? true : null));
  tiger = await world.ask<string>("open_cug", { name: OTIENO, title: "Operation Tiger" });
  await world.ask("send_text", { name: OTIENO, cug: tiger, texts: ["before you came"] });
  await world.ask("admit", { name: OTIENO, cug: tiger, officer: MARTIN });
  await inCug(martin, tiger);
  await world.ask("send_text", { name: OTIENO, cug: tiger, texts: ["ready", "أهلا 👋"] });
  await readsText(martin, tiger, "أهلا 👋");
  await until(async () => ((await martin.engine.cug(tiger)).title === "Operation Tiger" ? true : null));
  await readsText(martin, tiger, "before you came");
  await martin.engine.sendText(tiger, { text: "prêt", lang: "fr", mentions: [OTIENO] });
  await martin.engine.flush(tiger);
  const state = await sameView(martin, tiger);
  expect(state.items.map((item) => item.text).filter((text) => text !== "")).toEqual([
    "before you came",
    "ready",
    "أهلا 👋",
    "prêt",
  ]);
  expect([state.alarms, await martin.engine.alarms(tiger)]).toEqual([[], []]);
  const view = await martin.engine.cug(tiger);
  expect(view).toMatchObject({ title: "Operation Tiger", operationCode: "OT26", role: "officer", history: "full", unread: 2 });
  expect(view.members.map((member) => [member.officerId, member.role, member.devices])).toEqual(state.members);
}, 120_000);

test("LIVE-02 forms go both ways, in two parts, and read the same", async () => {
  const sent = await world.ask<object>("submit", { name: OTIENO, cug: tiger });
  const form = await until(async () => {
    const items = await martin.engine.items(tiger, { limit: 1000 });
    return items.find((item: Item) => item.kind === "form") ?? null;
  });
  expect(form.content).toMatchObject({ kind: "form", answers: sent });
  expect(form.findings).toEqual([]);
  const [template] = await martin.engine.templates(tiger);
  const answers = await world.ask<never>("sample");
  const spoilt = martin.engine.submit(tiger, { templateHash: template!.hash, answers: { ...(answers as object), reporting_country: "ZZ" } });
  await expect(spoilt).rejects.toMatchObject({ code: "client.form_invalid", findings: [{ rule: "unknown_code", path: "reporting_country" }] });
  expect(await martin.engine.waiting(tiger)).toEqual([]);
  await martin.engine.submit(tiger, { templateHash: template!.hash, answers });
  await martin.engine.flush(tiger);
  const state = await sameView(martin, tiger);
  expect(state.items.at(-1)).toMatchObject({ kind: "form", standing: "verified", answers, errors: [] });
}, 60_000);

test("LIVE-03 a browser opens a CUG, admits and removes; the removed one reads nothing new", async () => {
  const lion = await martin.engine.openCug({ title: "Lion", operationCode: "L1" });
  await martin.engine.sendText(lion, { text: "first" });
  await martin.engine.admit(lion, { [OTIENO]: "officer" });
  await world.ask("wait_for_cug", { name: OTIENO, cug: lion });
  await world.ask("send_text", { name: OTIENO, cug: lion, texts: ["I am in"] });
  await readsText(martin, lion, "I am in");
  const state = await sameView(martin, lion);
  expect(state.items.map((item) => item.text).filter((text) => text !== "")).toEqual(["first", "I am in"]);
  await martin.engine.remove(lion, OTIENO);
  await martin.engine.sendText(lion, { text: "without you" });
  await martin.engine.flush(lion);
  const left = await until(async () => {
    const now = await world.ask<PeerState>("state", { name: OTIENO, cug: lion });
    return now.state === "removed" ? now : null;
  });
  expect(left.items.map((item) => item.text)).not.toContain("without you");
  await expect(martin.engine.remove(lion, OTIENO)).rejects.toMatchObject({ code: "client.nothing_to_change" });
  await martin.engine.close(lion);
  expect((await martin.engine.cug(lion)).state).toBe("closed");
  await expect(martin.engine.sendText(lion, { text: "late" })).rejects.toMatchObject({ code: "client.group_closed" });
}, 120_000);

test("LIVE-04 both sides commit and talk at once, and stay in one epoch", async () => {
  await world.ask("officer", { name: OKELLO });
  await world.ask("admit", { name: OTIENO, cug: tiger, officer: MARTIN, role: "organiser" });
  await until(async () => ((await martin.engine.cug(tiger)).role === "organiser" ? true : null));
  for (const role of ["officer", "liaison", "ncp"] as const) {
    await Promise.all([
      world.ask("renew", { name: OTIENO, cug: tiger }),
      martin.engine.admit(tiger, { [OKELLO]: role }),
      martin.engine.sendText(tiger, { text: `as ${role}` }),
    ]);
    await martin.engine.flush(tiger);
    await world.ask("send_text", { name: OTIENO, cug: tiger, texts: [`answer to ${role}`] });
    await readsText(martin, tiger, `answer to ${role}`);
  }
  const state = await sameView(martin, tiger);
  expect(state.alarms).toEqual([]);
}, 120_000);

test("LIVE-05 after locking everything is there; what was written offline goes out in order", async () => {
  const before = await texts(martin, tiger);
  await martin.engine.lock();
  await expect(martin.engine.cugs()).rejects.toMatchObject({ code: "client.profile_locked" });
  await world.ask("stop_server");
  await expect(martin.engine.unlock("wrong password")).rejects.toMatchObject({ code: "client.wrong_password" });
  await martin.engine.unlock(PASSWORD);
  expect(await texts(martin, tiger)).toEqual(before);
  const offline = ["one", "two", "three"].map((text) => `offline ${text}`);
  for (const text of offline) await martin.engine.sendText(tiger, { text });
  expect((await martin.engine.waiting(tiger)).map((one) => [one.state, one.content?.kind === "chat" && one.content.text])).toEqual(
    offline.map((text) => ["waiting", text]),
  );
  await martin.engine.lock();
  await world.ask("start_server");
  await martin.engine.unlock(PASSWORD);
  await martin.engine.flush(tiger);
  expect((await texts(martin, tiger)).slice(-3)).toEqual(offline);
  expect(await martin.engine.waiting(tiger)).toEqual([]);
  await sameView(martin, tiger);
}, 120_000);

test("LIVE-06 another browser joins by sheet and external commit, reads the past, and is confirmed", async () => {
  const phone = browser("martin-phone");
  await expect(phone.engine.signInNewDevice(sheet, "not the password", "phone")).rejects.toThrow();
  expect((await phone.engine.status()).profile).toBe("absent");
  await phone.engine.signInNewDevice(sheet, PASSWORD, "phone");
  await inCug(phone, tiger);
  expect((await phone.engine.cug(tiger)).confirmed).toBe(false);
  const past = await texts(martin, tiger);
  await until(async () => ((await texts(phone, tiger)).length >= past.length ? true : null)); // from the vault, or asked for
  expect(await texts(phone, tiger)).toEqual(past);
  // What was read ahead of the replay is verified by now.
  expect((await phone.engine.items(tiger, { limit: 1000 })).filter(({ standing }) => standing === "not_yet_verified")).toEqual([]);
  await world.ask("send_text", { name: OTIENO, cug: tiger, texts: ["welcome, phone"] });
  await readsText(phone, tiger, "welcome, phone");
  expect((await phone.engine.cug(tiger)).confirmed).toBe(true);
  await phone.engine.sendText(tiger, { text: "from the phone" });
  await phone.engine.flush(tiger);
  await readsText(martin, tiger, "from the phone");
  await sameView(phone, tiger);
  const safety = await phone.engine.safety(tiger);
  expect(safety.readers.map((reader) => reader.deviceId)).toContain("FR/martin/phone");
  await phone.engine.lock();
}, 120_000);
