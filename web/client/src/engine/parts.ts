/**
 * The two parts of a record: what everybody in the group may read, and what can lead to a person (DESIGN §2).
 *
 * A field that is nominal, and all free text, is personal; so is anything that the template does not know. A repeat
 * keeps all its rows in the public part; the personal part has as many, or none (twin of `templates_forms.parts`).
 */

import { DomainError } from "../crypto/errors.ts";
import type { Answer, Answers } from "../wire/content.ts";
import { type Level, MAX_DEPTH } from "./template.ts";

/** Two parts that are not of one record; `path` says where. */
export class PartsDisagree extends DomainError {
  constructor(path: string) {
    super("templates.parts_disagree", { path });
  }
}

export interface Parts {
  readonly public: Answers;
  readonly personal: Answers;
}

/** The public and the personal answers; `merge` puts them together again, whatever they are. */
export function split(level: Level, answers: Answers): Parts {
  const open: Record<string, Answer> = {};
  const personal: Record<string, Answer> = {};
  for (const [key, value] of Object.entries(answers)) {
    const below = level.repeats.get(key);
    if (level.open.has(key)) open[key] = value;
    else if (below !== undefined && isRows(value)) {
      const pairs = value.map((row) => split(below, row));
      open[key] = pairs.map((pair) => pair.public);
      if (pairs.some((pair) => Object.keys(pair.personal).length > 0)) personal[key] = pairs.map((pair) => pair.personal);
    } else personal[key] = value;
  }
  return { public: open, personal };
}

/** The answers of which these are the parts; the personal part may be empty. Throws PartsDisagree. */
export function merge(open: Answers, personal: Answers, depth = 0): Answers {
  const merged: Record<string, Answer> = { ...open };
  for (const [key, value] of Object.entries(personal)) {
    const theirs = Object.hasOwn(merged, key) ? merged[key] : undefined;
    if (theirs === undefined) {
      merged[key] = value;
      continue;
    }
    if (depth === MAX_DEPTH || !isRows(value) || !isRows(theirs) || value.length !== theirs.length) {
      throw new PartsDisagree(shortened(key));
    }
    merged[key] = theirs.map((row, at) => merge(row, value[at]!, depth + 1));
  }
  return merged;
}

/** Paths in a public part that belong into the personal one: what a careless or hostile sender let out. */
export function misplaced(level: Level, open: Answers, prefix = ""): string[] {
  const found: string[] = [];
  for (const [key, value] of Object.entries(open)) {
    const below = level.repeats.get(key);
    if (below !== undefined && isRows(value)) {
      value.forEach((row, at) => found.push(...misplaced(below, row, `${prefix}${key}[${at}].`)));
    } else if (!level.open.has(key)) found.push(prefix + shortened(key));
  }
  return found;
}

function isRows(value: Answer): value is readonly Answers[] {
  return Array.isArray(value) && value.every((row) => typeof row === "object" && !Array.isArray(row));
}

/** As Python cuts text: by characters of Unicode. */
function shortened(key: string): string {
  return [...key].slice(0, 64).join("");
}
