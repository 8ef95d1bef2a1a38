/**
 * What a person types becomes what a record keeps: figures of every script in use, decimal comma, groups of thousands
 * (twin of `templates_forms.entry`). Pure.
 */

import type { FieldType } from "./model.ts";

const GROUPING = /[ \t\r\n\u00a0\u2000-\u200a\u202f\u3000\u066c'\u2019]/gu;
const COMMA = /^([-\u2212]?)([0-9]*)[,\u060c]([0-9]*)$/u;

/** Arabic-Indic and Persian figures as 0 to 9, their decimal sign as a point. */
export function westernFigures(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/gu, (figure) => String(figure.charCodeAt(0) & 0xf)).replace(/\u066b/gu, ".");
}

/** What was typed, as the record keeps it; what does not fit stays as it is, and the rules say so. */
export function typedAnswer(type: FieldType, typed: string): string | number {
  switch (type) {
    case "int":
    case "decimal": {
      const figures = westernFigures(typed).replace(GROUPING, "").replace(COMMA, "$1$2.$3").replace("\u2212", "-");
      return type === "int" && /^-?[0-9]{1,15}$/u.test(figures) ? Number(figures) : figures;
    }
    case "identifier":
      return westernFigures(typed).toUpperCase();
    case "date":
    case "datetime":
      return westernFigures(typed);
    default:
      return typed;
  }
}

/** A number as it is once one has stopped typing: `12.` is 12, `.5` is 0.5. */
export function finishedNumber(text: string): string {
  return text.replace(/^(-?)\./u, "$10.").replace(/\.$/u, "");
}
