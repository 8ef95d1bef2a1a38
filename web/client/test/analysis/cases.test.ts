import { describe, expect, test } from "vitest";

import { links } from "../../src/analysis/links.ts";
import { quality } from "../../src/analysis/quality.ts";
import { DIMENSIONS, type Reported, type Unit } from "../../src/analysis/reported.ts";
import { tally, totals } from "../../src/analysis/tally.ts";
import CASES from "../../../../tests/vectors/own/analysis_cases.json" with { type: "json" };

const UNITS = new Map(Object.entries(CASES.units as Record<string, Unit>));
const RECORDS: readonly Reported[] = CASES.records.map(({ at, ...record }) => ({ ...record, atMs: Date.parse(at), units: UNITS }));

describe("records counted as in the shared cases", () => {
  test.each(DIMENSIONS)("by %s", (dimension) => {
    expect(tally(RECORDS, dimension)).toEqual(CASES.tally[dimension]);
  });

  test("all together, each unit and each currency apart", () => {
    expect(totals(RECORDS)).toEqual(CASES.totals);
    expect(totals([])).toEqual({ records: 0, arrests: 0, sums: [], money: [] });
  });

  test("by the quality of what each country sends, those that sent nothing among them", () => {
    expect(quality(RECORDS, CASES.members)).toEqual(CASES.quality);
  });

  test("by what they name together", () => {
    expect(links(RECORDS)).toEqual(CASES.links);
  });

  test("the sums of the codes of a dimension that has one code a record are those of all together", () => {
    for (const dimension of ["country", "route", "mode", "conveyance", "day"] as const) {
      expect(tally(RECORDS, dimension).reduce((sum, { records }) => sum + records, 0)).toBe(CASES.totals.records);
    }
  });
});
