/** Answers, codes and findings in the reader's words. */

import type { AnswerValue, Finding } from "../../engine/api.ts";
import { compare, countryName, countryNameIn, decimal, list, written } from "../../i18n/format.ts";
import { findingText, isRightToLeft, type Language, language, LANGUAGES, t } from "../../i18n/index.ts";
import type { Option } from "../../ui/combo.tsx";
import { choose, groupsOf, type CodeList, type FormField, type FormTemplate, type Words } from "../../templates_forms/model.ts";

export function codeLabel(codes: CodeList | undefined, key: string): string {
  const words = codes?.codes.get(key);
  if (words === undefined) return key;
  if (Object.keys(words).length > 0) return choose(words, language.value);
  return codes?.territories === true ? countryName(key) : key;
}

/** Symbols that are the same in all six languages (UNECE Recommendation 20 codes). */
const SYMBOLS: Readonly<Record<string, string>> = { KGM: "kg", GRM: "g", MGM: "mg", TNE: "t", LTR: "l", MLT: "ml", HLT: "hl", MTQ: "m³", BQL: "Bq" };

/** “412 kg”, “1 420 × carton of 200 cigarettes”. */
export function amountText(template: FormTemplate, quantity: string, unit: string): string {
  if (quantity === "") return "";
  const symbol = SYMBOLS[unit];
  // A number and its symbol run from left to right in every line.
  if (symbol !== undefined) return isRightToLeft(language.value) ? `\u2066${decimal(quantity)}\u00a0${symbol}\u2069` : `${decimal(quantity)}\u00a0${symbol}`;
  return unit === "" ? decimal(quantity) : `${decimal(quantity)}\u00a0× ${codeLabel(template.codeLists.get("unit"), unit)}`;
}

/** Codes that people write, such as KG, DE or 1; others are the form's own. */
const WRITTEN_CODE = /^[A-Z0-9]{1,6}$/u;
const madeOptions = new WeakMap<CodeList, { readonly language: Language; readonly options: readonly Option[] }>();

/** The options of a field; countries in the reader's alphabet, everything else as the form has it. */
export function optionsOf(template: FormTemplate, field: FormField): readonly Option[] {
  const codes = template.codeLists.get(field.codeList);
  if (codes === undefined) return [];
  const made = madeOptions.get(codes);
  if (made?.language === language.value) return made.options;
  const options = [...codes.codes].map(([key, words]) => optionOf(codes, key, words));
  if (codes.territories) options.sort((one, other) => compare(one.label, other.label));
  madeOptions.set(codes, { language: language.value, options });
  return options;
}

/** Found by its code and by its name in each of the six languages. */
function optionOf(codes: CodeList, key: string, words: Words): Option {
  const label = codeLabel(codes, key);
  let others: readonly string[] | null = null;
  const find = (): readonly string[] => {
    others ??= [...new Set(codes.territories ? LANGUAGES.map((one) => countryNameIn(key, one)) : Object.values(words))].filter((name) => name !== label);
    return others;
  };
  return { value: key, label, others: find, ...(WRITTEN_CODE.test(key) && label !== key ? { code: key } : {}) };
}

/** One answer as a person reads it. */
export function answerText(template: FormTemplate, field: FormField, value: AnswerValue | undefined): string {
  if (value === undefined || value === "") return "";
  const codes = template.codeLists.get(field.codeList);
  if (Array.isArray(value)) return list(value.map((one) => codeLabel(codes, String(one))));
  switch (field.type) {
    case "code":
      return codeLabel(codes, String(value));
    case "codes":
      return list(String(value).split(" ").map((one) => codeLabel(codes, one)));
    case "bool":
      return value === true ? t("ui.yes") : t("ui.no");
    case "int":
    case "decimal":
    case "derived":
      return decimal(String(value));
    case "date":
    case "datetime":
      return written(String(value));
    default:
      return String(value);
  }
}

/** Whether an answer is a name or number whose letters always run from left to right. */
export function isLatinOnly(field: FormField): boolean {
  return ["identifier", "int", "decimal", "date", "datetime", "derived"].includes(field.type);
}

/** What a finding says: the words of every form's checks, else those of the form's own rule. */
export function findingWords(template: FormTemplate, finding: Finding): string {
  const own = template.rules.get(finding.rule);
  if (own !== undefined) return choose(own, language.value);
  const field = template.fields.get(fieldKey(finding.path));
  if (finding.rule === "constraint" && field !== undefined && Object.keys(field.constraintMessages).length > 0) {
    return choose(field.constraintMessages, language.value);
  }
  return findingText(finding.rule) ?? t("form.unknown_rule", { rule: finding.rule });
}

/** What a finding says, and where. */
export function placedFinding(template: FormTemplate, finding: Finding): string {
  const field = fieldLabel(template, finding.path);
  const said = findingWords(template, finding);
  return field === "" ? said : t("form.at_field", { field, finding: said });
}

/** The last name in a path such as `item[0].unit`. */
export function fieldKey(path: string): string {
  return (path.split(".").at(-1) ?? "").replace(/\[\d+\]$/u, "");
}

/** The label of the field of a finding; empty for the record as a whole. */
export function fieldLabel(template: FormTemplate, path: string): string {
  const key = fieldKey(path);
  const field = template.fields.get(key) ?? template.groups.flatMap(groupsOf).find((group) => group.key === key);
  return field === undefined ? "" : choose(field.labels, language.value);
}
