import { crc32, inflateSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { manifest } from "../../making/install.ts";
import { type Picture, pngIcon, svgIcon } from "../../making/pictures.ts";
import { LANGUAGES } from "../../src/i18n/catalogue.ts";

interface Read {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): readonly number[];
}

/** Our own pictures, chunk by chunk; a wrong check sum fails. */
function read(wanted: Picture): Read {
  const file = Buffer.from(pngIcon(wanted));
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const named = file.subarray(at + 4, at + 8 + length);
    expect(crc32(named)).toBe(file.readUInt32BE(at + 8 + length));
    chunks.set(named.subarray(0, 4).toString("latin1"), named.subarray(4));
    at += 12 + length;
  }
  const head = chunks.get("IHDR")!;
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const rows = inflateSync(chunks.get("IDAT")!);
  return { width, height, at: (x, y) => [...rows.subarray(y * (1 + 4 * width) + 1 + 4 * x, y * (1 + 4 * width) + 5 + 4 * x)] };
}

describe("icons", () => {
  test("the mark is white on petrol, its corners round", () => {
    const picture = read({ pixels: 64, full: false });
    expect([picture.width, picture.height]).toEqual([64, 64]);
    expect(picture.at(32, 32)).toEqual([255, 255, 255, 255]);
    expect(picture.at(32, 4)).toEqual([0x0b, 0x58, 0x70, 255]);
    expect(picture.at(0, 0)[3]).toBe(0);
  });

  test("the ring opens towards the end of the line, and only there", () => {
    const picture = read({ pixels: 280, full: false });
    const reach = Math.round((10.25 / 28) * 0.68 * 280);
    expect(picture.at(140 - reach, 140)).toEqual([255, 255, 255, 255]);
    expect(picture.at(140, 140 - reach)).toEqual([255, 255, 255, 255]);
    expect(picture.at(140 + reach, 140)).toEqual([0x0b, 0x58, 0x70, 255]);
  });

  test("a maskable icon fills its square and keeps the mark in the inner four fifths", () => {
    const picture = read({ pixels: 100, full: true });
    expect(picture.at(0, 0)).toEqual([0x0b, 0x58, 0x70, 255]);
    for (let x = 0; x < 100; x++) for (const y of [0, 9, 90, 99]) expect(picture.at(x, y)).toEqual([0x0b, 0x58, 0x70, 255]);
  });

  test("the same picture comes out every time", () => {
    expect(pngIcon({ pixels: 48, full: false })).toEqual(pngIcon({ pixels: 48, full: false }));
    expect(svgIcon()).toContain("<svg");
  });
});

describe("the manifest", () => {
  test.each(LANGUAGES)("%s says what the app is, in its language and direction", (language) => {
    const said = JSON.parse(manifest(language)) as Record<string, unknown>;
    expect(said).toMatchObject({ id: "/", start_url: "/", scope: "/", display: "standalone", lang: language, dir: language === "ar" ? "rtl" : "ltr" });
    expect(said["description"]).toMatch(/\p{L}{3}/u);
    const icons = said["icons"] as { sizes: string; purpose: string }[];
    expect(icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual(["any any", "192x192 any", "512x512 any", "512x512 maskable"]);
  });
});
