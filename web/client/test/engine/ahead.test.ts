/**
 * Reading ahead of the replay (PROTOCOL §2.5).
 *
 * AH-01 a record of the epoch that a joiner was told of is shown, and never as verified
 * AH-02 what does not hold in that epoch is not shown: another epoch, device or leaf, an altered or foreign record
 * AH-03 a group of another CUG, without this officer or with an unvouched leaf is not read at all
 * AH-04 what the replay has come to is left to it, and a repeated or endless stream does not grow
 * AH-05 a form waits until its template is known
 * AH-06 an engine asks for the newest epoch first and then for the past; what was read early is verified in its turn
 * AH-07 where nothing could be read yet, the past waits a moment for the first entry, and no longer
 * AH-08 screens see the rows as they were stored last, however long a step takes
 */

import "fake-indexeddb/auto";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { utf8 } from "../../src/crypto/bytes.ts";
import { CommitBody, GroupStart } from "../../src/crypto/events.ts";
import { start } from "../../src/crypto/head.ts";
import { decodeMessage } from "../../src/crypto/mls/public/framing.ts";
import type { KeyPackage } from "../../src/crypto/mls/public/key_package.ts";
import { Add } from "../../src/crypto/mls/public/proposals.ts";
import { createCommit } from "../../src/crypto/mls/secret/commit.ts";
import type { GroupState } from "../../src/crypto/mls/secret/group.ts";
import { joinByWelcome } from "../../src/crypto/mls/secret/welcome.ts";
import { sealRecord } from "../../src/crypto/records.ts";
import { Ahead, aheadOfWelcome } from "../../src/engine/ahead.ts";
import { ServerClock } from "../../src/engine/clock.ts";
import type { Device } from "../../src/engine/device.ts";
import { CugEngine } from "../../src/engine/engine.ts";
import { contentKeyOf } from "../../src/engine/epochs.ts";
import { newId } from "../../src/engine/ids.ts";
import type { ItemRow } from "../../src/engine/model.ts";
import { hasBegun } from "../../src/engine/standing.ts";
import { Profile } from "../../src/store/profile.ts";
import { type Content, encodeContent } from "../../src/wire/content.ts";
import { type ClientFrame, EventKind, type LogEvent } from "../../src/wire/frames.ts";
import { CUG, DUBOIS, NOW_MS, OTIENO, type Person, SILVA, changed, commitData, groupOf, started, trust } from "../crypto/people.ts";

const SEQ = 100;
let writer: GroupState;
let joined: GroupState;
let ahead: Ahead;
let profile: Profile | null = null;

function deviceOf(person: Person): Device {
  return { deviceId: person.deviceId, officerId: person.officerId, trust: trust(), chain: person.chain } as Device;
}

function admit(person: Person, trusted = true): { before: GroupState; commit: Uint8Array; state: GroupState; joined: GroupState } {
  const before = started(groupOf(OTIENO.entry("organiser")));
  const bundle = person.keyPackage();
  const add = new Add(decodeMessage(bundle.message()) as KeyPackage);
  const roster = groupOf(OTIENO.entry("organiser"), (trusted ? person : DUBOIS).entry()).roster;
  const made = createCommit(before, [changed(before.public, { roster }), add], { authenticatedData: commitData() });
  return { before, commit: made.commit, state: made.state, joined: joinByWelcome(made.welcome!, bundle) };
}

beforeEach(() => {
  ({ joined, state: writer } = admit(SILVA));
  ahead = aheadOfWelcome(deviceOf(SILVA), CUG, joined, SEQ)!;
});

function record(content: Content = { t: "chat", text: "Held.", lang: "en", replyTo: null, mentions: [] }, from = writer): LogEvent {
  const clientRef = newId();
  const body = sealRecord(
    {
      cugId: CUG,
      groupId: from.groupId,
      epoch: from.epoch,
      leafIndex: from.ownLeafIndex,
      clientRef,
      contextHash: from.public.contextHash(),
      sentAtMs: NOW_MS,
      seen: start(CUG),
      public: null,
      personal: encodeContent(content),
    },
    { contentKey: contentKeyOf(from), signatureSeed: from.signatureSeed },
  );
  return { seq: SEQ + 1, kind: EventKind.RECORD, sender: OTIENO.deviceId, clientRef, serverTime: NOW_MS, body, eventHash: null };
}

test("AH-01 a record of the newest epoch is shown, and never as verified", () => {
  const item = ahead.take(record(), new Map());
  expect(item).toMatchObject({ seq: SEQ + 1, kind: "chat", standing: "not_yet_verified", sender: OTIENO.deviceId, sentAtMs: NOW_MS });
  expect(ahead.itemsAfter(0)).toEqual([item]);
});

test("AH-02 what does not hold in that epoch is not shown", () => {
  const fine = record();
  const altered = { ...fine, body: fine.body.map((byte, at) => (at === fine.body.length - 1 ? byte ^ 1 : byte)) };
  const later = createCommit(writer, [], { authenticatedData: commitData() }).state;
  const elsewhere = record(undefined, admit(SILVA).state);
  const spoilt = [altered, { ...fine, sender: SILVA.deviceId }, { ...fine, clientRef: newId() }, record(undefined, later), elsewhere];
  for (const event of [...spoilt, { ...fine, kind: EventKind.COMMIT }, { ...fine, body: utf8("no record") }]) {
    expect(ahead.take(event, new Map())).toBeNull();
  }
  expect(ahead.itemsAfter(0)).toEqual([]);
});

test("AH-03 a group that is not this officer's, or not vouched for, is not read at all", () => {
  expect(aheadOfWelcome(deviceOf(SILVA), newId(), joined, SEQ)).toBeNull();
  expect(aheadOfWelcome(deviceOf(DUBOIS), CUG, joined, SEQ)).toBeNull();
  expect(aheadOfWelcome({ ...deviceOf(SILVA), trust: { ...trust(), rootPublicKey: SILVA.identityKey } }, CUG, joined, SEQ)).toBeNull();
  expect(aheadOfWelcome(deviceOf(SILVA), CUG, admit(SILVA, false).joined, SEQ)).toBeNull();
});

test("AH-04 the replay has the last word, and nothing grows without end", () => {
  const event = record();
  ahead.take(event, new Map());
  expect(ahead.take({ ...event, seq: SEQ + 2 }, new Map())).toBeNull();
  expect([ahead.itemsAfter(SEQ).length, ahead.itemsAfter(SEQ + 1).length]).toEqual([1, 0]);
  expect([ahead.isPassedBy(SEQ + 1), ahead.isPassedBy(SEQ + 2), ahead.isFull]).toEqual([false, true, false]);
  ahead.take({ ...record(), seq: SEQ + 1000 }, new Map());
  expect(ahead.isFull).toBe(true);
});

test("AH-05 a form waits until its template is known", () => {
  const form: Content = { t: "form", templateHash: new Uint8Array(32), templateId: "seizure", version: "1", recordId: newId(), replaces: null, answers: {} };
  expect(ahead.take(record(form), new Map())).toBeNull();
});

/** A newcomer who has his Welcome and nothing of the log; `past` is the log up to his admission, `newest` what follows. */
async function newcomer(name: string): Promise<{ engine: CugEngine; past: LogEvent[]; newest: LogEvent; sent: ClientFrame[]; shown: () => ItemRow[] }> {
  const made = admit(SILVA);
  const event = (seq: number, kind: EventKind, body: Uint8Array): LogEvent => ({ ...record(), seq, kind, clientRef: newId(), body });
  const past = [
    event(1, EventKind.GROUP, new GroupStart(made.before.groupId, made.before.groupInfo()).encode()),
    { ...record(undefined, made.before), seq: 2 },
    event(3, EventKind.COMMIT, new CommitBody(made.before.groupId, 0, made.commit).encode()),
  ];
  const newest = { ...record(undefined, made.state), seq: 4 };
  profile = await Profile.create(name, "a password", () => undefined, { opsLimit: 1, memoryBytes: 8192 });
  const sent: ClientFrame[] = [];
  let shown: ItemRow[] = [];
  const observer = { send: (frame: ClientFrame) => void sent.push(frame), effects: () => undefined, touched: (_: CugEngine, { items }: { items: ItemRow[] }) => (shown = items) };
  const device = { ...deviceOf(SILVA), archiveKey: null };
  const engine = new CugEngine(CUG, device, profile, observer, new ServerClock());
  await engine.changing(() => {
    engine.memory.setWelcome(made.joined);
    engine.memory.ahead = aheadOfWelcome(device, CUG, made.joined, 3);
  });
  expect(hasBegun(engine.memory)).toBe(true);
  expect(await engine.resume()).toEqual([{ frame: "subscribe", cugId: CUG, afterSeq: 2 }]);
  return { engine, past, newest, sent, shown: () => shown };
}

afterEach(() => {
  vi.useRealTimers();
  profile?.close();
  profile = null;
});

test("AH-06 the newest epoch first, then the past, and each entry verified in its turn", async () => {
  const { engine, past, newest, sent, shown } = await newcomer("ahead");
  const { memory } = engine;
  await engine.receive([{ frame: "events", cugId: CUG, events: [past[2]!, newest] }]);
  expect(shown()).toMatchObject([{ seq: 4, kind: "chat", standing: "not_yet_verified" }]);
  expect([memory.row.headN, memory.row.alarmCount, memory.secret, engine.isReplaying]).toEqual([0, 0, null, true]);
  expect(sent).toEqual([]);
  await engine.receive([{ frame: "caught_up", cugId: CUG, seq: 4 }]);
  expect(sent).toEqual([{ frame: "subscribe", cugId: CUG, afterSeq: 0 }]);
  expect(engine.caughtUpSeq).toBe(-1);
  await engine.receive([{ frame: "events", cugId: CUG, events: [...past, newest] }, { frame: "caught_up", cugId: CUG, seq: 4 }]);
  expect(shown().find(({ seq }) => seq === 4)).toMatchObject({ kind: "chat", standing: "verified" });
  expect([memory.row.headN, memory.secret?.epoch, memory.ahead, engine.isReplaying]).toEqual([4, 1, null, false]);
  engine.stop();
});

test("AH-08 what screens ask for waits for no step that is under way", async () => {
  const { engine } = await newcomer("looked at");
  let end: () => void = () => undefined;
  const step = engine.changing((tx) => {
    tx.put("a table", CUG, CUG);
    return new Promise<void>((done) => (end = done));
  });
  const seen = await (await engine.looking()).rows("a table");
  expect(seen).toEqual([]);
  end();
  await step;
  expect(await (await engine.looking()).rows("a table")).toHaveLength(1);
  engine.stop();
});

test("AH-07 where nothing could be read yet, the past waits a moment for the first entry", async () => {
  const { engine, past, newest, sent, shown } = await newcomer("greeted");
  await engine.receive([{ frame: "events", cugId: CUG, events: [past[2]!] }, { frame: "caught_up", cugId: CUG, seq: 3 }]);
  expect(sent).toEqual([]);
  await engine.receive([{ frame: "events", cugId: CUG, events: [newest] }]);
  expect(shown()).toMatchObject([{ seq: 4, standing: "not_yet_verified" }]);
  expect(sent).toEqual([{ frame: "subscribe", cugId: CUG, afterSeq: 0 }]);
  engine.stop();
});

test("AH-07 and no longer than a moment", async () => {
  const { engine, past, sent } = await newcomer("silent");
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  await engine.receive([{ frame: "events", cugId: CUG, events: [past[2]!] }, { frame: "caught_up", cugId: CUG, seq: 3 }]);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(sent).toEqual([{ frame: "subscribe", cugId: CUG, afterSeq: 0 }]);
  engine.stop();
});
