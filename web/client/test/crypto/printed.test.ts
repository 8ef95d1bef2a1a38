import { expect, test } from "vitest";

import { fromText, placeOfMistake, toText } from "../../src/crypto/printed.ts";

const PREFIX = "cencomm1:";
const BYTES = Uint8Array.from({ length: 180 }, (_, index) => (index * 89) & 255);
const CODE = toText(PREFIX, BYTES);
const AT = 100;
const start = PREFIX.length + AT;
const another = CODE[start] === "a" ? "b" : "a";

test.each([
  ["another letter", CODE.slice(0, start) + another + CODE.slice(start + 1)],
  ["a letter that codes do not have", `${CODE.slice(0, start)}1${CODE.slice(start + 1)}`],
  ["a missing letter", CODE.slice(0, start) + CODE.slice(start + 1)],
  ["a letter too many", CODE.slice(0, start) + another + CODE.slice(start)],
  ["two that changed places", CODE.slice(0, start) + CODE[start + 1]! + CODE[start]! + CODE.slice(start + 2)],
])("the place of %s is found, whatever the case and the spaces", (_, typed) => {
  expect(() => fromText(PREFIX, typed, () => new Error("misprint"))).toThrow("misprint");
  const place = placeOfMistake(PREFIX, typed.toUpperCase().replace(/(.{5})/g, "$1 "));
  expect(Math.abs(place! - AT)).toBeLessThanOrEqual(1); // of two equal letters nobody can say which one is missing
});

test("two mistakes far apart have no place, and a good code has no mistake", () => {
  const twice = CODE.slice(0, start) + another + CODE.slice(start + 1, -20) + "aaaaa" + CODE.slice(-15);
  expect(placeOfMistake(PREFIX, twice)).toBeNull();
  expect(fromText(PREFIX, CODE, () => new Error("misprint"))).toEqual(BYTES);
});
