/** Parts of a form under design, and what is wrong with them, in the reader's words. */

import { type Design } from "../../designer/design.ts";
import { type FieldDoc, nodeOf, type RuleDoc } from "../../designer/document.ts";
import type { ExpressionProblem, Problem } from "../../designer/problems.ts";
import { countryName } from "../../i18n/format.ts";
import { language, t } from "../../i18n/index.ts";
import { choose, type FieldType, type Words } from "../../templates_forms/model.ts";
import type { Option } from "../../ui/combo.tsx";

export const TYPES: readonly FieldType[] = ["text", "longtext", "identifier", "code", "codes", "int", "decimal", "bool", "date", "datetime", "derived"];

/** What the words say; where there are none yet, that it has no name. */
export function said(words: Words | undefined): string {
  return words === undefined || Object.keys(words).length === 0 ? t("design.unnamed") : choose(words, language.value);
}

export function nameOf(design: Design, key: string): string {
  const node = nodeOf(design.document, key);
  return node === undefined ? key : said(node.labels);
}

export function ruleName(rule: RuleDoc | undefined): string {
  return said(rule?.messages);
}

export function typeOptions(): Option[] {
  return TYPES.map((type) => ({ value: type, label: t(`design.type_${type}`) }));
}

/** Questions by their names; two of the same name are told apart by their keys. */
export function questionOptions(fields: readonly FieldDoc[]): Option[] {
  return fields.map(({ key, labels }) => ({ value: key, label: said(labels), code: key }));
}

/** The answers that a question offers, for a condition that asks for one of them. */
export function answerOptions(design: Design, field: FieldDoc | undefined): Option[] {
  if (field?.type === "bool") return [{ value: "true", label: t("ui.yes") }, { value: "false", label: t("ui.no") }];
  const list = design.document.code_lists?.find(({ key }) => key === field?.code_list);
  return (list?.codes ?? []).map(({ key, labels = {} }) => ({ value: key, label: Object.keys(labels).length > 0 ? said(labels) : list?.words === "cldr_territory" ? countryName(key) : key, code: key }));
}

export function expressionText(problem: ExpressionProblem): string {
  return t(`design.expr_${problem.kind}`, { place: problem.place });
}

export function problemText({ kind, expression }: Problem): string {
  return expression === null ? t(`design.problem_${kind as Exclude<Problem["kind"], "expression">}`) : expressionText(expression);
}
