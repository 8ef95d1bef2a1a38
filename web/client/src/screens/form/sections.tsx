/** The sections of a form: questions side by side; what repeats is a grid that one types through, on a phone a list. */

import type { Answers, Finding } from "../../engine/api.ts";
import { language, t } from "../../i18n/index.ts";
import { choose, type FormField, type FormGroup, type FormTemplate } from "../../templates_forms/model.ts";
import { Button } from "../../ui/basics.tsx";
import { RouteLine } from "../route-line.tsx";
import { pathOf, type Place, rowsOf, TOP, withAnswer, withoutRow, withUsualUnit } from "./answers.ts";
import { Question } from "./control.tsx";
import type { Filled } from "./filled.ts";
import { answerText, findingWords } from "./wording.ts";

/** The section that asks where goods came from and went shows the way as a line. */
const MANY_CODES = 50;
const DESTINATION = "destination_country";

interface SectionProps {
  readonly template: FormTemplate;
  readonly group: FormGroup;
  readonly answers: Answers;
  readonly filled: Filled;
  readonly shown: readonly Finding[];
  readonly onChange: (answers: Answers) => void;
  readonly onAddRow: (repeat: string) => void;
  readonly onLeave: (path: string) => void;
}

export function Section(props: SectionProps) {
  const { group, answers, filled } = props;
  if (!filled.relevant.has(group.key)) return null;
  const fields = group.children.filter((child): child is FormField => child.kind === "field" && child.type !== "derived");
  return (
    <section class="section" id={`section-${group.key}`} aria-labelledby={`heading-${group.key}`}>
      <h2 id={`heading-${group.key}`}>{choose(group.labels, language.value)}</h2>
      {group.repeat === null ? (
        <div class="fields">
          <Questions {...props} fields={fields} place={TOP} row={answers} />
        </div>
      ) : (
        <Rows {...props} fields={fields} />
      )}
      {fields.some((field) => field.key === DESTINATION) && <RouteLine answers={answers} />}
    </section>
  );
}

interface FieldsProps extends SectionProps {
  readonly fields: readonly FormField[];
}

function Rows(props: FieldsProps) {
  const { template, group, answers, shown, fields, onChange, onAddRow } = props;
  const rows = rowsOf(answers, group.key);
  const { min, max } = group.repeat!;
  const columns = fields.filter((field) => !field.conditional).map((field) => `minmax(0, ${widthOf(template, field)}fr)`);
  const add = (): void => {
    onAddRow(group.key);
    const path = pathOf({ repeat: group.key, row: rows.length }, fields[0]!.key);
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-field="${CSS.escape(path)}"] :is(input, textarea)`)?.focus());
  };
  return (
    <div class="rows-of" style={{ "--columns": columns.join(" ") } as preact.CSSProperties}>
      {rows.map((row, at) => (
        <div class="row-of fields" key={at} role="group" aria-label={t("form.row", { number: at + 1 })}>
          <h3>
            <span class="word">{t("form.row", { number: at + 1 })}</span>
            <span class="digit" aria-hidden="true">
              {at + 1}
            </span>
          </h3>
          <Questions {...props} place={{ repeat: group.key, row: at }} row={row} />
          {rows.length > min && <Button class="remove" look="bare" icon="x" label={t("form.remove_row", { number: at + 1 })} onClick={() => onChange(withoutRow(answers, group.key, at))} />}
        </div>
      ))}
      {shown
        .filter((finding) => finding.path === group.key)
        .map((finding) => (
          <p class="msg invalid" key={finding.rule}>
            {findingWords(template, finding)}
          </p>
        ))}
      {rows.length < max && (
        <div class="row">
          <Button look="link" icon="plus" onClick={add}>
            {t("form.add_row")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** In a grid, numbers are narrow and long lists have long names. */
function widthOf(template: FormTemplate, field: FormField): number {
  if (field.type === "int" || field.type === "decimal") return 0.7;
  return (template.codeLists.get(field.codeList)?.codes.size ?? 0) > MANY_CODES ? 1.5 : 1;
}

interface QuestionsProps extends FieldsProps {
  readonly place: Place;
  readonly row: Answers;
}

function Questions({ template, group, fields, place, row, answers, filled, shown, onChange, onLeave }: QuestionsProps) {
  const at = place.repeat === "" ? [] : ([[place.repeat, place.row]] as const);
  return (
    <>
      {fields
        .filter((field) => filled.relevant.has(pathOf(place, field.key)))
        .map((field) => {
          const path = pathOf(place, field.key);
          return (
            <Question
              key={path}
              template={template}
              field={field}
              place={place}
              row={row}
              offers={filled.offers(at, field.key)}
              required={filled.required.has(path)}
              findings={shown.filter((finding) => finding.path === path)}
              onChange={(value) => onChange(withUsualUnit(withAnswer(answers, place, field.key, value), place))}
              onLeave={() => onLeave(path)}
            />
          );
        })}
      <Derived template={template} group={group} place={place} derived={filled.derived} />
    </>
  );
}

interface DerivedProps {
  readonly template: FormTemplate;
  readonly group: FormGroup;
  readonly place: Place;
  readonly derived: ReadonlyMap<string, string>;
}

/** What is worked out from the answers, below them. */
function Derived({ template, group, place, derived }: DerivedProps) {
  const known = group.children.filter((child): child is FormField => child.kind === "field" && derived.has(pathOf(place, child.key)));
  if (known.length === 0) return null;
  return (
    <dl class="derived">
      {known.map((field) => (
        <div key={field.key}>
          <dt>{choose(field.labels, language.value)}</dt>
          <dd>
            <bdi>{answerText(template, field, derived.get(pathOf(place, field.key)))}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
