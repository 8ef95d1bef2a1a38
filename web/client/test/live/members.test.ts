/**
 * Membership between a browser and Python's client, in both directions through a real server; after each, both have the
 * same epoch authenticator, head and roster.
 *
 * MEM-01 who comes late reads what the history policy gives him, whichever client admitted him
 * MEM-02 another device of a member comes in beside the first; one that was revoked is let in nowhere, and keeps what it read
 * MEM-03 a successor group started by either carries on with everybody
 * MEM-04 who was removed while he was away is told when he comes back; what he had written is kept
 * MEM-05 what waits in several groups goes out later in order, also when their epochs moved on meanwhile
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

beforeAll(async () => {
  world = await World.found();
  await world.ask("officer", { name: OTIENO });
  sheet = await world.ask<string>("invite", { account_name: MARTIN });
  martin = browser("martin-members");
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
