import { expect, test } from "vitest";

import { canonical } from "../../src/screens/form/canonical.ts";

test("keys in order at every level, no spaces, lists and text as they are", () => {
  expect(canonical({ b: [{ d: 1, c: "ض \n" }], a: null })).toBe('{"a":null,"b":[{"c":"ض \\n","d":1}]}');
});
