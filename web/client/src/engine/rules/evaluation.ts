/**
 * What a parsed expression means: compiled once, against the places of its fields (twin of `templates_forms.evaluation`).
 *
 * Total and bounded: every operation has an answer for every value, and an evaluation spends from a budget (one step per
 * node, per row looked at and per 50 characters worked on) that ends it at the same point on every client.
 */

import { Decimal, add, divide, multiply, remainder, subtract } from "./decimal.ts";
import { ExpressionMalformed, ExpressionTooLarge } from "./errors.ts";
import type { Expression, Node } from "./expression.ts";
import { compileCall } from "./functions.ts";
import { MISSING, Moment, type Value, isSeveral, momentOf, numberOr, parseMoment, toBool, toNumber, toText } from "./values.ts";

/** Typed answers of one level: values of fields, and lists of rows under the keys of repeats. */
export interface Row {
  readonly values: ReadonlyMap<string, Value>;
  readonly rows: ReadonlyMap<string, readonly Row[]>;
}

/** Lookup tables: name, row, column. Code lists with attributes are tables too. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, string>>>;

const MAX_STEPS = 200_000;
const MAX_TEXT = 100_000;

/** Where fields and repeats stand: the repeats from the outermost in (for a repeat, itself included). */
export interface Layout {
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly repeats: ReadonlyMap<string, readonly string[]>;
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
 * `positions` their numbers from 1; `own` the value of `.`; `columns` the attributes of the code that a filter judges.
 */
export interface Env {
  rows: readonly Row[];
  positions: readonly number[];
  own: Value;
  columns: ReadonlyMap<string, string>;
  readonly nowMs: number;
  readonly tables: Tables;
  readonly budget: Budget;
}

export function newEnv(root: Row, nowMs: number, tables: Tables): Env {
  return { rows: [root], positions: [], own: MISSING, columns: new Map(), nowMs, tables, budget: new Budget() };
}

export function nowOf(env: Env): Moment {
  return momentOf(env.nowMs);
}

export type Compiled = (env: Env) => Value;

/** The function for `expression`, standing in the repeats `inside`. Throws ExpressionMalformed. */
export function compileExpression(expression: Expression, layout: Layout, inside: readonly string[], columns = false): Compiled {
  return new Compiler(layout, inside, columns).compile(expression.root);
}

/** Turns nodes into functions; what functions may ask about their arguments is here too. */
export class Compiler {
  constructor(
    readonly layout: Layout,
    readonly inside: readonly string[],
    readonly columns = false,
  ) {}

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
      case "column":
        if (!this.columns) throw new ExpressionMalformed("bare_name", node.position);
        return (env) => env.columns.get(node.key) ?? MISSING;
      case "reference":
        return this.#reference(node.key);
    }
  }

  /** The answer to a field in the nearest row; from outside its repeat, all its answers in order. */
  #reference(key: string): Compiled {
    const field = this.layout.fields.get(key);
    if (field !== undefined) {
      const shared = this.#shared(field);
      if (shared === field.length) return (env) => env.rows[shared]?.values.get(key) ?? MISSING;
      return all(shared, field, key);
    }
    const repeat = this.layout.repeats.get(key);
    if (repeat === undefined) throw new ExpressionMalformed("unknown_field", 0);
    return all(this.#shared(repeat.slice(0, -1)), repeat, null);
  }

  /** How many repeats around `path` are also around the expression. */
  #shared(path: readonly string[]): number {
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
      for (const { operator, operand } of links) value = apply(env, operator, value, operand(env));
      return value;
    };
  }
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

/** Several values against several are that many comparisons, and cost as much. */
function apply(env: Env, operator: string, left: Value, right: Value): Value {
  if (isSeveral(left) && isSeveral(right)) env.budget.spend(left.length * right.length);
  return OPERATORS[operator]!(left, right);
}

/** `=`: truth values if one side is one, else moments, else numbers, else text; of several values any may fit. */
export function equal(left: Value, right: Value): boolean {
  if (typeof left === "string" && typeof right === "string") return left === right;
  if (typeof left === "boolean" || typeof right === "boolean") return toBool(left) === toBool(right);
  if (isSeveral(left)) return left.some((item) => equal(item, right));
  if (isSeveral(right)) return right.some((item) => equal(left, item));
  const order = comparison(left, right);
  return order !== null && order === 0;
}

/** Both sides as numbers, compared; text beside a moment is read as a moment. Null where one side is neither. */
function comparison(left: Value, right: Value): number | null {
  const one = right instanceof Moment && typeof left === "string" ? parseMoment(left) : left;
  const other = left instanceof Moment && typeof right === "string" ? parseMoment(right) : right;
  const first = toNumber(one);
  const second = toNumber(other);
  return first instanceof Decimal && second instanceof Decimal ? first.compare(second) : null;
}

/** `!=`: of several values, any may differ (XPath); so it is not the opposite of `=` there. */
function different(left: Value, right: Value): boolean {
  if (isSeveral(left) && typeof right !== "boolean") return left.some((item) => different(item, right));
  if (isSeveral(right) && typeof left !== "boolean") return right.some((item) => different(left, item));
  return !equal(left, right);
}

function ordered(judge: (order: number) => boolean): (left: Value, right: Value) => boolean {
  const compare = (left: Value, right: Value): boolean => {
    if (isSeveral(left)) return left.some((item) => compare(item, right));
    if (isSeveral(right)) return right.some((item) => compare(left, item));
    const order = datesWritten(left, right) ?? comparison(left, right);
    return order !== null && judge(order);
  };
  return compare;
}

/** Two texts that are both moments compare as moments. */
function datesWritten(left: Value, right: Value): number | null {
  if (typeof left !== "string" || typeof right !== "string") return null;
  const one = parseMoment(left);
  const other = parseMoment(right);
  return one instanceof Moment && other instanceof Moment ? one.days.compare(other.days) : null;
}

function arithmetic(work: (left: Decimal, right: Decimal) => Decimal | null): (left: Value, right: Value) => Value {
  return (left, right) => {
    const first = toNumber(left);
    const second = toNumber(right);
    return first instanceof Decimal && second instanceof Decimal ? numberOr(work(first, second)) : MISSING;
  };
}

const OPERATORS: Readonly<Record<string, (left: Value, right: Value) => Value>> = {
  "=": equal,
  "!=": different,
  "<": ordered((order) => order < 0),
  "<=": ordered((order) => order <= 0),
  ">": ordered((order) => order > 0),
  ">=": ordered((order) => order >= 0),
  "+": arithmetic(add),
  "-": arithmetic(subtract),
  "*": arithmetic(multiply),
  div: arithmetic(divide),
  mod: arithmetic(remainder),
};

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
