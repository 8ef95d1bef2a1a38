/** Answers as one changes them. Pure. */

import type { Answers, AnswerValue } from "../../engine/api.ts";
import { westernFigures } from "../../templates_forms/entry.ts";

/** Where a field stands: outside repeats, or in one row of one. */
export interface Place {
  readonly repeat: string;
  readonly row: number;
}

export const TOP: Place = { repeat: "", row: 0 };

export function pathOf(place: Place, key: string): string {
  return place.repeat === "" ? key : `${place.repeat}[${place.row}].${key}`;
}

export function isRows(value: AnswerValue | undefined): value is readonly Answers[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === "object";
}

export function rowsOf(answers: Answers, key: string): readonly Answers[] {
  const value = answers[key];
  return isRows(value) ? value : [];
}

export function isMissing(value: AnswerValue | undefined): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** The answers with one changed; what is missing is left out. */
export function withAnswer(answers: Answers, place: Place, key: string, value: AnswerValue): Answers {
  if (place.repeat === "") return changed(answers, key, value);
  const rows = rowsOf(answers, place.repeat).map((row, at) => (at === place.row ? changed(row, key, value) : row));
  return { ...answers, [place.repeat]: rows };
}

export function withRow(answers: Answers, repeat: string): Answers {
  return { ...answers, [repeat]: [...rowsOf(answers, repeat), {}] };
}

/** A row whose unit is open takes the one that this draft last used for the same heading. */
export function withUsualUnit(answers: Answers, { repeat, row }: Place): Answers {
  const rows = rowsOf(answers, repeat);
  const mine = rows[row];
  if (mine === undefined || isMissing(mine["heading"]) || !isMissing(mine["unit"])) return answers;
  const alike = rows.findLast((other, at) => at !== row && other["heading"] === mine["heading"] && !isMissing(other["unit"]));
  return alike === undefined ? answers : withAnswer(answers, { repeat, row }, "unit", alike["unit"]!);
}

export function withoutRow(answers: Answers, repeat: string, row: number): Answers {
  const rows = rowsOf(answers, repeat).filter((_, at) => at !== row);
  return changed(answers, repeat, rows);
}

function changed(answers: Answers, key: string, value: AnswerValue): Answers {
  if (!isMissing(value)) return { ...answers, [key]: value };
  const { [key]: _, ...rest } = answers;
  return rest;
}

/** The hour that was typed, of 24: `142`, `1:42`, `01.42`, `1h42`, in figures of every script; null where it is none. */
export function typedTime(typed: string): string | null {
  const match = /^(\d{1,2})(?:\s?[:.hH\u0647]\s?(\d{2})|(\d{2}))?$/u.exec(westernFigures(typed.trim()));
  if (match === null) return null;
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? match[3] ?? "0")];
  return hour > 23 || minute > 59 ? null : `${two(hour)}:${two(minute)}`;
}

/** This minute, with the offset of this device. */
export function nowText(now: Date): string {
  return momentText(`${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`, `${two(now.getHours())}:${two(now.getMinutes())}`);
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** A local date and time with the offset that holds there: `2026-11-22T01:42+03:00`; without a time, the date. */
export function momentText(day: string, time: string): string {
  if (day === "" || time === "") return day;
  const offset = -new Date(`${day}T${time}`).getTimezoneOffset();
  if (Number.isNaN(offset)) return day;
  return `${day}T${time}${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}
