/**
 * What a form calculates (twin of `templates_forms.calculation`): derived values, shown and never sent, and the answers
 * that it begins with. Pure but for the random identifiers of defaults.
 */

import { Decimal } from "./decimal.ts";
import { ExpressionTooLarge } from "./errors.ts";
import type { Env, Word } from "./evaluation.ts";
import type { RowPath } from "./row_path.ts";
import { type FieldPlan, type LevelPlan, type Plan, envOf } from "./plan.ts";
import { Findings, Reader } from "./reading.ts";
import { MISSING, type Value, toBool, toNumber, toText } from "./values.ts";

type Given = Readonly<Record<string, unknown>>;
type NewId = () => string;

/** The text of each derived field that has a value, by path; hostile answers give fewer values, never an error. */
export function derivedValues(plan: Plan, answers: Given, nowMs: number, word: Word = plan.word): ReadonlyMap<string, string> {
  const env = envFor(plan, answers, nowMs);
  env.word = word;
  try {
    return new Map(derived(plan.level, env, ""));
  } catch (error) {
    if (!(error instanceof ExpressionTooLarge)) throw error;
    return new Map();
  }
}

function* derived(level: LevelPlan, env: Env, prefix: string): Generator<[string, string]> {
  for (const field of level.fields) {
    const text = field.calculation === null ? "" : toText(field.calculation(env));
    if (text !== "") yield [prefix + field.key, text];
  }
  const { rows: outer, positions } = env;
  for (const repeat of level.repeats) {
    for (const [number, row] of (outer.at(-1)!.rows.get(repeat.key) ?? []).entries()) {
      Object.assign(env, { rows: [...outer, row], positions: [...positions, number + 1] });
      yield* derived(repeat.level, env, `${prefix}${repeat.key}[${number}].`);
    }
  }
  Object.assign(env, { rows: outer, positions });
}

/** Answers for the fields outside repeats that have a default and no answer yet. */
export function defaultAnswers(plan: Plan, answers: Given, nowMs: number, newId: NewId = () => crypto.randomUUID()): Given {
  return defaults(plan.level.fields, answers, envFor(plan, answers, nowMs), newId);
}

/** What a row that was just added, still empty, begins with; `at` names the row of each repeat down to it. */
export function defaultRow(plan: Plan, answers: Given, at: RowPath, nowMs: number, newId: NewId = () => crypto.randomUUID()): Given {
  const level = at.reduce<LevelPlan | undefined>((outer, [repeat]) => outer?.repeats.find((one) => one.key === repeat)?.level, plan.level);
  const env = envFor(plan, answers, nowMs);
  const rows = [env.rows[0]!];
  for (const [repeat, number] of at) {
    const row = rows.at(-1)!.rows.get(repeat)?.[number];
    if (row === undefined || level === undefined) return {};
    rows.push(row);
  }
  Object.assign(env, { rows, positions: at.map(([, number]) => number + 1) });
  return defaults(level!.fields, {}, env, newId);
}

function defaults(fields: readonly FieldPlan[], answers: Given, env: Env, newId: NewId): Given {
  env.newId = newId;
  const found: Record<string, unknown> = {};
  for (const field of fields) {
    if (field.default === null || Object.hasOwn(answers, field.key)) continue;
    const value = field.default(env);
    if (value !== MISSING) found[field.key] = plainAnswer(field.type, value);
  }
  return found;
}

/** A value as plain data, as `reading.ts` takes it; what does not fit the type stays text, and is found there. */
function plainAnswer(type: string, value: Value): unknown {
  if (type === "codes") return toText(value).split(" ").filter(Boolean);
  if (type === "bool") return toBool(value);
  const number = type === "int" ? toNumber(value) : MISSING;
  return number instanceof Decimal && number.isInteger ? Number(number.truncated()) : toText(value);
}

function envFor(plan: Plan, answers: Given, nowMs: number): Env {
  return envOf(plan, new Reader(new Findings()).read(plan.level, answers), nowMs);
}
