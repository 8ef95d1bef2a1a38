/** The shared cases of what is typed; the Python client runs the same file. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, test } from "vitest";

import { finishedNumber, typedAnswer } from "../../src/templates_forms/entry.ts";
import type { FieldType } from "../../src/templates_forms/model.ts";
import { ROOT } from "../python.ts";

const CASES = JSON.parse(readFileSync(resolve(ROOT, "tests/vectors/own/entry_cases.json"), "utf8")) as {
  readonly typed: readonly (readonly [FieldType, string, string | number])[];
  readonly finished: readonly (readonly [string, string])[];
};

test.each(CASES.typed)("%s %s is kept as %s", (type, typed, kept) => {
  expect(typedAnswer(type, typed)).toBe(kept);
});

test.each(CASES.finished)("%s is %s once it is finished", (text, number) => {
  expect(finishedNumber(text)).toBe(number);
});
