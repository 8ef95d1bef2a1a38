/** Answers as one changes them. Pure. */

import type { Answers, AnswerValue } from "../../engine/api.ts";
import { isMissing, rowsOf } from "./judging.ts";
import type { FormField } from "../../templates_forms/model.ts";

/** Where a field stands: outside repeats, or in one row of one. */
export interface Place {
  readonly repeat: string;
  readonly row: number;
}

export const TOP: Place = { repeat: "", row: 0 };

export function pathOf(place: Place, key: string): string {
  return place.repeat === "" ? key : `${place.repeat}[${place.row}].${key}`;
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

export function withoutRow(answers: Answers, repeat: string, row: number): Answers {
  const rows = rowsOf(answers, repeat).filter((_, at) => at !== row);
  return changed(answers, repeat, rows);
}

function changed(answers: Answers, key: string, value: AnswerValue): Answers {
  if (!isMissing(value)) return { ...answers, [key]: value };
  const { [key]: _, ...rest } = answers;
  return rest;
}

/** The answers that are sent: none for what is not asked, and no empty rows. */
export function toSubmit(answers: Answers, relevant: ReadonlySet<string>, prefix = ""): Answers {
  const kept: Record<string, AnswerValue> = {};
  for (const [key, value] of Object.entries(answers)) {
    if (!relevant.has(prefix + key)) continue;
    const rows = rowsOf(answers, key);
    kept[key] = rows.length === 0 ? value : rows.map((row, at) => toSubmit(row, relevant, `${prefix}${key}[${at}].`));
  }
  return kept;
}

/** What was typed, as the record keeps it; figures of every script and a decimal comma are taken. */
export function typedValue(field: FormField, typed: string): AnswerValue {
  if (field.type === "int" || field.type === "decimal") {
    const figures = westernFigures(typed).replace(/[\s\u00a0\u202f]/gu, "").replace(/^(\d+),(\d+)$/u, "$1.$2");
    return field.type === "int" && /^-?\d{1,15}$/u.test(figures) ? Number(figures) : figures;
  }
  return field.type === "identifier" ? westernFigures(typed).toUpperCase() : typed;
}

/** Arabic-Indic and Persian figures as 0 to 9. */
export function westernFigures(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/gu, (figure) => String(figure.charCodeAt(0) & 0xf)).replace(/\u066b/gu, ".");
}

/** A local date and time with the offset that holds there: `2026-11-22T01:42+03:00`; without a time, the date. */
export function momentText(day: string, time: string): string {
  if (day === "" || time === "") return day;
  const offset = -new Date(`${day}T${time}`).getTimezoneOffset();
  if (Number.isNaN(offset)) return day;
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${day}T${time}${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}
