/** From where, found where, to where: solid as far as the goods went. */

import type { Answers } from "../engine/api.ts";
import { countryName } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";

export function RouteLine({ answers }: { readonly answers: Answers }) {
  const [from, found, to] = ["departure_country", "offence_country", "destination_country"].map((key) => String(answers[key] ?? ""));
  if (!from || !found || !to) return null;
  return (
    <ol class="route">
      {from !== found && (
        <li>
          <b>{countryName(from)}</b>
          <span>{t("card.departure")}</span>
        </li>
      )}
      <li class="found">
        <b>{countryName(found)}</b>
        <span>{t("card.found_here")}</span>
      </li>
      {to !== found && (
        <li class="unreached">
          <b>{countryName(to)}</b>
          <span>
            {t("card.destination")} · {t("card.not_reached")}
          </span>
        </li>
      )}
    </ol>
  );
}
