/** One question of a form, to be changed: its words, its kind of answer, when it is asked, and what may leave. */

import { useState } from "preact/hooks";

import { changed, type Design, listKey, movedTo, retyped, withCodes, worded } from "../../designer/design.ts";
import { type Cen, type CodeListDoc, type FieldDoc, fieldsIn, type GroupDoc, nodesOf, type Nominal } from "../../designer/document.ts";
import type { Problem } from "../../designer/problems.ts";
import { language, t } from "../../i18n/index.ts";
import type { FieldType } from "../../templates_forms/model.ts";
import { Button } from "../../ui/basics.tsx";
import type { Option } from "../../ui/combo.tsx";
import { CodesDialog } from "./codes.tsx";
import { Condition, ExpressionField } from "./condition.tsx";
import { LabelledChoice, LabelledInput } from "./inputs.tsx";
import { problemText, questionOptions, said, typeOptions } from "./wording.ts";

const NOMINALS: readonly Nominal[] = ["none", "indirect", "direct"];
const CENS: readonly Cen[] = ["none", "count", "coarse", "full"];

interface QuestionEditorProps {
  readonly design: Design;
  readonly field: FieldDoc;
  readonly problems: readonly Problem[];
  readonly onChange: (design: Design) => void;
}

export function QuestionEditor(props: QuestionEditorProps) {
  const { design, field, onChange } = props;
  const set = (members: Partial<FieldDoc>): void => onChange(changed<FieldDoc>(design, field.key, members));
  const isCoded = field.type === "code" || field.type === "codes";
  return (
    <div class="stack">
      <LabelledInput label={t("design.question_name")} value={field.labels[language.value] ?? ""} placeholder={said(field.labels)} onChange={(text) => set({ labels: worded(field.labels, language.value, text) })} />
      <LabelledInput label={t("design.question_hint")} value={field.hints?.[language.value] ?? ""} onChange={(text) => set({ hints: worded(field.hints, language.value, text) })} />
      <div class="pair">
        <LabelledChoice label={t("design.answer")} options={typeOptions()} value={field.type} onChange={(type) => type !== "" && onChange(retyped(design, field.key, type as FieldType))} />
        <LabelledChoice label={t("design.in_section")} options={sectionOptions(design)} value={sectionOf(design, field.key)} onChange={(section) => section !== "" && section !== sectionOf(design, field.key) && onChange(movedTo(design, field.key, section))} />
      </div>
      {isCoded && <Choices {...props} />}
      {(field.type === "int" || field.type === "decimal") && <LabelledChoice label={t("design.unit")} hint={t("design.unit_hint")} options={[{ value: "-", label: t("design.no_unit") }, ...questionOptions(unitsBeside(design, field))]} value={field.unit_field === undefined || field.unit_field === "" ? "-" : field.unit_field} onChange={(unit) => unit !== "" && set({ unit_field: unit === "-" ? "" : unit })} />}
      {field.type === "derived" ? (
        <ExpressionField label={t("design.calculation")} design={design} node={field} member="calculation" text={field.calculation ?? ""} onChange={(calculation) => set({ calculation })} />
      ) : (
        <Asking {...props} />
      )}
      <Leaving {...props} />
    </div>
  );
}

/** When it is asked, must be answered, and which answers are taken. */
function Asking({ design, field, onChange }: QuestionEditorProps) {
  const set = (members: Partial<FieldDoc>): void => onChange(changed<FieldDoc>(design, field.key, members));
  return (
    <>
      <Condition label={t("design.required")} design={design} node={field} member="required" empty="never" onChange={(required) => set({ required })} />
      <Condition label={t("design.relevant")} design={design} node={field} member="relevant" empty="always" onChange={(relevant) => set({ relevant })} />
      <details open={(field.constraint ?? "") !== ""}>
        <summary>{t("design.constraint")}</summary>
        <div class="stack">
          <p class="hint">{t("design.constraint_hint")}</p>
          <ExpressionField label={t("design.expression")} design={design} node={field} member="constraint" text={field.constraint ?? ""} onChange={(constraint) => set({ constraint })} />
          <LabelledInput label={t("design.refusal")} value={field.constraint_messages?.[language.value] ?? ""} onChange={(text) => set({ constraint_messages: worded(field.constraint_messages, language.value, text) })} />
        </div>
      </details>
      <details open={(field.default ?? "") !== ""}>
        <summary>{t("design.default")}</summary>
        <ExpressionField label={t("design.expression")} design={design} node={field} member="default" text={field.default ?? ""} onChange={(text) => set({ default: text })} />
      </details>
    </>
  );
}

/** What of the answer is personal, and what may leave the group. */
function Leaving({ design, field, problems, onChange }: QuestionEditorProps) {
  const set = (members: Partial<FieldDoc>): void => onChange(changed<FieldDoc>(design, field.key, members));
  const refused = problems.filter(({ kind }) => kind === "to_cen").map((problem) => ({ tone: "invalid" as const, text: problemText(problem) }));
  return (
    <div class="pair">
      <LabelledChoice label={t("design.nominal")} options={NOMINALS.map((one) => ({ value: one, label: t(`design.nominal_${one}`) }))} value={field.nominal ?? "none"} onChange={(nominal) => nominal !== "" && set({ nominal: nominal as Nominal })} />
      <LabelledChoice label={t("design.cen")} messages={refused} options={CENS.map((one) => ({ value: one, label: t(`design.cen_${one}`) }))} value={field.cen ?? "none"} onChange={(cen) => cen !== "" && set({ cen: cen as Cen })} />
    </div>
  );
}

/** The list that one chooses from: one of the form's, or one that is pasted. */
function Choices({ design, field, onChange }: QuestionEditorProps) {
  const [pasting, setPasting] = useState(false);
  const lists = design.document.code_lists ?? [];
  const list = lists.find(({ key }) => key === field.code_list);
  const others = fieldsIn(design.document).filter((one) => one.key !== field.key && one.code_list === field.code_list && field.code_list !== undefined && field.code_list !== "");
  return (
    <div class="stack tight">
      <LabelledChoice label={t("design.list")} options={lists.map((one) => listOption(design, one))} value={field.code_list ?? ""} onChange={(code_list) => code_list !== "" && onChange(changed<FieldDoc>(design, field.key, { code_list }))} />
      <div class="row wrap">
        {list !== undefined && (
          <Button icon="pencil" onClick={() => setPasting(true)}>
            {t("design.change_list")}
          </Button>
        )}
        <Button icon="plus" onClick={() => onChange(withNewList(design, field))}>
          {t("design.new_list")}
        </Button>
      </div>
      {others.length > 0 && <p class="hint">{t("design.list_shared", { names: others.map(({ labels }) => said(labels)).join(", ") })}</p>}
      {pasting && list !== undefined && <CodesDialog codes={list.codes} name={said(field.labels)} onClose={() => setPasting(false)} onDone={(codes) => (setPasting(false), onChange(withCodes(design, list.key, codes)))} />}
    </div>
  );
}

/** A list of its own for the question, with nothing in it yet. */
function withNewList(design: Design, field: FieldDoc): Design {
  const key = listKey(design, `${field.key}_list`);
  return changed<FieldDoc>(withCodes(design, key, []), field.key, { code_list: key });
}

function listOption(design: Design, list: CodeListDoc): Option {
  const user = fieldsIn(design.document).find(({ code_list }) => code_list === list.key);
  return { value: list.key, label: `${user === undefined ? list.key : said(user.labels)} (${list.codes.length})` };
}

function sectionOptions(design: Design): Option[] {
  return [...nodesOf(design.document)].filter((node): node is GroupDoc => node.kind === "group").map(({ key, labels }) => ({ value: key, label: said(labels) }));
}

function sectionOf(design: Design, key: string): string {
  return [...nodesOf(design.document)].find((node) => node.kind === "group" && node.children.some((child) => child.key === key))?.key ?? "";
}

/** Questions with a list beside the number, that may say its unit. */
function unitsBeside(design: Design, field: FieldDoc): FieldDoc[] {
  const section = [...nodesOf(design.document)].find((node): node is GroupDoc => node.kind === "group" && node.children.some((child) => child.key === field.key));
  return (section?.children ?? []).filter((child): child is FieldDoc => child.kind === "field" && child.type === "code");
}
