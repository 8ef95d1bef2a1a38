/** The sections and questions of a form in their order: on and off, moved, added, opened to be changed. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { changed, type Design, moved, removed, switched, withField, withSection, worded } from "../../designer/design.ts";
import { type FieldDoc, type GroupDoc, type NodeDoc, nodesOf } from "../../designer/document.ts";
import type { Problem } from "../../designer/problems.ts";
import type { Trimmed } from "../../designer/trim.ts";
import { language, t } from "../../i18n/index.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { Checkbox, Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Condition } from "./condition.tsx";
import { LabelledInput } from "./inputs.tsx";
import { QuestionEditor } from "./question.tsx";
import { nameOf, problemText, ruleName, said } from "./wording.ts";

export interface DesignProps {
  readonly design: Design;
  readonly made: Trimmed;
  readonly problems: readonly Problem[];
  readonly onChange: (design: Design) => void;
}

interface OutlineState extends DesignProps {
  readonly open: ReadonlySet<string>;
  readonly onOpen: (key: string, open: boolean) => void;
}

export function Outline(props: DesignProps) {
  const { design, onChange } = props;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(design.document.groups.length === 1 ? [design.document.groups[0]!.key] : []));
  const onOpen = (key: string, isOpen: boolean): void => setOpen((before) => new Set(isOpen ? [...before, key] : [...before].filter((one) => one !== key)));
  const add = (label: string): void => {
    const { key, design: made } = withSection(design, label, language.value);
    onOpen(key, true);
    onChange(made);
  };
  return (
    <>
      <LabelledInput label={t("design.form_name")} value={design.document.labels[language.value] ?? ""} placeholder={said(design.document.labels)} onChange={(text) => onChange({ ...design, document: { ...design.document, labels: worded(design.document.labels, language.value, text) } })} />
      <GoesWith {...props} />
      <ol class="parts">
        {design.document.groups.map((group, at) => (
          <Part key={group.key} {...props} open={open} onOpen={onOpen} node={group} at={at} of={design.document.groups.length} />
        ))}
      </ol>
      <Adding label={t("design.new_section")} action={t("design.add_section")} onAdd={add} />
    </>
  );
}

/** What is left out besides what was switched off. */
function GoesWith({ design, made }: DesignProps) {
  const { rules, unasked, conditions } = made;
  if (rules.length + unasked.length + conditions.length === 0) return null;
  const questions = unasked.map((key) => nameOf(design, key));
  return (
    <details class="goes-with">
      <summary>{t("design.goes_with", { count: rules.length + unasked.length + conditions.length })}</summary>
      <ul class="small">
        {questions.map((name) => (
          <li key={name}>{t("design.goes_question", { name })}</li>
        ))}
        {rules.map((key) => (
          <li key={key}>{t("design.goes_rule", { name: ruleName(design.document.rules?.find((rule) => rule.key === key)) })}</li>
        ))}
        {conditions.map((key) => (
          <li key={key}>{t("design.goes_condition", { name: nameOf(design, key) })}</li>
        ))}
      </ul>
    </details>
  );
}

interface PartProps extends OutlineState {
  readonly node: NodeDoc;
  readonly at: number;
  readonly of: number;
}

function Part(props: PartProps) {
  const { design, made, problems, open, onOpen, onChange, node, at, of } = props;
  const name = said(node.labels);
  const isOn = !design.off.includes(node.key) && !made.unasked.includes(node.key);
  const isOpen = open.has(node.key);
  const wrong = problems.filter((problem) => !problem.isRule && problem.at === node.key);
  return (
    <li class={`part ${isOn ? "" : "off"}`} data-part={node.key}>
      <div class="part-line">
        <label class="part-switch">
          <input type="checkbox" checked={isOn} disabled={made.unasked.includes(node.key)} onChange={(event) => onChange(switched(design, node.key, event.currentTarget.checked))} aria-label={t("design.use", { name })} />
        </label>
        <button type="button" class="part-name" aria-expanded={isOpen} onClick={() => onOpen(node.key, !isOpen)}>
          <Icon name="chevron-down" />
          <span>
            <span class={node.kind === "group" ? "strong" : ""}>{name}</span>
            <small>{node.kind === "group" ? <SectionDetail design={design} made={made} group={node} /> : <QuestionDetail field={node} isNew={design.added.includes(node.key)} />}</small>
          </span>
          {wrong.length > 0 && <Mark words={t("form.has_errors")} />}
        </button>
        <Button class="move" look="bare" icon="arrow-up" label={t("design.up", { name })} disabled={at === 0} onClick={() => onChange(moved(design, node.key, -1))} />
        <Button class="move" look="bare" icon="arrow-down" label={t("design.down", { name })} disabled={at === of - 1} onClick={() => onChange(moved(design, node.key, 1))} />
      </div>
      {isOpen && (
        <div class={`part-inside ${node.kind === "field" ? "boxed" : ""}`}>
          {wrong.length > 0 && (
            <Note tone="invalid" icon="circle-alert">
              {wrong.map((problem) => (
                <p key={`${problem.kind} ${problem.member}`}>{problemText(problem)}</p>
              ))}
            </Note>
          )}
          {node.kind === "field" ? <QuestionEditor design={design} field={node} problems={wrong} onChange={onChange} /> : <SectionInside {...props} group={node} />}
          {design.added.includes(node.key) && (
            <div class="row">
              <Button look="danger" icon="trash" onClick={() => onChange(removed(design, node.key))}>
                {t("design.remove", { name })}
              </Button>
            </div>
          )}
        </div>
      )}
    </li>
  );
}

function Mark({ words }: { readonly words: string }) {
  return (
    <>
      <Icon name="circle-alert" tone="bad" />
      <span class="vh">{words}</span>
    </>
  );
}

function SectionDetail({ design, made, group }: { readonly design: Design; readonly made: Trimmed; readonly group: GroupDoc }) {
  const all = [...nodesOf({ ...design.document, groups: [group] })].filter(({ kind }) => kind === "field");
  const left = new Set([...nodesOf(made.document)].map(({ key }) => key));
  return <>{t("design.questions_of", { used: all.filter(({ key }) => left.has(key)).length, count: all.length })}</>;
}

function QuestionDetail({ field, isNew }: { readonly field: FieldDoc; readonly isNew: boolean }) {
  const facts = [t(`design.type_${field.type}`), ...(isNew ? [t("design.new")] : []), ...(field.required === "true()" ? [t("design.always_required")] : []), ...((field.nominal ?? "none") === "none" ? [] : [t("form.personal")])];
  return (
    <>
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </>
  );
}

function SectionInside(props: PartProps & { readonly group: GroupDoc }) {
  const { design, group, onOpen, onChange } = props;
  const add = (label: string): void => {
    const { key, design: made } = withField(design, group.key, label, language.value);
    onOpen(key, true);
    onChange(made);
  };
  return (
    <>
      <details>
        <summary>{t("design.section_settings")}</summary>
        <div class="stack">
          <LabelledInput label={t("design.section_name")} value={group.labels[language.value] ?? ""} placeholder={said(group.labels)} onChange={(text) => onChange(changed<GroupDoc>(design, group.key, { labels: worded(group.labels, language.value, text) }))} />
          <Condition label={t("design.section_when")} design={design} node={group} member="relevant" empty="always" onChange={(relevant) => onChange(changed<GroupDoc>(design, group.key, { relevant }))} />
          <RepeatSettings design={design} group={group} onChange={onChange} />
        </div>
      </details>
      <ol class="parts">
        {group.children.map((child, at) => (
          <Part key={child.key} {...props} node={child} at={at} of={group.children.length} />
        ))}
      </ol>
      <Adding label={t("design.new_question")} action={t("design.add_question")} onAdd={add} />
    </>
  );
}

function RepeatSettings({ design, group, onChange }: { readonly design: Design; readonly group: GroupDoc; readonly onChange: (design: Design) => void }) {
  const repeat = group.repeat ?? null;
  const set = (made: GroupDoc["repeat"] & object | null): void => onChange(changed<GroupDoc>(design, group.key, { repeat: made }));
  return (
    <>
      <Checkbox checked={repeat !== null} onChange={(on) => set(on ? { min: 0, max: 20 } : null)}>
        {t("design.repeats")}
      </Checkbox>
      {repeat !== null && (
        <Field label={t("design.most_rows")} size="w6">
          {(control) => <input {...control} class="in num" type="number" min={1} max={500} value={repeat.max ?? 500} onChange={(event) => set({ ...repeat, max: Math.min(500, Math.max(1, Number(event.currentTarget.value) || 1)) })} />}
        </Field>
      )}
    </>
  );
}

/** A name, and a button that adds what has it. */
function Adding({ label, action, onAdd }: { readonly label: ComponentChildren; readonly action: string; readonly onAdd: (name: string) => void }) {
  const [name, setName] = useState("");
  const add = (event: Event): void => {
    event.preventDefault();
    if (name.trim() === "") return;
    setName("");
    onAdd(name.trim());
  };
  return (
    <form class="adding" onSubmit={add} noValidate>
      <Field label={label}>{(control) => <input {...control} class="in" maxLength={300} value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
      <Button type="submit" icon="plus" disabled={name.trim() === ""}>
        {action}
      </Button>
    </form>
  );
}
