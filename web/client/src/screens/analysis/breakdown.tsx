/** One thing that was counted: a table whose rows have a bar, every number beside it; the first rows, then all. */

import { useState } from "preact/hooks";

import type { Dimension } from "../../analysis/reported.ts";
import type { Line } from "../../analysis/tally.ts";
import { decimal } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/basics.tsx";
import type { Templates } from "./columns.ts";
import { measured, type Measure } from "./measure.ts";
import { moneyText, placeText, sumText } from "./reports.ts";

const FIRST = 8;

interface BreakdownProps {
  readonly dimension: Dimension;
  readonly lines: readonly Line[];
  readonly measure: Measure;
  readonly templates: Templates;
}

export function Breakdown({ dimension, lines, measure, templates }: BreakdownProps) {
  const [all, setAll] = useState(false);
  const most = Math.max(0, ...lines.map((line) => measured(line, measure)));
  // Of days the newest are the first to be looked at.
  const hasMoney = lines.some(({ money }) => money.length > 0);
  const drawn = all ? lines : dimension === "day" ? lines.slice(-FIRST) : lines.slice(0, FIRST);
  return (
    <>
      <div class="scroll" role="region" tabIndex={0} aria-label={t(`figures.by_${dimension}`)}>
        <table class="counts">
          <thead>
            <tr>
              <th scope="col">{t(`figures.${dimension}`)}</th>
              <th scope="col" class="num">
                {t("figures.seizures")}
              </th>
              <th scope="col" class="num">
                {t("figures.quantities")}
              </th>
              {hasMoney && (
                <th scope="col" class="num">
                  {t("figures.value")}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {drawn.map((line) => (
              <tr key={line.code}>
                <th scope="row">
                  <bdi>{placeText(templates, dimension, line.code)}</bdi>
                  <Bar share={most === 0 ? 0 : measured(line, measure) / most} />
                </th>
                <td class="num">{decimal(String(line.records))}</td>
                <td class="num">
                  <Sums texts={line.sums.map((sum) => sumText(templates, sum))} />
                </td>
                {hasMoney && (
                  <td class="num">
                    <Sums texts={line.money.map(moneyText)} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length > FIRST && (
        <Button look="link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("figures.fewer") : t("figures.all_rows", { count: lines.length })}
        </Button>
      )}
    </>
  );
}

/** Each on a line of its own: they are never added to each other. */
function Sums({ texts }: { readonly texts: readonly string[] }) {
  return texts.length === 0 ? (
    <span class="faint">–</span>
  ) : (
    <>
      {texts.map((text) => (
        <span class="sum" key={text}>
          <bdi>{text}</bdi>
        </span>
      ))}
    </>
  );
}

function Bar({ share }: { readonly share: number }) {
  return (
    <span class="bar-box" aria-hidden="true">
      <span style={{ inlineSize: `${(share * 100).toFixed(1)}%` }} />
    </span>
  );
}
