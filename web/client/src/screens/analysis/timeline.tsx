/** Days as bars in one row; the numbers are in the table below it. */

import { spansOf } from "../../analysis/spans.ts";
import type { Line } from "../../analysis/tally.ts";
import { written } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import type { Templates } from "./columns.ts";
import { measured, measureName, type Measure } from "./measure.ts";

const HEIGHT = 100;
const STEP = 10;

interface TimelineProps {
  /** By day. */
  readonly lines: readonly Line[];
  readonly measure: Measure;
  readonly templates: Templates;
}

/** Time runs as the reader reads. */
export function Timeline({ lines, measure, templates }: TimelineProps) {
  const spans = spansOf(lines, (line) => measured(line, measure));
  const [first, last] = [spans[0], spans.at(-1)];
  if (first === undefined || last === undefined) return null;
  const most = Math.max(...spans.map(({ value }) => value), Number.MIN_VALUE);
  return (
    <figure class="timeline">
      <svg viewBox={`0 0 ${spans.length * STEP} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={t("figures.timeline_of", { what: measureName(measure, templates), first: written(first.from), last: written(last.to) })}>
        {spans.map(({ from, value }, at) => (
          <rect key={from} x={at * STEP + 1} width={STEP - 2} y={HEIGHT - (value / most) * HEIGHT} height={(value / most) * HEIGHT} />
        ))}
      </svg>
      <figcaption class="row small quiet">
        <span>{written(first.from)}</span>
        {first !== last && <span class="push">{written(last.to)}</span>}
      </figcaption>
    </figure>
  );
}
