/**
 * The shape of a template, member by member, and the one way to write it (twin of the structs in `templates_forms.model`):
 * nothing unknown, members at their default left out. What Python does not take as a template is none here either.
 */

import { TemplateMalformed } from "./errors.ts";

/** Gives the value as it is written; throws TemplateMalformed with the place where it does not fit. */
type Read = (value: unknown, at: string) => unknown;

function refuse(at: string): never {
  throw new TemplateMalformed("shape", at);
}

/** Text of whole characters, counted as Python counts them. */
function text(least: number, most: number, pattern?: RegExp): Read {
  return (value, at) => {
    if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) return refuse(at);
    const tooLong = value.length > most && [...value].length > most;
    return tooLong || value.length < least || pattern?.test(value) === false ? refuse(at) : value;
  };
}

function oneOf(...values: readonly unknown[]): Read {
  return (value, at) => (values.includes(value) ? value : refuse(at));
}

function whole(least: number, most: number): Read {
  return (value, at) => (Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? value : refuse(at));
}

function list(read: Read): Read {
  return (value, at) => (Array.isArray(value) ? value.map((one, number) => read(one, `${at}[${number}]`)) : refuse(at));
}

function entries(key: Read, read: Read): Read {
  return (value, at) => Object.fromEntries(Object.entries(plain(value, at)).map(([name, one]) => [key(name, at), read(one, `${at}.${name}`)]));
}

/** Members by name: how each is read, and its default where it may be left out. */
type Members = Readonly<Record<string, readonly [read: Read, absent?: unknown]>>;

function struct(members: Members): Read {
  return (value, at) => {
    const given = plain(value, at);
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(members, name));
    if (unknown !== undefined) return refuse(`${at}.${unknown}`);
    const made: [string, unknown][] = [];
    for (const [name, [read, absent]] of Object.entries(members)) {
      const isGiven = Object.hasOwn(given, name);
      if (!isGiven && absent === undefined) return refuse(`${at}.${name}`);
      if (!isGiven) continue;
      const one = read(given[name], `${at}.${name}`);
      if (absent === undefined || !isDefault(one, absent)) made.push([name, one]);
    }
    return Object.fromEntries(made);
  };
}

function plain(value: unknown, at: string): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : refuse(at);
}

function isDefault(value: unknown, absent: unknown): boolean {
  if (typeof absent !== "object" || absent === null) return value === absent;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

const anyText = text(0, Infinity);
const key = text(1, 64, /^[a-z][a-z0-9_]{0,63}$/u);
const keyOrNone: Read = (value, at) => (value === "" ? value : key(value, at));
const expression = text(0, 2_000);
const language = text(2, 40, /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/u);
const words = entries(language, text(1, 2_000));

const field = struct({
  kind: [oneOf("field")],
  key: [key],
  type: [oneOf("text", "longtext", "identifier", "code", "codes", "int", "decimal", "bool", "date", "datetime", "derived")],
  labels: [words],
  hints: [words, {}],
  code_list: [keyOrNone, ""],
  choice_filter: [expression, ""],
  required: [expression, ""],
  relevant: [expression, ""],
  constraint: [expression, ""],
  constraint_messages: [words, {}],
  calculation: [expression, ""],
  default: [expression, ""],
  max_length: [whole(0, 100_000), 0],
  unit_field: [keyOrNone, ""],
  reference: [keyOrNone, ""],
  nominal: [oneOf("none", "indirect", "direct"), "none"],
  cen: [oneOf("full", "coarse", "count", "none"), "none"],
});

const repeat = struct({ min: [whole(0, 500), 0], max: [whole(1, 500), 500] });
const group = struct({
  kind: [oneOf("group")],
  key: [key],
  labels: [words],
  children: [list((value, at) => (plain(value, at)["kind"] === "field" ? field : group)(value, at))],
  relevant: [expression, ""],
  repeat: [(value, at) => (value === null ? null : repeat(value, at)), null],
});

const code = struct({ key: [text(1, 64, /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/u)], labels: [words, {}], attributes: [entries(key, anyText), {}] });

const template = struct({
  format: [oneOf(1)],
  id: [key],
  version: [whole(1, 2 ** 31 - 1)],
  labels: [words],
  groups: [list(group)],
  code_lists: [list(struct({ key: [key], codes: [list(code)], words: [oneOf("own", "cldr_territory"), "own"] })), []],
  tables: [list(struct({ key: [key], rows: [entries(anyText, entries(key, anyText))] })), []],
  rules: [
    list(
      struct({
        key: [text(1, 32, /^[A-Za-z][A-Za-z0-9_]{0,31}$/u)],
        level: [oneOf("error", "warn", "info")],
        at: [key],
        expression: [text(1, 2_000)],
        messages: [words],
        needs: [list(key), []],
      }),
    ),
    [],
  ],
});

/** The template in `value` with nothing that goes without saying. Throws TemplateMalformed. */
export function plainTemplate(value: unknown): Readonly<Record<string, unknown>> {
  return template(value, "$") as Readonly<Record<string, unknown>>;
}
