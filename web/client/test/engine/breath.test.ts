import { expect, test } from "vitest";

import { breathe } from "../../src/engine/breath.ts";

function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

test("in long work whatever else waits has its turn, in short work nothing does", async () => {
  await breathe();
  let turns = 0;
  const other = setInterval(() => turns++);
  await breathe();
  await breathe();
  expect(turns).toBe(0);
  for (let step = 0; step < 4; step++) {
    work(41);
    await breathe();
  }
  clearInterval(other);
  expect(turns).toBeGreaterThan(1);
});
