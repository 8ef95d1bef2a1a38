/** Times, numbers, names of countries and lists, in the reader's language (TERMS.md: day, month, four-digit year, 24 hours). */

import { isMixed, isolate, type Language, LOCALES } from "./catalogue.ts";
import { language } from "./index.ts";

const made = new Map<string, unknown>();

/** One formatter for each use and language: making one is slow, using it is not. */
function formatter<T>(use: string, make: (locale: string) => T): T {
  const name = `${use} ${language.value}`;
  if (!made.has(name)) made.set(name, make(LOCALES[language.value]));
  return made.get(name) as T;
}

export function clockTime(atMs: number): string {
  const format = formatter("clock", (locale) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
  return format.format(atMs);
}

export function dayName(atMs: number): string {
  if (language.value !== "ar") return formatter("day", (locale) => new Intl.DateTimeFormat(locale, { weekday: "long", ...PARTS })).format(atMs);
  const weekday = formatter("weekday", (locale) => new Intl.DateTimeFormat(locale, { weekday: "long" })).format(atMs);
  return `${weekday} ${date(atMs)}`;
}

export function date(atMs: number): string {
  return calendarDay(new Date(atMs), true);
}

export interface MomentParts {
  readonly day: string;
  /** Empty where only the day is known. */
  readonly time: string;
  readonly offset: string;
}

/** A date, or a date with time and offset, as it was written in a record: `2026-11-22T00:10+01:00`. */
export function momentParts(text: string): MomentParts {
  const day = new Date(`${text.slice(0, 10)}T00:00`);
  if (Number.isNaN(day.getTime())) return { day: text, time: "", offset: "" };
  return { day: calendarDay(day, true), time: text.slice(11, 16), offset: text.slice(16).replace(/^:\d\d(?:\.\d+)?/u, "").replace("Z", "UTC") };
}

/** The same in one line. */
export function written(text: string): string {
  const { day, time, offset } = momentParts(text);
  return [day, time, offset].filter(Boolean).join(" ");
}

const PARTS: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric" };

/** In Arabic in figures, since the names of months differ by region, and from left to right as numbers run. */
function calendarDay(day: Date, withYear: boolean): string {
  if (language.value === "ar") return `\u2066${[day.getDate(), day.getMonth() + 1, ...(withYear ? [day.getFullYear()] : [])].join("/")}\u2069`;
  const { year, ...rest } = PARTS;
  return formatter(`date ${withYear}`, (locale) => new Intl.DateTimeFormat(locale, withYear ? { ...rest, year } : rest)).format(day);
}

/** The hour of today, the day of anything older. */
export function when(atMs: number, nowMs: number): string {
  if (atMs === 0) return "";
  if (new Date(atMs).toDateString() === new Date(nowMs).toDateString()) return clockTime(atMs);
  return calendarDay(new Date(atMs), new Date(atMs).getFullYear() !== new Date(nowMs).getFullYear());
}

/** 2026-11-22 01:42:05, UTC. */
export function utc(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace("T", " ");
}

/** A decimal number as it was written, with the reader's marks; text that is no number stays as it is. */
export function decimal(text: string): string {
  if (!/^-?\d+(\.\d+)?$/u.test(text)) return text;
  const places = text.split(".")[1]?.length ?? 0;
  const format = formatter(`decimal ${places}`, (locale) => new Intl.NumberFormat(locale, { minimumFractionDigits: places }));
  return format.format(text as unknown as number);
}

/** How long before or after now: “3 hours ago”, “in 2 days”. */
export function fromNow(atMs: number, nowMs: number): string {
  const format = formatter("relative", (locale) => new Intl.RelativeTimeFormat(locale));
  const minutes = (atMs - nowMs) / 60_000;
  if (Math.abs(minutes) < 60) return format.format(Math.trunc(minutes), "minute");
  return Math.abs(minutes) < 2_880 ? format.format(Math.trunc(minutes / 60), "hour") : format.format(Math.trunc(minutes / 1_440), "day");
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** How large a file is, in the reader's words: `4.7 MB`. */
export function byteCount(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const style = { style: "unit", unit: UNITS[step]!, unitDisplay: "short", maximumFractionDigits: step > 1 ? 1 : 0 } as const;
  return new Intl.NumberFormat(language.value, style).format(bytes / 1000 ** step);
}

/** CLDR's name of a country; the code where there is none. Looked up once for each. */
export function countryName(code: string): string {
  const name = `country ${language.value} ${code}`;
  if (!made.has(name)) made.set(name, countryNameIn(code, language.value));
  return made.get(name) as string;
}

/** CLDR's name of a country in any of the six languages. */
export function countryNameIn(code: string, wanted: Language): string {
  const name = `region ${wanted}`;
  if (!made.has(name)) made.set(name, new Intl.DisplayNames(LOCALES[wanted], { type: "region", fallback: "code" }));
  return /^[A-Z]{2}$/u.test(code) ? ((made.get(name) as Intl.DisplayNames).of(code) ?? code) : code;
}

/** “a, b and c”; a name of the other direction stays where it stands in the list. */
export function list(names: readonly string[]): string {
  const format = formatter("list", (locale) => new Intl.ListFormat(locale, { type: "conjunction" }));
  return format.format(names.map((name) => (language.value === "ar" || isMixed(name) ? isolate(name) : name)));
}

/** For sorting what people read. */
export function compare(one: string, other: string): number {
  return formatter("collator", (locale) => new Intl.Collator(locale, { sensitivity: "base", numeric: true })).compare(one, other);
}

/** For finding: without case and accents. */
export function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase("en");
}
