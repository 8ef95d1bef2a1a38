import { beforeEach, describe, expect, test } from "vitest";

import { Room } from "../../src/app/room.ts";
import type { EngineApi, Item } from "../../src/engine/api.ts";
import { addsToTitle, sorted } from "../../src/screens/list.tsx";
import { administrationOf, nameOf } from "../../src/screens/people.ts";
import { id, memoryEngine, NOW } from "../harness/memory-engine.ts";

const CUG = id(16);
let engine: EngineApi;
let room: Room;

beforeEach(async () => {
  engine = memoryEngine({ profile: "open", connection: "online", template: "", empty: false });
  room = new Room(engine, CUG);
  engine.subscribe((event) => room.take(event));
  await room.load();
});

describe("a room", () => {
  test("shows what is on this device, and keeps where reading had stopped", async () => {
    expect(room.items.value?.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(room.readSeq.value).toBe(11);
    await room.markRead();
    expect(room.view.value?.readSeq).toBe(13);
    expect(room.readSeq.value).toBe(11);
  });

  test("a message that comes back is among the entries", async () => {
    await engine.sendText(CUG, { text: "Held." });
    expect(room.items.value?.at(-1)).toMatchObject({ seq: 14, own: true, content: { kind: "chat", text: "Held." } });
  });

  test("what happens in another group changes nothing here", () => {
    const before = room.items.value;
    room.take({ type: "items", cugId: id(17), items: [{ ...before![0]!, seq: 99 }] });
    expect(room.items.value).toBe(before);
  });

  test("while an older page is shown, new entries wait for their page", () => {
    room.atNewest.value = false;
    const next: Item = { ...room.items.value![0]!, seq: 40, clientRef: "later" };
    room.take({ type: "items", cugId: CUG, items: [next] });
    expect(room.items.value?.at(-1)?.seq).toBe(13);
  });

  test("a long stream keeps the newest entries only, unless one is reading further up", () => {
    const stream = (from: number): void => room.take({ type: "items", cugId: CUG, items: Array.from({ length: 300 }, (_, at) => ({ ...room.items.value![0]!, seq: from + at, clientRef: `s${from + at}` })) });
    room.following = false;
    stream(100);
    stream(400);
    expect(room.items.value).toHaveLength(613);
    room.following = true;
    stream(700);
    expect(room.items.value).toHaveLength(300);
    expect(room.items.value?.at(-1)?.seq).toBe(999);
    expect(room.hasOlder.value).toBe(true);
  });

  test("an entry that opens later takes its place", () => {
    const locked = room.items.value!.find((item) => item.standing === "locked")!;
    room.take({ type: "items", cugId: CUG, items: [{ ...locked, standing: "verified", kind: "chat" }] });
    expect(room.items.value?.find((item) => item.seq === locked.seq)?.standing).toBe("verified");
    expect(room.items.value).toHaveLength(13);
  });

  test("members that are the same are not another list: nothing is drawn again", async () => {
    const before = room.view.value!;
    const [summary] = await engine.cugs();
    room.take({ type: "cug", cug: { ...summary!, id: CUG, lastSeq: 77 } });
    expect(room.view.value).toMatchObject({ lastSeq: 77, epoch: before.epoch });
    await new Promise((done) => setImmediate(done));
    expect(room.view.value?.lastSeq).toBe(before.lastSeq);
    expect(room.view.value?.members).toBe(before.members);
  });

  test("a date leads to the first entry since", async () => {
    expect(await room.jumpTo(NOW - 240 * 60_000)).toBe(4);
  });

  test("a refused sending can be forgotten", async () => {
    await engine.discard(CUG, "out-1");
    expect(room.waiting.value.map(({ clientRef }) => clientRef)).toEqual(["out-2"]);
  });
});

describe("the list of groups", () => {
  test("running ones first, by their newest entry; accents do not hide one", async () => {
    const cugs = await engine.cugs();
    const { running, over } = sorted(cugs, "");
    expect(running[0]?.title).toBe("TIDEMARK 26");
    expect(over.map(({ title }) => title)).toEqual(["TIDEMARK 25"]);
    expect(sorted(cugs, "atlantico").running.map(({ title }) => title)).toEqual(["Enlace RILO, Atlántico"]);
  });
});

test("a code stands beside a title only where it says more", () => {
  expect(addsToTitle("TIDEMARK26", "TIDEMARK 26")).toBe(false);
  expect(addsToTitle("LANTERN", "LANTERN: express couriers")).toBe(false);
  expect(addsToTitle("", "Anything")).toBe(false);
  expect(addsToTitle("OP-7", "Quiet freight")).toBe(true);
  expect(addsToTitle("OP-7", "")).toBe(true);
});

test("who has left keeps the name of the certificate; who was never seen is called by the id", () => {
  expect(nameOf(room.people.value, "IT/bruno")).toBe("S. Bruno");
  expect(nameOf(room.people.value, "MA/lahlou")).toBe("R. Lahlou");
  expect(nameOf(room.people.value, "NL/devries")).toBe("devries");
  expect(administrationOf("NL/devries")).toBe("NL");
});
