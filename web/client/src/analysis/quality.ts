/** How good what each country sends is: errors, warnings, what is left open, how late. Silent countries have a line, too. Pure. */

import { codeOf, goodsOf, isSeizure, type Reported, UNKNOWN } from "./reported.ts";

export interface Quality {
  readonly country: string;
  /** Records of every form. */
  readonly records: number;
  readonly seizures: number;
  /** Records with at least one. */
  readonly errors: number;
  readonly warnings: number;
  /** Seizures of which an end of the way, the mode of transport or an amount is not known. */
  readonly unknown: number;
  /** Whole hours from the offence to the server, of the seizure in the middle; null where none has a time. */
  readonly hours: number | null;
}

const HOUR_MS = 3_600_000;
const ASKED = ["departure_country", "destination_country", "transport_mode"];

/** By country; `members` are those that have a line even if they sent nothing. */
export function quality(records: readonly Reported[], members: readonly string[]): readonly Quality[] {
  const countries = [...new Set([...members, ...records.map(({ country }) => country)])].sort();
  return countries.map((country) => qualityOf(country, records.filter((record) => record.country === country)));
}

function qualityOf(country: string, records: readonly Reported[]): Quality {
  const seizures = records.filter(isSeizure);
  return {
    country,
    records: records.length,
    seizures: seizures.length,
    errors: records.filter(({ errors }) => errors > 0).length,
    warnings: records.filter(({ warnings }) => warnings > 0).length,
    unknown: seizures.filter(isOpen).length,
    hours: middle(seizures.flatMap(hoursOf)),
  };
}

function isOpen(record: Reported): boolean {
  return ASKED.some((key) => codeOf(record.answers, key) === UNKNOWN) || goodsOf(record).some(({ quantity }) => quantity === undefined || quantity === "");
}

/** Only a moment with its offset tells the time that went by. */
function hoursOf({ answers, atMs }: Reported): readonly number[] {
  const value = answers["offence_at"];
  const began = typeof value === "string" && /T.*(?:Z|[+-]\d{2}:?\d{2})$/u.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(began) || began > atMs ? [] : [Math.floor((atMs - began) / HOUR_MS)];
}

/** The lower one of two in the middle. */
function middle(hours: readonly number[]): number | null {
  return [...hours].sort((one, other) => one - other)[Math.floor((hours.length - 1) / 2)] ?? null;
}
