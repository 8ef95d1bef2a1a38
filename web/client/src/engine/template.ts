/** A published template: its name, its rules made ready, and which answers lead to a person. */

import { compareCodePoints, equal, fromUtf8, utf8 } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { Malformed } from "../wire/encoding.ts";
import { type Fields, count, field, fields, listOf, textOf } from "../wire/shape.ts";
import { plainTemplate } from "./rules/canonical.ts";
import { check } from "./rules/checking.ts";
import { TemplateMalformed } from "./rules/errors.ts";
import { type Plan, layoutOf, planOf } from "./rules/plan.ts";

export const MAX_TEMPLATE_BYTES = 4 * 1024 * 1024;
export const MAX_DEPTH = 4;
/** Far beyond what groups in groups, their rules and labels need. */
const MAX_JSON_DEPTH = 64;
const FREE_TEXT: ReadonlySet<string> = new Set(["text", "longtext"]);

const key = textOf(64, 1);

/** One level of answers: groups without repeat do not nest, so their fields stand in the level around them. */
export interface Level {
  /** Fields whose answer everybody in the group may read, observers too. */
  readonly open: ReadonlySet<string>;
  readonly repeats: ReadonlyMap<string, Level>;
}

export interface Template {
  readonly hash: Uint8Array;
  readonly id: string;
  readonly version: number;
  /** The canonical bytes, as they were published. */
  readonly document: Uint8Array;
  readonly level: Level;
  readonly plan: Plan;
  readonly seq: number;
}

/** Throws Malformed, TemplateMalformed, ExpressionMalformed, ExpressionTooLarge. */
export function decodeTemplate(document: Uint8Array, seq: number): Template {
  if (document.length > MAX_TEMPLATE_BYTES) throw new Malformed("template");
  const from = fields(parse(document));
  if (!equal(utf8(canonical(from)), document)) throw new TemplateMalformed("not_canonical", "");
  if (from["format"] !== 1) throw new Malformed("template");
  return {
    hash: sha256(document),
    id: key(from["id"]),
    version: count(from["version"]),
    document,
    level: readLevel(listOf(fields)(from["groups"]), 0),
    plan: planOf(from),
    seq,
  };
}

/**
 * A template that comes, its parts checked against each other; those that are kept were checked when they came. Throws as
 * `decodeTemplate`, and TemplateTooLarge.
 */
export function acceptTemplate(document: Uint8Array, seq: number): Template {
  if (document.length > MAX_TEMPLATE_BYTES) throw new Malformed("template");
  const given = fields(parse(document));
  canonical(given);
  const from = plainTemplate(given);
  check(from, layoutOf(listOf(fields)(from["groups"])));
  if (!equal(utf8(canonical(from)), document)) throw new TemplateMalformed("not_canonical", "");
  return decodeTemplate(document, seq);
}

/** The template to publish of a document that a person wrote, in any order and spacing. Throws as `acceptTemplate`. */
export function publishable(document: string): Template {
  const given = parse(utf8(document));
  canonical(given);
  return acceptTemplate(utf8(canonical(plainTemplate(given))), 0);
}

/** JSON with sorted keys and no spaces: one template has one name. Throws TemplateMalformed. */
function canonical(value: unknown, depth = 0): string {
  if (depth > MAX_JSON_DEPTH) throw new TemplateMalformed("too_deep", "");
  if (Array.isArray(value)) return `[${value.map((inner) => canonical(inner, depth + 1)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => compareCodePoints(one, other));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner, depth + 1)}`).join(",")}}`;
}

function parse(document: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(document)) as unknown;
  } catch {
    throw new Malformed("template");
  }
}

function readLevel(nodes: readonly Fields[], depth: number): Level {
  const open = new Set<string>();
  const repeats = new Map<string, Level>();
  for (const node of nodes) readNode(node, { open, repeats }, depth);
  return { open, repeats };
}

function readNode(node: Fields, into: { open: Set<string>; repeats: Map<string, Level> }, depth: number): void {
  if (depth > 2 * MAX_DEPTH) throw new Malformed("template");
  const name = key(node["key"]);
  if (node["kind"] === "field") {
    const nominal = field(node, "nominal", textOf(16), "none");
    if (nominal === "none" && !FREE_TEXT.has(key(node["type"]))) into.open.add(name);
    return;
  }
  const children = listOf(fields)(node["children"]);
  if (node["repeat"] !== undefined && node["repeat"] !== null) into.repeats.set(name, readLevel(children, depth + 1));
  else for (const child of children) readNode(child, into, depth + 1);
}

