/** Which questions a rule of one's own needs: it is judged when all that it compares is answered. Pure. */

import { parse } from "../engine/rules/expression.ts";
import type { Places } from "./problems.ts";

/** A rule that asks whether something is answered (`''`) is judged always; so is one that cannot be read yet. */
export function neededFields(expression: string, inside: readonly string[], places: Places): readonly string[] {
  if (/''|""/u.test(expression)) return [];
  try {
    return [...parse(expression).references].filter((key) => places.fields.get(key)?.every((repeat, depth) => inside[depth] === repeat) === true);
  } catch {
    return [];
  }
}
