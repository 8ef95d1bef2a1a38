/** Answers as one changes them. Pure. */

import type { Answers, AnswerValue } from "../../engine/api.ts";
import type { RowPath } from "../../engine/rules/row_path.ts";
import { fieldsAt, type FormField, type FormGroup, repeatsAt } from "../../templates_forms/model.ts";
import { westernFigures } from "../../templates_forms/entry.ts";

/** Where a field stands: the row of each repeat around it, from the outermost in; empty outside repeats. */
export type Place = RowPath;

export const TOP: Place = [];

export function pathOf(place: Place, key: string): string {
  return [...place.map(([repeat, row]) => `${repeat}[${row}]`), key].join(".");
}

/** The answers beside a field: of the form, or of its row. */
export function levelAt(answers: Answers, place: Place): Answers {
  return place.reduce<Answers>((level, [repeat, row]) => rowsOf(level, repeat)[row] ?? {}, answers);
}

export interface Level {
  readonly fields: readonly FormField[];
  readonly place: Place;
  readonly level: Answers;
}

/** Every level of answers of a group, outer rows before inner ones. */
export function levelsOf(group: FormGroup, answers: Answers, place: Place = TOP): readonly Level[] {
  const inside = (level: Answers, at: Place): readonly Level[] => [{ fields: fieldsAt(group), place: at, level }, ...repeatsAt(group).flatMap((repeat) => levelsOf(repeat, level, at))];
  if (group.repeat === null) return inside(answers, place);
  return rowsOf(answers, group.key).flatMap((row, number) => inside(row, [...place, [group.key, number]]));
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
  return withLevel(answers, place, (level) => changed(level, key, value));
}

function withLevel(answers: Answers, place: Place, change: (level: Answers) => Answers): Answers {
  const [outermost, ...inner] = place;
  if (outermost === undefined) return change(answers);
  const [repeat, number] = outermost;
  return { ...answers, [repeat]: rowsOf(answers, repeat).map((row, at) => (at === number ? withLevel(row, inner, change) : row)) };
}

export function withRow(answers: Answers, repeat: string, place: Place = TOP, row: Answers = {}): Answers {
  return withLevel(answers, place, (level) => ({ ...level, [repeat]: [...rowsOf(level, repeat), row] }));
}

/** A row whose unit is open takes the one that this draft last used for the same heading. */
export function withUsualUnit(answers: Answers, place: Place): Answers {
  const [repeat, row] = place.at(-1) ?? ["", 0];
  const rows = rowsOf(levelAt(answers, place.slice(0, -1)), repeat);
  const mine = rows[row];
  if (mine === undefined || isMissing(mine["heading"]) || !isMissing(mine["unit"])) return answers;
  const alike = rows.findLast((other, at) => at !== row && other["heading"] === mine["heading"] && !isMissing(other["unit"]));
  return alike === undefined ? answers : withAnswer(answers, place, "unit", alike["unit"]!);
}

export function withoutRow(answers: Answers, repeat: string, row: number, place: Place = TOP): Answers {
  return withLevel(answers, place, (level) => changed(level, repeat, rowsOf(level, repeat).filter((_, at) => at !== row)));
}

/** A row changes places with the one before it or after it; at an end it stays. */
export function withMovedRow(answers: Answers, repeat: string, row: number, by: -1 | 1, place: Place = TOP): Answers {
  return withLevel(answers, place, (level) => {
    const rows = [...rowsOf(level, repeat)];
    const [mine, other] = [rows[row], rows[row + by]];
    if (mine === undefined || other === undefined) return level;
    rows[row] = other;
    rows[row + by] = mine;
    return { ...level, [repeat]: rows };
  });
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
