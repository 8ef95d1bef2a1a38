import { expect, test } from "vitest";

import { DomainError } from "../../src/crypto/errors.ts";
import { ServerUnreachable } from "../../src/engine/errors.ts";
import { type Handler, Session, type SessionState, backoffSeconds, socketAddress } from "../../src/engine/session.ts";
import { pack } from "../../src/wire/encoding.ts";
import type { ClientFrame, ServerFrame } from "../../src/wire/frames.ts";

const CUG = new Uint8Array(16);

/** As much of a WebSocket as a session uses; the test plays the server. */
class FakeSocket extends EventTarget {
  static made: FakeSocket[] = [];
  readonly OPEN = 1;
  readyState = 0;
  binaryType = "blob";
  readonly sent: Uint8Array[] = [];

  constructor(readonly address: string) {
    super();
    FakeSocket.made.push(this);
  }

  send(data: Uint8Array): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }

  open(): void {
    this.readyState = this.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  say(value: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data: new Uint8Array(pack(value)).buffer }));
  }
}

class Recorder implements Handler {
  readonly got: ServerFrame[] = [];
  breaks = 0;
  fault: Error | null = null;

  resume(): Promise<readonly ClientFrame[]> {
    return Promise.resolve([{ frame: "subscribe", cugId: CUG, afterSeq: this.got.length }]);
  }

  receive(frames: readonly ServerFrame[]): Promise<void> {
    if (this.fault !== null) return Promise.reject(this.fault);
    this.got.push(...frames);
    return Promise.resolve();
  }

  disconnected(): void {
    this.breaks++;
  }
}

function setUp(renew: () => Promise<void> = () => Promise.resolve()) {
  FakeSocket.made = [];
  const handler = new Recorder();
  const states: SessionState[] = [];
  const open = (address: string) => new FakeSocket(address) as unknown as WebSocket;
  const session = new Session("http://server:1/", renew, handler, open, (state) => states.push(state));
  session.start();
  return { handler, states, session };
}

async function socket(number: number): Promise<FakeSocket> {
  for (let tries = 0; tries < 200; tries++) {
    const found = FakeSocket.made[number];
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error("no socket");
}

const soon = () => new Promise((done) => setTimeout(done, 5));

test("says what is owed first, then hands over what comes, in order", async () => {
  const { handler, session, states } = setUp();
  const line = await socket(0);
  expect(line.address).toBe("ws://server:1/v1/session");
  session.send({ frame: "ping", token: 9 });
  line.open();
  await soon();
  expect(line.sent).toEqual([pack([1, CUG, 0])]);
  line.say([67, CUG, 1]);
  line.say([67, CUG, 2]);
  session.send({ frame: "ping", token: 3 });
  await soon();
  expect(handler.got.map((frame) => frame.frame === "caught_up" && frame.seq)).toEqual([1, 2]);
  expect(line.sent.at(-1)).toEqual(pack([6, 3]));
  expect(states).toEqual(["connecting", "online"]);
  session.stop();
});

test("a broken line is connected again, and owes again what was not acknowledged", async () => {
  const { handler, session } = setUp();
  const first = await socket(0);
  first.open();
  await soon();
  first.say([67, CUG, 1]);
  await soon();
  first.close();
  const second = await socket(1);
  second.open();
  await soon();
  expect([handler.breaks, second.sent]).toEqual([1, [pack([1, CUG, 1])]]);
  session.stop();
});

test("a line whose network is gone is given up at once, and nothing that it still says is heard", async () => {
  const { handler, session, states } = setUp();
  const first = await socket(0);
  first.open();
  await soon();
  first.close = () => undefined; // as a real one without a network: it waits for the other side
  session.lineGone();
  await soon();
  first.say([67, CUG, 1]);
  const second = await socket(1);
  second.open();
  await soon();
  expect(states).toEqual(["connecting", "online", "waiting", "connecting", "online"]);
  expect([handler.breaks, handler.got, second.sent]).toEqual([1, [], [pack([1, CUG, 0])]]);
  session.stop();
});

test("a socket that is not let in is tried with a renewed token; an account that is refused ends it", async () => {
  let renewed = 0;
  const { states, session } = setUp(() => (++renewed < 2 ? Promise.reject(new ServerUnreachable()) : Promise.reject(new DomainError("accounts.revoked"))));
  (await socket(0)).close();
  for (let tries = 0; tries < 300 && !states.includes("refused"); tries++) await soon();
  expect([renewed, FakeSocket.made.length, states.at(-1), session.isConnected]).toEqual([2, 1, "refused", false]);
});

test("what is not a frame ends the connection for good, and nothing of it is handed over", async () => {
  for (const data of ["text", new Uint8Array([0xc1]).buffer]) {
    const { handler, states } = setUp();
    const line = await socket(0);
    line.open();
    await soon();
    line.dispatchEvent(new MessageEvent("message", { data }));
    for (let tries = 0; tries < 100 && !states.includes("refused"); tries++) await soon();
    expect([states.at(-1), handler.got]).toEqual(["refused", []]);
  }
});

test("addresses and waiting times", () => {
  expect(socketAddress("https://cencomm.example/")).toBe("wss://cencomm.example/v1/session");
  const longest = (attempt: number) => backoffSeconds(attempt, (_, high) => high);
  expect([0, 1, 2, 20].map(longest)).toEqual([0.2, 0.4, 0.8, 5]);
  expect(backoffSeconds(5, (low) => low)).toBe(0.1);
});
