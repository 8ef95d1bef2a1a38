/**
 * A form as it stands while one types: what is asked, what may be chosen and what does not fit, by the very rules that
 * judge the record (`validate.ts`). Pure.
 */

import { derivedValues } from "./calculation.ts";
import { ExpressionTooLarge } from "./errors.ts";
import type { Env, Row, Word } from "./evaluation.ts";
import { type FieldPlan, type GroupPlan, type LevelPlan, type Plan, envOf } from "./plan.ts";
import { Findings, Reader } from "./reading.ts";
import type { RowPath } from "./row_path.ts";
import { validate } from "./validate.ts";
import { MISSING, toBool } from "./values.ts";

type Given = Readonly<Record<string, unknown>>;

export interface Filling {
  /** What is asked and what must be answered, by path (`item[0].unit`). */
  readonly relevant: ReadonlySet<string>;
  readonly required: ReadonlySet<string>;
  /** What would be sent: nothing that is not asked. */
  readonly answers: Given;
  readonly findings: ReturnType<typeof validate>;
  /** What is worked out, as text, by path. */
  readonly derived: ReadonlyMap<string, string>;
  /** Which codes of a field may be chosen, given all other answers. */
  offers(at: RowPath, key: string): (code: string) => boolean;
}

/** An answer that goes may end another question; a chain longer than this is left to the judgement. */
const MOST_ROUNDS = 8;

/** The form as of `nowMs`; `word` gives codes their words in the reader's language. */
export function fill(plan: Plan, answers: Given, nowMs: number, word: Word = plan.word): Filling {
  let kept = answers;
  let asked = askedOf(plan, kept, nowMs);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const fewer = onlyAsked(kept, asked.relevant, "");
    if (fewer === kept) break;
    kept = fewer;
    asked = askedOf(plan, kept, nowMs);
  }
  return {
    ...asked,
    answers: kept,
    findings: validate(plan, kept, nowMs),
    derived: derivedValues(plan, kept, nowMs, word),
    offers: (at, key) => offered(plan, kept, nowMs, at, key),
  };
}

function envFor(plan: Plan, answers: Given, nowMs: number): Env {
  return envOf(plan, new Reader(new Findings()).read(plan.level, answers), nowMs);
}

interface Asked {
  readonly relevant: Set<string>;
  readonly required: Set<string>;
}

function askedOf(plan: Plan, answers: Given, nowMs: number): Asked {
  const asked = new Asking(envFor(plan, answers, nowMs));
  for (const group of plan.groups) asked.group(group, "", true);
  return asked;
}

/** Walks the form once; where the work is more than allowed, everything is asked and nothing required. */
class Asking implements Asked {
  readonly relevant = new Set<string>();
  readonly required = new Set<string>();
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  group(plan: GroupPlan, prefix: string, above: boolean): void {
    const env = this.#env;
    const relevant = above && this.#holds(plan.relevant, true);
    if (relevant) this.relevant.add(prefix + plan.key);
    if (plan.repeat === null) return this.#inside(plan, prefix, relevant);
    const { rows: outer, positions } = env;
    (outer.at(-1)!.rows.get(plan.key) ?? []).forEach((row, number) => {
      env.rows = [...outer, row];
      env.positions = [...positions, number + 1];
      this.#inside(plan, `${prefix}${plan.key}[${number}].`, relevant);
    });
    env.rows = outer;
    env.positions = positions;
  }

  #inside(plan: GroupPlan, prefix: string, above: boolean): void {
    for (const field of plan.fields) this.#field(field, prefix + field.key, above);
    for (const group of plan.groups) this.group(group, prefix, above);
  }

  #field(plan: FieldPlan, path: string, above: boolean): void {
    this.#env.own = this.#env.rows.at(-1)!.values.get(plan.key) ?? MISSING;
    if (!above || !this.#holds(plan.relevant, true)) return;
    this.relevant.add(path);
    if (this.#holds(plan.required, false)) this.required.add(path);
  }

  #holds(ready: FieldPlan["relevant"], otherwise: boolean): boolean {
    if (ready === null) return otherwise;
    return within(() => toBool(ready(this.#env)), otherwise);
  }
}

function within(work: () => boolean, otherwise: boolean): boolean {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ExpressionTooLarge)) throw error;
    return otherwise;
  }
}

/** The answers without those that are not asked; the same object where all are. */
function onlyAsked(answers: Given, relevant: ReadonlySet<string>, prefix: string): Given {
  const kept: Record<string, unknown> = {};
  let same = true;
  for (const [key, value] of Object.entries(answers)) {
    const asked = relevant.has(prefix + key);
    const inner = asked && isRows(value) ? rowsAsked(value, relevant, prefix + key) : value;
    same &&= asked && inner === value;
    if (asked) kept[key] = inner;
  }
  return same ? answers : kept;
}

function rowsAsked(rows: readonly Given[], relevant: ReadonlySet<string>, path: string): readonly Given[] {
  const kept = rows.map((row, at) => onlyAsked(row, relevant, `${path}[${at}].`));
  return kept.every((row, at) => row === rows[at]) ? rows : kept;
}

function isRows(value: unknown): value is readonly Given[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === "object";
}

/** Nothing is read before the first code is asked for: most lists are never opened. */
function offered(plan: Plan, answers: Given, nowMs: number, at: RowPath, key: string): (code: string) => boolean {
  const level = at.reduce<LevelPlan | undefined>((outer, [repeat]) => outer?.repeats.find((one) => one.key === repeat)?.level, plan.level);
  const field = level?.fields.find((one) => one.key === key);
  const filter = field?.choiceFilter ?? null;
  if (field === undefined || filter === null) return () => true;
  let env: Env | null = null;
  return (code) => {
    env ??= envAt(plan, answers, nowMs, at);
    env.columns = field.codes.get(code) ?? new Map();
    return within(() => toBool(filter(env!)), true);
  };
}

function envAt(plan: Plan, answers: Given, nowMs: number, at: RowPath): Env {
  const env = envFor(plan, answers, nowMs);
  const rows: Row[] = [env.rows[0]!];
  for (const [repeat, number] of at) rows.push(rows.at(-1)!.rows.get(repeat)?.[number] ?? { values: new Map(), rows: new Map() });
  env.rows = rows;
  env.positions = at.map(([, number]) => number + 1);
  return env;
}
