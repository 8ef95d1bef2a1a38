import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../../src/styles/tokens.css", import.meta.url), "utf8");
const PAIRS = [...css.matchAll(/^\s+([\w-]+) on ([\w-]+)\s+([\d.]+)\s+([\d.]+)\s+floor ([\d.]+)/gmu)];

/** A token's colour, in the light theme or in the dark one. */
function colour(name: string, dark: boolean): string {
  const themed = new RegExp(`--${name}:\\s*light-dark\\((#[0-9a-f]{6}),\\s*(#[0-9a-f]{6})\\)`, "u").exec(css);
  if (themed !== null) return dark ? themed[2]! : themed[1]!;
  return new RegExp(`--${name}:\\s*(#[0-9a-f]{6})`, "u").exec(css)![1]!;
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

describe("every pair of colours can be read", () => {
  test("the pairs are listed", () => expect(PAIRS.length).toBeGreaterThan(60));

  test.each(PAIRS.map(([, ink, ground, , , floor]) => [ink!, ground!, Number(floor)] as const))("%s on %s", (ink, ground, floor) => {
    for (const dark of [false, true]) expect(contrast(colour(ink, dark), colour(ground, dark))).toBeGreaterThanOrEqual(floor);
  });

  test("nothing in the styles says left or right", () => {
    for (const file of ["base", "components", "frame", "gate", "record"]) {
      const text = readFileSync(new URL(`../../src/styles/${file}.css`, import.meta.url), "utf8").replace(/\/\*.*?\*\//gsu, "");
      expect(text).not.toMatch(/\b(?:left|right)\b/u);
    }
  });
});
