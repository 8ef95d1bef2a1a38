/** Rules between questions: on and off, and one's own, checked with every key. */

import { useState } from "preact/hooks";

import { type Design, ruleChanged, ruleRemoved, ruleSwitched, withRule, worded } from "../../designer/design.ts";
import { type FieldDoc, fieldsIn, type Level, type RuleDoc } from "../../designer/document.ts";
import { neededFields } from "../../designer/needs.ts";
import { expressionProblem, placesOf, type Problem } from "../../designer/problems.ts";
import { language, t } from "../../i18n/index.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ExpressionInput } from "./condition.tsx";
import { LabelledChoice, LabelledInput } from "./inputs.tsx";
import type { DesignProps } from "./outline.tsx";
import { expressionText, nameOf, problemText, questionOptions, ruleName } from "./wording.ts";

const LEVELS: readonly Level[] = ["error", "warn", "info"];

export function Rules({ design, made, problems, onChange }: DesignProps) {
  const [open, setOpen] = useState("");
  const rules = design.document.rules ?? [];
  const questions = fieldsIn(made.document).filter(({ type }) => type !== "derived");
  const add = (): void => {
    const first = questions[0];
    if (first === undefined) return;
    const { key, design: changed } = withRule(design, first.key);
    setOpen(key);
    onChange(changed);
  };
  return (
    <>
      <p class="hint">{t("design.rules_hint")}</p>
      <div class="row">
        <Button icon="plus" disabled={questions.length === 0} onClick={add}>
          {t("design.add_rule")}
        </Button>
      </div>
      {rules.length === 0 && <p class="quiet">{t("design.no_rules")}</p>}
      <ol class="parts">
        {rules.map((rule) => (
          <RulePart
            key={rule.key}
            design={design}
            rule={rule}
            questions={questions}
            goesWith={made.rules.includes(rule.key)}
            problems={problems.filter(({ isRule, at }) => isRule && at === rule.key)}
            open={open === rule.key}
            onOpen={(isOpen) => setOpen(isOpen ? rule.key : "")}
            onChange={onChange}
          />
        ))}
      </ol>
    </>
  );
}

interface RulePartProps {
  readonly design: Design;
  readonly rule: RuleDoc;
  readonly questions: readonly FieldDoc[];
  /** With questions that are off. */
  readonly goesWith: boolean;
  readonly problems: readonly Problem[];
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onChange: (design: Design) => void;
}

function RulePart({ design, rule, questions, goesWith, problems, open, onOpen, onChange }: RulePartProps) {
  const name = ruleName(rule);
  const isOn = !goesWith && !design.offRules.includes(rule.key);
  return (
    <li class={`part ${isOn ? "" : "off"}`} data-part={rule.key}>
      <div class="part-line">
        <label class="part-switch">
          <input type="checkbox" checked={isOn} disabled={goesWith} aria-label={t("design.use", { name })} onChange={(event) => onChange(ruleSwitched(design, rule.key, event.currentTarget.checked))} />
        </label>
        <button type="button" class="part-name" aria-expanded={open} onClick={() => onOpen(!open)}>
          <Icon name="chevron-down" />
          <span>
            <span>{name}</span>
            <small>
              <span>{t(`design.level_${rule.level}`)}</span>
              <span>{nameOf(design, rule.at)}</span>
            </small>
          </span>
          {problems.length > 0 && (
            <>
              <Icon name="circle-alert" tone="bad" />
              <span class="vh">{t("form.has_errors")}</span>
            </>
          )}
        </button>
      </div>
      {open && (
        <div class="part-inside boxed">
          {problems.length > 0 && (
            <Note tone="invalid" icon="circle-alert">
              {problems.map((problem) => (
                <p key={problem.kind}>{problemText(problem)}</p>
              ))}
            </Note>
          )}
          <RuleEditor design={design} rule={rule} questions={questions} onChange={onChange} />
          {design.added.includes(rule.key) && (
            <div class="row">
              <Button look="danger" icon="trash" onClick={() => onChange(ruleRemoved(design, rule.key))}>
                {t("design.remove_rule")}
              </Button>
            </div>
          )}
        </div>
      )}
    </li>
  );
}

function RuleEditor({ design, rule, questions, onChange }: Pick<RulePartProps, "design" | "rule" | "questions" | "onChange">) {
  const places = placesOf(design.document);
  const standing = (at: string): readonly string[] => places.fields.get(at) ?? places.repeats.get(at)?.slice(0, -1) ?? [];
  const set = (members: Partial<RuleDoc>): void => {
    const changed = { ...rule, ...members };
    const isOwn = design.added.includes(rule.key);
    onChange(ruleChanged(design, rule.key, isOwn ? { ...members, needs: neededFields(changed.expression, standing(changed.at), places) } : members));
  };
  const wrong = rule.expression === "" ? null : expressionProblem(rule.expression, places, { inside: standing(rule.at), at: rule.at });
  return (
    <div class="stack">
      <LabelledInput label={t("design.rule_message")} hint={t("design.rule_message_hint")} value={rule.messages[language.value] ?? ""} onChange={(text) => set({ messages: worded(rule.messages, language.value, text) })} />
      <div class="pair">
        <LabelledChoice label={t("design.rule_at")} options={questionOptions(questions)} value={rule.at} onChange={(at) => at !== "" && set({ at })} />
        <LabelledChoice label={t("design.level")} options={LEVELS.map((level) => ({ value: level, label: t(`design.level_${level}`) }))} value={rule.level} onChange={(level) => level !== "" && set({ level: level as Level })} />
      </div>
      <ExpressionInput label={t("design.rule_expression")} fields={questions} text={rule.expression} wrong={wrong === null ? null : expressionText(wrong)} onChange={(expression) => set({ expression })} />
    </div>
  );
}
