/**
 * A form that begins from others: what is known is not typed again (twin of `templates_forms.following`; what is taken
 * over from which form is data that both read). Pure.
 */

import MOVES from "../../../../../cencomm/templates_forms/following.json" with { type: "json" };
import type { Entry } from "./chain.ts";
import type { LevelPlan, Plan } from "./plan.ts";
import { Findings, Reader } from "./reading.ts";

type Given = Readonly<Record<string, unknown>>;
type Wanted = readonly (readonly string[])[];

interface Move {
  readonly from: string;
  readonly to: string;
  readonly take: string | Wanted;
  readonly replaces?: boolean;
  readonly without?: readonly string[];
  readonly set?: Given;
  readonly also?: Wanted;
  readonly beside?: Readonly<Record<string, Given>>;
}

/** How a form begins; `left` are the paths of answers that it has no place for. */
export interface Beginning {
  readonly answers: Given;
  readonly left: readonly string[];
  /** Whether it is a new version of the record that came before. */
  readonly replaces: boolean;
}

const COUNTRY = "reporting_country";
const DATE_LENGTH = 10;
const MISFITS = ["wrong_type", "too_long", "unknown_code", "unknown_field", "too_many_rows", "derived"];

function moveOf(to: string, before: string): Move | undefined {
  return (MOVES as readonly Move[]).find((move) => move.to === to && move.from === before);
}

export function canFollow(to: string, before: string): boolean {
  return moveOf(to, before) !== undefined;
}

/** The answers with which the form `to` begins after one of `before`, filled in by `country`; null if none begins so. */
export function follow(plan: Plan, to: string, before: string, sources: ReadonlyMap<string, Entry>, country: string): Beginning | null {
  const move = moveOf(to, before);
  if (move === undefined) return null;
  const taken = new Map(Object.entries(move.set ?? {}));
  const types = typesOf(plan.level);
  if (typeof move.take === "string") {
    for (const [key, value] of Object.entries(sources.get(before)?.answers ?? {})) if (!move.without?.includes(key)) taken.set(key, value);
  } else take(types, taken, move.take, sources, move.beside ?? {});
  take(types, taken, move.also ?? [], sources, {});
  const replaces = move.replaces === true;
  if (types.has(COUNTRY) && !replaces) taken.set(COUNTRY, country);
  return { ...fitting(plan, Object.fromEntries(taken)), replaces };
}

function typesOf(level: LevelPlan): ReadonlyMap<string, string> {
  return new Map([...level.fields.map((field) => [field.key, field.type] as const), ...level.repeats.flatMap((repeat) => [...typesOf(repeat.level)])]);
}

/** Each wanted answer at its place; `container[no].container_no` is a row named `no`, with what stands beside it. */
function take(types: ReadonlyMap<string, string>, made: Map<string, unknown>, wanted: Wanted, sources: ReadonlyMap<string, Entry>, beside: Readonly<Record<string, Given>>): void {
  const rows = new Map<string, Given>();
  for (const [target = "", source = ""] of wanted) {
    const dot = target.lastIndexOf(".");
    const [row, key] = [target.slice(0, Math.max(dot, 0)), target.slice(dot + 1)];
    const value = valueAs(types.get(key), known(sources, source));
    if (value === null) continue;
    if (row === "") made.set(key, value);
    else rows.set(row, { ...(rows.get(row) ?? beside[row]), [key]: value });
  }
  for (const [row, answers] of rows) {
    const repeat = row.split("[")[0] ?? "";
    made.set(repeat, [...((made.get(repeat) as readonly unknown[] | undefined) ?? []), answers]);
  }
}

function known(sources: ReadonlyMap<string, Entry>, source: string): unknown {
  const [before = "", key = ""] = source.split(".");
  const entry = sources.get(before);
  return key === "ref" ? entry?.ref : entry?.answers[key];
}

/** A value as the field that takes it keeps it (a list of rows has no field); null where it says something else. */
function valueAs(type: string | undefined, value: unknown): unknown {
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) return null;
  if (type === undefined) return Array.isArray(value) ? value : null;
  if (type === "codes" && typeof value === "string") return [value];
  if (type === "code" && Array.isArray(value)) return value.length === 1 ? value[0] : null;
  return type === "date" && typeof value === "string" ? value.slice(0, DATE_LENGTH) : value;
}

function fitting(plan: Plan, answers: Given): { answers: Given; left: readonly string[] } {
  const findings = new Findings();
  new Reader(findings).read(plan.level, answers);
  const left = new Set(findings.found.filter(({ rule }) => MISFITS.includes(rule)).map(({ path }) => path));
  return { answers: without(answers, left, ""), left: [...left].sort() };
}

function without(answers: Given, left: ReadonlySet<string>, prefix: string): Given {
  const kept = Object.entries(answers).filter(([key]) => !left.has(prefix + key));
  return Object.fromEntries(kept.map(([key, value]) => [key, isRows(value) ? value.map((row, number) => without(row, left, `${prefix}${key}[${number}].`)) : value]));
}

function isRows(value: unknown): value is readonly Given[] {
  return Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null && !Array.isArray(row));
}
