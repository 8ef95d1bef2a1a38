/** From where, over which stops, found where, to where: solid as far as the goods went, dashed where they did not get to. */

import type { Answers } from "../engine/api.ts";
import { countryName } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { rowsOf } from "./form/answers.ts";

interface Stop {
  readonly country: string;
  readonly kind: "from" | "transit" | "found" | "beyond" | "to";
}

/** The stops in the order of travel; empty where an end is not known. Pure. */
export function stopsOf(answers: Answers): readonly Stop[] {
  const [from, found, to] = ["departure_country", "offence_country", "destination_country"].map((key) => String(answers[key] ?? ""));
  if (!from || !found || !to) return [];
  const transit = rowsOf(answers, "transit").filter((row) => row["transit_country"] !== undefined && row["transit_country"] !== found);
  const over = (reached: boolean, kind: Stop["kind"]): readonly Stop[] => transit.filter((row) => (row["transit_reached"] === true) === reached).map((row) => ({ country: String(row["transit_country"]), kind }));
  return [...(from === found ? [] : [{ country: from, kind: "from" } as const]), ...over(true, "transit"), { country: found, kind: "found" }, ...over(false, "beyond"), ...(to === found ? [] : [{ country: to, kind: "to" } as const])];
}

const CLASSES: Readonly<Record<Stop["kind"], string>> = { from: "", transit: "", found: "found", beyond: "unreached", to: "unreached" };

export function RouteLine({ answers }: { readonly answers: Answers }) {
  const stops = stopsOf(answers);
  if (stops.length === 0) return null;
  return (
    <ol class="route">
      {stops.map(({ country, kind }, at) => (
        <li class={CLASSES[kind]} key={at}>
          <b>{countryName(country)}</b>
          <span>{wordsOf(kind)}</span>
        </li>
      ))}
    </ol>
  );
}

function wordsOf(kind: Stop["kind"]): string {
  switch (kind) {
    case "from":
      return t("card.departure");
    case "transit":
      return t("card.transit");
    case "found":
      return t("card.found_here");
    case "beyond":
      return `${t("card.transit")} · ${t("card.not_reached")}`;
    case "to":
      return `${t("card.destination")} · ${t("card.not_reached")}`;
  }
}
