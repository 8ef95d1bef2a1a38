/**
 * The data dictionary: what each column of an extraction means, and the codes that may stand in it with their words (twin
 * of `cencomm.export.dictionary`).
 */

import { type FormField, type FormGroup, type FormTemplate, choose, fieldsOf } from "../templates_forms/model.ts";
import { type ColumnPlan, type Wording, codeWord, titled } from "./forms.ts";
import type { Row, Table } from "./table.ts";

const FIELDS: ColumnPlan = [
  ["template", "text", 22],
  ["version", "number", 8],
  ["section", "text", 24],
  ["field", "text", 24],
  ["label", "text", 36],
  ["type", "text", 16],
  ["code_list"],
  ["unit_field"],
  ["nominal"],
  ["cen"],
  ["calculation", "text", 36],
  ["hint", "text", 48],
];
const CODES: ColumnPlan = [
  ["code_list", "text", 20],
  ["code", "text", 20],
  ["word", "text", 48],
];

/** One row for each question of these templates, and one for each code of the lists that they use. */
export function dictionaryTables(templates: readonly FormTemplate[], words: Wording): readonly [fields: Table, codes: Table] {
  return [
    { name: words.said("sheet.dictionary"), columns: titled(FIELDS, words), rows: fieldRows(templates, words) },
    { name: words.said("sheet.codes"), columns: titled(CODES, words), rows: codeRows(templates, words) },
  ];
}

function* fieldRows(templates: readonly FormTemplate[], words: Wording): Generator<Row> {
  for (const { id, version, groups } of templates) {
    for (const [path, field] of questions(groups)) {
      yield [
        id,
        version,
        path,
        field.key,
        choose(field.labels, words.language),
        words.said(`cli.type.${field.type}`),
        field.codeList || field.reference || null,
        field.unitField || null,
        words.said(`nominal.${field.nominal}`),
        words.said(`cen_level.${field.cen}`),
        field.calculation || null,
        Object.keys(field.hints).length === 0 ? null : choose(field.hints, words.language),
      ];
    }
  }
}

/** Each question with the keys of the groups around it. */
function* questions(groups: readonly FormGroup[], around = ""): Generator<readonly [path: string, FormField]> {
  for (const { key, children } of groups) {
    for (const child of children) {
      if (child.kind === "field") yield [around + key, child];
      else yield* questions([child], `${around}${key}/`);
    }
  }
}

/** A code that several templates have with the same word comes once. */
function* codeRows(templates: readonly FormTemplate[], words: Wording): Generator<Row> {
  const seen = new Set<string>();
  for (const template of templates) {
    const used = new Set(template.groups.flatMap(fieldsOf).map((field) => field.codeList));
    for (const [list, { codes }] of template.codeLists) {
      if (!used.has(list)) continue;
      for (const code of codes.keys()) {
        const row = [list, code, codeWord(template, list, code, words)];
        const name = JSON.stringify(row);
        if (seen.has(name)) continue;
        seen.add(name);
        yield row;
      }
    }
  }
}
