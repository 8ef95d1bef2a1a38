import { expect, test } from "vitest";

import { longitudeOf, pointOf } from "../../src/screens/form/position.tsx";

test("a latitude has its longitude beside it; no other question is a point", () => {
  expect(["offence_lat", "lat_lon", "flat"].map(longitudeOf)).toEqual(["offence_lon", "", ""]);
});

test("a point has both degrees, and lies in the world", () => {
  expect(pointOf("49.48", "0")).toEqual([0, 49.48]);
  for (const [up, across] of [["49.48", ""], [undefined, "1"], ["91", "1"], ["1", "-181"], ["north", "1"]]) expect(pointOf(up, across)).toBeNull();
});
