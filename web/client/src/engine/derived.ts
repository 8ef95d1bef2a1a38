/**
 * Answers together with what follows from them: derived values are never sent, but shown and extracted (twin of
 * `cencomm.export.derived`).
 */

import type { FormTemplate } from "../templates_forms/model.ts";
import type { Answer, Answers } from "../wire/content.ts";
import { derivedValues } from "./rules/calculation.ts";
import type { Word } from "./rules/evaluation.ts";
import type { Plan } from "./rules/plan.ts";

const STEP = /([a-z][a-z0-9_]*)(?:\[([0-9]+)\])?\.?/gu;

type Level = Record<string, Answer>;

/** The answers with each derived value at its place, as of `atMs`; what was given is not changed, and an answer that was sent stays. */
export function withDerived(plan: Plan, answers: Answers, atMs: number, word: Word): Answers {
  const found = derivedValues(plan, answers, atMs, word);
  if (found.size === 0) return answers;
  const whole = structuredClone(answers) as Level;
  for (const [path, text] of found) put(whole, path, text);
  return whole;
}

function put(whole: Level, path: string, text: string): void {
  const steps = [...path.matchAll(STEP)];
  const last = steps.pop()![1]!;
  const level = steps.reduce<Level>((around, [, key, row]) => (around[key!] as unknown as readonly Level[])[Number(row)]!, whole);
  if (!Object.hasOwn(level, last)) level[last] = text;
}

export function hasDerived(template: FormTemplate): boolean {
  return [...template.fields.values()].some(({ type }) => type === "derived");
}
