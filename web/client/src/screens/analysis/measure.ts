/** What bars and circles stand for: the number of seizures, or a total in one unit or one currency. Pure. */

import type { Line, Sum, Totals } from "../../analysis/tally.ts";
import { decimal } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import type { Templates } from "./columns.ts";
import { moneyText, sumText, unitText } from "./reports.ts";

/** `records`, `sum KGM`, `money EUR`. */
export type Measure = string;
export const RECORDS: Measure = "records";

type Counted = Pick<Line, "records" | "sums" | "money">;

export function measuresOf({ sums, money }: Totals): readonly Measure[] {
  return [RECORDS, ...sums.map(({ unit }) => `sum ${unit}`), ...money.map(({ unit }) => `money ${unit}`)];
}

export function measureName(measure: Measure, templates: Templates): string {
  const [kind, unit = ""] = measure.split(" ");
  return kind === "sum" ? unitText(templates, unit) : kind === "money" ? t("figures.worth", { currency: unit }) : t("figures.seizures");
}

/** For the length of a bar only; texts have the exact number. */
export function measured(counted: Counted, measure: Measure): number {
  return measure === RECORDS ? counted.records : Number(sumOf(counted, measure)?.total ?? 0);
}

export function measuredText(counted: Counted, measure: Measure, templates: Templates): string {
  if (measure === RECORDS) return decimal(String(counted.records));
  const sum = sumOf(counted, measure);
  if (sum === undefined) return "–";
  return measure.startsWith("money") ? moneyText(sum) : sumText(templates, sum);
}

function sumOf({ sums, money }: Counted, measure: Measure): Sum | undefined {
  const [kind, unit] = measure.split(" ");
  return (kind === "money" ? money : sums).find((sum) => sum.unit === unit);
}
