/** Longitude and latitude on a plane of equal areas: Equal Earth (Šavrič, Patterson and Jenny 2018). Pure. */

export interface Spot {
  readonly x: number;
  readonly y: number;
}

const A = [1.340264, -0.081106, 0.000893, 0.003796] as const;
const M = Math.sqrt(3) / 2;
const SCALE = 100;

/** In units of which the world is about 541 wide and 263 high; y goes down. */
export function project(longitude: number, latitude: number): Spot {
  const angle = Math.asin(M * Math.sin((latitude * Math.PI) / 180));
  const [square, sixth] = [angle ** 2, angle ** 6];
  const slope = A[0] + 3 * A[1] * square + sixth * (7 * A[2] + 9 * A[3] * square);
  return {
    x: (SCALE * ((longitude * Math.PI) / 180) * Math.cos(angle)) / (M * slope),
    y: -SCALE * angle * (A[0] + A[1] * square + sixth * (A[2] + A[3] * square)),
  };
}

/** The part of the plane that a map shows. */
export interface Frame extends Spot {
  readonly width: number;
  readonly height: number;
}

const WORLD: Frame = { x: -271, y: -132, width: 542, height: 264 };
/** Height of a frame for its width. */
const SHAPE = 0.5;
/** No map is nearer than about a continent: the coast is drawn for that. */
const NARROWEST = 110;
const ROOM_AROUND = 1.35;

/** A frame with all spots in it and room around them; the world where there is none. */
export function frameAround(spots: readonly Spot[]): Frame {
  if (spots.length === 0) return { ...WORLD, height: WORLD.width * SHAPE };
  const [left, right] = [Math.min(...spots.map(({ x }) => x)), Math.max(...spots.map(({ x }) => x))];
  const [top, foot] = [Math.min(...spots.map(({ y }) => y)), Math.max(...spots.map(({ y }) => y))];
  const width = Math.min(WORLD.width, Math.max(NARROWEST, (right - left) * ROOM_AROUND, ((foot - top) * ROOM_AROUND) / SHAPE));
  const height = width * SHAPE;
  return {
    x: within((left + right - width) / 2, WORLD.x, WORLD.x + WORLD.width - width),
    y: within((top + foot - height) / 2, WORLD.y, Math.max(WORLD.y, WORLD.y + WORLD.height - height)),
    width,
    height,
  };
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
