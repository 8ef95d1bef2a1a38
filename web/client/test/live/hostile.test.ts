/**
 * A hostile server and a hostile member against the browser's engine: nothing false is believed, an alarm says so in
 * words, and the rest goes on. (Lost, held back and altered records, and false acknowledgements: `faults.test.ts`.)
 *
 * HOST-01 dropped, doubled or reordered records: the next record of a member tells it, and nothing is shown twice
 * HOST-02 a log that is rolled back is told, and what was read stays
 * HOST-03 a record with another header than it was signed with is refused with the reason, whatever was altered
 * HOST-04 an own record that comes back altered is told; its text is kept
 * HOST-05 an altered commit changes nothing; altered seals are told
 * HOST-06 swapped key packages, ghost devices, a second or another identity: nobody is admitted
 * HOST-07 an old GroupInfo leads no new device into a fork
 * HOST-08 what a member forges inside of the seal is refused with the reason, in every form, and the group goes on
 * HOST-09 a commit with broken hidden parts is rejected aloud and got over; garbage seals are put right
 * HOST-10 a vault that was rolled back is read again and filled again: a new device finds every key in it
 * HOST-11 a contact point's browser hands a server that forgot it the newest revocation list that it knows, and no other
 * HOST-12 once an altered commit is shown as it is, it is followed from where the device stood, and that is told, too
 */

import "fake-indexeddb/auto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { CommitBody } from "../../src/crypto/events.ts";
import { LANGUAGES } from "../../src/i18n/catalogue.ts";
import { readCatalogue } from "../../src/i18n/files.ts";
import { type Frame, TAG, type Tampering, tamperingSocket } from "../tampering.ts";
import { type Browser, type PeerState, World, browser, until } from "../world.ts";

const PASSWORD = "a fair wind for Mombasa";
const OTIENO = "KE/otieno";
const OKELLO = "UG/okello";
const MARTIN = "FR/martin";
const CAUGHT_UP = 67;
const tampering: Tampering = {};
let alterAnswer: ((path: string, answer: never) => unknown) | null = null;
let world: World;
let martin: Browser;
let sheet = "";

type Event = [seq: number, time: number, kind: number, sender: string, ref: Uint8Array, body: Uint8Array, ...rest: unknown[]];
const RECORD = 3;
const COMMIT = 2;

async function tampered(url: string, options?: RequestInit): Promise<Response> {
  const answer = await fetch(url, options);
  if (alterAnswer === null || !answer.ok || !(answer.headers.get("content-type") ?? "").startsWith("application/json")) return answer;
  const changed = alterAnswer(new URL(url).pathname, (await answer.json()) as never);
  return new Response(JSON.stringify(changed), { status: answer.status, headers: { "content-type": "application/json" } });
}

beforeAll(async () => {
  world = await World.found();
  await world.ask("officer", { name: OTIENO });
  await world.ask("officer", { name: OKELLO });
  sheet = await world.ask<string>("invite", { account_name: MARTIN });
  martin = browser("martin-hostile", { fetch: tampered }, tamperingSocket(tampering));
  await martin.engine.enrol(sheet, PASSWORD, "browser");
  await world.ask("certify", { administration: "FR" });
  await martin.engine.connect();
  await until(async () => ((await martin.engine.status()).connection === "online" ? true : null));
}, 240_000);

afterAll(async () => {
  await martin?.engine.lock();
  await world?.stop();
}, 60_000);

function honest(): void {
  delete tampering.in;
  delete tampering.out;
  alterAnswer = null;
}

/** A CUG of otieno's with martin in it, everything read so far. */
async function operation(): Promise<string> {
  honest();
  const cug = await world.ask<string>("open_cug", { name: OTIENO, title: "Hostile" });
  await world.ask("admit", { name: OTIENO, cug, officer: MARTIN });
  await until(async () => ((await martin.engine.cugs()).some((one) => one.id === cug && one.state === "open" && one.title !== "") ? true : null));
  await sameHead(cug);
  return cug;
}

async function sameHead(cug: string): Promise<void> {
  await until(async () => {
    const { last_seq } = await world.ask<PeerState>("state", { name: OTIENO, cug });
    return (await martin.engine.safety(cug)).lastSeq === last_seq ? true : null;
  });
}

async function say(cug: string, ...texts: string[]): Promise<void> {
  for (const text of texts) await world.ask("send_text", { name: OTIENO, cug, texts: [text] });
}

async function texts(cug: string, of = martin): Promise<string[]> {
  const items = await of.engine.items(cug, { limit: 1000 });
  return items.flatMap((item) => (item.content?.kind === "chat" ? [item.content.text] : []));
}

/** The alarm of that kind, once there is one; it has a sentence in every language. */
async function alarmed(cug: string, kind: string, of = martin): Promise<void> {
  await until(async () => {
    if (!(await of.engine.cugs()).some((one) => one.id === cug)) return null;
    return (await of.engine.alarms(cug)).some((alarm) => alarm.kind === kind) ? true : null;
  });
  const words = LANGUAGES.map((language) => JSON.stringify((readCatalogue(language) as Record<string, unknown>)[`alarm.${kind}`]));
  expect(new Set(words).size).toBe(LANGUAGES.length);
}

/** Both write and read, in one epoch. */
async function goesOn(cug: string): Promise<void> {
  honest();
  await martin.engine.sendText(cug, { text: "still here" });
  await martin.engine.flush(cug);
  const { lastSeq, epochAuthenticator } = await martin.engine.safety(cug);
  const state = await world.ask<PeerState>("state", { name: OTIENO, cug, seq: lastSeq });
  expect(state.items.at(-1)?.text).toBe("still here");
  expect(state.authenticator).toBe(epochAuthenticator);
}

/** Every event of the frames that come goes through `change`. */
function eachEvent(change: (event: Event) => Event[]): (frame: Frame) => Frame | null {
  return (frame) => {
    if (frame[0] !== TAG.events) return frame;
    const events = (frame[2] as Event[]).flatMap(change);
    return events.length > 0 ? [frame[0], frame[1], events] : null;
  };
}

const at = ([, ...rest]: Event, seq: number): Event => [seq, ...rest];
const isRecord = (event: Event): boolean => event[2] === RECORD && event[3].startsWith(OTIENO);

const VIEWS: Readonly<Record<string, () => (event: Event) => Event[]>> = {
  drop: () => {
    let dropped = 0;
    return (event) => {
      if (dropped === 0 && isRecord(event)) return (dropped = 1), [];
      return [at(event, event[0] - dropped)];
    };
  },
  replay: () => {
    let added = 0;
    return (event) => {
      const shifted = at(event, event[0] + added);
      if (added > 0 || !isRecord(event)) return [shifted];
      added = 1;
      return [shifted, at(event, event[0] + 1)];
    };
  },
  reorder: () => {
    let held: Event | null = null;
    let done = false;
    return (event) => {
      if (held !== null) {
        const first = held;
        held = null;
        return [at(event, first[0]), at(first, event[0])];
      }
      if (done || !isRecord(event)) return [event];
      done = true;
      held = event;
      return [];
    };
  },
};

test.each(Object.keys(VIEWS))("HOST-01 %s: another view of the log is told by the next record", async (how) => {
  const cug = await operation();
  tampering.in = eachEvent(VIEWS[how]!());
  await say(cug, "one", "two", "three");
  await alarmed(cug, "seen_mismatch");
  const read = await texts(cug);
  expect(new Set(read).size).toBe(read.length);
  honest();
}, 90_000);

test("HOST-02 a log that is rolled back is told, and what was read stays", async () => {
  const cug = await operation();
  await say(cug, "one", "two");
  await until(async () => ((await texts(cug)).length === 2 ? true : null));
  const { lastSeq } = await martin.engine.safety(cug);
  const id = Buffer.from(cug, "hex");
  const ofThis = (frame: Frame) => id.equals(Buffer.from(frame[1] as Uint8Array));
  tampering.in = (frame) => {
    if (frame[0] === TAG.events && ofThis(frame)) return null;
    return frame[0] === CAUGHT_UP && ofThis(frame) ? [CAUGHT_UP, frame[1], lastSeq - 1] : frame;
  };
  await martin.engine.lock();
  await martin.engine.unlock(PASSWORD);
  await alarmed(cug, "rolled_back");
  expect(await texts(cug)).toEqual(["one", "two"]);
  await goesOn(cug);
}, 90_000);

test("HOST-03 HOST-04 what is altered on its way is refused with the reason, and an own text is kept", async () => {
  const cug = await operation();
  const start = (await martin.engine.cug(cug)).lastSeq;
  const flip = (position: number) => (body: Uint8Array) => void (body[position < 0 ? body.length + position : position]! ^= 1);
  const alterations: readonly (readonly [string, (body: Uint8Array) => void, (event: Event) => void])[] = [
    ["form", flip(1), () => undefined],
    ["stale_epoch", flip(2 + 16 + 16 + 7), () => undefined],
    ["other_place", flip(2), () => undefined],
    ["other_sender", flip(2 + 16 + 16 + 8 + 3), () => undefined],
    ["other_sender", () => undefined, (event) => (event[3] = `${OKELLO}/laptop`)],
    ["other_place", () => undefined, (event) => (event[4] = new Uint8Array(16))],
    ["does_not_open", flip(-1), () => undefined],
    ["cut", (body) => void body, (event) => (event[5] = event[5].slice(0, 40))],
  ];
  let next = 0;
  tampering.in = eachEvent((event) => {
    const alteration = isRecord(event) ? alterations[next++] : undefined;
    if (alteration === undefined) return [event];
    event[5] = new Uint8Array(event[5]);
    alteration[1](event[5]);
    alteration[2](event);
    return [event];
  });
  for (const [number] of alterations.entries()) await say(cug, `altered ${number}`);
  await sameHead(cug);
  const items = await until(async () => {
    const found = await martin.engine.items(cug, { after: start }); // as stored last: a step that ends may be a moment behind
    return found.length >= alterations.length ? found : null;
  });
  expect(items.map((item) => [item.standing, item.content])).toEqual(alterations.map(() => ["refused", null]));
  for (const [number, [reason]] of alterations.entries()) {
    if (reason !== "form" && reason !== "cut") expect(items[number]!.reason).toContain(reason);
    expect(items[number]!.reason).not.toBe("");
  }
  await say(cug, "whole");
  await alarmed(cug, "seen_mismatch");
  expect(await texts(cug)).toEqual(["whole"]);

  tampering.in = eachEvent((event) => {
    if (event[2] !== RECORD || !event[3].startsWith(MARTIN)) return [event];
    event[5] = new Uint8Array(event[5]);
    flip(-1)(event[5]);
    return [event];
  });
  const clientRef = await martin.engine.sendText(cug, { text: "do not lose this" });
  await alarmed(cug, "own_record_missing");
  const [kept] = await martin.engine.waiting(cug);
  expect(kept).toMatchObject({ clientRef, state: "failed", reason: "client.own_record_missing", content: { text: "do not lose this" } });
  await martin.engine.discard(cug, clientRef);
  await goesOn(cug);
}, 240_000);

test("HOST-05 altered seals are told and the group goes on; an altered commit changes nothing", async () => {
  const cug = await operation();
  const who = async () => (await martin.engine.cug(cug)).members.map(({ officerId, role, devices }) => [officerId, role, devices]);
  const before = await who();
  const altering = (where: (body: Uint8Array) => number) =>
    eachEvent((event) => {
      if (event[2] !== COMMIT) return [event];
      event[5] = new Uint8Array(event[5]);
      event[5][where(event[5])]! ^= 1;
      return [event];
    });
  tampering.in = altering((body) => body.length - 1);
  await world.ask("renew", { name: OTIENO, cug });
  await alarmed(cug, "seal_wrong");
  await goesOn(cug);
  tampering.in = altering(() => 200);
  await world.ask("admit", { name: OTIENO, cug, officer: OKELLO });
  await alarmed(cug, "handshake_refused");
  expect(await who()).toEqual(before);
  honest();
}, 90_000);

test.each(["handshake_refused", "commit_broken"] as const)("HOST-12 %s: the true commit is followed when it is shown", async (kind) => {
  const cug = await operation();
  await say(cug, "before");
  tampering.in = eachEvent((event) => {
    if (event[2] !== COMMIT) return [event];
    const body = CommitBody.decode(event[5]);
    const message = new Uint8Array(body.mlsMessage);
    message[kind === "handshake_refused" ? 200 : message.length - 1]! ^= 1; // a signed part, or the membership tag
    event[5] = new CommitBody(body.groupId, body.epoch, message, body.seals).encode();
    return [event];
  });
  await world.ask("renew", { name: OTIENO, cug });
  await alarmed(cug, kind);
  honest();
  await say(cug, "after");
  await alarmed(cug, "log_changed");
  await until(async () => ((await texts(cug)).includes("after") ? true : null));
  expect(await texts(cug)).toEqual(["before", "after"]);
  const { lastSeq, headHash } = await martin.engine.safety(cug);
  const { head_hash, members } = await world.ask<PeerState>("state", { name: OTIENO, cug, seq: lastSeq });
  expect(headHash).toBe(head_hash);
  expect(members.find(([officer]) => officer === MARTIN)?.[2]).toEqual(["FR/martin/browser"]);
  await goesOn(cug);
}, 90_000);

test("HOST-06 nobody is admitted on a key that his own certificates do not vouch for", async () => {
  honest();
  const cug = await martin.engine.openCug({ title: "Directory" });
  await world.ask("present", { name: "BR/silva" });
  const view = async () => JSON.stringify([(await martin.engine.cug(cug)).epoch, (await martin.engine.cug(cug)).members]);
  const before = await view();
  type Given = { key_packages: unknown[] };
  const handing = (change: (accounts: Given[]) => void): void => {
    alterAnswer = (path, answer: { accounts: Given[] }) => {
      if (path === "/v1/key-packages/take") change(answer.accounts);
      return answer;
    };
  };
  const refused = async (officers: readonly string[], code: string) => {
    const admitting = martin.engine.admit(cug, Object.fromEntries(officers.map((officer) => [officer, "officer" as const])));
    await expect(admitting).rejects.toMatchObject({ code });
    expect(await view()).toBe(before);
  };
  handing((accounts) => ([accounts[0]!.key_packages, accounts[1]!.key_packages] = [accounts[1]!.key_packages, accounts[0]!.key_packages]));
  await refused([OTIENO, "BR/silva"], "client.key_package_forged");
  const ghost = await world.ask("forged_key_package", { name: OTIENO, device: "ghost", how: "ghost" });
  handing(([first]) => void first!.key_packages.push(ghost));
  await refused([OTIENO], "client.key_package_forged");
  const second = await world.ask("forged_key_package", { name: OTIENO, device: "second", how: "reissued" });
  handing(([first]) => void first!.key_packages.push(second));
  await refused([OTIENO], "client.key_package_forged");
  // The contact point issued another identity: not taken silently from one who knew him.
  const other = await world.ask("forged_key_package", { name: OTIENO, device: "laptop", how: "reissued" });
  handing(([first]) => (first!.key_packages = [other]));
  await refused([OTIENO], "client.identity_changed");
  honest();
  await martin.engine.admit(cug, { [OTIENO]: "officer" });
  await world.ask("wait_for_cug", { name: OTIENO, cug });
}, 240_000);

test("HOST-07 an old GroupInfo leads no new device into a fork", async () => {
  const cug = await operation();
  let old: unknown = null;
  const phone = browser("martin-hostile-phone", {
    fetch: async (url, options) => {
      const answer = await fetch(url, options);
      if (!new URL(url).pathname.endsWith(`/${cug}/group-info`) || !answer.ok) return answer;
      old ??= await answer.clone().json();
      await world.ask("renew", { name: OTIENO, cug }); // the epoch of that answer has ended
      return new Response(JSON.stringify(old), { headers: { "content-type": "application/json" } });
    },
  });
  await phone.engine.signInNewDevice(sheet, PASSWORD, "phone");
  await alarmed(cug, "stale_group_info", phone);
  expect((await phone.engine.cug(cug)).state).toBe("joining");
  const { members } = await world.ask<PeerState>("state", { name: OTIENO, cug });
  expect(members.find(([officer]) => officer === MARTIN)?.[2]).toEqual(["FR/martin/browser"]);
  await phone.engine.lock();
}, 240_000);

test.each([
  ["signature", "signature"],
  ["two_templates", "parts_disagree"],
  ["two_kinds", "parts_disagree"],
  ["beyond_role", "beyond_role"],
  ["deep_template", ""],
])("HOST-08 %s: what a member forges inside of the seal is refused with the reason", async (how, reason) => {
  honest();
  const cug = await martin.engine.openCug({ title: "Members" });
  await martin.engine.admit(cug, { [OTIENO]: how === "deep_template" ? "organiser" : "officer" });
  await world.ask("wait_for_cug", { name: OTIENO, cug });
  const start = (await martin.engine.cug(cug)).lastSeq;
  await world.ask("hostile_record", { name: OTIENO, cug, how });
  const refusals = async () => (await martin.engine.items(cug, { after: start })).filter((item) => item.standing === "refused");
  await until(async () => ((await refusals()).length > 0 ? true : null));
  await sameHead(cug);
  const refused = await refusals();
  expect(refused).toHaveLength(1);
  expect(refused[0]).toMatchObject({ kind: "refused", content: null });
  expect(refused[0]!.reason).toContain(reason);
  expect((await martin.engine.cug(cug)).title).toBe("Members");
  await goesOn(cug);
}, 90_000);

test.each(["no_content", "too_deep"])("HOST-08 %s: what says nothing is shown as unknown", async (how) => {
  const cug = await operation();
  await world.ask("hostile_record", { name: OTIENO, cug, how });
  await sameHead(cug);
  expect((await martin.engine.items(cug)).at(-1)).toMatchObject({ kind: "unknown", content: null });
  await goesOn(cug);
}, 90_000);

test("HOST-09 a commit with broken hidden parts is rejected aloud and got over; garbage seals are put right", async () => {
  const cug = await operation();
  await world.ask("admit", { name: OTIENO, cug, officer: OKELLO });
  await world.ask("wait_for_cug", { name: OKELLO, cug });
  await world.ask("garbage_seals", { name: OKELLO, cug });
  await alarmed(cug, "seal_wrong");
  await world.ask("broken_commit", { name: OKELLO, cug });
  await alarmed(cug, "commit_broken");
  await until(async () => ((await martin.engine.cug(cug)).state === "open" ? true : null), 40);
  await world.ask("wait_joined", { name: OTIENO, cug });
  await until(async () => {
    const mine = await martin.engine.safety(cug);
    const state = await world.ask<PeerState>("state", { name: OTIENO, cug, seq: mine.lastSeq });
    return mine.epochAuthenticator !== "" && state.authenticator === mine.epochAuthenticator ? true : null;
  }, 40);
  expect((await martin.engine.items(cug)).some((item) => item.kind === "rejection")).toBe(true);
  await goesOn(cug);
}, 150_000);

test("HOST-10 a vault that was rolled back is read again and filled again", async () => {
  const vault: { item_id: string; version: number; data: string; position: number }[] = [];
  let hidesInner = false;
  const rolledBack = async (url: string, options: RequestInit = {}): Promise<Response> => {
    const { pathname, searchParams } = new URL(url);
    if (pathname !== "/v1/vault/items") return await fetch(url, options);
    const json = (value: unknown) => new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
    if (options.method === "POST") {
      for (const item of (JSON.parse(options.body as string) as { items: typeof vault }).items) vault.push({ ...item, position: vault.length + 1 });
      return json({ position: vault.length });
    }
    if (vault.length === 0 && !hidesInner) {
      vault.push(...((await (await fetch(url, options)).json()) as { items: typeof vault }).items.slice(0, 1));
    }
    return json({ items: vault.filter(({ position }) => position > Number(searchParams.get("after"))), more: false });
  };
  const cug = await operation();
  await say(cug, "before the vault was lost");
  const desk = browser("martin-rolled-back", { fetch: rolledBack });
  await desk.engine.signInNewDevice(sheet, PASSWORD, "rolled-back");
  await until(async () => ((await desk.engine.cugs()).some((one) => one.id === cug && one.state === "open") ? true : null));
  await until(async () => ((await texts(cug, desk)).includes("before the vault was lost") ? true : null));
  await until(() => (vault.length > 1 ? true : null));
  await desk.engine.lock();
  await desk.engine.unlock(PASSWORD); // reads its own items, so that it has a position to be behind
  await until(async () => ((await desk.engine.status()).connection === "online" ? true : null));
  await desk.engine.lock();
  const [inner] = vault;
  hidesInner = true;
  vault.length = 0;
  await desk.engine.unlock(PASSWORD);
  await until(() => (vault.length > 1 ? true : null));
  expect(vault[0]).toMatchObject({ item_id: inner!.item_id, data: inner!.data });
  const tablet = browser("martin-after-the-loss", { fetch: rolledBack });
  await tablet.engine.signInNewDevice(sheet, PASSWORD, "after-the-loss");
  await until(async () => {
    if (!(await tablet.engine.cugs()).some((one) => one.id === cug)) return null;
    return (await texts(cug, tablet)).includes("before the vault was lost") ? true : null;
  });
  await desk.engine.lock();
  await tablet.engine.lock();
}, 90_000);

test("HOST-11 a contact point's browser hands back its newest revocation list, and no other", async () => {
  await world.ask("present", { name: "SN/diop" });
  await world.ask("revoke", { administration: "SN", subject: "SN/diop" });
  const published: unknown[] = [];
  let lists: unknown[] | null = null;
  let learned = "";
  const point = browser("contact-point", {
    fetch: async (url, options) => {
      if (new URL(url).pathname !== "/v1/revocations") return await fetch(url, options);
      if (options?.method === "POST") return published.push(JSON.parse(options.body as string)), new Response(null, { status: 204 });
      const said = (await (await fetch(url, options)).json()) as { lists: { issuer: string; data: string }[] };
      learned = said.lists.find(({ issuer }) => issuer === "SN")!.data;
      return new Response(JSON.stringify({ lists: lists ?? said.lists }), { headers: { "content-type": "application/json" } });
    },
  });
  const online = () => until(async () => ((await point.engine.status()).connection === "online" ? true : null));
  await point.engine.signInNewDevice(await world.ask<string>("contact_point_code", { administration: "SN" }), PASSWORD, "desk");
  await online();
  expect(published).toEqual([]);
  await point.engine.lock();
  lists = [];
  await point.engine.unlock(PASSWORD);
  await online();
  expect(published).toEqual([{ data: learned }]);
  await point.engine.lock();
}, 60_000);
