/** The expressions of templates, for the writer's screen: XLSForm's operators and the functions that forms use while one types. Pure.
 *
 * Missing is empty text. What this cannot read counts as met, so that nothing is shown as wrong that may be right.
 */

import type { Answers, AnswerValue } from "../../engine/api.ts";
import type { FormTemplate } from "../../templates_forms/model.ts";

export type Value = string | number | boolean | readonly Value[];

/** What an expression may look at: the form's answers, then the row of each repeat around it. */
export interface Env {
  readonly template: FormTemplate;
  readonly rows: readonly Answers[];
  readonly repeats: readonly string[];
  readonly nowMs: number;
  readonly own?: AnswerValue;
  readonly columns?: Readonly<Record<string, string>>;
}

type Run = (env: Env) => Value;

const TOKEN = /\s*(?:\$\{ *([a-z][a-z0-9_]*) *\}|(\d+(?:\.\d*)?|\.\d+)|"([^"]*)"|'([^']*)'|([A-Za-z][A-Za-z0-9_]*(?:[-:][A-Za-z][A-Za-z0-9_]*)*)|(<=|>=|!=|[=<>+\-*(),.]))/uy;
const LEVELS: readonly (readonly string[])[] = [["or"], ["and"], ["=", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "div", "mod"]];
const WORDS: ReadonlySet<string> = new Set(LEVELS.flat().filter((word) => /[a-z]/u.test(word)));
const DAY_MS = 86_400_000;
/** Patterns that take linear time whatever they meet: no groups, and only counted repetition. Others the engine judges. */
const PLAIN_PATTERN = /^(?:[^(){}*+?\\]|\{\d{1,2}\})*$/u;

interface Token {
  readonly kind: "reference" | "number" | "text" | "name" | "symbol";
  readonly text: string;
}

/** A function that this screen does not have. */
class Unreadable extends Error {}

const compiled = new Map<string, Run>();

export function evaluate(text: string, env: Env): Value {
  let run = compiled.get(text);
  if (run === undefined) {
    run = compile(text);
    compiled.set(text, run);
  }
  return run(env);
}

function compile(text: string): Run {
  try {
    return new Parser(tokens(text)).whole();
  } catch (error) {
    if (error instanceof Unreadable) return () => true;
    throw error;
  }
}

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) throw new Unreadable(text);
    const [, reference, number, double, single, name, symbol] = match;
    if (reference !== undefined) found.push({ kind: "reference", text: reference });
    else if (number !== undefined) found.push({ kind: "number", text: number });
    else if (name !== undefined) found.push({ kind: WORDS.has(name) ? "symbol" : "name", text: name });
    else if (symbol !== undefined) found.push({ kind: "symbol", text: symbol });
    else found.push({ kind: "text", text: double ?? single ?? "" });
  }
  return found;
}

class Parser {
  #at = 0;
  readonly #tokens: readonly Token[];

  constructor(found: readonly Token[]) {
    this.#tokens = found;
  }

  whole(): Run {
    const run = this.#level(0);
    if (this.#at < this.#tokens.length) throw new Unreadable();
    return run;
  }

  #level(level: number): Run {
    if (level === LEVELS.length) return this.#unary();
    let left = this.#level(level + 1);
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token?.kind !== "symbol" || !LEVELS[level]!.includes(token.text)) return left;
      this.#at += 1;
      left = operation(token.text, left, this.#level(level + 1));
    }
  }

  #unary(): Run {
    if (!this.#takes("-")) return this.#operand();
    const operand = this.#unary();
    return (env) => numeric(operand(env), (number) => -number);
  }

  #operand(): Run {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Unreadable();
    const { kind, text } = token;
    if (kind === "number") return () => Number(text);
    if (kind === "text") return () => text;
    if (kind === "reference") return reference(text);
    if (kind === "name") return this.#takes("(") ? call(text, this.#arguments()) : (env) => env.columns?.[text] ?? "";
    if (text === ".") return (env) => plain(env.own);
    if (text !== "(") throw new Unreadable();
    const inner = this.#level(0);
    if (!this.#takes(")")) throw new Unreadable();
    return inner;
  }

  #arguments(): readonly Run[] {
    const found: Run[] = [];
    if (this.#takes(")")) return found;
    do found.push(this.#level(0));
    while (this.#takes(","));
    if (!this.#takes(")")) throw new Unreadable();
    return found;
  }

  #takes(symbol: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "symbol" || token.text !== symbol) return false;
    this.#at += 1;
    return true;
  }
}

/** The answer in the nearest row; from outside its repeat, all its answers. */
function reference(key: string): Run {
  return (env) => {
    const holder = env.rows.findLast((row) => Object.hasOwn(row, key));
    if (holder !== undefined) return plain(holder[key]);
    const repeat = env.template.groups.find((group) => group.repeat !== null && group.children.some((child) => child.key === key));
    if (repeat === undefined || env.repeats.includes(repeat.key)) return env.template.groups.some((group) => group.key === key && group.repeat !== null) ? [] : "";
    const rows = env.rows[0]![repeat.key];
    return Array.isArray(rows) ? (rows as readonly Answers[]).map((row) => plain(row[key])) : [];
  };
}

function plain(value: AnswerValue | undefined): Value {
  if (value === undefined) return "";
  if (!Array.isArray(value)) return value as Value;
  return typeof value[0] === "object" ? value.map(() => true) : value.join(" ");
}

function operation(sign: string, left: Run, right: Run): Run {
  switch (sign) {
    case "or":
      return (env) => truth(left(env)) || truth(right(env));
    case "and":
      return (env) => truth(left(env)) && truth(right(env));
    case "=":
      return (env) => equal(left(env), right(env));
    case "!=":
      return (env) => !equal(left(env), right(env));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return (env) => ordered(sign, days(left(env)), days(right(env)));
    default:
      return (env) => arithmetic(sign, number(left(env)), number(right(env)));
  }
}

function ordered(sign: string, one: number, other: number): boolean {
  if (sign === "<") return one < other;
  if (sign === "<=") return one <= other;
  return sign === ">" ? one > other : one >= other;
}

function arithmetic(sign: string, one: number, other: number): Value {
  const result = { "+": one + other, "-": one - other, "*": one * other, div: one / other, mod: one % other }[sign]!;
  return Number.isFinite(result) ? result : "";
}

function equal(left: Value, right: Value): boolean {
  if (typeof left === "boolean" || typeof right === "boolean") return truth(left) === truth(right);
  if (Array.isArray(left)) return left.some((one: Value) => equal(one, right));
  if (Array.isArray(right)) return right.some((one: Value) => equal(left, one));
  if (typeof left === "string" && typeof right === "string") return left === right;
  return number(left) === number(right);
}

export function truth(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== "" && value !== 0 && value !== false;
}

/** NaN where there is none. */
function number(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  const text = String(value).trim();
  if (/^-?(?:\d+\.?\d*|\.\d+)$/u.test(text)) return Number(text);
  return /^\d{4}-\d{2}-\d{2}(?:T|$)/u.test(text) ? Date.parse(text) / DAY_MS : Number.NaN;
}

function days(value: Value): number {
  return number(Array.isArray(value) ? (value[0] ?? "") : value);
}

function numeric(value: Value, work: (value: number) => number): Value {
  const result = work(number(value));
  return Number.isFinite(result) ? result : "";
}

function text(value: Value): string {
  return Array.isArray(value) ? text(value[0] ?? "") : String(value);
}

function items(value: Value): readonly string[] {
  return text(value).split(/[ \t\r\n]+/u).filter(Boolean);
}

type Work = (env: Env, values: readonly Value[]) => Value;

const FUNCTIONS: Readonly<Record<string, Work>> = {
  true: () => true,
  false: () => false,
  not: (_, [value]) => !truth(value!),
  boolean: (_, [value]) => truth(value!),
  coalesce: (_, values) => values.find((value) => text(value) !== "") ?? "",
  selected: (_, [value, choice]) => items(value!).includes(text(choice!).trim()),
  "count-selected": (_, [value]) => items(value!).length,
  count: (_, [value]) => (Array.isArray(value) ? value.length : Number(value !== "")),
  number: (_, [value]) => numeric(value!, (one) => one),
  string: (_, [value]) => text(value!),
  "string-length": (_, [value]) => [...text(value!)].length,
  contains: (_, [value, part]) => text(value!).includes(text(part!)),
  "starts-with": (_, [value, part]) => text(value!).startsWith(text(part!)),
  substr: (_, [value, from, to]) => [...text(value!)].slice(number(from!), to === undefined ? undefined : number(to)).join(""),
  regex: (_, [value, pattern]) => !PLAIN_PATTERN.test(text(pattern!)) || new RegExp(`^(?:${text(pattern!)})$`, "u").test(text(value!)),
  now: (env) => env.nowMs / DAY_MS,
  today: (env) => Math.floor(env.nowMs / DAY_MS),
  pulldata: (env, [table, column, , key]) => lookUp(env, text(table!), text(column!), text(key!)),
  territory: (env, [country]) => lookUp(env, "customs_territory", "territory", text(country!)) || text(country!),
};

function lookUp({ template }: Env, table: string, column: string, key: string): string {
  return template.tables[table]?.[key]?.[column] ?? template.codeLists.get(table)?.codes.get(key)?.attributes[column] ?? "";
}

function call(name: string, given: readonly Run[]): Run {
  if (name === "if") {
    const [condition, then, otherwise] = given;
    return (env) => (truth(condition!(env)) ? then!(env) : otherwise!(env));
  }
  const work = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (work === undefined) throw new Unreadable(name);
  return (env) => work(env, given.map((one) => one(env)));
}
