/** What a record says that can be counted and added up; what it leaves open is `unknown`, never left out. Pure. */

import { type Decimal, multiply } from "../engine/rules/decimal.ts";
import { parseNumber } from "../engine/rules/values.ts";

export type Given = Readonly<Record<string, unknown>>;

/** The unit in which a unit is added up, and how much of that one is. */
export interface Unit {
  readonly canonical: string;
  readonly factor: string;
}

export interface Reported {
  readonly ref: string;
  /** The administration that sent it. */
  readonly country: string;
  /** When the server stored it. */
  readonly atMs: number;
  readonly answers: Given;
  readonly errors: number;
  readonly warnings: number;
  /** The units of its form, by their codes. */
  readonly units: ReadonlyMap<string, Unit>;
}

export const UNKNOWN = "unknown";
export const OTHER = "other";

/** What can be counted by: `mode` is the mode of transport, `conveyance` the kind of vehicle. */
export const DIMENSIONS = ["country", "heading", "route", "mode", "conveyance", "concealment", "day"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Codes that say that it is not known. */
const OPEN: Readonly<Record<string, string>> = { offence_country: "XX", departure_country: "XX", destination_country: "XX", transport_mode: "0" };
const KEYS: Partial<Record<Dimension, string>> = { country: "offence_country", mode: "transport_mode", conveyance: "conveyance_type", concealment: "concealment" };
const DATE = /^\d{4}-\d{2}-\d{2}/u;

/** A seizure is a record with goods, whatever its form is called. */
export function isSeizure({ answers }: Pick<Reported, "answers">): boolean {
  return goodsOf({ answers }).length > 0;
}

export function goodsOf({ answers }: Pick<Reported, "answers">): readonly Given[] {
  const rows = answers["item"];
  return Array.isArray(rows) ? rows.filter((row): row is Given => typeof row === "object" && row !== null && !Array.isArray(row)) : [];
}

/** The goods of a record by each code that it has in that dimension; several codes have the same goods, but for headings. */
export function placesOf(record: Reported, dimension: Dimension): ReadonlyMap<string, readonly Given[]> {
  const goods = goodsOf(record);
  if (dimension === "heading") return byHeading(goods);
  return new Map([...new Set(codesOf(record.answers, dimension))].map((code) => [code, goods]));
}

function byHeading(goods: readonly Given[]): ReadonlyMap<string, readonly Given[]> {
  const found = new Map<string, Given[]>();
  for (const row of goods) {
    const heading = codeOf(row, "heading");
    found.set(heading, [...(found.get(heading) ?? []), row]);
  }
  return found;
}

function codesOf(answers: Given, dimension: Dimension): readonly string[] {
  if (dimension === "route") return [routeOf(answers)];
  if (dimension === "day") return [dayOf(answers)];
  const key = KEYS[dimension] ?? "";
  const value = answers[key];
  if (Array.isArray(value)) return value.length === 0 ? [UNKNOWN] : value.map(String);
  return [codeOf(answers, key)];
}

/** `BR>BE`, an end that is not known as such; `unknown` where neither is. */
function routeOf(answers: Given): string {
  const [from, to] = [codeOf(answers, "departure_country"), codeOf(answers, "destination_country")];
  return from === UNKNOWN && to === UNKNOWN ? UNKNOWN : `${from}>${to}`;
}

/** The day of the offence where it happened, as it was written. */
function dayOf(answers: Given): string {
  const value = answers["offence_at"];
  return typeof value === "string" && DATE.test(value) ? value.slice(0, 10) : UNKNOWN;
}

export function codeOf(answers: Given, key: string): string {
  const value = answers[key];
  return typeof value !== "string" || value === "" || value === OPEN[key] ? UNKNOWN : value;
}

/** How much of goods there is, in the unit for totals; null where no number or no known unit is said. */
export function amountOf(row: Given, units: Reported["units"]): readonly [unit: string, amount: Decimal] | null {
  const unit = units.get(String(row["unit"]));
  const quantity = numberOf(row["quantity"]);
  const factor = numberOf(unit?.factor);
  return unit === undefined || quantity === null || factor === null ? null : [unit.canonical, multiply(quantity, factor)];
}

/** What goods are worth, with the currency; never added to another one. */
export function worthOf(row: Given): readonly [currency: string, amount: Decimal] | null {
  const [value, currency] = [numberOf(row["value"]), row["value_currency"]];
  return value === null || typeof currency !== "string" || currency === "" ? null : [currency, value];
}

function numberOf(value: unknown): Decimal | null {
  const number = typeof value === "string" || typeof value === "number" ? parseNumber(String(value)) : "";
  return typeof number === "string" ? null : number;
}
