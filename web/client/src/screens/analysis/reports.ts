/** Records of the screens as what is counted, and the words of what was counted. Pure. */

import { type Dimension, OTHER, type Reported, type Unit, UNKNOWN } from "../../analysis/reported.ts";
import type { Sum } from "../../analysis/tally.ts";
import type { FormItem } from "../../app/newest.ts";
import { compare, countryName, decimal, written } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import type { FormTemplate } from "../../templates_forms/model.ts";
import { amountText, codeLabel } from "../form/wording.ts";
import { administrationOf } from "../people.ts";
import type { Templates } from "./columns.ts";

type RawList = { readonly key?: string; readonly codes?: readonly { readonly key: string; readonly attributes?: Partial<Unit> }[] };

const unitsOf = new WeakMap<FormTemplate, ReadonlyMap<string, Unit>>();
const NONE: ReadonlyMap<string, Unit> = new Map();

/** The units of a form, with what each is in its unit for totals. */
function formUnits(template: FormTemplate): ReadonlyMap<string, Unit> {
  const known = unitsOf.get(template);
  if (known !== undefined) return known;
  const lists = (JSON.parse(template.document) as { readonly code_lists?: readonly RawList[] }).code_lists ?? [];
  const codes = lists.find(({ key }) => key === "unit")?.codes ?? [];
  const units = new Map(codes.flatMap(({ key, attributes: { canonical = "", factor = "" } = {} }) => (canonical === "" ? [] : [[key, { canonical, factor }] as const])));
  unitsOf.set(template, units);
  return units;
}

export function reportedOf(records: readonly FormItem[], templates: Templates): readonly Reported[] {
  return records.map(({ clientRef, officerId, atMs, content, findings }) => {
    const template = templates.get(content.templateHash);
    return {
      ref: clientRef,
      country: administrationOf(officerId),
      atMs,
      answers: content.answers,
      errors: (findings ?? []).filter(({ level }) => level === "error").length,
      warnings: (findings ?? []).filter(({ level }) => level === "warn").length,
      units: template === undefined ? NONE : formUnits(template),
    };
  });
}

// ---------------------------------------------------------------- words

const LISTS: Partial<Record<Dimension, string>> = { heading: "heading", mode: "transport_mode", conveyance: "conveyance_type", concealment: "concealment" };

/** What a code of a dimension is called, in the words of the first form that knows it. */
export function placeText(templates: Templates, dimension: Dimension, code: string): string {
  if (code === UNKNOWN) return t("figures.unknown");
  if (code === OTHER) return t("figures.other");
  if (dimension === "country") return countryName(code);
  if (dimension === "day") return written(code);
  if (dimension === "route") {
    const [from = "", to = ""] = code.split(">");
    if (from === UNKNOWN) return t("figures.way_to", { to: countryName(to) });
    if (to === UNKNOWN) return t("figures.way_from", { from: countryName(from) });
    return t("figures.way", { from: countryName(from), to: countryName(to) });
  }
  return codeIn(templates, LISTS[dimension] ?? "", code);
}

function codeIn(templates: Templates, list: string, code: string): string {
  const words = [...templates.values()].map((template) => template.codeLists.get(list)).find((codes) => codes?.codes.has(code) === true);
  return codeLabel(words, code);
}

/** “412 kg”; a currency is its own three letters. */
export function sumText(templates: Templates, { unit, total }: Sum): string {
  const known = [...templates.values()].find((template) => template.codeLists.get("unit")?.codes.has(unit) === true);
  return known === undefined ? `${decimal(total)} ${unit}` : amountText(known, total, unit);
}

export function moneyText({ unit, total }: Sum): string {
  return `\u2066${unit}\u00a0${decimal(total)}\u2069`;
}

export function unitText(templates: Templates, unit: string): string {
  return codeIn(templates, "unit", unit);
}

/** The administrations of the members that are countries, by name. */
export function countriesOf(administrations: readonly string[]): readonly string[] {
  return [...new Set(administrations)].filter((code) => /^[A-Z]{2}$/u.test(code)).sort((one, other) => compare(countryName(one), countryName(other)));
}
