/** Where the words of circles on a map stand, so that none covers another or a circle; small ones go out on a leader. Pure. */

import type { Frame, Spot } from "./projection.ts";

export interface Circle extends Spot {
  readonly code: string;
  readonly radius: number;
  /** Of its words. */
  readonly width: number;
}

/** The middle of the words; with `leader`, a line leads to the circle. */
export interface Label extends Spot {
  readonly code: string;
  readonly leader: boolean;
}

type Box = Frame;

/** Directions in eighths of a turn: beside first, then above and below, then between. */
const WAYS = [0, 4, 6, 2, 7, 5, 1, 3].map((eighth) => (eighth * Math.PI) / 4);
/** How many lines of words further out a leader may go. */
const FARTHEST = 7;

/** The greatest circle is served first; words for which there is no place are left to the table beside. */
export function placeLabels(circles: readonly Circle[], height: number, frame: Frame): readonly Label[] {
  const taken: Box[] = [];
  const placed: Label[] = [];
  for (const circle of [...circles].sort((one, other) => other.radius - one.radius || (one.code < other.code ? -1 : 1))) {
    const found = candidates(circle, height).find(({ x, y }) => isFree(boxAt(x, y, circle.width, height), circle, circles, taken, frame));
    if (found === undefined) continue;
    taken.push(boxAt(found.x, found.y, circle.width, height));
    placed.push({ code: circle.code, ...found });
  }
  return placed;
}

function candidates({ x, y, radius, width }: Circle, height: number): readonly Omit<Label, "code">[] {
  const inside = width <= 1.7 * radius && height <= radius ? [{ x, y, leader: false }] : [];
  const around = Array.from({ length: FARTHEST }, (_, step) =>
    WAYS.map((way) => {
      const out = radius + height * (0.7 + step);
      return { x: x + Math.cos(way) * (out + (width - height) / 2), y: y + Math.sin(way) * out, leader: step > 0 };
    }),
  );
  return [...inside, ...around.flat()];
}

function isFree(box: Box, own: Circle, circles: readonly Circle[], taken: readonly Box[], frame: Frame): boolean {
  if (box.x < frame.x || box.y < frame.y || box.x + box.width > frame.x + frame.width || box.y + box.height > frame.y + frame.height) return false;
  return !taken.some((other) => overlap(box, other)) && !circles.some((other) => other.code !== own.code && overlap(box, boxAt(other.x, other.y, 2 * other.radius, 2 * other.radius)));
}

function boxAt(x: number, y: number, width: number, height: number): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function overlap(one: Box, other: Box): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
}
