/**
 * Judging the answers of one record against its template: the same findings on every client (twin of
 * `templates_forms.validate`).
 *
 * `nowMs` is the server's stored time of the record, so that early and late readers judge alike. Nothing that a sender
 * put into a record can make this throw, hang, or use more than a bounded amount of work.
 */

import type { FindingRow } from "../model.ts";
import { Decimal } from "./decimal.ts";
import { ExpressionTooLarge } from "./errors.ts";
import type { Env, Layout } from "./evaluation.ts";
import { type FieldPlan, type GroupPlan, type Plan, type Ready, type RulePlan, envOf } from "./plan.ts";
import { Findings, Reader } from "./reading.ts";
import { MISSING, type Value, toBool, toNumber, toText } from "./values.ts";

/** All findings, in the order of the form. */
export function validate(plan: Plan, answers: Readonly<Record<string, unknown>>, nowMs: number): readonly FindingRow[] {
  const findings = new Findings();
  const root = new Reader(findings).read(plan.level, answers);
  try {
    new Judge(findings, envOf(plan, root, nowMs), plan.layout).form(plan);
  } catch (error) {
    if (!(error instanceof ExpressionTooLarge)) throw error;
    findings.add("too_much_work", "");
  }
  return findings.found;
}

/** Walks the form once; `env` always holds the rows around the field in hand. */
class Judge {
  readonly #findings: Findings;
  readonly #env: Env;
  readonly #layout: Layout;
  readonly #foundAt = new Set<string>();

  constructor(findings: Findings, env: Env, layout: Layout) {
    this.#findings = findings;
    this.#env = env;
    this.#layout = layout;
  }

  form(plan: Plan): void {
    this.#rules(plan.rules, "");
    for (const group of plan.groups) this.#group(group, "", true);
  }

  #group(plan: GroupPlan, prefix: string, above: boolean): void {
    const env = this.#env;
    const relevant = above && (plan.relevant === null || toBool(plan.relevant(env)));
    if (plan.repeat === null) return this.#inside(plan, prefix, relevant);
    const { rows: outer, positions } = env;
    (outer.at(-1)!.rows.get(plan.key) ?? []).forEach((row, number) => {
      env.rows = [...outer, row];
      env.positions = [...positions, number + 1];
      const inner = `${prefix}${plan.key}[${number}].`;
      this.#rules(plan.rules, inner);
      this.#inside(plan, inner, relevant);
    });
    env.rows = outer;
    env.positions = positions;
  }

  #inside(plan: GroupPlan, prefix: string, relevant: boolean): void {
    for (const child of plan.fields) if (child.isConditional || !relevant) this.#field(child, prefix, relevant);
    for (const group of plan.groups) this.#group(group, prefix, relevant);
  }

  #field(plan: FieldPlan, prefix: string, above: boolean): void {
    const env = this.#env;
    const path = prefix + plan.key;
    if (this.#findings.failed.has(path)) return;
    const value = env.rows.at(-1)!.values.get(plan.key) ?? MISSING;
    env.own = value;
    const isRelevant = (): boolean => above && (plan.relevant === null || toBool(plan.relevant(env)));
    if (value === MISSING) {
      if (plan.required !== null && isRelevant() && toBool(plan.required(env))) this.#findings.add("required", path);
      return;
    }
    if (!isRelevant()) return this.#findings.add("not_relevant", path, "warn");
    if (plan.constraint !== null && !toBool(plan.constraint(env))) this.#findings.add("constraint", path);
    if (plan.unitField !== "") this.#unit(plan, value, path);
    if (plan.choiceFilter !== null && !this.#foundAt.has(path)) this.#choice(plan, plan.choiceFilter, String(value), path);
  }

  /** A number without its unit says nothing; yen have no cents. */
  #unit(plan: FieldPlan, value: Value, path: string): void {
    const unit = this.#env.rows.at(-1)!.values.get(plan.unitField) ?? MISSING;
    if (unit === MISSING) return this.#findings.add("unit", path);
    const list = this.#layout.lists.get(plan.unitField) ?? "";
    const most = toNumber(this.#env.tables.get(list)?.get(String(unit))?.get("decimals") ?? MISSING);
    const places = (toText(value).split(".")[1] ?? "").length;
    if (most instanceof Decimal && Decimal.of(places).compare(most) > 0) this.#findings.add("decimals", path);
  }

  /** Each code that was chosen must be one that is offered here. A rule at the same place has said so already. */
  #choice(plan: FieldPlan, offered: Ready, value: string, path: string): void {
    for (const code of value.split(" ")) {
      this.#env.columns = plan.codes.get(code) ?? new Map();
      if (!toBool(offered(this.#env))) return this.#findings.add("choice", path);
    }
  }

  #rules(plans: readonly RulePlan[], prefix: string): void {
    const { rows } = this.#env;
    for (const plan of plans) {
      if (plan.needs.some(([depth, key]) => (rows[depth]?.values.get(key) ?? MISSING) === MISSING)) continue;
      const path = prefix + plan.at;
      this.#env.own = rows.at(-1)!.values.get(plan.at) ?? MISSING;
      if (this.#findings.failed.has(path) || toBool(plan.expression(this.#env))) continue;
      this.#findings.add(plan.key, path, plan.level);
      this.#foundAt.add(path);
    }
  }
}
