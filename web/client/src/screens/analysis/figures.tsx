/** The figures of a group: what was found, where, on which way, how well it is reported; every picture has its numbers beside it. */

import { useMemo, useState } from "preact/hooks";

import { DIMENSIONS, type Dimension, isSeizure, type Reported } from "../../analysis/reported.ts";
import { tally, totals, type Totals } from "../../analysis/tally.ts";
import { entryOf, type FormItem } from "../../app/newest.ts";
import type { Room } from "../../app/room.ts";
import { type Clock, chains } from "../../engine/rules/chain.ts";
import { decimal, written } from "../../i18n/format.ts";
import { language, t } from "../../i18n/index.ts";
import { Empty, Plate, State } from "../../ui/basics.tsx";
import { Field } from "../../ui/field.tsx";
import { Breakdown } from "./breakdown.tsx";
import type { Column, Templates } from "./columns.ts";
import { Filters } from "./filters.tsx";
import { Links } from "./links.tsx";
import { measureName, measuresOf, RECORDS } from "./measure.ts";
import { QualityTable } from "./quality.tsx";
import { countriesOf, moneyText, reportedOf, sumText } from "./reports.ts";
import { chosenRecords, type Wanted } from "./rows.ts";
import { Timeline } from "./timeline.tsx";
import { WorldMap } from "./world-map.tsx";

interface FiguresProps {
  readonly room: Room;
  readonly records: readonly FormItem[];
  readonly columns: readonly Column[];
  /** The figures answer the same question as the table. */
  readonly wanted: Wanted;
  readonly onWanted: (wanted: Wanted) => void;
  readonly onOpen: (record: FormItem) => void;
}

export function Figures({ room, records: everything, columns, wanted, onWanted, onOpen }: FiguresProps) {
  const templates = room.templates.value;
  const members = room.view.value?.members ?? [];
  const spoken = language.value;
  const [measure, setMeasure] = useState(RECORDS);
  const records = useMemo(() => chosenRecords(everything, columns, wanted), [everything, columns, wanted]);
  const reported = useMemo(() => reportedOf(records, templates), [records, templates]);
  const all = useMemo(() => totals(reported), [reported]);
  const lines = useMemo(() => new Map(DIMENSIONS.map((dimension) => [dimension, tally(reported, dimension)])), [reported]);
  const overdue = useMemo(() => chains(everything.map(entryOf), Date.now()).flatMap(({ number, clocks }) => clocks.filter(({ state }) => state === "overdue").map((clock) => ({ number, clock }))), [everything]);
  const countries = useMemo(() => countriesOf(members.map(({ administration }) => administration)), [members, spoken]);
  const measures = measuresOf(all);
  const shown = measures.includes(measure) ? measure : RECORDS;
  const part = (dimension: Dimension) => ({ dimension, lines: lines.get(dimension) ?? [], measure: shown, templates });
  return (
    <div class="figures">
      <Filters records={everything} columns={columns} templates={templates} wanted={wanted} onChange={onWanted} />
      <Summary all={all} reported={reported} overdue={overdue.length} countries={countries.length} templates={templates} />
      <Overdue overdue={overdue} />
      {all.records === 0 ? (
        <Empty title={t("figures.empty_title")} text={t("figures.empty")} />
      ) : (
        <>
          <Field label={t("figures.measure")}>
            {(control) => (
              <select {...control} class="in measure" value={shown} onChange={(event) => setMeasure(event.currentTarget.value)}>
                {measures.map((one) => (
                  <option key={one} value={one}>
                    {measureName(one, templates)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <section class="with-map">
            <h2>{t("figures.by_country")}</h2>
            <WorldMap lines={part("country").lines} measure={shown} templates={templates} />
            <div>
              <Breakdown {...part("country")} />
            </div>
          </section>
          <section>
            <h2>{t("figures.by_day")}</h2>
            <Timeline lines={part("day").lines} measure={shown} templates={templates} />
            <Breakdown {...part("day")} />
          </section>
          <div class="two">
            {(["heading", "route", "mode", "conveyance", "concealment"] as const).map((dimension) => (
              <section key={dimension}>
                <h2>{t(`figures.by_${dimension}`)}</h2>
                {dimension === "concealment" && <p class="hint">{t("figures.several")}</p>}
                <Breakdown {...part(dimension)} />
              </section>
            ))}
          </div>
        </>
      )}
      <QualityTable reported={reported} countries={countries} />
      <Links reported={reported} records={records} templates={templates} onOpen={onOpen} />
    </div>
  );
}

interface SummaryProps {
  readonly all: Totals;
  readonly reported: readonly Reported[];
  readonly overdue: number;
  readonly countries: number;
  readonly templates: Templates;
}

/** Units that a summary begins with; all others stand in the tables. */
const MAIN_UNITS = ["KGM", "H87", "LTR", "x_cig"];

function Summary({ all, reported, overdue, countries, templates }: SummaryProps) {
  const heard = new Set(reported.filter(isSeizure).map(({ country }) => country)).size;
  const figures: readonly (readonly [label: string, text: string])[] = [
    [t("figures.seizures"), decimal(String(all.records))],
    [t("figures.countries"), t("figures.of", { some: heard, all: Math.max(heard, countries) })],
    ...all.sums.filter(({ unit }) => MAIN_UNITS.includes(unit)).map((sum) => [t("figures.quantity"), sumText(templates, sum)] as const),
    ...all.money.map((sum) => [t("figures.value"), moneyText(sum)] as const),
    [t("figures.arrests"), decimal(String(all.arrests))],
    [t("figures.overdue"), decimal(String(overdue))],
  ];
  return (
    <dl class="boxes summary">
      {figures.map(([label, text]) => (
        <div key={`${label} ${text}`}>
          <dt>{label}</dt>
          <dd>
            <bdi>{text}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Overdue({ overdue }: { readonly overdue: readonly { readonly number: string; readonly clock: Clock }[] }) {
  if (overdue.length === 0) return null;
  return (
    <section>
      <h2>{t("figures.overdue")}</h2>
      <ul class="rows">
        {overdue.map(({ number, clock }) => (
          <li key={`${number} ${clock.country}`}>
            <Plate administration={clock.country} />
            <span>
              <bdi dir="ltr">{number}</bdi>
            </span>
            <State tone="invalid">{t("figures.due", { due: written(clock.due) })}</State>
          </li>
        ))}
      </ul>
    </section>
  );
}
