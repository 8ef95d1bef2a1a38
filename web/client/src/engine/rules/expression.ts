/**
 * The expression language of templates: its text becomes a tree (twin of `templates_forms.expression`).
 *
 *     or  <  and  <  = !=  <  < <= > >=  <  + -  <  * div mod  <  unary -
 *
 * Operands are `${field}`, `.` (the answer being judged), numbers, text in quotes, functions, parentheses and paths. A
 * path begins at `${key}`, `.`, `..`, `current()`, `/form` or, in brackets, at a bare name; it goes on with `/key`, `/..`
 * or `/.`; a step into a repeat may choose rows with conditions in brackets. In choice filters a bare name is an attribute
 * of the code that is judged. There are no axes, variables or loops, so the work of one evaluation is bounded.
 */

import { Decimal } from "./decimal.ts";
import { ExpressionMalformed, ExpressionTooLarge } from "./errors.ts";
import { parseNumber } from "./values.ts";

const MAX_LENGTH = 2_000;
const MAX_NODES = 400;
const MAX_DEPTH = 32;
const TREES_REMEMBERED = 4_096;

export type Axis = "reference" | "self" | "parent" | "child" | "current" | "root";

/** What stands in brackets, and what judging it costs each time. */
export interface Condition {
  readonly root: Node;
  readonly nodes: number;
}

/** One step of a path. `key` is of a `reference`, of a `child`, or of the `root` (any name: that of the form). */
export interface Step {
  readonly axis: Axis;
  readonly key: string;
  readonly conditions: readonly Condition[];
}

/** A place in the form, of more than one step or with conditions. */
export type Path = { readonly node: "path"; readonly steps: readonly Step[]; readonly position: number };
export type Call = { readonly node: "call"; readonly name: string; readonly args: readonly Node[]; readonly position: number };
export type Node =
  | { readonly node: "literal"; readonly value: string | Decimal }
  | { readonly node: "reference"; readonly key: string }
  | { readonly node: "self" }
  | { readonly node: "column"; readonly key: string; readonly position: number }
  | Path
  | { readonly node: "negation"; readonly operand: Node }
  /** Operators of one level, leaning left: `a - b + c` is `a`, then `- b`, then `+ c`. */
  | { readonly node: "chain"; readonly head: Node; readonly links: readonly (readonly [string, Node])[] }
  | Call;

/** A parsed expression: its tree, how many nodes that has, and the fields and groups it names. */
export interface Expression {
  readonly root: Node;
  readonly nodes: number;
  readonly references: ReadonlySet<string>;
}

interface Token {
  readonly kind: "reference" | "number" | "text" | "name" | "symbol" | "end";
  readonly text: string;
  readonly position: number;
}

/** Typographic quotes are what word processors make of straight ones; text in straight quotes may hold them. */
const TOKEN =
  /(?<space>[ \t\r\n]+)|\$\{ *(?<reference>[A-Za-z_][A-Za-z0-9_.-]{0,63}) *\}|(?<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)|"(?<double>[^"]*)"|'(?<single>[^']*)'|[“”„](?<curvedDouble>[^"“”]*)["“”]|[‘’](?<curvedSingle>[^'‘’]*)['‘’]|(?<name>[A-Za-z_][A-Za-z0-9_]*(?:[-:][A-Za-z][A-Za-z0-9_]*)*)|(?<symbol><=|>=|!=|\.\.|[=<>+\-*(),./[\]])/uy;

const LEVELS: readonly ReadonlySet<string>[] = [
  new Set(["or"]),
  new Set(["and"]),
  new Set(["=", "!="]),
  new Set(["<", "<=", ">", ">="]),
  new Set(["+", "-"]),
  new Set(["*", "div", "mod"]),
];
const WORDS: ReadonlySet<string> = new Set(["or", "and", "div", "mod"]);
const PATH_STARTS: ReadonlyMap<string, Axis> = new Map([
  [".", "self"],
  ["..", "parent"],
  ["/", "root"],
]);
const remembered = new Map<string, Expression>();

/** The tree of `text`. Throws ExpressionMalformed, ExpressionTooLarge. */
export function parse(text: string): Expression {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const length = [...text].length;
  if (length > MAX_LENGTH) throw new ExpressionTooLarge("characters", MAX_LENGTH);
  const parser = new Parser(tokens(text), length);
  const root = parser.expression(0, 0);
  parser.finish();
  const parsed = { root, nodes: parser.nodes, references: parser.references };
  if (remembered.size >= TREES_REMEMBERED) remembered.clear();
  remembered.set(text, parsed);
  return parsed;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  let position = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new ExpressionMalformed("unexpected_character", position);
    const { space, reference, number, double, single, curvedDouble, curvedSingle, name, symbol } = match.groups as Record<string, string | undefined>;
    if (reference !== undefined) found.push({ kind: "reference", text: reference, position });
    else if (number !== undefined) found.push({ kind: "number", text: number, position });
    else if (name !== undefined) found.push({ kind: WORDS.has(name) ? "symbol" : "name", text: name, position });
    else if (symbol !== undefined) found.push({ kind: "symbol", text: symbol, position });
    else if (space === undefined) found.push({ kind: "text", text: double ?? single ?? curvedDouble ?? curvedSingle ?? "", position });
    at += match[0].length;
    position += [...match[0]].length;
  }
  return found;
}

function literal({ kind, text, position }: Token): Node {
  if (kind === "text") return { node: "literal", value: text };
  if (kind !== "number") throw new ExpressionMalformed("operand_expected", position);
  const value = parseNumber(text);
  if (!(value instanceof Decimal)) throw new ExpressionMalformed("number_too_large", position);
  return { node: "literal", value };
}

/** How many nodes a tree has: what judging it costs each time. */
export function size(node: Node): number {
  const total = (nodes: readonly Node[]): number => nodes.reduce((sum, one) => sum + size(one), 0);
  switch (node.node) {
    case "negation":
      return 1 + size(node.operand);
    case "chain":
      return size(node.head) + node.links.length + total(node.links.map(([, operand]) => operand));
    case "call":
      return 1 + total(node.args);
    case "path":
      return node.steps.reduce((sum, { conditions }) => sum + 1 + conditions.reduce((nodes, one) => nodes + one.nodes, 0), 0);
    default:
      return 1;
  }
}

/** Precedence climbing over the tokens, counting nodes and depth as it goes. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #index = 0;
  #brackets = 0;
  nodes = 0;
  readonly references = new Set<string>();

  constructor(found: readonly Token[], end: number) {
    this.#tokens = found;
    this.#end = { kind: "end", text: "", position: end };
  }

  finish(): void {
    if (this.#peek().kind !== "end") throw new ExpressionMalformed("unexpected_token", this.#peek().position);
  }

  expression(level: number, depth: number): Node {
    if (depth > MAX_DEPTH) throw new ExpressionTooLarge("depth", MAX_DEPTH);
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary(depth);
    const head = this.expression(level + 1, depth);
    const links: [string, Node][] = [];
    while (this.#peek().kind === "symbol" && operators.has(this.#peek().text)) {
      const operator = this.#next().text;
      links.push([operator, this.expression(level + 1, depth)]);
      this.#count();
    }
    return links.length > 0 ? { node: "chain", head, links } : head;
  }

  #unary(depth: number): Node {
    if (depth > MAX_DEPTH) throw new ExpressionTooLarge("depth", MAX_DEPTH);
    if (this.#takes("-")) return this.#counted({ node: "negation", operand: this.#unary(depth + 1) });
    return this.#operand(depth);
  }

  #operand(depth: number): Node {
    const token = this.#peek();
    if (this.#takes("(")) {
      const inner = this.expression(0, depth + 1);
      this.#expect(")", "closing_parenthesis");
      return inner;
    }
    const { kind, text } = token;
    if (kind === "name" && this.#follows("(") && text !== "current") return this.#call(this.#next(), depth);
    if (kind === "reference" || kind === "name" || (kind === "symbol" && PATH_STARTS.has(text))) return this.#path(depth);
    return this.#counted(literal(this.#next()));
  }

  #path(depth: number): Node {
    const { position } = this.#peek();
    const steps = [this.#step(this.#start(), depth)];
    while (this.#takes("/")) steps.push(this.#step(this.#further(), depth));
    const { axis, key, conditions } = steps[0]!;
    if (steps.length === 1 && conditions.length === 0) {
      if (axis === "reference") return { node: "reference", key };
      if (axis === "self") return { node: "self" };
      if (axis === "child") return { node: "column", key, position };
    }
    return { node: "path", steps, position };
  }

  #start(): [Axis, string] {
    const { kind, text } = this.#next();
    if (kind === "reference") {
      this.references.add(text);
      return ["reference", text];
    }
    if (text === "current" && this.#takes("(")) {
      this.#expect(")", "closing_parenthesis");
      return ["current", ""];
    }
    if (text === "/") return ["root", this.#name()];
    if (kind === "name" && this.#brackets > 0) this.references.add(text);
    return [PATH_STARTS.get(text) ?? "child", text];
  }

  #further(): [Axis, string] {
    if (this.#takes("..")) return ["parent", ""];
    if (this.#takes(".")) return ["self", ""];
    const name = this.#name();
    this.references.add(name);
    return ["child", name];
  }

  #name(): string {
    const { kind, text, position } = this.#next();
    if (kind === "name" || (kind === "symbol" && WORDS.has(text))) return text;
    throw new ExpressionMalformed("name_expected", position);
  }

  #step([axis, key]: [Axis, string], depth: number): Step {
    this.#count();
    const conditions: Condition[] = [];
    while (this.#takes("[")) {
      const before = this.nodes;
      this.#brackets += 1;
      const root = this.expression(0, depth + 1);
      this.#brackets -= 1;
      this.#expect("]", "closing_bracket");
      conditions.push({ root, nodes: this.nodes - before });
    }
    return { axis, key, conditions };
  }

  #call({ text: name, position }: Token, depth: number): Node {
    this.#expect("(", "opening_parenthesis");
    const args: Node[] = [];
    if (!this.#takes(")")) {
      do args.push(this.expression(0, depth + 1));
      while (this.#takes(","));
      this.#expect(")", "closing_parenthesis");
    }
    return this.#counted({ node: "call", name, args, position });
  }

  #counted(node: Node): Node {
    this.#count();
    return node;
  }

  #count(): void {
    this.nodes += 1;
    if (this.nodes > MAX_NODES) throw new ExpressionTooLarge("nodes", MAX_NODES);
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? this.#end;
  }

  #follows(symbol: string): boolean {
    const { kind, text } = this.#tokens[this.#index + 1] ?? this.#end;
    return kind === "symbol" && text === symbol;
  }

  #next(): Token {
    const token = this.#peek();
    this.#index += 1;
    return token;
  }

  #takes(symbol: string): boolean {
    const token = this.#peek();
    if (token.kind !== "symbol" || token.text !== symbol) return false;
    this.#index += 1;
    return true;
  }

  #expect(symbol: string, spelled: string): void {
    if (!this.#takes(symbol)) throw new ExpressionMalformed(`expected_${spelled}`, this.#peek().position);
  }
}
