/** Answers as they came (perhaps from a hostile sender) become typed values; whatever does not fit becomes a finding. */

import type { FindingRow } from "../model.ts";
import { Decimal } from "./decimal.ts";
import { type Row, lengthOf } from "./evaluation.ts";
import type { FieldPlan, GroupPlan, LevelPlan } from "./plan.ts";
import { MISSING, type Value, parseDate, parseMoment, parseNumber } from "./values.ts";

const MAX_FINDINGS = 200;
const MAX_VALUES = 20_000;
const MAX_ROWS = 500;
const MAX_INTEGER = 10 ** 15;
const MAX_TEXT: Readonly<Record<string, number>> = { text: 1_000, longtext: 20_000, identifier: 64 };
const DECIMAL = /^-?[0-9]{1,30}(\.[0-9]{1,30})?$/;
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;
const EMPTY: Row = { values: new Map(), rows: new Map() };

/** Collects findings, up to a bound. */
export class Findings {
  readonly found: FindingRow[] = [];
  /** Paths whose answer does not fit its field, so that nothing else is said of them. */
  readonly failed = new Set<string>();

  add(rule: string, path: string, level: FindingRow["level"] = "error"): void {
    if (this.found.length < MAX_FINDINGS) this.found.push({ rule, level, path });
    else if (this.found.length === MAX_FINDINGS) this.found.push({ rule: "too_many_findings", level: "error", path: "" });
  }

  refuse(rule: string, path: string): typeof MISSING {
    this.add(rule, path);
    this.failed.add(path);
    return MISSING;
  }
}

type Given = Readonly<Record<string, unknown>>;

/** Reads the answers of one record. */
export class Reader {
  readonly #findings: Findings;
  #values = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** The typed top level. Values that do not fit are missing in it. */
  read(level: LevelPlan, answers: Given): Row {
    const row = this.#level(level, answers, "");
    if (this.#values > MAX_VALUES) this.#findings.add("too_large", "");
    return row;
  }

  #level(level: LevelPlan, answers: Given, prefix: string): Row {
    const values = new Map<string, Value>();
    const rows = new Map<string, readonly Row[]>();
    for (const plan of level.fields) {
      const given = Object.hasOwn(answers, plan.key);
      values.set(plan.key, given ? this.#value(plan, answers[plan.key], prefix + plan.key) : MISSING);
    }
    for (const repeat of level.repeats) {
      const given = Object.hasOwn(answers, repeat.key) ? answers[repeat.key] : undefined;
      rows.set(repeat.key, this.#rows(repeat, given, prefix + repeat.key));
    }
    for (const key of Object.keys(answers)) {
      if (!values.has(key) && !rows.has(key)) this.#findings.add("unknown_field", prefix + [...key].slice(0, 64).join(""));
    }
    return { values, rows };
  }

  #rows(plan: GroupPlan, answers: unknown, path: string): Row[] {
    const repeat = plan.repeat!;
    const given = answers ?? [];
    if (!Array.isArray(given)) {
      this.#findings.refuse("wrong_type", path);
      return [];
    }
    const most = Math.min(repeat.max, MAX_ROWS);
    if (given.length > most) this.#findings.refuse("too_many_rows", path);
    else if (given.length < repeat.min) this.#findings.add("too_few_rows", path);
    return given.slice(0, most).map((row: unknown, number) => this.#row(plan, row, `${path}[${number}]`));
  }

  #row(plan: GroupPlan, given: unknown, path: string): Row {
    this.#values += 1;
    if (this.#values > MAX_VALUES) return EMPTY;
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      this.#findings.refuse("wrong_type", path);
      return EMPTY;
    }
    return this.#level(plan.level, given as Given, `${path}.`);
  }

  #value(plan: FieldPlan, given: unknown, path: string): Value {
    if (given === null || given === "" || (Array.isArray(given) && given.length === 0)) return MISSING;
    this.#values += Array.isArray(given) ? given.length : 1;
    if (this.#values > MAX_VALUES) return MISSING;
    switch (plan.type) {
      case "derived":
        return this.#findings.refuse("derived", path);
      case "code":
        return this.#code(plan, given, path);
      case "codes":
        return this.#codes(plan, given, path);
      case "text":
      case "longtext":
      case "identifier":
        return this.#text(plan, given, path);
      default: {
        const value = scalar(plan.type, given);
        return value === MISSING ? this.#findings.refuse("wrong_type", path) : value;
      }
    }
  }

  #code(plan: FieldPlan, given: unknown, path: string): Value {
    if (typeof given !== "string") return this.#findings.refuse("wrong_type", path);
    return plan.codes.has(given) ? given : this.#findings.refuse("unknown_code", path);
  }

  #codes(plan: FieldPlan, given: unknown, path: string): Value {
    const isTexts = (list: unknown): list is string[] => Array.isArray(list) && list.every((code) => typeof code === "string");
    if (!isTexts(given)) return this.#findings.refuse("wrong_type", path);
    if (given.length > plan.codes.size || given.some((code) => !plan.codes.has(code))) return this.#findings.refuse("unknown_code", path);
    return new Set(given).size === given.length ? given.join(" ") : this.#findings.refuse("wrong_type", path);
  }

  #text(plan: FieldPlan, given: unknown, path: string): Value {
    if (typeof given !== "string") return this.#findings.refuse("wrong_type", path);
    const most = plan.maxLength === 0 ? MAX_TEXT[plan.type]! : plan.maxLength;
    if (lengthOf(given) > most) return this.#findings.refuse("too_long", path);
    if (plan.type === "identifier" && !IDENTIFIER.test(given)) return this.#findings.refuse("wrong_type", path);
    return given;
  }
}

/** The value of a number, truth value, date or time; missing where it does not fit. */
function scalar(kind: string, given: unknown): Value {
  if (kind === "bool") return typeof given === "boolean" ? given : MISSING;
  if (kind === "int") {
    const fits = typeof given === "number" && Number.isSafeInteger(given) && Math.abs(given) <= MAX_INTEGER;
    return fits ? Decimal.of(given) : MISSING;
  }
  if (typeof given !== "string" || lengthOf(given) > 64) return MISSING;
  if (kind === "decimal") return DECIMAL.test(given) ? parseNumber(given) : MISSING;
  return kind === "date" ? parseDate(given) : parseMoment(given);
}
