/** Circles on the coastline of the world, zoomed to the operation; what they say stands in the table beside. No borders are drawn. */

import { useMemo } from "preact/hooks";

import { placeLabels } from "../../analysis/labels.ts";
import PLACES from "../../analysis/places.json" with { type: "json" };
import { frameAround, project } from "../../analysis/projection.ts";
import type { Line } from "../../analysis/tally.ts";
import { t } from "../../i18n/index.ts";
import { useCoast } from "../coastline.ts";
import type { Templates } from "./columns.ts";
import { measured, measuredText, type Measure } from "./measure.ts";

/** Of the width of the picture. */
const LARGEST = 0.045;
const SMALLEST = 0.004;
const TEXT = 0.019;
/** Of the height of a line: as wide as a figure or capital letter is. */
const FIGURE = 0.68;

interface MapProps {
  /** By country. */
  readonly lines: readonly Line[];
  readonly measure: Measure;
  readonly templates: Templates;
}

export function WorldMap({ lines, measure, templates }: MapProps) {
  const path = useCoast();
  const { circles, labels, frame } = useMemo(() => drawn(lines, measure, templates), [lines, measure, templates]);
  if (circles.length === 0) return null;
  const unit = frame.width;
  return (
    <svg class="world" viewBox={`${frame.x} ${frame.y} ${frame.width} ${frame.height}`} role="img" aria-label={t("figures.map_of", { count: circles.length })} direction="ltr">
      <path class="land" d={path} />
      {labels.filter(({ leader }) => leader).map(({ code, x, y }) => {
        const circle = circles.find((one) => one.code === code)!;
        return <line key={code} x1={circle.x} y1={circle.y} x2={x} y2={y} stroke-width={unit * 0.0012} />;
      })}
      {circles.map(({ code, x, y, radius }) => (
        <circle key={code} cx={x} cy={y} r={radius} stroke-width={unit * 0.0016} />
      ))}
      {labels.map(({ code, x, y }) => (
        <text key={code} x={x} y={y} font-size={unit * TEXT} stroke-width={unit * 0.005} text-anchor="middle" dominant-baseline="central">
          {circles.find((one) => one.code === code)!.words}
        </text>
      ))}
    </svg>
  );
}

function drawn(lines: readonly Line[], measure: Measure, templates: Templates) {
  const places = PLACES as unknown as Readonly<Record<string, readonly [number, number]>>;
  const known = lines.flatMap((line) => {
    const place = places[line.code];
    const value = measured(line, measure);
    return place === undefined || value <= 0 ? [] : [{ code: line.code, value, words: `${line.code} ${measuredText(line, measure, templates)}`, ...project(...place) }];
  });
  const frame = frameAround(known);
  const most = Math.max(...known.map(({ value }) => value));
  // Circles grow by area; the smallest can still be seen.
  const circles = known.map(({ value, ...one }) => ({ ...one, radius: frame.width * Math.max(SMALLEST, LARGEST * Math.sqrt(value / most)), width: one.words.length * frame.width * TEXT * FIGURE }));
  return { circles, frame, labels: placeLabels(circles, frame.width * TEXT * 1.25, frame) };
}
