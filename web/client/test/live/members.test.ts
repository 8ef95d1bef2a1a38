/**
 * Membership between a browser and Python's client, in both directions through a real server; after each, both have the
 * same epoch authenticator, head and roster.
 *
 * MEM-01 who comes late reads what the history policy gives him, whichever client admitted him
 * MEM-02 another device of a member comes in beside the first; one that was revoked is let in nowhere, and keeps what it read
 * MEM-03 a successor group started by either carries on with everybody
 * MEM-04 who was removed while he was away is told when he comes back; what he had written is kept
 * MEM-05 what waits in several groups goes out later in order, also when their epochs moved on meanwhile
 * MEM-06 a revocation that the browser commits takes the leaves away for Python's client, too
 * MEM-07 an identity that was issued anew is admitted only by intent, and both clients say that it changed
 * MEM-08 a password that one client changed is the only one for the other
 */

import "fake-indexeddb/auto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type Browser, type PeerState, World, browser, until } from "../world.ts";

const PASSWORD = "a fair wind for Mombasa";
const OTIENO = "KE/otieno";
const MARTIN = "FR/martin";
const POLICIES = ["full", "from_join", "none"] as const;
let world: World;
let martin: Browser;
let sheet = "";
/** In place of what the directory hands out. */
let reissued: unknown = null;

async function directory(url: string, options?: RequestInit): Promise<Response> {
  const answer = await fetch(url, options);
  if (reissued === null || new URL(url).pathname !== "/v1/key-packages/take") return answer;
  const said = (await answer.json()) as { accounts: object[] };
  const accounts = said.accounts.map((one) => ({ ...one, key_packages: [reissued] }));
  return new Response(JSON.stringify({ ...said, accounts }), { headers: { "content-type": "application/json" } });
}

beforeAll(async () => {
  world = await World.found();
  await world.ask("officer", { name: OTIENO });
  sheet = await world.ask<string>("invite", { account_name: MARTIN });
  martin = browser("martin-members", { fetch: directory });
  await martin.engine.enrol(sheet, PASSWORD, "browser");
  await world.ask("certify", { administration: "FR" });
  await martin.engine.connect();
  await until(async () => ((await martin.engine.status()).connection === "online" ? true : null));
}, 240_000);

afterAll(async () => {
  await martin?.engine.lock();
  await world?.stop();
}, 60_000);

async function inside(of: Browser, cug: string): Promise<void> {
  await until(async () => ((await of.engine.cugs()).some((one) => one.id === cug && one.state === "open") ? true : null));
}

async function sameView(cug: string, of = martin): Promise<PeerState> {
  return await until(async () => {
    const state = await world.ask<PeerState>("state", { name: OTIENO, cug });
    const { lastSeq, headHash, epochAuthenticator } = await of.engine.safety(cug);
    const { members } = await of.engine.cug(cug);
    const mine = JSON.stringify([lastSeq, headHash, epochAuthenticator, members.map((one) => [one.officerId, one.role, one.devices])]);
    return mine === JSON.stringify([state.last_seq, state.head_hash, state.authenticator, state.members]) ? state : null;
  });
}

async function texts(cug: string, of = martin): Promise<string[]> {
  const items = await of.engine.items(cug, { limit: 1000 });
  return items.flatMap((item) => (item.content?.kind === "chat" ? [item.content.text] : []));
}

const read = (state: PeerState): string[] => state.items.map((item) => item.text).filter((text) => text !== "");

test.each(POLICIES)("MEM-01 under %s a late browser reads what the policy gives", async (history) => {
  const cug = await world.ask<string>("open_cug", { name: OTIENO, title: `Late ${history}`, history });
  await world.ask("send_text", { name: OTIENO, cug, texts: ["before"] });
  await world.ask("admit", { name: OTIENO, cug, officer: MARTIN });
  await inside(martin, cug);
  await world.ask("send_text", { name: OTIENO, cug, texts: ["after"] });
  const wanted = history === "full" ? ["before", "after"] : ["after"];
  await until(async () => ((await texts(cug)).join() === wanted.join() ? true : null));
  await until(async () => ((await martin.engine.cug(cug)).title === `Late ${history}` ? true : null));
  await sameView(cug);
  expect(await martin.engine.alarms(cug)).toEqual([]);
}, 90_000);

test.each(POLICIES)("MEM-01 under %s a late Python client reads what the policy gives", async (history) => {
  const cug = await martin.engine.openCug({ title: `Late ${history}`, history });
  await martin.engine.sendText(cug, { text: "before" });
  await martin.engine.flush(cug);
  await martin.engine.admit(cug, { [OTIENO]: "officer" });
  await world.ask("wait_for_cug", { name: OTIENO, cug });
  await martin.engine.sendText(cug, { text: "after" });
  await martin.engine.flush(cug);
  const wanted = history === "full" ? ["before", "after"] : ["after"];
  await until(async () => (read(await world.ask<PeerState>("state", { name: OTIENO, cug })).join() === wanted.join() ? true : null));
  expect((await sameView(cug)).alarms).toEqual([]);
}, 90_000);

test("MEM-02 another device comes in beside the first; one that was revoked is let in nowhere", async () => {
  const cug = await world.ask<string>("open_cug", { name: OTIENO, title: "Devices" });
  await world.ask("admit", { name: OTIENO, cug, officer: MARTIN });
  await inside(martin, cug);
  const phone = browser("martin-members-phone");
  await phone.engine.signInNewDevice(sheet, PASSWORD, "phone");
  await inside(phone, cug);
  await sameView(cug, phone);
  await phone.engine.lock();
  const state = await sameView(cug);
  expect(state.members.find(([officer]) => officer === MARTIN)?.[2]).toEqual(["FR/martin/browser", "FR/martin/phone"]);
  await martin.engine.revokeDevice("FR/martin/phone");
  await phone.engine.unlock(PASSWORD);
  const status = await until(async () => {
    const now = await phone.engine.status();
    return now.connection === "refused" ? now : null;
  });
  expect(status.error?.code).toBe("accounts.device_revoked");
  await world.ask("send_text", { name: OTIENO, cug, texts: ["without the phone"] });
  await until(async () => ((await texts(cug)).includes("without the phone") ? true : null));
  expect(await texts(cug, phone)).toEqual([]);
  await phone.engine.lock();
}, 90_000);

test("MEM-03 a successor group started by either carries on with everybody", async () => {
  const cug = await world.ask<string>("open_cug", { name: OTIENO, title: "Chain" });
  await world.ask("admit", { name: OTIENO, cug, officer: MARTIN, role: "organiser" });
  await inside(martin, cug);
  await world.ask("send_text", { name: OTIENO, cug, texts: ["first group"] });
  const first = (await martin.engine.cug(cug)).groupId;
  await world.ask("start_successor", { name: OTIENO, cug });
  await until(async () => {
    const view = await martin.engine.cug(cug);
    return view.groupId !== first && view.state === "open" ? true : null;
  });
  await martin.engine.sendText(cug, { text: "second group" });
  await martin.engine.flush(cug);
  await sameView(cug);
  await martin.engine.startSuccessor(cug);
  await world.ask("wait_joined", { name: OTIENO, cug });
  await world.ask("send_text", { name: OTIENO, cug, texts: ["third group"] });
  const state = await sameView(cug);
  expect(read(state)).toEqual(["first group", "second group", "third group"]);
  expect(await texts(cug)).toEqual(read(state));
}, 240_000);

test("MEM-04 MEM-05 what waits goes out in order when the epochs have moved on, or is kept and told", async () => {
  const open = async (title: string): Promise<string> => {
    const cug = await world.ask<string>("open_cug", { name: OTIENO, title });
    await world.ask("admit", { name: OTIENO, cug, officer: MARTIN });
    await inside(martin, cug);
    await sameView(cug);
    return cug;
  };
  const [one, two, lost] = [await open("One"), await open("Two"), await open("Lost")];
  await martin.engine.lock();
  for (const cug of [one, two]) await world.ask("renew", { name: OTIENO, cug });
  await world.ask("remove", { name: OTIENO, cug: lost, officer: MARTIN });
  await world.ask("stop_server");
  await martin.engine.unlock(PASSWORD);
  const said = ["a", "b", "c", "d"];
  for (const text of said) for (const cug of [one, two, lost]) await martin.engine.sendText(cug, { text });
  await martin.engine.saveDraft(one, "message", "half a thought", null);
  await martin.engine.lock();
  await world.ask("start_server");
  await martin.engine.unlock(PASSWORD);
  for (const cug of [one, two]) {
    await martin.engine.flush(cug);
    expect(read(await sameView(cug))).toEqual(said);
  }
  await until(async () => ((await martin.engine.cug(lost)).state === "removed" ? true : null));
  const kept = await martin.engine.waiting(lost);
  expect(kept.map((row) => [row.state, row.content])).toEqual(said.map((text) => ["failed", expect.objectContaining({ text })]));
  for (const { reason } of kept) expect(["client.not_member", "groups.not_member", "groups.stale_epoch"]).toContain(reason);
  expect(await texts(lost)).toEqual([]);
  expect(await martin.engine.drafts(one)).toMatchObject([{ key: "message", text: "half a thought" }]);
}, 240_000);

test("MEM-06 a revocation that the browser commits takes the leaves away for Python's client, too", async () => {
  await world.ask("present", { name: "UG/okello" });
  const cug = await martin.engine.openCug({ title: "Revoked" });
  await martin.engine.admit(cug, { [OTIENO]: "officer", "UG/okello": "officer" });
  await world.ask("wait_for_cug", { name: OTIENO, cug });
  const { epoch } = await sameView(cug);
  await world.ask("revoke", { administration: "UG", subject: "UG/okello" });
  const after = await until(async () => {
    const state = await sameView(cug);
    return state.epoch > epoch ? state : null;
  });
  expect(after.members.find(([officer]) => officer === "UG/okello")?.[2] ?? []).toEqual([]);
  expect(after.items.at(-1)).toMatchObject({ kind: "members", standing: "verified", sender: "FR/martin/browser" });
}, 60_000);

test("MEM-07 an identity that was issued anew is admitted only by intent, and both clients say that it changed", async () => {
  await world.ask("officer", { name: "SN/diop" });
  const known = await martin.engine.openCug({ title: "Known" });
  await martin.engine.admit(known, { [OTIENO]: "officer", "SN/diop": "officer" });
  await world.ask("wait_for_cug", { name: OTIENO, cug: known });
  await sameView(known);
  const cug = await martin.engine.openCug({ title: "Anew" });
  await martin.engine.admit(cug, { [OTIENO]: "officer" });
  await world.ask("wait_for_cug", { name: OTIENO, cug });
  const anew = await world.ask("forged_key_package", { name: "SN/diop", device: "laptop", how: "reissued" });
  reissued = anew;
  await expect(martin.engine.admit(cug, { "SN/diop": "officer" })).rejects.toMatchObject({ code: "client.identity_changed" });
  await martin.engine.admit(cug, { "SN/diop": "officer" }, true);
  reissued = null;
  const state = await sameView(cug);
  expect(state.members.find(([officer]) => officer === "SN/diop")?.[2]).toEqual(["SN/diop/laptop"]);
  expect(state.alarms).toContain("identity_changed");
  expect((await martin.engine.alarms(cug)).map((alarm) => alarm.kind)).toContain("identity_changed");
}, 60_000);

test("MEM-08 a password that one client changed is the only one for the other", async () => {
  const second = "changed in the browser";
  const third = "changed on the command line";
  await martin.engine.changePassword(PASSWORD, second);
  const desk = (password: string) => world.ask<string>("sign_in_new_device", { sheet, device: "desk", password });
  await expect(desk(PASSWORD)).rejects.toThrow("accounts.sign_in_refused");
  expect(await desk(second)).toBe("FR/martin/desk");
  await world.ask("change_password", { account_name: MARTIN, device: "desk", old: second, new: third });
  const phone = browser("martin-third");
  await expect(phone.engine.signInNewDevice(sheet, second, "third")).rejects.toMatchObject({ serverCode: "accounts.sign_in_refused" });
  await phone.engine.signInNewDevice(sheet, third, "third");
  await until(async () => ((await phone.engine.status()).connection === "online" ? true : null));
  await phone.engine.lock();
}, 60_000);
