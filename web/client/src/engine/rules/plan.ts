/** A template made ready for judging: expressions compiled, lookup tables and the places of its fields at hand. */

import { type Fields, count, field, fields, listOf, textOf } from "../../wire/shape.ts";
import { TemplateMalformed } from "./errors.ts";
import { type Compiled, type Env, type Layout, type Row, type Standing, type Tables, type Word, compileExpression, newEnv } from "./evaluation.ts";
import { type Expression, parse } from "./expression.ts";
import { MISSING, type Value } from "./values.ts";

const key = textOf(64, 1);
const expression = textOf(2_000);
const MAX_ROWS = 500;

/** One compiled expression; calling it spends its size from the budget. */
export type Ready = (env: Env) => Value;

export interface FieldPlan {
  readonly key: string;
  readonly type: string;
  readonly maxLength: number;
  /** The attributes of each code of its list. */
  readonly codes: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly relevant: Ready | null;
  readonly required: Ready | null;
  readonly constraint: Ready | null;
  readonly choiceFilter: Ready | null;
  readonly calculation: Ready | null;
  readonly default: Ready | null;
  /** The question beside a number that says its unit; empty where it has none. */
  readonly unitField: string;
  /** Whether anything but its type is judged. */
  readonly isConditional: boolean;
}

export interface RulePlan {
  readonly key: string;
  readonly level: "error" | "warn" | "info";
  readonly at: string;
  readonly expression: Ready;
  /** How many repeats deep each field stands that must be answered, and its key. */
  readonly needs: readonly (readonly [number, string])[];
}

/** What the answers of one level hold: the fields of all its groups, and the repeats that begin in it. */
export interface LevelPlan {
  readonly fields: readonly FieldPlan[];
  readonly repeats: readonly GroupPlan[];
}

export interface GroupPlan {
  readonly key: string;
  readonly relevant: Ready | null;
  readonly repeat: { readonly min: number; readonly max: number } | null;
  readonly fields: readonly FieldPlan[];
  readonly groups: readonly GroupPlan[];
  /** Rules that are judged for each row of this repeat. */
  readonly rules: readonly RulePlan[];
  readonly level: LevelPlan;
}

export interface Plan {
  readonly layout: Layout;
  readonly tables: Tables;
  readonly groups: readonly GroupPlan[];
  readonly level: LevelPlan;
  /** Rules that are judged once. */
  readonly rules: readonly RulePlan[];
  /** The word of a code where every client must have the same: English, else the first; without words, the code. */
  readonly word: Word;
}

/** What judging answers may look at: nothing that differs from reader to reader. */
export function envOf(plan: Plan, root: Row, nowMs: number): Env {
  return newEnv(root, nowMs, plan.tables, plan.word);
}

/** Throws Malformed, TemplateMalformed, ExpressionMalformed, ExpressionTooLarge. */
export function planOf(document: unknown): Plan {
  return new Maker(fields(document)).plan();
}

class Maker {
  readonly #template: Fields;
  readonly #layout: Layout;
  readonly #lists: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, string>>>;
  readonly #rules: readonly Fields[];

  constructor(template: Fields) {
    this.#template = template;
    this.#layout = layoutOf(listOf(fields)(template["groups"]));
    this.#lists = new Map(field(template, "code_lists", listOf(readCodeList), []));
    this.#rules = field(template, "rules", listOf(fields), []);
  }

  plan(): Plan {
    const groups = listOf(fields)(this.#template["groups"]).map((group) => this.#group(group, []));
    const words = new Map(field(this.#template, "code_lists", listOf(readWords), []));
    const tables = new Map([...field(this.#template, "tables", listOf(readTable), []), ...this.#lists]);
    return { layout: this.#layout, tables, groups, level: levelOf([], groups), rules: this.#rulesIn([]), word: (list, code) => words.get(list)?.get(code) ?? MISSING };
  }

  #group(node: Fields, outside: readonly string[]): GroupPlan {
    const name = key(node["key"]);
    const repeat = node["repeat"] === undefined || node["repeat"] === null ? null : fields(node["repeat"]);
    const path = repeat === null ? outside : [...outside, name];
    const children = listOf(fields)(node["children"]);
    const own = children.filter((child) => child["kind"] === "field").map((child) => this.#field(child, path));
    const groups = children.filter((child) => child["kind"] !== "field").map((child) => this.#group(child, path));
    return {
      key: name,
      relevant: this.#ready(node, "relevant", { inside: outside, at: name }),
      repeat: repeat === null ? null : { min: field(repeat, "min", count, 0), max: field(repeat, "max", count, MAX_ROWS) },
      fields: own,
      groups,
      rules: repeat === null ? [] : this.#rulesIn(path),
      level: levelOf(own, groups),
    };
  }

  #field(node: Fields, path: readonly string[]): FieldPlan {
    const list = field(node, "code_list", textOf(64), "");
    const unitField = field(node, "unit_field", textOf(64), "");
    const standing = { inside: path, at: key(node["key"]) };
    const choiceFilter = this.#ready(node, "choice_filter", { ...standing, columns: true });
    const [relevant, required, constraint] = (["relevant", "required", "constraint"] as const).map((name) => this.#ready(node, name, standing));
    return {
      key: standing.at,
      type: key(node["type"]),
      maxLength: field(node, "max_length", count, 0),
      codes: this.#lists.get(list) ?? new Map(),
      relevant: relevant ?? null,
      required: required ?? null,
      constraint: constraint ?? null,
      choiceFilter,
      calculation: this.#ready(node, "calculation", standing),
      default: this.#ready(node, "default", { ...standing, entry: true }),
      unitField,
      isConditional: unitField !== "" || [relevant, required, constraint, choiceFilter].some((ready) => ready !== null),
    };
  }

  /** The rules whose field stands in exactly the repeats of `path`. */
  #rulesIn(path: readonly string[]): RulePlan[] {
    return this.#rules.flatMap((rule) => {
      const at = key(rule["at"]);
      const place = this.#layout.fields.get(at) ?? this.#layout.repeats.get(at)?.slice(0, -1);
      if (place === undefined) throw new TemplateMalformed("unknown_field", key(rule["key"]));
      const ready = place.join() === path.join() ? this.#ready(rule, "expression", { inside: path, at }) : null;
      if (ready === null) return [];
      const needs = field(rule, "needs", listOf(key), []).map((need) => [this.#layout.fields.get(need)?.length ?? 0, need] as const);
      return [{ key: key(rule["key"]), level: levelName(rule["level"]), at, expression: ready, needs }];
    });
  }

  #ready(node: Fields, name: string, standing: Standing): Ready | null {
    const text = field(node, name, expression, "");
    if (text === "") return null;
    const parsed: Expression = parse(text);
    const run: Compiled = compileExpression(parsed, this.#layout, standing);
    return (env) => {
      env.budget.spend(parsed.nodes);
      return run(env);
    };
  }
}

function levelName(value: unknown): RulePlan["level"] {
  if (value !== "error" && value !== "warn" && value !== "info") throw new TemplateMalformed("shape", "level");
  return value;
}

/** `own` and what stands in `groups`, as one level: groups without repeat do not nest. */
function levelOf(own: readonly FieldPlan[], groups: readonly GroupPlan[]): LevelPlan {
  const inner = groups.filter((group) => group.repeat === null);
  return {
    fields: [...own, ...inner.flatMap((group) => group.level.fields)],
    repeats: groups.flatMap((group) => (group.repeat === null ? group.level.repeats : [group])),
  };
}

/** Where every field and repeat stands. */
export function layoutOf(groups: readonly Fields[]): Layout {
  const layout = { fields: new Map<string, readonly string[]>(), repeats: new Map<string, readonly string[]>(), parents: new Map<string, string>(), lists: new Map<string, string>() };
  const walk = (node: Fields, outside: readonly string[], parent: string): void => {
    const name = key(node["key"]);
    layout.parents.set(name, parent);
    if (node["kind"] === "field") {
      layout.fields.set(name, outside);
      const list = field(node, "code_list", textOf(64), "");
      if (list !== "") layout.lists.set(name, list);
      return;
    }
    const repeated = node["repeat"] !== undefined && node["repeat"] !== null;
    const path = repeated ? [...outside, name] : outside;
    if (repeated) layout.repeats.set(name, path);
    for (const child of listOf(fields)(node["children"])) walk(child, path, name);
  };
  for (const group of groups) walk(group, [], "");
  return layout;
}

function readWords(value: unknown): [string, ReadonlyMap<string, string>] {
  const list = fields(value);
  const codes = listOf(fields)(list["codes"]).map((code) => {
    const labels = field(code, "labels", readTexts, new Map<string, string>());
    return [key(code["key"]), labels.get("en") ?? labels.get([...labels.keys()].sort()[0] ?? "") ?? key(code["key"])] as const;
  });
  return [key(list["key"]), new Map(codes)];
}

function readTexts(value: unknown): ReadonlyMap<string, string> {
  return new Map(Object.entries(fields(value)).map(([name, text]) => [name, textOf(100_000)(text)]));
}

function readTable(value: unknown): [string, ReadonlyMap<string, ReadonlyMap<string, string>>] {
  const table = fields(value);
  const rows = Object.entries(fields(table["rows"])).map(([name, row]) => [name, readTexts(row)] as const);
  return [key(table["key"]), new Map(rows)];
}

function readCodeList(value: unknown): [string, ReadonlyMap<string, ReadonlyMap<string, string>>] {
  const list = fields(value);
  const codes = listOf(fields)(list["codes"]).map((code) => [key(code["key"]), field(code, "attributes", readTexts, new Map())] as const);
  return [key(list["key"]), new Map(codes)];
}
