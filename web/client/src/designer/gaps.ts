/** Every text of a form by its place, and in which languages it is missing. Pure. */

import { type Language, LANGUAGES } from "../i18n/catalogue.ts";
import type { Words } from "../templates_forms/model.ts";
import { changed, type Design, ruleChanged, withCodes, withDocument, worded } from "./design.ts";
import type { FieldDoc, TemplateDoc } from "./document.ts";
import { nodesOf } from "./document.ts";

export type TextKind = "title" | "section" | "question" | "hint" | "refusal" | "rule" | "code";

export interface TextPlace {
  readonly kind: TextKind;
  /** Of the section, question, rule or code; of the form none. */
  readonly key: string;
  /** Of a code: its list. */
  readonly list: string;
  readonly words: Words;
}

/** Texts that are there in some language at least; codes with names from elsewhere are not asked for. */
export function textsOf(template: TemplateDoc): TextPlace[] {
  const found: TextPlace[] = [{ kind: "title", key: "", list: "", words: template.labels }];
  const put = (kind: TextKind, key: string, words: Words | undefined, list = ""): void => {
    if (words !== undefined && Object.keys(words).length > 0) found.push({ kind, key, list, words });
  };
  for (const node of nodesOf(template)) {
    put(node.kind === "group" ? "section" : "question", node.key, node.labels);
    if (node.kind === "group") continue;
    put("hint", node.key, node.hints);
    put("refusal", node.key, node.constraint_messages);
  }
  for (const rule of template.rules ?? []) put("rule", rule.key, rule.messages);
  for (const list of template.code_lists ?? []) for (const code of list.codes) put("code", code.key, code.labels, list.key);
  return found;
}

/** How many texts are missing in each language. */
export function gapsOf(texts: readonly TextPlace[]): Readonly<Record<Language, number>> {
  const missing = (language: Language): number => texts.filter(({ words }) => words[language] === undefined).length;
  return Object.fromEntries(LANGUAGES.map((language) => [language, missing(language)])) as Record<Language, number>;
}

/** With one text in one language as it is given. */
export function translated(design: Design, { kind, key, list }: TextPlace, language: Language, text: string): Design {
  switch (kind) {
    case "title":
      return withDocument(design, { ...design.document, labels: worded(design.document.labels, language, text) });
    case "rule":
      return ruleChanged(design, key, { messages: worded(design.document.rules?.find((rule) => rule.key === key)?.messages, language, text) });
    case "code": {
      const codes = design.document.code_lists?.find((one) => one.key === list)?.codes ?? [];
      return withCodes(design, list, codes.map((code) => (code.key === key ? { ...code, labels: worded(code.labels, language, text) } : code)));
    }
    default: {
      const member = ({ section: "labels", question: "labels", hint: "hints", refusal: "constraint_messages" } as const)[kind];
      const node = [...nodesOf(design.document)].find((one) => one.key === key) as FieldDoc | undefined;
      return changed<FieldDoc>(design, key, { [member]: worded(node?.[member], language, text) });
    }
  }
}
