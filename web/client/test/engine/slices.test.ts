import { expect, test } from "vitest";

import { slices } from "../../src/engine/live.ts";
import { Waiters } from "../../src/engine/waiters.ts";
import { ServerUnreachable } from "../../src/engine/errors.ts";
import { EventKind, type LogEvent, type ServerFrame } from "../../src/wire/frames.ts";

const ID = new Uint8Array(16);

function events(count: number): ServerFrame {
  const event: LogEvent = { seq: 1, serverTime: 1, kind: EventKind.RECORD, sender: "KE/a/b", clientRef: ID, body: ID, eventHash: null };
  return { frame: "events", cugId: ID, events: Array.from({ length: count }, () => event) };
}

test("frames stay in order, in lists of about so many events", () => {
  const caughtUp: ServerFrame = { frame: "caught_up", cugId: ID, seq: 1 };
  const frames = [events(150), events(60), caughtUp, events(500), caughtUp];
  const pieces = [...slices(frames, 200)];
  expect(pieces.flat()).toEqual(frames);
  expect(pieces.map((piece) => piece.length)).toEqual([2, 2, 1]);
  expect([...slices([], 200)]).toEqual([]);
});

test("who waits is woken when it holds, told when it takes too long, and when nothing will change any more", async () => {
  const waiters = new Waiters();
  let held = false;
  const first = waiters.wait(() => held, 5);
  const late = waiters.wait(() => false, 0.01);
  await expect(late).rejects.toThrow(ServerUnreachable);
  held = true;
  waiters.wake();
  await first;
  const never = waiters.wait(() => false, 5);
  waiters.stop();
  await expect(never).rejects.toThrow(ServerUnreachable);
});
