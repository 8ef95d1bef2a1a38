import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { DelayedSaving } from "../../src/app/saving.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the last of several changes is saved, once", () => {
  const saved: string[] = [];
  const saving = new DelayedSaving();
  for (const text of ["a", "ab", "abc"]) saving.soon(() => saved.push(text));
  expect(saved).toEqual([]);
  vi.runAllTimers();
  expect(saved).toEqual(["abc"]);
});

test("a screen that closes saves at once what was to be saved in a moment", () => {
  const saved: string[] = [];
  const saving = new DelayedSaving();
  saving.soon(() => saved.push("draft"));
  saving.now();
  expect(saved).toEqual(["draft"]);
  saving.now();
  vi.runAllTimers();
  expect(saved).toEqual(["draft"]);
});

test("what was sent is not saved as a draft afterwards", () => {
  const saved: string[] = [];
  const saving = new DelayedSaving();
  saving.soon(() => saved.push("draft"));
  saving.drop();
  saving.now();
  vi.runAllTimers();
  expect(saved).toEqual([]);
});
