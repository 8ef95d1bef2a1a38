/**
 * The values that expressions work on, and how they turn into each other (twin of `templates_forms.values`).
 *
 * Five kinds: text, exact decimal number, truth value, moment (a date or a date with time), and several values of a
 * repeat. What is not answered, or has no answer (a division by zero, a number of "abc"), is empty text: `MISSING`.
 */

import { Decimal, bounded, divide } from "./decimal.ts";

export const MISSING = "";

/** A date (midnight UTC in comparisons) or a date with time and offset, as it was written; `days` since 1970-01-01 UTC. */
export class Moment {
  constructor(
    readonly text: string,
    readonly days: Decimal,
  ) {}

  get hasTime(): boolean {
    return this.text.includes("T");
  }
}

export type Value = string | Decimal | boolean | Moment | readonly Value[];

const NUMBER = /^-?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})$/;
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const DATE_TIME = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$/;
const MAX_OFFSET_MINUTES = 14 * 60;
const DAY_MS = 86_400_000;
const SECONDS_A_DAY = Decimal.of(86_400);

export function isSeveral(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** A number, or missing where it is out of range. */
export function numberOr(number: Decimal | null): Decimal | string {
  return (number === null ? null : bounded(number)) ?? MISSING;
}

/** A number written with ASCII digits and a point; spaces around it do not matter. Else missing. */
export function parseNumber(text: string): Decimal | string {
  const stripped = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  if (!NUMBER.test(stripped)) return MISSING;
  const negative = stripped.startsWith("-");
  const [whole = "", part = ""] = stripped.replace("-", "").split(".");
  const digits = BigInt(`0${whole}${part}`);
  return numberOr(new Decimal(negative ? -digits : digits, -part.length));
}

/** `YYYY-MM-DD` of the Gregorian calendar, years 1 to 9999; else missing. */
export function parseDate(text: string): Moment | string {
  const found = DATE.exec(text);
  if (found === null) return MISSING;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  const exists = year > 0 && at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return exists ? new Moment(text, Decimal.of(at.getTime() / DAY_MS)) : MISSING;
}

/** A date, or a date with time and UTC offset (`Z` or `+03:00`); else missing. */
export function parseMoment(text: string): Moment | string {
  if (text.length === 10) return parseDate(text);
  const found = DATE_TIME.exec(text);
  if (found === null) return MISSING;
  const day = parseDate(found[1]!);
  const [hour, minute, second] = [Number(found[2]), Number(found[3]), Number(found[4] ?? "0")];
  const offset = offsetMinutes(found[5]!);
  if (!(day instanceof Moment) || hour > 23 || minute > 59 || second > 59 || offset === null) return MISSING;
  // One division only, so that one instant written with two offsets gives the same number.
  const seconds = Number(day.days.truncated()) * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
  return new Moment(text, divide(Decimal.of(seconds), SECONDS_A_DAY)!);
}

function offsetMinutes(text: string): number | null {
  if (text === "Z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6));
  if (Number(text.slice(4, 6)) > 59 || minutes > MAX_OFFSET_MINUTES) return null;
  return text.startsWith("-") ? -minutes : minutes;
}

/** A time as a moment in UTC, in whole seconds. */
export function momentOf(atMs: number): Moment {
  return parseMoment(`${new Date(atMs).toISOString().slice(0, 19)}Z`) as Moment;
}

/** The date that the moment was written with (not moved to UTC). */
export function dayOf(moment: Moment): Moment {
  return parseDate(moment.text.slice(0, 10)) as Moment;
}

/** The date so many whole days after 1970-01-01, or missing outside the years 1 to 9999. */
export function dateOfDays(days: Decimal): Moment | string {
  const whole = days.floored();
  if (whole < -1_000_000n || whole > 4_000_000n) return MISSING;
  const at = new Date(Number(whole) * DAY_MS);
  const year = at.getUTCFullYear();
  return year < 1 || year > 9999 ? MISSING : parseDate(at.toISOString().slice(0, 10));
}

/** Of several values the first, as XPath has it; of none, missing. */
export function first(value: Value): Exclude<Value, readonly Value[]> {
  let found: Value = value;
  while (isSeveral(found)) found = found[0] ?? MISSING;
  return found;
}

/** A number or missing; a truth value is 1 or 0, a moment its days. */
export function toNumber(value: Value): Decimal | string {
  if (value instanceof Decimal) return value;
  if (typeof value === "string") return value === "" ? MISSING : parseNumber(value);
  if (typeof value === "boolean") return Decimal.of(Number(value));
  if (value instanceof Moment) return value.days;
  return toNumber(first(value));
}

/** Text; a number without exponent and without zeros at its end. */
export function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Decimal || typeof value === "boolean") return String(value);
  return value instanceof Moment ? value.text : toText(first(value));
}

/** False: missing, zero, no values. True: all else, also the text `false`, as in XPath. */
export function toBool(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (value instanceof Decimal) return !value.isZero;
  return value instanceof Moment || value.length > 0;
}

/** A moment from its text, or the date that a number of days names; else missing. */
export function toMoment(value: Value): Moment | string {
  const one = first(value);
  if (one instanceof Moment) return one;
  if (typeof one === "string") return parseMoment(one);
  return typeof one === "boolean" ? MISSING : dateOfDays(one);
}
