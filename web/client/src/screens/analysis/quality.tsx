/** How well each country reports, the silent ones among them. */

import { useMemo } from "preact/hooks";

import { quality, type Quality } from "../../analysis/quality.ts";
import type { Reported } from "../../analysis/reported.ts";
import { countryName, decimal } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Plate, State } from "../../ui/basics.tsx";

const COUNTS = ["records", "seizures", "errors", "warnings", "unknown"] as const satisfies readonly (keyof Quality)[];

export function QualityTable({ reported, countries }: { readonly reported: readonly Reported[]; readonly countries: readonly string[] }) {
  const lines = useMemo(() => quality(reported, countries), [reported, countries]);
  return (
    <section>
      <h2>{t("figures.quality")}</h2>
      <p class="hint">{t("figures.quality_hint")}</p>
      <div class="scroll" role="region" tabIndex={0} aria-label={t("figures.quality")}>
        <table class="counts">
          <thead>
            <tr>
              <th scope="col">{t("figures.from")}</th>
              {COUNTS.map((key) => (
                <th scope="col" class="num" key={key}>
                  {t(`figures.q_${key}`)}
                </th>
              ))}
              <th scope="col" class="num">
                {t("figures.q_hours")}
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.country}>
                <th scope="row">
                  <Plate administration={line.country} absent={line.records === 0} /> <span>{countryName(line.country)}</span> {line.records === 0 && <State tone="pending">{t("figures.silent")}</State>}
                </th>
                {COUNTS.map((key) => (
                  <td class="num" key={key}>
                    {decimal(String(line[key]))}
                  </td>
                ))}
                <td class="num">{line.hours === null ? "–" : decimal(String(line.hours))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
