/** Conditions that one chooses instead of writing them: always, never, or one question with one answer. Pure. */

import type { FieldDoc } from "./document.ts";

export type Choice = { readonly way: "never" } | { readonly way: "always" } | { readonly way: "if"; readonly question: string; readonly code: string } | { readonly way: "own"; readonly text: string };

const IF_CODE = /^\$\{([a-z][a-z0-9_]*)\} = '([^']*)'$/u;
const IF_YES = /^\$\{([a-z][a-z0-9_]*)\} = (true|false)\(\)$/u;
const IF_CHOSEN = /^selected\(\$\{([a-z][a-z0-9_]*)\}, '([^']*)'\)$/u;

/** What the expression says; `empty` is what no expression at all means. */
export function choiceOf(text: string, empty: "never" | "always"): Choice {
  if (text === "") return { way: empty };
  if (text === "true()") return { way: "always" };
  const [, question, code] = IF_CODE.exec(text) ?? IF_CHOSEN.exec(text) ?? IF_YES.exec(text) ?? [];
  return question === undefined || code === undefined ? { way: "own", text } : { way: "if", question, code };
}

/** The expression for a choice that is complete; an empty one where it is not. */
export function conditionText(question: FieldDoc | undefined, code: string): string {
  if (question === undefined || code === "") return "";
  if (question.type === "bool") return `\${${question.key}} = ${code === "true" ? "true()" : "false()"}`;
  return question.type === "codes" ? `selected(\${${question.key}}, '${code}')` : `\${${question.key}} = '${code}'`;
}
