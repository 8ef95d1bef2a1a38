/** A condition: chosen from what is usual, or written as a rule that is checked with every key. */

import { useState } from "preact/hooks";

import { choiceOf, conditionText } from "../../designer/conditions.ts";
import type { Design } from "../../designer/design.ts";
import { type ExpressionName, type FieldDoc, fieldsIn, type NodeDoc } from "../../designer/document.ts";
import { expressionProblem, placesOf, whereOf } from "../../designer/problems.ts";
import { t } from "../../i18n/index.ts";
import { Combo } from "../../ui/combo.tsx";
import { Field } from "../../ui/field.tsx";
import { LabelledChoice } from "./inputs.tsx";
import { answerOptions, expressionText, questionOptions } from "./wording.ts";

interface ConditionProps {
  readonly label: string;
  readonly design: Design;
  readonly node: NodeDoc;
  readonly member: ExpressionName;
  /** What it means that nothing is said. */
  readonly empty: "always" | "never";
  readonly onChange: (text: string) => void;
}

export function Condition({ label, design, node, member, empty, onChange }: ConditionProps) {
  const text = (node as FieldDoc)[member] ?? "";
  const chosen = choiceOf(text, empty);
  const [way, setWay] = useState<string>(chosen.way);
  const [question, setQuestion] = useState(chosen.way === "if" ? chosen.question : "");
  const asked = conditionFields(design, node);
  const field = asked.find(({ key }) => key === question);
  const choose = (wanted: string): void => {
    if (wanted === "") return;
    setWay(wanted);
    if (wanted === "always" || wanted === "never") onChange(wanted === empty ? "" : wanted === "always" ? "true()" : "");
  };
  const ways = [...(empty === "never" ? (["never"] as const) : []), "always", "if", "own"] as const;
  return (
    <div class="stack tight" role="group" aria-label={label}>
      <LabelledChoice label={label} options={ways.map((one) => ({ value: one, label: t(`design.when_${one}`) }))} value={way} onChange={choose} />
      {way === "if" && (
        <div class="pair">
          <LabelledChoice
            label={t("design.if_question")}
            options={questionOptions(asked)}
            value={question}
            onChange={(key) => {
              setQuestion(key);
              if (text !== "" && key !== question) onChange("");
            }}
          />
          <LabelledChoice label={t("design.if_answer")} options={answerOptions(design, field)} value={chosen.way === "if" ? chosen.code : ""} onChange={(code) => onChange(conditionText(field, code))} />
        </div>
      )}
      {way === "own" && <ExpressionField label={t("design.expression")} design={design} node={node} member={member} text={text} onChange={onChange} />}
    </div>
  );
}

/** Questions with answers to choose from, in the same row or around it, other than the one that is asked. */
function conditionFields(design: Design, node: NodeDoc): FieldDoc[] {
  const places = placesOf(design.document);
  const { inside } = whereOf(places, node, "relevant");
  return fieldsIn(design.document).filter((field) => field.key !== node.key && ["code", "codes", "bool"].includes(field.type) && !design.off.includes(field.key) && (places.fields.get(field.key) ?? []).every((repeat, depth) => inside[depth] === repeat));
}

interface ExpressionFieldProps {
  readonly label: string;
  readonly design: Design;
  readonly node: NodeDoc;
  readonly member: ExpressionName;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** Judged where it stands, as it will be in the form. */
export function ExpressionField({ label, design, node, member, text, onChange }: ExpressionFieldProps) {
  const places = placesOf(design.document);
  const derived = new Set(fieldsIn(design.document).filter(({ type }) => type === "derived").map(({ key }) => key));
  const wrong = text === "" ? null : expressionProblem(text, places, whereOf(places, node, member), derived);
  return <ExpressionInput label={label} fields={fieldsIn(design.document)} text={text} wrong={wrong === null ? null : expressionText(wrong)} onChange={onChange} />;
}

interface ExpressionInputProps {
  readonly label: string;
  readonly fields: readonly FieldDoc[];
  readonly text: string;
  readonly wrong: string | null;
  readonly onChange: (text: string) => void;
}

/** A rule is written from left to right in every language. */
export function ExpressionInput({ label, fields, text, wrong, onChange }: ExpressionInputProps) {
  const put = (key: string): void => {
    if (key !== "") onChange(`${text}${text === "" || text.endsWith(" ") ? "" : " "}\${${key}}`);
  };
  return (
    <div class="pair">
      <Field label={label} messages={wrong === null ? [] : [{ tone: "invalid", text: wrong }]} hint={text !== "" && wrong === null ? t("design.expression_good") : t("design.expression_hint")}>
        {(control) => <textarea {...control} class="in code" dir="ltr" lang="en" rows={2} spellcheck={false} maxLength={2_000} value={text} onInput={(event) => onChange(event.currentTarget.value.replace(/\s*\n\s*/gu, " "))} />}
      </Field>
      <Field label={t("design.insert")}>{(control) => <Combo control={control} options={questionOptions(fields)} value="" onChange={put} />}</Field>
    </div>
  );
}
