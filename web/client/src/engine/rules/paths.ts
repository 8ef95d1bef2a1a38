/**
 * Paths through the form (twin of `templates_forms.paths`): where they lead is settled when they are compiled, which rows
 * they mean when they are run.
 *
 * From the form's root or from `${key}` a path stays in the rows around the expression as long as it goes the same way, as
 * `${key}` does; after `..` it means every row of a repeat that it enters.
 */

import { Decimal } from "./decimal.ts";
import { ExpressionMalformed } from "./errors.ts";
import { type Compiled, Compiler, type Env, type Layout, type Row } from "./evaluation.ts";
import { type Call, type Condition, type Node, type Path, type Step, size } from "./expression.ts";
import { MISSING, type Value, toBool, toNumber } from "./values.ts";

/** The rows down to one row of a repeat, and their numbers. */
interface Rows {
  readonly rows: readonly Row[];
  readonly positions: readonly number[];
}
type Judge = (env: Env) => boolean;

/** Where a path has come to. `pinned` repeats are those around the expression; each of `below` is gone through. */
export class Place {
  readonly below: [repeat: string, conditions: Judge[]][];

  constructor(
    public key: string,
    public pinned: number,
    below: readonly string[] = [],
    readonly fromCurrent = false,
  ) {
    this.below = below.map((repeat) => [repeat, []]);
  }

  /** Whether these are rows, or one answer of each: not one place alone, and not a group within rows. */
  isRows({ fields, repeats }: Layout): boolean {
    return this.below.length > 0 && (fields.has(this.key) || repeats.has(this.key));
  }

  /** Every row that is meant, in order; conditions are judged as they are come to. */
  rows(env: Env): Iterable<Rows> {
    const { rows, positions } = (this.fromCurrent ? env.current : null) ?? env;
    let found: Iterable<Rows> = [{ rows: rows.slice(0, this.pinned + 1), positions: positions.slice(0, this.pinned) }];
    for (const [repeat, conditions] of this.below) found = rowsInside(env, found, repeat, conditions);
    return found;
  }
}

function* rowsInside(env: Env, outer: Iterable<Rows>, repeat: string, conditions: readonly Judge[]): Generator<Rows> {
  for (const around of outer) {
    const inner = around.rows.at(-1)!.rows.get(repeat) ?? [];
    env.budget.spend(1 + inner.length);
    let found: Iterable<Row> = inner;
    for (const condition of conditions) found = chosen(env, around, found, condition);
    let number = 0;
    for (const row of found) yield withRow(around, row, ++number);
  }
}

/** Rows are numbered among those that the conditions before this one have left, as XPath has it. */
function* chosen(env: Env, around: Rows, found: Iterable<Row>, condition: Judge): Generator<Row> {
  let number = 0;
  for (const row of found) if (within(env, withRow(around, row, ++number), condition)) yield row;
}

function withRow({ rows, positions }: Rows, row: Row, number: number): Rows {
  return { rows: [...rows, row], positions: [...positions, number] };
}

/** What `judge` says with one row in hand. */
function within(env: Env, at: Rows, judge: Judge): boolean {
  const { rows, positions, own, current } = env;
  env.current ??= { rows, positions, own };
  env.rows = at.rows;
  env.positions = at.positions;
  env.own = MISSING;
  try {
    return judge(env);
  } finally {
    Object.assign(env, { rows, positions, own, current });
  }
}

/** The answers at the end of a path: one, or those of all rows; of a repeat, one `true` for each row. Throws ExpressionMalformed. */
export function compilePath(compiler: Compiler, path: Path): Compiled {
  const place = placeOf(compiler, path);
  const key = compiler.layout.fields.has(place.key) ? place.key : null;
  if (place.isRows(compiler.layout)) return (env) => [...place.rows(env)].map((rows) => (key === null ? true : answer(rows, key)));
  if (key !== null) return (env) => answer(firstOf(place.rows(env)), key);
  if (place.fromCurrent && path.steps.at(-1)!.axis === "current") return (env) => (env.current ?? env).own;
  throw new ExpressionMalformed("path_to_group", path.position);
}

function firstOf(rows: Iterable<Rows>): Rows {
  for (const one of rows) return one;
  throw new RangeError("a pinned place has one row");
}

function answer({ rows }: Rows, key: string): Value {
  return rows.at(-1)?.values.get(key) ?? MISSING;
}

/** Where a path, or `${key}`, leads. Throws ExpressionMalformed. */
export function placeOf(compiler: Compiler, node: Node): Place {
  if (node.node === "reference") return new Walker(compiler, 0).walk([{ axis: "reference", key: node.key, conditions: [] }]);
  if (node.node === "self") return new Walker(compiler, 0).walk([{ axis: "self", key: "", conditions: [] }]);
  if (node.node === "column" && compiler.base !== compiler) return new Walker(compiler, node.position).walk([{ axis: "child", key: node.key, conditions: [] }]);
  if (node.node !== "path") throw new ExpressionMalformed("reference_expected", 0);
  return new Walker(compiler, node.position).walk(node.steps);
}

class Walker {
  readonly #compiler: Compiler;
  readonly #position: number;

  constructor(compiler: Compiler, position: number) {
    this.#compiler = compiler;
    this.#position = position;
  }

  walk([first, ...others]: readonly Step[]): Place {
    const place = this.#start(first!);
    let follows = first!.axis === "root";
    this.#choose(place, first!);
    others.forEach((step, number) => {
      follows &&= step.axis === "child";
      this.#go(place, step, follows && number < others.length - 1 && step.conditions.length === 0);
      this.#choose(place, step);
    });
    return place;
  }

  #start(step: Step): Place {
    const { at, inside, base } = this.#compiler;
    if (step.axis === "root") return new Place("", 0);
    if (step.axis === "reference") return this.#reference(step.key);
    if (step.axis === "current") return new Place(base.at, base.inside.length, [], true);
    const place = new Place(at, inside.length);
    this.#go(place, step, false);
    return place;
  }

  #reference(key: string): Place {
    const { fields, repeats } = this.#compiler.layout;
    const path = fields.get(key) ?? repeats.get(key);
    if (path === undefined) throw this.#malformed("unknown_field");
    const compiler = this.#compiler.nearest(path);
    const shared = compiler.shared(fields.has(key) ? path : path.slice(0, -1));
    return new Place(key, shared, path.slice(shared), compiler !== this.#compiler);
  }

  #go(place: Place, step: Step, follows: boolean): void {
    const { layout } = this.#compiler;
    if (step.axis === "parent") return this.#up(place);
    if (step.axis !== "child") return;
    if (layout.parents.get(step.key) !== place.key) throw this.#malformed("path_leads_nowhere");
    place.key = step.key;
    if (layout.repeats.has(step.key)) this.#enter(place, step.key, follows);
  }

  #enter(place: Place, repeat: string, follows: boolean): void {
    if (follows && place.below.length === 0 && this.#compiler.inside[place.pinned] === repeat) place.pinned += 1;
    else place.below.push([repeat, []]);
  }

  #up(place: Place): void {
    const { repeats, parents } = this.#compiler.layout;
    if (place.key === "") throw this.#malformed("path_leads_nowhere");
    const around = repeats.get(place.key);
    if (around !== undefined) {
      if (place.below.length > 0) throw this.#malformed("path_back_out_of_rows");
      if (place.pinned === around.length) place.pinned -= 1;
    }
    place.key = parents.get(place.key) ?? "";
  }

  /** Conditions choose among the rows that the last step went through. */
  #choose(place: Place, step: Step): void {
    if (step.conditions.length > 0 && !place.isRows(this.#compiler.layout)) throw this.#malformed("conditions_without_rows");
    for (const condition of step.conditions) place.below.at(-1)![1].push(conditionAt(this.#compiler, place, condition));
  }

  #malformed(reason: string): ExpressionMalformed {
    return new ExpressionMalformed(reason, this.#position);
  }
}

/** A condition on the rows of `place`: a number means the row with that number; `.` is the answer at its end. */
function conditionAt(compiler: Compiler, place: Place, condition: Condition): Judge {
  const { layout, entry } = compiler;
  const at = place.key;
  const field = layout.fields.get(at);
  const run = new Compiler(layout, { inside: field ?? layout.repeats.get(at)!, at, entry }, compiler).compile(condition.root);
  return (env) => {
    env.budget.spend(condition.nodes);
    if (field !== undefined) env.own = answer(env, at);
    const value = run(env);
    return value instanceof Decimal ? value.compare(Decimal.of(env.positions.at(-1)!)) === 0 : toBool(value);
  };
}

/** `any(rows, condition)` and `all(rows, condition)`: of no rows, none fits and all fit. */
export function anyOrAll(compiler: Compiler, call: Call): Compiled {
  const [wanted, condition] = call.args as [Node, Node];
  const place = placeOf(compiler, wanted);
  if (!place.isRows(compiler.layout)) throw new ExpressionMalformed("repeat_expected", call.position);
  const judge = conditionAt(compiler, place, { root: condition, nodes: size(condition) });
  const isAny = call.name === "any";
  return (env) => {
    for (const rows of place.rows(env)) if (within(env, rows, judge) === isAny) return isAny;
    return !isAny;
  };
}

/** `position()` and `position(..)`: the number, from 1, of the row around the expression, or around the path. */
export function position(compiler: Compiler, call: Call): Compiled {
  const [path] = call.args;
  const place = path === undefined ? new Place(compiler.at, compiler.inside.length) : placeOf(compiler, path);
  if (place.pinned === 0 || place.below.length > 0) throw new ExpressionMalformed("position_outside_repeat", call.position);
  return (env) => Decimal.of(firstOf(place.rows(env)).positions.at(-1)!);
}

/**
 * `indexed-repeat(${field}, ${repeat}, number, ...)`: the answer in that row, counted from 1, of each repeat named. A repeat
 * around these that is not named is the one around the expression.
 */
export function indexedRepeat(compiler: Compiler, call: Call): Compiled {
  const [wanted, ...others] = call.args;
  const { key } = placeOf(compiler, wanted!);
  const way = compiler.layout.fields.get(key) ?? [];
  const named = new Map<string, Compiled>();
  for (let at = 0; at + 1 < others.length; at += 2) named.set(placeOf(compiler, others[at]!).key, compiler.compile(others[at + 1]!));
  const begin = way.findIndex((repeat) => named.has(repeat));
  const shared = begin < 0 ? way.length : begin;
  const numbers = way.slice(shared).flatMap((repeat) => named.get(repeat) ?? []);
  const complete = others.length === 2 * named.size && named.size === numbers.length && shared + numbers.length === way.length;
  const isAround = way.slice(0, shared).every((repeat, depth) => compiler.inside[depth] === repeat);
  if (named.size === 0 || !complete || !isAround) throw new ExpressionMalformed("field_not_in_repeat", call.position);
  return (env) => {
    let row = env.rows[shared];
    for (const [depth, number] of numbers.entries()) {
      const index = toNumber(number(env));
      const rows: readonly Row[] = row?.rows.get(way[shared + depth]!) ?? [];
      if (!(index instanceof Decimal) || !index.isInteger) return MISSING;
      const at = index.truncated();
      if (at < 1n || at > BigInt(rows.length)) return MISSING;
      row = rows[Number(at) - 1];
    }
    return row?.values.get(key) ?? MISSING;
  };
}
