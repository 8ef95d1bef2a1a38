import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { type Atlas, coastPath } from "../../src/analysis/coast.ts";
import { type Circle, placeLabels } from "../../src/analysis/labels.ts";
import PLACES from "../../src/analysis/places.json" with { type: "json" };
import { frameAround, project } from "../../src/analysis/projection.ts";
import { spansOf } from "../../src/analysis/spans.ts";
import type { Line } from "../../src/analysis/tally.ts";
import { standardTemplate } from "../screens/standard.ts";

const spotOf = (code: string) => project(...((PLACES as unknown as Record<string, [number, number]>)[code]!));

describe("the projection", () => {
  test("has the values that the authors publish: the corner of the world and its middle", () => {
    expect(project(0, 0)).toEqual({ x: 0, y: -0 });
    expect(project(180, 0).x).toBeCloseTo(270.663, 2);
    expect(project(0, 90).y).toBeCloseTo(-131.736, 2);
  });

  test("keeps areas: a cell at the equator and one of the same area at 60 degrees", () => {
    const area = (latitude: number): number => Math.abs((project(1, latitude).x - project(0, latitude).x) * (project(0, latitude + 0.5).y - project(0, latitude - 0.5).y));
    expect(area(60) / area(0)).toBeCloseTo(0.5, 2);
  });
});

describe("the map", () => {
  const atlas = JSON.parse(readFileSync(new URL("../../node_modules/world-atlas/land-110m.json", import.meta.url), "utf8")) as Atlas;

  test("draws the coast of the whole package without the ice of the south, and never across the edge of the world", () => {
    const steps = [...coastPath(atlas).matchAll(/([ML])(-?[\d.]+) (-?[\d.]+)/gu)].map(([, kind, x, y]) => ({ kind, x: Number(x), y: Number(y) }));
    expect(steps.length).toBeGreaterThan(4_000);
    expect(Math.max(...steps.map(({ y }) => y))).toBeLessThan(105);
    expect(steps.filter((step, at) => step.kind === "L" && Math.abs(step.x - steps[at - 1]!.x) > 270)).toEqual([]);
  });

  test("has a place for every country of the forms that lies somewhere", () => {
    const codes = [...standardTemplate().codeLists.get("country")!.codes.keys()];
    expect(codes.filter((code) => !(code in PLACES))).toEqual(["XX", "XZ"]);
  });

  test("shows all that has a figure, with room around it, and never less than a continent or more than the world", () => {
    const spots = ["MA", "BR", "BE"].map(spotOf);
    const { x, y, width, height } = frameAround(spots);
    expect(spots.every((spot) => spot.x > x && spot.x < x + width && spot.y > y && spot.y < y + height)).toBe(true);
    expect(frameAround([spotOf("BE")]).width).toBe(110);
    expect(frameAround([spotOf("NZ"), spotOf("US")]).width).toBeLessThanOrEqual(542);
    expect(frameAround([]).width).toBe(542);
  });
});

describe("the words on the map", () => {
  const frame = { x: 0, y: 0, width: 1_000, height: 500 };
  const circle = (code: string, x: number, y: number, radius: number): Circle => ({ code, x, y, radius, width: 60 });

  test("stand in a circle that is large enough, else beside it, and one in a crowd goes out on a leader", () => {
    expect(placeLabels([circle("FR", 500, 250, 50)], 20, frame)).toEqual([{ code: "FR", x: 500, y: 250, leader: false }]);
    expect(placeLabels([circle("FR", 500, 250, 5)], 20, frame)[0]).toMatchObject({ leader: false });
    const crowd = Array.from({ length: 12 }, (_, at) => circle(`C${at}`, 480 + 14 * (at % 4), 240 + 14 * Math.floor(at / 4), 5));
    const labels = placeLabels(crowd, 20, frame);
    expect(labels.length).toBe(12);
    expect(labels.some(({ leader }) => leader)).toBe(true);
  });

  test("never cover each other, and never leave the frame", () => {
    const crowd = Array.from({ length: 40 }, (_, at) => circle(`C${at}`, 5 + 25 * (at % 8), 5 + 25 * Math.floor(at / 8), 8));
    const labels = placeLabels(crowd, 20, frame);
    for (const one of labels) {
      expect(one.x - 30).toBeGreaterThanOrEqual(0);
      expect(one.y - 10).toBeGreaterThanOrEqual(0);
      expect(labels.filter((other) => other !== one && Math.abs(other.x - one.x) < 59.9 && Math.abs(other.y - one.y) < 19.9)).toEqual([]);
    }
  });
});

describe("the row of days", () => {
  const line = (code: string, records: number): Line => ({ code, records, sums: [], money: [] });
  const rows = (...lines: readonly Line[]) => spansOf(lines, ({ records }) => records);

  test("has no gap, and what has no day is not in it", () => {
    expect(rows(line("2026-11-20", 1), line("2026-11-23", 2), line("unknown", 9)).map(({ value }) => value)).toEqual([1, 0, 0, 2]);
    expect(rows(line("unknown", 9))).toEqual([]);
  });

  test("has several days together where there are many, all of them counted; a mistyped year does not stretch it", () => {
    const year = rows(...Array.from({ length: 365 }, (_, at) => line(new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10), 1)));
    expect(year.length).toBeLessThanOrEqual(60);
    expect(year.reduce((sum, { value }) => sum + value, 0)).toBe(365);
    expect(year.at(-1)).toMatchObject({ to: "2026-12-31" });
    expect(rows(line("0202-11-22", 1), line("2026-11-22", 1)).length).toBeLessThanOrEqual(60);
  });
});
