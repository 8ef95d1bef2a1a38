/**
 * What can go wrong on the line, through a real server: nothing is lost, nothing false is believed.
 *
 * FAULT-01 a commit that was lost together with the browser goes out again from its rows, byte for byte
 * FAULT-02 a commit that reached the server while the browser died is merged when it comes back
 * FAULT-03 a dropped event is told, asked for again, and nothing is missing in the end
 * FAULT-04 an altered record is shown as refused and says nothing; the different view of the log is told
 * FAULT-05 an acknowledgement without the record is told, and the record is not shown as sent
 */

import "fake-indexeddb/auto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type Frame, TAG, type Tampering, tamperingSocket } from "../tampering.ts";
import { type Browser, type PeerState, World, browser, until } from "../world.ts";

const PASSWORD = "a fair wind for Mombasa";
const OTIENO = "KE/otieno";
const OKELLO = "UG/okello";
const tampering: Tampering = {};
let world: World;
let martin: Browser;
let cug = "";

beforeAll(async () => {
  world = await World.found();
  await world.ask("officer", { name: OTIENO });
  await world.ask("officer", { name: OKELLO });
  martin = browser("martin-faults", {}, tamperingSocket(tampering));
  await martin.engine.enrol(await world.ask<string>("invite", { account_name: "FR/martin" }), PASSWORD, "browser");
  await world.ask("certify", { administration: "FR" });
  await martin.engine.connect();
  await until(async () => ((await martin.engine.status()).connection === "online" ? true : null));
  cug = await martin.engine.openCug({ title: "Faults" });
  await martin.engine.admit(cug, { [OTIENO]: "officer" });
  await world.ask("wait_for_cug", { name: OTIENO, cug });
}, 120_000);

afterAll(async () => {
  await martin?.engine.lock();
  await world?.stop();
}, 60_000);

function honest(): void {
  delete tampering.in;
  delete tampering.out;
}

async function again(): Promise<void> {
  await martin.engine.lock();
  honest();
  await martin.engine.unlock(PASSWORD);
  await until(async () => ((await martin.engine.status()).connection === "online" ? true : null));
}

async function texts(): Promise<string[]> {
  const items = await martin.engine.items(cug, { limit: 1000 });
  return items.flatMap((item) => (item.content?.kind === "chat" ? [item.content.text] : []));
}

async function roleOf(officer: string): Promise<string | undefined> {
  return (await martin.engine.cug(cug)).members.find((member) => member.officerId === officer)?.role;
}

async function sameView(): Promise<void> {
  await until(async () => {
    const { lastSeq, headHash, epochAuthenticator } = await martin.engine.safety(cug);
    const state = await world.ask<PeerState>("state", { name: OTIENO, cug, seq: lastSeq });
    return state.last_seq === lastSeq && state.head_hash === headHash && state.authenticator === epochAuthenticator ? true : null;
  });
}

test("FAULT-01 a commit that was lost together with the browser goes out again from its rows", async () => {
  const lost: Frame[] = [];
  tampering.out = (frame) => {
    if (frame[0] !== TAG.commit) return frame;
    lost.push(frame);
    return null;
  };
  const admitting = martin.engine.admit(cug, { [OKELLO]: "officer" }).catch((error: unknown) => error);
  await until(() => (lost.length > 0 ? true : null));
  await martin.engine.lock();
  expect(await admitting).toBeInstanceOf(Error);
  const sent: Frame[] = [];
  tampering.out = (frame) => {
    if (frame[0] === TAG.commit) sent.push(frame);
    return frame;
  };
  await martin.engine.unlock(PASSWORD);
  await until(async () => ((await roleOf(OKELLO)) === "officer" ? true : null));
  expect(sent).toEqual(lost);
  honest();
  await sameView();
}, 60_000);

test("FAULT-02 a commit that reached the server while the browser died is merged when it comes back", async () => {
  tampering.in = (frame) => (frame[0] === TAG.events || frame[0] === TAG.stored ? null : frame);
  const promoting = martin.engine.admit(cug, { [OKELLO]: "liaison" }).catch((error: unknown) => error);
  await until(async () => {
    const state = await world.ask<PeerState>("state", { name: OTIENO, cug });
    return state.members.some(([officer, role]) => officer === OKELLO && role === "liaison") ? true : null;
  });
  expect(await roleOf(OKELLO)).toBe("officer");
  await again();
  expect(await promoting).toBeInstanceOf(Error);
  await until(async () => ((await roleOf(OKELLO)) === "liaison" ? true : null));
  await martin.engine.sendText(cug, { text: "after the crash" });
  await martin.engine.flush(cug);
  await sameView();
}, 60_000);

test("FAULT-03 a dropped event is told, asked for again, and nothing is missing in the end", async () => {
  let dropped = 0;
  tampering.in = (frame) => (frame[0] === TAG.events && dropped++ === 0 ? null : frame);
  await world.ask("send_text", { name: OTIENO, cug, texts: ["dropped"] });
  await world.ask("send_text", { name: OTIENO, cug, texts: ["next"] });
  await until(async () => ((await texts()).includes("next") ? true : null));
  expect((await texts()).slice(-2)).toEqual(["dropped", "next"]);
  expect((await martin.engine.alarms(cug)).map((alarm) => alarm.kind)).toContain("seq_gap");
  honest();
  await sameView();
}, 60_000);

test("FAULT-04 an altered record is shown as refused and says nothing; the different view is told", async () => {
  const before = (await martin.engine.cug(cug)).lastSeq;
  let altered = 0;
  tampering.in = (frame) => {
    if (frame[0] !== TAG.events || altered++ > 0) return frame;
    const events = frame[2] as unknown[][];
    const body = events[0]![5] as Uint8Array;
    body[body.length - 40]! ^= 1;
    return frame;
  };
  await world.ask("send_text", { name: OTIENO, cug, texts: ["altered"] });
  await world.ask("send_text", { name: OTIENO, cug, texts: ["whole"] });
  await until(async () => ((await texts()).includes("whole") ? true : null));
  const [refused, whole] = await martin.engine.items(cug, { after: before });
  expect(refused).toMatchObject({ kind: "refused", standing: "refused", content: null, reason: "records.refused:does_not_open" });
  expect(whole).toMatchObject({ kind: "chat", standing: "verified" });
  expect((await martin.engine.alarms(cug)).map((alarm) => alarm.kind)).toContain("seen_mismatch");
  expect(await texts()).not.toContain("altered");
  honest();
}, 60_000);

test("FAULT-05 an acknowledgement without the record is told, and the record is not shown as sent", async () => {
  let seq = 0;
  tampering.out = (frame) => (frame[0] === TAG.send ? null : frame);
  const clientRef = await martin.engine.sendText(cug, { text: "withheld" });
  tampering.in = (frame) => {
    // The next event of somebody else is said to stand where ours was acknowledged.
    if (frame[0] !== TAG.events || seq > 0) return frame;
    seq = (frame[2] as unknown[][])[0]![0] as number;
    return frame;
  };
  await world.ask("send_text", { name: OTIENO, cug, texts: ["in its place"] });
  await until(() => (seq > 0 ? true : null));
  const acknowledged: Frame = [TAG.stored, Buffer.from(cug, "hex"), Buffer.from(clientRef, "hex"), seq, Date.now()];
  tampering.in = (frame) => (frame[0] === TAG.events ? acknowledged : frame);
  await world.ask("send_text", { name: OTIENO, cug, texts: ["carries the lie"] });
  await until(async () => ((await martin.engine.alarms(cug)).some((alarm) => alarm.kind === "own_record_missing") ? true : null));
  expect(await martin.engine.waiting(cug)).toMatchObject([{ clientRef, state: "failed", reason: "client.own_record_missing" }]);
  await expect(martin.engine.flush(cug)).resolves.toBeUndefined();
  await martin.engine.discard(cug, clientRef);
  expect(await martin.engine.waiting(cug)).toEqual([]);
  expect(await texts()).not.toContain("withheld");
  honest();
}, 90_000);
