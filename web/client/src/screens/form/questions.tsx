/** The questions of one level of a form, and below them what is worked out from their answers. */

import type { Answers, Finding } from "../../engine/api.ts";
import { language } from "../../i18n/index.ts";
import { choose, type FormField, type FormGroup, type FormTemplate } from "../../templates_forms/model.ts";
import { levelAt, pathOf, type Place, withAnswer, withUsualUnit } from "./answers.ts";
import { Question } from "./control.tsx";
import type { Filled } from "./filled.ts";
import { longitudeOf, PointMap, pointOf } from "./position.tsx";
import { answerText } from "./wording.ts";

export interface FillingProps {
  readonly template: FormTemplate;
  readonly answers: Answers;
  readonly filled: Filled;
  readonly shown: readonly Finding[];
  readonly onChange: (answers: Answers) => void;
  readonly onAddRow: (repeat: string, place: Place) => void;
  readonly onLeave: (path: string) => void;
}

/** A group at its place: the rows around it. */
export interface GroupProps extends FillingProps {
  readonly group: FormGroup;
  readonly place: Place;
}

/** What a group or row asks itself, without the groups in it. */
export function fieldsIn(group: FormGroup): readonly FormField[] {
  return group.children.filter((child): child is FormField => child.kind === "field" && child.type !== "derived");
}

export function Questions({ template, group, place, answers, filled, shown, onChange, onLeave }: GroupProps) {
  const row = levelAt(answers, place);
  return (
    <>
      {fieldsIn(group)
        .filter((field) => filled.relevant.has(pathOf(place, field.key)))
        .map((field) => {
          const path = pathOf(place, field.key);
          const longitude = longitudeOf(field.key);
          const isPoint = longitude !== "" && group.children.some(({ key }) => key === longitude);
          return (
            <Question
              key={path}
              template={template}
              field={field}
              place={place}
              row={row}
              offers={filled.offers(place, field.key)}
              required={filled.required.has(path)}
              findings={shown.filter((finding) => finding.path === path)}
              onChange={(value) => onChange(withUsualUnit(withAnswer(answers, place, field.key, value), place))}
              onLeave={() => onLeave(path)}
              onPosition={isPoint ? (up, across) => onChange(withAnswer(withAnswer(answers, place, field.key, up), place, longitude, across)) : undefined}
            />
          );
        })}
      {group.children
        .filter(({ key }) => longitudeOf(key) !== "" && pointOf(row[key], row[longitudeOf(key)]) !== null)
        .map(({ key }) => (
          <PointMap key={key} answers={row} latitude={key} longitude={longitudeOf(key)} />
        ))}
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
