/**
 * What `= != < <= > >= + - * div mod` say of two values; each has an answer for every pair (twin of
 * `templates_forms.operators`).
 */

import { Decimal, add, divide, multiply, remainder, subtract } from "./decimal.ts";
import { MISSING, Moment, type Value, isSeveral, numberOr, parseMoment, toBool, toNumber } from "./values.ts";

export type Operator = (left: Value, right: Value) => Value;

/** Several values against several are that many comparisons. */
export function cost(left: readonly Value[], right: readonly Value[]): number {
  return left.length * right.length;
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

export const OPERATORS: Readonly<Record<string, Operator>> = {
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
