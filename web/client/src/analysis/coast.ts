/** The coastline of the world (Natural Earth, as `world-atlas` has it in TopoJSON) as the data of one SVG path. Pure. */

import { project } from "./projection.ts";

export interface Atlas {
  readonly transform: { readonly scale: readonly number[]; readonly translate: readonly number[] };
  readonly arcs: readonly (readonly (readonly number[])[])[];
  readonly objects: { readonly land: { readonly geometries: readonly { readonly arcs: readonly (readonly (readonly number[])[])[] }[] } };
}

type Point = readonly [longitude: number, latitude: number];

/** The ice of the south is land that no officer works on. */
const SOUTHERNMOST = -60;
/** A step as long as that goes around the edge of the map. */
const EDGE = 180;

export function coastPath({ transform, arcs, objects }: Atlas): string {
  const lines = arcs.map((arc) => lineOf(arc, transform));
  const rings = objects.land.geometries.flatMap((land) => land.arcs.flat());
  return rings.map((ring) => ring.flatMap((arc) => (arc < 0 ? [...lines[~arc]!].reverse() : lines[arc]!))).filter((ring) => ring.some(([, latitude]) => latitude > SOUTHERNMOST)).map(drawn).join("");
}

/** Each point is written as the way from the one before. */
function lineOf(arc: readonly (readonly number[])[], { scale, translate }: Atlas["transform"]): readonly Point[] {
  let [x, y] = [0, 0];
  return arc.map(([stepX = 0, stepY = 0]): Point => {
    [x, y] = [x + stepX, y + stepY];
    return [x * scale[0]! + translate[0]!, y * scale[1]! + translate[1]!];
  });
}

function drawn(ring: readonly Point[]): string {
  return ring
    .map(([longitude, latitude], at) => {
      const before = ring[at - 1];
      const { x, y } = project(longitude, latitude);
      return `${before === undefined || Math.abs(longitude - before[0]) > EDGE ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
