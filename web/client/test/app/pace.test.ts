import { describe, expect, test } from "vitest";

import { AT_ONCE, atMostEvery, eachFrame, Slices } from "../../src/app/pace.ts";

/** Frames and waits that come when the test says so. */
function byHand(): { readonly schedule: (then: () => void) => void; readonly next: () => void; readonly asked: () => number } {
  const waiting: (() => void)[] = [];
  return { schedule: (then) => void waiting.push(then), next: () => waiting.shift()?.(), asked: () => waiting.length };
}

describe("what comes faster than frames", () => {
  test("is handed on once for each frame, in its order", () => {
    const frames = byHand();
    const got: (readonly number[])[] = [];
    const take = eachFrame<number>((some) => got.push(some), frames.schedule);
    take(1);
    take(2);
    expect(got).toEqual([]);
    frames.next();
    take(3);
    expect(frames.asked()).toBe(1);
    frames.next();
    expect(got).toEqual([[1, 2], [3]]);
  });

  test("does not pile up where no frame comes", () => {
    const got: (readonly number[])[] = [];
    const take = eachFrame<number>((some) => got.push(some), () => undefined);
    for (let number = 0; number < 1200; number++) take(number);
    expect(got.flat()).toEqual(Array.from({ length: 1000 }, (_, number) => number));
  });
});

describe("many things at once", () => {
  test("come in slices: some at once, the others frame by frame, all in their order", () => {
    const frames = byHand();
    const got: (readonly number[])[] = [];
    const slices = new Slices<number>((some) => got.push(some), frames.schedule);
    const all = Array.from({ length: 200 }, (_, number) => number);
    slices.take(all);
    slices.take([200]);
    expect(got.map(({ length }) => length)).toEqual([25]);
    while (frames.asked() > 0) frames.next();
    expect(got.flat()).toEqual([...all, 200]);
    expect(Math.max(...got.map(({ length }) => length))).toBe(25);
  });

  test("a single one waits for no frame, a second in the same frame does", () => {
    const frames = byHand();
    const got: (readonly number[])[] = [];
    const slices = new Slices<number>((some) => got.push(some), frames.schedule);
    slices.take([1]);
    slices.take([2]);
    expect(got).toEqual([[1]]);
    frames.next();
    frames.next();
    slices.take([3]);
    expect(got).toEqual([[1], [2], [3]]);
  });

  test("come all in the next frame where more wait than are worth a slice", () => {
    const frames = byHand();
    const got: (readonly number[])[] = [];
    const slices = new Slices<number>((some) => got.push(some), frames.schedule, () => 20);
    slices.take(Array.from({ length: 20 }, (_, number) => number));
    slices.take(Array.from({ length: 20 }, (_, number) => number));
    frames.next();
    expect(got.map(({ length }) => length)).toEqual([AT_ONCE, 40 - AT_ONCE]);
  });

  test("what was dropped does not come", () => {
    const frames = byHand();
    const got: number[] = [];
    const slices = new Slices<number>((some) => got.push(...some), frames.schedule);
    slices.take(Array.from({ length: 20 }, (_, number) => number));
    slices.drop();
    while (frames.asked() > 0) frames.next();
    expect(got).toHaveLength(AT_ONCE);
  });
});

describe("work that is asked for too often", () => {
  test("runs at once, then once more for all that was asked meanwhile", async () => {
    const waits = byHand();
    let runs = 0;
    const ask = atMostEvery(500, async () => void runs++, waits.schedule);
    ask();
    ask();
    ask();
    expect(runs).toBe(1);
    await Promise.resolve().then(() => undefined);
    await new Promise((done) => setImmediate(done));
    waits.next();
    expect(runs).toBe(2);
    await new Promise((done) => setImmediate(done));
    waits.next();
    expect([runs, waits.asked()]).toEqual([2, 0]);
    ask();
    expect(runs).toBe(3);
  });

  test("goes on after a failure", async () => {
    const waits = byHand();
    let runs = 0;
    const ask = atMostEvery(1, () => Promise.resolve(void runs++), waits.schedule);
    ask();
    await new Promise((done) => setImmediate(done));
    waits.next();
    ask();
    expect(runs).toBe(2);
  });
});
