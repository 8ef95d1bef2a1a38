/**
 * What a parsed expression means: compiled once, against the places of its fields (twin of `templates_forms.evaluation`).
 *
 * Total and bounded: every operation has an answer for every value, and an evaluation spends from a budget (one step per
 * node, per row looked at and per 50 characters worked on) that ends it at the same point on every client.
 */

import { Decimal } from "./decimal.ts";
import { ExpressionMalformed, ExpressionTooLarge } from "./errors.ts";
import type { Expression, Node } from "./expression.ts";
import { compileCall } from "./functions.ts";
import { OPERATORS, cost } from "./operators.ts";
import { compilePath } from "./paths.ts";
import { MISSING, type Moment, type Value, isSeveral, momentOf, numberOr, toBool, toNumber, toText } from "./values.ts";

/** Typed answers of one level: values of fields, and lists of rows under the keys of repeats. */
export interface Row {
  readonly values: ReadonlyMap<string, Value>;
  readonly rows: ReadonlyMap<string, readonly Row[]>;
}

/** Lookup tables: name, row, column. Code lists with attributes are tables too. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, string>>>;

const MAX_STEPS = 200_000;
const MAX_TEXT = 100_000;

/**
 * Where fields and repeats stand: the repeats from the outermost in (for a repeat, itself included); in which group each
 * field and group stands (none for the outermost); and the code list of each coded field.
 */
export interface Layout {
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly repeats: ReadonlyMap<string, readonly string[]>;
  readonly parents: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, string>;
}

/** Steps that are left for all expressions of one record. */
export class Budget {
  steps = MAX_STEPS;

  spend(steps: number): void {
    this.steps -= steps;
    if (this.steps < 0) throw new ExpressionTooLarge("steps", MAX_STEPS);
  }
}

/**
 * What an evaluation may look at: `rows` holds the form's top level, then the row in each repeat around the expression;
 * `positions` their numbers from 1; `own` the value of `.`; `columns` the attributes of the code that a filter judges;
 * `current`, within brackets, the rows and positions outside of them. `word` gives the word of a code of a list, `newId` a
 * random identifier (only where one fills in a form).
 */
export interface Env {
  rows: readonly Row[];
  positions: readonly number[];
  own: Value;
  columns: ReadonlyMap<string, string>;
  readonly nowMs: number;
  readonly tables: Tables;
  readonly budget: Budget;
  current: Current | null;
  word: Word;
  newId: (() => string) | null;
}

export type Current = Pick<Env, "rows" | "positions" | "own">;
export type Word = (list: string, code: string) => string;

export function newEnv(root: Row, nowMs: number, tables: Tables, word: Word): Env {
  return { rows: [root], positions: [], own: MISSING, columns: new Map(), nowMs, tables, budget: new Budget(), current: null, word, newId: null };
}

export function nowOf(env: Env): Moment {
  return momentOf(env.nowMs);
}

export type Compiled = (env: Env) => Value;

/** Where an expression stands. */
export interface Standing {
  /** The repeats around it. */
  readonly inside: readonly string[];
  /** The field or group that it belongs to: where its paths begin. Within brackets, the repeat or field of the rows. */
  readonly at: string;
  /** Of a choice filter, which has attributes of codes. */
  readonly columns?: boolean;
  /** Of what only the one who fills in the form evaluates, never a reader. */
  readonly entry?: boolean;
}

/** The function for `expression`. Throws ExpressionMalformed. */
export function compileExpression(expression: Expression, layout: Layout, standing: Standing): Compiled {
  return new Compiler(layout, standing).compile(expression.root);
}

/** Turns nodes into functions; what functions may ask about their arguments is here too. */
export class Compiler {
  readonly layout: Layout;
  readonly inside: readonly string[];
  readonly at: string;
  readonly columns: boolean;
  readonly entry: boolean;
  /** What compiles the expression outside of all brackets. */
  readonly base: Compiler;

  constructor(layout: Layout, { inside, at, columns = false, entry = false }: Standing, outer: Compiler | null = null) {
    this.layout = layout;
    this.inside = inside;
    this.at = at;
    this.columns = columns;
    this.entry = entry;
    this.base = outer === null ? this : outer.base;
  }

  compile(node: Node): Compiled {
    switch (node.node) {
      case "negation": {
        const operand = this.compile(node.operand);
        return (env) => {
          const number = toNumber(operand(env));
          return number instanceof Decimal ? numberOr(number.negated()) : MISSING;
        };
      }
      case "chain":
        return this.#chain(node.head, node.links);
      case "call":
        return compileCall(this, node);
      case "literal":
        return () => node.value;
      case "self":
        return (env) => env.own;
      case "path":
        return compilePath(this, node);
      case "column":
        if (this.base !== this) return compilePath(this, { node: "path", steps: [{ axis: "child", key: node.key, conditions: [] }], position: node.position });
        if (!this.columns) throw new ExpressionMalformed("bare_name", node.position);
        return (env) => env.columns.get(node.key) ?? MISSING;
      case "reference":
        return this.reference(node.key);
    }
  }

  /** The answer to a field in the nearest row; from outside its repeat, all its answers in order. */
  reference(key: string): Compiled {
    const field = this.layout.fields.get(key);
    if (field !== undefined) {
      const nearest = this.nearest(field);
      if (nearest !== this) return outside(nearest.reference(key));
      const shared = this.shared(field);
      if (shared === field.length) return (env) => env.rows[shared]?.values.get(key) ?? MISSING;
      return all(shared, field, key);
    }
    const repeat = this.layout.repeats.get(key);
    if (repeat === undefined) throw new ExpressionMalformed("unknown_field", 0);
    return all(this.shared(repeat.slice(0, -1)), repeat, null);
  }

  /** Whether a place is nearer to the row in brackets, or to the expression outside of them. */
  nearest(path: readonly string[]): Compiler {
    return this.base.shared(path) > this.shared(path) ? this.base : this;
  }

  /** How many repeats around `path` are also around the expression. */
  shared(path: readonly string[]): number {
    let shared = 0;
    while (shared < path.length && path[shared] === this.inside[shared]) shared++;
    return shared;
  }

  #chain(headNode: Node, linkNodes: readonly (readonly [string, Node])[]): Compiled {
    const head = this.compile(headNode);
    const links = linkNodes.map(([operator, operand]) => ({ operator, operand: this.compile(operand) }));
    const first = links[0]?.operator;
    if (first === "or" || first === "and") {
      const operands = [head, ...links.map(({ operand }) => operand)];
      if (first === "or") return (env) => operands.some((operand) => toBool(operand(env)));
      return (env) => operands.every((operand) => toBool(operand(env)));
    }
    return (env) => {
      let value = head(env);
      for (const { operator, operand } of links) {
        const right = operand(env);
        if (isSeveral(value) && isSeveral(right)) env.budget.spend(cost(value, right));
        value = OPERATORS[operator]!(value, right);
      }
      return value;
    };
  }
}

/** What stands within brackets, but is looked up in the rows outside of them. */
function outside(run: Compiled): Compiled {
  return (env) => {
    const inner = env.rows;
    env.rows = env.current!.rows;
    try {
      return run(env);
    } finally {
      env.rows = inner;
    }
  };
}

/** Every answer to `key` below the row that is shared; without a key, one `true` for each row. */
function all(shared: number, path: readonly string[], key: string | null): Compiled {
  const below = path.slice(shared);
  return (env) => {
    const start = env.rows[shared];
    let rows: readonly Row[] = start === undefined ? [] : [start];
    for (const repeat of below) {
      rows = rows.flatMap((row) => row.rows.get(repeat) ?? []);
      env.budget.spend(rows.length + 1);
    }
    return rows.map((row) => (key === null ? true : (row.values.get(key) ?? MISSING)));
  };
}

/** How many characters (code points) a text has. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const character of text) count += Number(character.length > 0);
  return count;
}

/** The text of a value, its length taken from the budget. Throws ExpressionTooLarge. */
export function textOf(env: Env, value: Value): string {
  const text = toText(value);
  const length = text.length > 50 ? lengthOf(text) : 0;
  if (length > 50) {
    env.budget.spend(Math.floor(length / 50));
    if (length > MAX_TEXT) throw new ExpressionTooLarge("text", MAX_TEXT);
  }
  return text;
}
