import { afterEach, expect, test } from "vitest";

import type { EngineApi, EngineCalls, EngineEvent, Status } from "../../src/engine/api.ts";
import { NotMember } from "../../src/engine/errors.ts";
import { Hub } from "../../src/worker/hub.ts";
import type { Port } from "../../src/worker/messages.ts";
import { engineOf } from "../../src/worker/page.ts";

let number = 0;
let ending: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
});

/** Of an engine that has just been made over a profile. */
const LOCKED: Status = { profile: "locked", connection: "offline", error: null, account: null, known: [], waiting: 0 };
const STATUS: Status = { profile: "open", connection: "online", error: null, account: null, known: [], waiting: 0 };

/** An engine that says which tab it runs in. */
function engineIn(tab: string, emit: (event: EngineEvent) => void, status = STATUS): EngineCalls {
  const calls: Partial<EngineCalls> = {
    status: () => Promise.resolve(status),
    lock: () => Promise.resolve(),
    sendText: (cugId, wanted) => {
      if (wanted.text === "refused") return Promise.reject(new NotMember({ cug: cugId }));
      if (wanted.text === "fault") return Promise.reject(new TypeError("secret"));
      if (wanted.text === "never") return new Promise<string>(() => undefined);
      emit({ type: "status", status: { ...STATUS, waiting: 1 } });
      return Promise.resolve(`${tab}:${wanted.text}`);
    },
  };
  return calls as EngineCalls;
}

/** A channel of a tab that can be frozen: it says nothing then, and hears what was said when it wakes. */
class Freezable extends EventTarget {
  #held: MessageEvent<unknown>[] | null = null;

  constructor(readonly channel: BroadcastChannel) {
    super();
    channel.addEventListener("message", (event: Event) => this.#hear(event as MessageEvent<unknown>));
  }

  #hear(event: MessageEvent<unknown>): void {
    if (this.#held !== null) this.#held.push(event);
    else this.dispatchEvent(new MessageEvent("message", { data: event.data }));
  }

  freeze(): void {
    this.#held = [];
  }

  wake(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of held) this.#hear(event);
  }

  postMessage(message: unknown): void {
    if (this.#held === null) this.channel.postMessage(message);
  }
}

function openTab(origin: string, tab: string, askSeconds = 4, status = STATUS): { engine: EngineApi; hub: Hub; events: EngineEvent[]; line: Freezable } {
  const { port1, port2 } = new MessageChannel();
  const channel = new BroadcastChannel(origin);
  const line = new Freezable(channel);
  const hub = new Hub({
    page: port1 as unknown as Port,
    others: line as unknown as Port,
    locks: navigator.locks,
    name: origin,
    makeEngine: (emit) => engineIn(tab, emit, status),
    askSeconds,
  });
  port1.start();
  port2.start();
  void hub.run();
  const engine = engineOf(port2 as unknown as Port);
  const events: EngineEvent[] = [];
  engine.subscribe((event) => events.push(event));
  ending.push(async () => {
    await hub.stop();
    channel.close();
    port1.close();
  });
  return { engine, hub, events, line };
}

const origin = () => `origin-${number++}`;
const soon = () => new Promise((done) => setTimeout(done, 30));

test("a page calls and hears the engine of its own worker", async () => {
  const tab = openTab(origin(), "A");
  expect(await tab.engine.status()).toEqual(STATUS);
  expect(await tab.engine.sendText("c", { text: "hello" })).toBe("A:hello");
  expect(tab.events).toEqual([{ type: "status", status: { ...STATUS, waiting: 1 } }]);
});

test("a refusal crosses with its code and facts, a fault of ours with nothing but its name", async () => {
  const { engine } = openTab(origin(), "A");
  await expect(engine.sendText("c", { text: "refused" })).rejects.toMatchObject({ code: "client.not_member", facts: { cug: "c" } });
  const fault = await engine.sendText("c", { text: "fault" }).catch((error: unknown) => JSON.stringify(error));
  expect(fault).toContain("client.fault");
  expect(fault).not.toContain("secret");
});

test("there is one writer among tabs; the second tab works through it and hears everything", async () => {
  const place = origin();
  const first = openTab(place, "A");
  await first.engine.status();
  const second = openTab(place, "B");
  expect(await second.engine.sendText("c", { text: "hello" })).toBe("A:hello");
  await soon();
  expect([first.events.length, second.events.length]).toEqual([1, 1]);
});

test("when the writer goes, the next tab takes over; what was under way there is told as interrupted", async () => {
  const place = origin();
  const first = openTab(place, "A");
  await first.engine.status();
  const second = openTab(place, "B");
  const third = openTab(place, "C");
  expect(await second.engine.sendText("c", { text: "one" })).toBe("A:one");
  expect(await third.engine.sendText("c", { text: "two" })).toBe("A:two");
  const lost = [second, third].map((tab) => tab.engine.sendText("c", { text: "never" }).catch((error: unknown) => error));
  await soon();
  await first.hub.stop();
  for (const error of await Promise.all(lost)) expect(error).toMatchObject({ code: "client.interrupted" });
  expect(await third.engine.sendText("c", { text: "three" })).toBe("B:three");
});

test("pages learn that the profile is locked because its tab is gone; who asks for the status is told of the lock alone", async () => {
  const place = origin();
  const first = openTab(place, "A", 4, LOCKED);
  await first.engine.status();
  const second = openTab(place, "B", 4, LOCKED);
  const third = openTab(place, "C", 4, LOCKED);
  expect([await second.engine.status(), await third.engine.status()]).toEqual([LOCKED, LOCKED]);
  await first.hub.stop();
  const told = { type: "status", status: { ...LOCKED, tabGone: true } };
  await expect.poll(() => [second.events, third.events]).toEqual([[told], [told]]);
  expect(await second.engine.status()).toEqual(LOCKED);
});

test("a writer that is frozen loses its lock; the other tabs go on, locked, and it works through them when it wakes", async () => {
  const place = origin();
  const first = openTab(place, "A", 0.01);
  await first.engine.status();
  const second = openTab(place, "B", 0.01);
  expect(await second.engine.sendText("c", { text: "one" })).toBe("A:one");
  first.line.freeze();
  const lost = second.engine.sendText("c", { text: "never" }).catch((error: unknown) => error);
  expect(await lost).toMatchObject({ code: "client.interrupted" });
  expect(await second.engine.sendText("c", { text: "two" })).toBe("B:two");
  expect(second.events.map((event) => event.type)).toContain("status");
  first.line.wake();
  await soon();
  expect(await first.engine.sendText("c", { text: "three" })).toBe("B:three");
});

test("a writer that answers keeps its lock, however long a call takes", async () => {
  const place = origin();
  const first = openTab(place, "A", 0.01);
  await first.engine.status();
  const second = openTab(place, "B", 0.01);
  let ended = false;
  void second.engine.sendText("c", { text: "never" }).catch(() => (ended = true));
  for (let turn = 0; turn < 5; turn++) await soon();
  expect(ended).toBe(false);
  expect(await second.engine.sendText("c", { text: "one" })).toBe("A:one");
});

test("only the agreed calls reach the engine", async () => {
  const { port1, port2 } = new MessageChannel();
  const channel = new BroadcastChannel(origin());
  const place = origin();
  const hub = new Hub({
    page: port1 as unknown as Port,
    others: channel as unknown as Port,
    locks: navigator.locks,
    name: place,
    makeEngine: (emit) => engineIn("A", emit),
  });
  port1.start();
  void hub.run();
  const answers: unknown[] = []; // also the word that the worker listens
  port2.addEventListener("message", (event: MessageEvent<unknown>) => answers.push(event.data));
  port2.start();
  for (const method of ["constructor", "toString", "__proto__"]) {
    port2.postMessage({ type: "call", tab: "", id: 1, method, args: [] });
  }
  await soon();
  expect(answers.shift()).toEqual({ type: "here" });
  expect(answers).toHaveLength(3);
  for (const answer of answers) expect(answer).toMatchObject({ error: { code: "client.fault" } });
  await hub.stop();
  channel.close();
  port1.close();
});

test("a worker that never begins fails every call instead of leaving it open", async () => {
  const broken = new EventTarget() as EventTarget & Port;
  broken.postMessage = () => undefined;
  const engine = engineOf(broken);
  const asked = engine.status();
  broken.dispatchEvent(new Event("error"));
  await expect(asked).rejects.toMatchObject({ code: "client.fault" });
  await expect(engine.cugs()).rejects.toMatchObject({ code: "client.fault" });
});
