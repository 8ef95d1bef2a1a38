/**
 * The functions of expressions (twin of `templates_forms.functions`): XLSForm's, and of our own `any`, `all`,
 * `territory` and the check digits.
 *
 * `regex` must match the whole text and its pattern must be written out; `round` rounds halves away from zero; `int` cuts
 * towards zero; lengths and positions are in code points; `count` of a field counts rows, answered or not.
 */

import { isAirWaybill, isContainer, isImoNumber, isPostalItem } from "./check_digits.ts";
import { Decimal, ZERO, add, bounded, roundedTo } from "./decimal.ts";
import { ExpressionMalformed } from "./errors.ts";
import { type Compiled, type Compiler, type Env, lengthOf, nowOf, textOf } from "./evaluation.ts";
import { type Call, parse } from "./expression.ts";
import { anyOrAll, indexedRepeat, placeOf, position } from "./paths.ts";
import { compilePattern } from "./safe_regex.ts";
import { MISSING, Moment, type Value, dayOf, first, isSeveral, numberOr, toBool, toMoment, toNumber, toText } from "./values.ts";

const MAX_ARGUMENTS = 50;
const MAX_PLACES = 30;
const MAX_INDEX = 1_000_000n;
/** The lookup table, with column `territory`, that `territory()` reads. */
const TERRITORIES = "customs_territory";

type Make = (compiler: Compiler, call: Call) => Compiled;

/** The function for a call. Throws ExpressionMalformed: unknown, wrong number of arguments, or one it cannot take. */
export function compileCall(compiler: Compiler, call: Call): Compiled {
  const known = FUNCTIONS.get(call.name);
  if (known === undefined) throw new ExpressionMalformed("unknown_function", call.position);
  const [least, most, make] = known;
  if (call.args.length < least || call.args.length > most) throw new ExpressionMalformed("argument_count", call.position);
  return make(compiler, call);
}

/** A function of its arguments' values alone. */
function plain(work: (...values: Value[]) => Value): Make {
  return (compiler, call) => {
    const args = call.args.map((node) => compiler.compile(node));
    return (env) => work(...args.map((argument) => argument(env)));
  };
}

/** A function of its arguments' texts, whose lengths cost. */
function onTexts(work: (...texts: string[]) => Value): Make {
  return (compiler, call) => {
    const args = call.args.map((node) => compiler.compile(node));
    return (env) => work(...args.map((argument) => textOf(env, argument(env))));
  };
}

const when: Make = (compiler, call) => {
  const [condition, then, otherwise] = call.args.map((node) => compiler.compile(node)) as [Compiled, Compiled, Compiled];
  return (env) => (toBool(condition(env)) ? then(env) : otherwise(env));
};

const coalesce: Make = (compiler, call) => {
  const args = call.args.map((node) => compiler.compile(node));
  return (env) => {
    for (const argument of args) {
      const value = first(argument(env));
      if (value !== MISSING) return value;
    }
    return MISSING;
  };
};

const regex: Make = (compiler, call) => {
  const subject = compiler.compile(call.args[0]!);
  const pattern = compilePattern(writtenText(call, 1));
  return (env) => {
    const text = textOf(env, subject(env));
    env.budget.spend(lengthOf(text));
    return pattern.matches(text);
  };
};

/** The argument as text that stands in the expression itself. */
function writtenText(call: Call, index: number): string {
  const node = call.args[index];
  if (node?.node === "literal" && typeof node.value === "string") return node.value;
  throw new ExpressionMalformed("text_must_be_written_out", call.position);
}

/** `pulldata('table', 'column', 'key', value)`: the third argument is XLSForm's name of the key column. */
const pulldata: Make = (compiler, call) => {
  const [table, column] = [writtenText(call, 0), writtenText(call, 1)];
  writtenText(call, 2);
  return lookup(table, column, compiler.compile(call.args[3]!));
};

function lookup(table: string, column: string, key: Compiled): Compiled {
  return (env) => env.tables.get(table)?.get(toText(key(env)))?.get(column) ?? MISSING;
}

/** The customs territory of a country: the country itself where it is in none with others. */
const territory: Make = (compiler, call) => {
  const country = compiler.compile(call.args[0]!);
  const found = lookup(TERRITORIES, "territory", country);
  return (env) => {
    const value = found(env);
    return value === MISSING ? toText(country(env)) : value;
  };
};

/** The answer that is there already, else the argument. */
const once: Make = (compiler, call) => {
  const beginning = compiler.compile(call.args[0]!);
  return (env) => (env.own === MISSING ? beginning(env) : env.own);
};

/** A random identifier: in defaults only, since readers would each have another one (DESIGN §4). */
const uuid: Make = (compiler, call) => {
  if (!compiler.entry) throw new ExpressionMalformed("only_in_defaults", call.position);
  return (env) => env.newId?.() ?? MISSING;
};

/** `jr:choice-name(code, '${field}')`: the word of the code in the list of that field; of several codes, all. */
const choiceName: Make = (compiler, call) => {
  const code = compiler.compile(call.args[0]!);
  const list = compiler.layout.lists.get(placeOf(compiler, parse(writtenText(call, 1)).root).key);
  if (list === undefined) throw new ExpressionMalformed("field_without_codes", call.position);
  return (env) => {
    const words = tokens(textOf(env, code(env))).map((token) => env.word(list, token));
    return textOf(env, words.filter((word) => word !== "").join(", "));
  };
};

/** A number that is whole; null else. */
function wholeOf(value: Value): bigint | null {
  const number = toNumber(value);
  return number instanceof Decimal && number.isInteger ? number.truncated() : null;
}

/** All values, those of repeats one by one. */
function items(...values: Value[]): Value[] {
  return values.flatMap((value) => (isSeveral(value) ? [...value] : [value]));
}

function numbers(...values: Value[]): Decimal[] {
  return items(...values).map(toNumber).filter((number) => number instanceof Decimal);
}

/** The sum of what is a number; of nothing, zero. */
function sum(...values: Value[]): Value {
  let total: Decimal | null = ZERO;
  for (const number of numbers(...values)) total = total === null ? null : bounded(add(total, number));
  return total ?? MISSING;
}

function extreme(sign: 1 | -1): (...values: Value[]) => Value {
  return (...values) => {
    const found = numbers(...values);
    if (found.length === 0) return MISSING;
    return found.reduce((best, number) => (number.compare(best) * sign > 0 ? number : best));
  };
}

function count(value: Value): Value {
  return Decimal.of(isSeveral(value) ? value.length : Number(value !== MISSING));
}

function tokens(text: string): string[] {
  return text.split(/[ \t\r\n]/).filter((token) => token !== "");
}

/** The choice with that number, counted from 0. */
function selectedAt(value: Value, index: Value): Value {
  const at = wholeOf(index);
  return at === null || at < 0n ? MISSING : (tokens(toText(value))[Number(at)] ?? MISSING);
}

function round(value: Value, places: Value = ZERO): Value {
  const number = toNumber(value);
  const digits = wholeOf(places === MISSING ? ZERO : places);
  if (!(number instanceof Decimal) || digits === null || digits > MAX_PLACES || digits < -MAX_PLACES) return MISSING;
  return numberOr(roundedTo(number, Number(digits)));
}

function whole(cut: (number: Decimal) => bigint): (value?: Value) => Value {
  return (value = MISSING) => {
    const number = toNumber(value);
    return number instanceof Decimal ? numberOr(new Decimal(cut(number))) : MISSING;
  };
}

function abs(value: Value): Value {
  const number = toNumber(value);
  return number instanceof Decimal ? number.absolute() : MISSING;
}

/** Characters from `start`, counted from 0, up to but without `end`; negative numbers count from the end. */
function substr(text: string, start: string, end?: string): Value {
  const signs = [...text];
  const begin = indexOf(start);
  const stop = end === undefined ? signs.length : indexOf(end);
  return begin === null || stop === null ? MISSING : signs.slice(begin, stop).join("");
}

function indexOf(text: string): number | null {
  const whole = wholeOf(text);
  return whole === null || whole > MAX_INDEX || whole < -MAX_INDEX ? null : Number(whole);
}

/** `join(separator, values...)`, and `concat(values...)` without one. */
const join: Make = (compiler, call) => {
  const args = call.args.map((node) => compiler.compile(node));
  const texts = (env: Env, from: readonly Compiled[]): string[] =>
    from.flatMap((argument) => items(argument(env)).map((item) => textOf(env, item)));
  if (call.name === "concat") return (env) => textOf(env, texts(env, args).join(""));
  const [separator, ...rest] = args;
  return (env) => {
    const between = toText(separator!(env));
    return textOf(env, texts(env, rest).join(between));
  };
};

function date(value: Value): Value {
  const moment = toMoment(value);
  return moment instanceof Moment ? dayOf(moment) : MISSING;
}

function days(value: Value): Value {
  const moment = toMoment(value);
  return moment instanceof Moment ? moment.days : MISSING;
}

/** `%Y %m %d %H %M %S %y`, and `%n %e %h` without leading zero; other signs stay. In the offset as written. */
function formatDate(value: Value, pattern: Value): Value {
  const moment = toMoment(value);
  if (!(moment instanceof Moment)) return MISSING;
  const { text, hasTime } = moment;
  const seconds = text[16] === ":" ? text.slice(17, 19) : "00";
  const [H, M, S] = hasTime ? [text.slice(11, 13), text.slice(14, 16), seconds] : ["00", "00", "00"];
  const [Y, m, d] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)];
  const short = (part: string): string => String(Number(part));
  const parts: Readonly<Record<string, string>> = {
    ...{ Y, m, d, H, M, S, y: text.slice(2, 4), "%": "%" },
    ...{ n: short(m), e: short(d), h: short(H) },
  };
  return toText(pattern).replace(/%(.|$)/gsu, (_, sign: string) => (sign === "" ? "%" : Object.hasOwn(parts, sign) ? parts[sign]! : ""));
}

/** Each character of `old` becomes the one at its place in `fresh`, or nothing where that is shorter (XPath 1.0). */
function translate(text: string, old: string, fresh: string): Value {
  const table = new Map<string, string>();
  const replacements = [...fresh];
  [...old].forEach((sign, at) => {
    if (!table.has(sign)) table.set(sign, replacements[at] ?? "");
  });
  return [...text].map((sign) => table.get(sign) ?? sign).join("");
}

const strip = (text: string): string => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
const before = (text: string, part: string): string => text.slice(0, Math.max(text.indexOf(part), 0));

function after(text: string, part: string): string {
  const at = text.indexOf(part);
  return part === "" ? text : at < 0 ? "" : text.slice(at + part.length);
}

const FUNCTIONS: ReadonlyMap<string, readonly [number, number, Make]> = new Map<string, readonly [number, number, Make]>([
  ["true", [0, 0, plain(() => true)]],
  ["false", [0, 0, plain(() => false)]],
  ["not", [1, 1, plain((value) => !toBool(value!))]],
  ["boolean", [1, 1, plain((value) => toBool(value!))]],
  ["if", [3, 3, when]],
  ["coalesce", [1, MAX_ARGUMENTS, coalesce]],
  ["selected", [2, 2, onTexts((text, choice) => tokens(text!).includes(strip(choice!)))]],
  ["selected-at", [2, 2, plain((value, index) => selectedAt(value!, index!))]],
  ["count-selected", [1, 1, onTexts((text) => Decimal.of(tokens(text!).length))]],
  ["count", [1, 1, plain((value) => count(value!))]],
  ["count-non-empty", [1, MAX_ARGUMENTS, plain((...values) => Decimal.of(items(...values).filter((item) => item !== MISSING).length))]],
  ["sum", [1, MAX_ARGUMENTS, plain(sum)]],
  ["min", [1, MAX_ARGUMENTS, plain(extreme(-1))]],
  ["max", [1, MAX_ARGUMENTS, plain(extreme(1))]],
  ["round", [1, 2, plain((value, places) => round(value!, places))]],
  ["int", [1, 1, plain(whole((number) => number.truncated()))]],
  ["floor", [1, 1, plain(whole((number) => number.floored()))]],
  ["ceiling", [1, 1, plain(whole((number) => -number.negated().floored()))]],
  ["abs", [1, 1, plain((value) => abs(value!))]],
  ["number", [1, 1, plain((value) => toNumber(value!))]],
  ["string", [1, 1, onTexts((text) => text!)]],
  ["string-length", [1, 1, onTexts((text) => Decimal.of(lengthOf(text!)))]],
  ["concat", [1, MAX_ARGUMENTS, join]],
  ["join", [2, MAX_ARGUMENTS, join]],
  ["contains", [2, 2, onTexts((text, part) => text!.includes(part!))]],
  ["starts-with", [2, 2, onTexts((text, part) => text!.startsWith(part!))]],
  ["ends-with", [2, 2, onTexts((text, part) => text!.endsWith(part!))]],
  ["substr", [2, 3, onTexts((text, start, end) => substr(text!, start!, end))]],
  ["substring-before", [2, 2, onTexts((text, part) => before(text!, part!))]],
  ["substring-after", [2, 2, onTexts((text, part) => after(text!, part!))]],
  ["normalize-space", [1, 1, onTexts((text) => tokens(text!).join(" "))]],
  ["translate", [3, 3, onTexts((text, old, fresh) => translate(text!, old!, fresh!))]],
  ["regex", [2, 2, regex]],
  ["date", [1, 1, plain((value) => date(value!))]],
  ["date-time", [1, 1, plain((value) => toMoment(value!))]],
  ["decimal-date-time", [1, 1, plain((value) => days(value!))]],
  ["format-date", [2, 2, plain((value, pattern) => formatDate(value!, pattern!))]],
  ["format-date-time", [2, 2, plain((value, pattern) => formatDate(value!, pattern!))]],
  ["today", [0, 0, () => (env) => dayOf(nowOf(env))]],
  ["now", [0, 0, () => nowOf]],
  ["position", [0, 1, position]],
  ["indexed-repeat", [3, 7, indexedRepeat]],
  ["any", [2, 2, anyOrAll]],
  ["all", [2, 2, anyOrAll]],
  ["once", [1, 1, once]],
  ["uuid", [0, 0, uuid]],
  ["jr:choice-name", [2, 2, choiceName]],
  ["container-number", [1, 1, onTexts((text) => isContainer(text!))]],
  ["imo-number", [1, 1, onTexts((text) => isImoNumber(text!))]],
  ["postal-item", [1, 1, onTexts((text) => isPostalItem(text!))]],
  ["air-waybill", [1, 1, onTexts((text) => isAirWaybill(text!))]],
  ["pulldata", [4, 4, pulldata]],
  ["territory", [1, 1, territory]],
]);
