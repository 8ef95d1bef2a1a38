import { beforeEach, describe, expect, test } from "vitest";

import { Room } from "../../src/app/room.ts";
import type { EngineApi, Item } from "../../src/engine/api.ts";
import { addsToTitle, sorted } from "../../src/screens/list.tsx";
import { administrationOf, nameOf } from "../../src/screens/people.ts";
import { id, memoryEngine, NOW } from "../harness/memory-engine.ts";

const CUG = id(16);
let engine: EngineApi;
let room: Room;
/** Frames come when a test says so. */
let frames: (() => void)[];

function drawAll(): void {
  for (let next = frames.shift(); next !== undefined; next = frames.shift()) next();
}

beforeEach(async () => {
  engine = memoryEngine({ profile: "open", connection: "online", template: "", warning: "", empty: false });
  frames = [];
  room = new Room(engine, CUG, (then) => void frames.push(then));
  engine.subscribe((event) => room.take(event));
  await room.load();
});

describe("a room", () => {
  test("shows what is on this device, and keeps where reading had stopped", async () => {
    expect(room.items.value?.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(room.readSeq.value).toBe(11);
    room.markRead();
    expect(room.view.value?.readSeq).toBe(13);
    expect(room.readSeq.value).toBe(11);
  });

  test("entered again, nothing that was read is marked as new, not even until it is loaded", async () => {
    room.markRead();
    const loading = room.load();
    expect(room.readSeq.value).toBe(13);
    await loading;
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

  const stream = (from: number, count = 300): void =>
    room.take({ type: "items", cugId: CUG, items: Array.from({ length: count }, (_, at) => ({ ...room.items.value![0]!, seq: from + at, clientRef: `s${from + at}` })) });

  test("a long stream keeps the newest entries only, unless one is reading further up", () => {
    room.following = false;
    stream(100);
    drawAll();
    stream(400);
    drawAll();
    expect(room.items.value).toHaveLength(613);
    room.following = true;
    stream(700);
    drawAll();
    expect(room.items.value!.length).toBeLessThanOrEqual(340);
    expect(room.items.value?.at(-1)?.seq).toBe(999);
    expect(room.hasOlder.value).toBe(true);
  });

  test("one who reads further up does not hold a stream without end: the rest waits for its page", () => {
    room.following = false;
    stream(100, 900);
    drawAll();
    const held = room.items.value!;
    expect(held.length).toBeGreaterThan(640);
    expect(held.length).toBeLessThan(800);
    expect(room.atNewest.value).toBe(false);
    expect(held.map(({ seq }) => seq).slice(13)).toEqual(Array.from({ length: held.length - 13 }, (_, at) => 100 + at));
  });

  test("what comes together is drawn in slices, a frame for each", () => {
    room.following = false;
    stream(100, 200);
    const drawn = [room.items.value!.length - 13];
    for (let next = frames.shift(); next !== undefined; next = frames.shift()) {
      const before = room.items.value!.length;
      next();
      drawn.push(room.items.value!.length - before);
    }
    expect(Math.max(...drawn)).toBe(25);
    expect(drawn.reduce((sum, some) => sum + some)).toBe(200);
    expect(room.items.value?.map(({ seq }) => seq)).toEqual([...room.items.value!.map(({ seq }) => seq)].sort((one, other) => one - other));
  });

  test("an entry that opens further up than what is held waits for its page, so that no gap is left", () => {
    const old = room.items.value![1]!;
    stream(100, 900);
    expect(room.items.value?.[0]?.seq).toBe(700);
    room.take({ type: "items", cugId: CUG, items: [old] });
    drawAll();
    expect(room.items.value?.[0]?.seq).toBe(700);
  });

  test("where more waits than is drawn in a few frames, all is taken in the next, for the newest screen to be drawn", () => {
    stream(100, 60);
    stream(160, 900);
    expect(room.items.value!.at(-1)!.seq).toBeLessThan(160);
    frames.shift()?.();
    expect(room.items.value).toHaveLength(300);
    expect(room.items.value?.at(-1)?.seq).toBe(1059);
    expect(room.hasOlder.value).toBe(true);
    drawAll();
    expect(room.items.value).toHaveLength(300);
  });

  test("an entry that changes before it was drawn is drawn as it became, once", () => {
    room.following = false;
    stream(100, 200);
    room.take({ type: "items", cugId: CUG, items: [{ ...room.items.value![0]!, seq: 299, clientRef: "s299", standing: "refused" }] });
    drawAll();
    expect(room.items.value?.filter(({ seq }) => seq === 299).map(({ standing }) => standing)).toEqual(["refused"]);
  });

  test("what was read is noted on the device a few times a second, not at every entry", async () => {
    const noted: number[] = [];
    engine.markRead = async (_, seq) => void noted.push(seq);
    room.markRead();
    stream(100, 10);
    drawAll();
    room.markRead();
    expect(room.view.value?.readSeq).toBe(109);
    await expect.poll(() => noted).toEqual([13, 109]);
  });

  test("opens with half a page, or with a whole one where much is unread", async () => {
    const asked: (number | undefined)[] = [];
    const items = engine.items.bind(engine);
    engine.items = (cugId, page) => {
      asked.push(page?.limit);
      return items(cugId, page);
    };
    await new Room(engine, CUG).load();
    await new Room(engine, CUG).load(24);
    await new Room(engine, CUG).load(25);
    expect(asked).toEqual([50, 50, 100]);
  });

  test("what comes while the room is being loaded is not lost", async () => {
    const other = new Room(engine, CUG, (then) => void frames.push(then));
    const loading = other.load();
    other.take({ type: "items", cugId: CUG, items: [{ ...room.items.value![0]!, seq: 50, clientRef: "early" }] });
    await loading;
    drawAll();
    expect(other.items.value?.at(-1)).toMatchObject({ seq: 50, clientRef: "early" });
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
