import { expect, test } from "vitest";

import { matching, type Option } from "../../src/ui/combo.tsx";

const OPTIONS: readonly Option[] = [
  { value: "CI", label: "Côte d’Ivoire", code: "CI" },
  { value: "EG", label: "Egypt", code: "EG" },
  { value: "SA", label: "Saudi Arabia", code: "SA" },
  { value: "RU", label: "Россия", code: "RU" },
];
const found = (typed: string): readonly string[] => matching(OPTIONS, typed).map(({ value }) => value);

test("case and accents do not matter, and a code finds its country", () => {
  expect(found("cote")).toEqual(["CI"]);
  expect(found("eg")).toEqual(["EG"]);
  expect(found("РОС")).toEqual(["RU"]);
});

test("those that begin so come first, all come where nothing was typed", () => {
  expect(found("a")).toEqual(["SA"]);
  expect(found("")).toHaveLength(4);
  expect(found("zzz")).toEqual([]);
});
