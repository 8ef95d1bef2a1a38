/** The icons of the installed app, drawn from the mark: SVG, and PNG for the systems that want it. No file of them is kept. */

import { deflateSync } from "node:zlib";

import { DIAMOND, DIAMOND_PATH, OPENING, RADIUS, RING_PATH, SIZE, STROKE } from "../src/ui/mark.ts";

/** The accent of the light theme, and white. */
const GROUND = [0x0b, 0x58, 0x70] as const;
const INK = [0xff, 0xff, 0xff] as const;
/** Of the whole picture: how much the mark takes, and how round the corners are. */
const SHARE = 0.68;
const CORNER = 0.18;
/** What a system cuts out of a maskable icon always holds the inner four fifths. */
const MASKABLE_SHARE = 0.54;
const SAMPLES = 4;

export interface Picture {
  readonly pixels: number;
  /** Up to the edge, for systems that cut the shape themselves. */
  readonly full: boolean;
}

export function svgIcon(): string {
  const scale = (64 * SHARE) / SIZE;
  const shift = (64 - SIZE * scale) / 2;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="${64 * CORNER}" fill="#${hex(GROUND)}"/>` +
    `<g transform="translate(${shift} ${shift}) scale(${scale})"><path d="${RING_PATH}" fill="none" stroke="#${hex(INK)}" stroke-width="${STROKE}"/><path d="${DIAMOND_PATH}" fill="#${hex(INK)}"/></g></svg>`
  );
}

function hex(colour: readonly number[]): string {
  return colour.map((part) => part.toString(16).padStart(2, "0")).join("");
}

/** The same picture in dots. */
export function pngIcon({ pixels, full }: Picture): Uint8Array {
  const rows = Buffer.alloc(pixels * (1 + 4 * pixels));
  for (let y = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++) {
      const { ink, ground } = shares(x, y, { pixels, full });
      const at = y * (1 + 4 * pixels) + 1 + 4 * x;
      GROUND.forEach((part, index) => (rows[at + index] = Math.round(part + (INK[index]! - part) * ink)));
      rows[at + 3] = Math.round(255 * ground);
    }
  }
  return png(pixels, rows);
}

/** How much of one dot is mark and how much lies within the shape, each from 0 to 1. */
function shares(x: number, y: number, { pixels, full }: Picture): { readonly ink: number; readonly ground: number } {
  let [ink, ground] = [0, 0];
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const across = (x + ((sample % SAMPLES) + 0.5) / SAMPLES) / pixels - 0.5;
    const down = (y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / pixels - 0.5;
    const scale = SIZE / (full ? MASKABLE_SHARE : SHARE);
    ink += Number(isMark(across * scale, down * scale));
    ground += Number(full || isInside(across, down));
  }
  return { ink: ink / SAMPLES ** 2, ground: ground / SAMPLES ** 2 };
}

/** `across` and `down` from the middle of the mark. */
function isMark(across: number, down: number): boolean {
  if (Math.abs(across) + Math.abs(down) <= DIAMOND) return true;
  const distance = Math.sqrt(across * across + down * down);
  return Math.abs(distance - RADIUS) <= STROKE / 2 && across <= distance * Math.cos(OPENING);
}

function isInside(across: number, down: number): boolean {
  const sideways = Math.max(0, Math.abs(across) - (0.5 - CORNER));
  const upwards = Math.max(0, Math.abs(down) - (0.5 - CORNER));
  return sideways * sideways + upwards * upwards <= CORNER * CORNER;
}

/** PNG (ISO/IEC 15948): 8 bits, red, green, blue and alpha; each row with filter 0. */
function png(pixels: number, rows: Uint8Array): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(pixels, 0);
  head.writeUInt32BE(pixels, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(name: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const framed = Buffer.alloc(8 + named.length);
  framed.writeUInt32BE(content.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc32(named), 4 + named.length);
  return framed;
}

const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = REMAINDERS[(remainder ^ byte) & 0xff]! ^ (remainder >>> 8);
  return (remainder ^ 0xffffffff) >>> 0;
}
