/** One question of a form, drawn by its type. */

import type { Answers, AnswerValue, Finding } from "../../engine/api.ts";
import { language, t } from "../../i18n/index.ts";
import { Combo } from "../../ui/combo.tsx";
import { Checkbox, type ControlProps, Field, type Message } from "../../ui/field.tsx";
import { momentText, pathOf, type Place, typedValue } from "./answers.ts";
import { offered } from "./judging.ts";
import { choose, type FormField, type FormTemplate } from "../../templates_forms/model.ts";
import { codeLabel, findingWords, isLatinOnly, optionsOf } from "./wording.ts";

interface QuestionProps {
  readonly template: FormTemplate;
  readonly field: FormField;
  readonly place: Place;
  /** The answers of the form, then of the row. */
  readonly rows: readonly Answers[];
  readonly required: boolean;
  readonly findings: readonly Finding[];
  readonly onChange: (value: AnswerValue) => void;
  readonly onLeave: () => void;
}

export function Question(props: QuestionProps) {
  const { template, field, place, findings } = props;
  const messages: readonly Message[] = findings.map((finding) => ({ tone: finding.level === "error" ? "invalid" : "warning", text: findingWords(template, finding) }));
  const hint = Object.keys(field.hints).length > 0 ? choose(field.hints, language.value) : undefined;
  const long = field.type === "longtext" || field.type === "codes";
  return (
    <Field
      label={choose(field.labels, language.value)}
      {...(hint === undefined ? {} : { hint })}
      messages={messages}
      required={props.required}
      optionalMark
      size={long ? "w12" : ""}
      personal={field.personal}
      name={pathOf(place, field.key)}
    >
      {(control) => <Control {...props} control={control} />}
    </Field>
  );
}

function Control({ template, field, place, rows, onChange, onLeave, control }: QuestionProps & { readonly control: ControlProps }) {
  const value = rows.at(-1)![field.key];
  const repeats = place.repeat === "" ? [] : [place.repeat];
  switch (field.type) {
    case "code":
      return <Combo control={control} options={optionsOf(template, field, offered(template, field, rows, repeats))} value={String(value ?? "")} onChange={onChange} onBlur={onLeave} />;
    case "codes":
      return <Codes template={template} field={field} value={value} control={control} onChange={onChange} />;
    case "bool":
      return (
        <Checkbox checked={value === true} onChange={onChange}>
          {t("ui.yes")}
        </Checkbox>
      );
    case "date":
      return <input {...control} class="in" type="date" value={String(value ?? "")} onInput={(event) => onChange(event.currentTarget.value)} onBlur={onLeave} />;
    case "datetime":
      return <MomentControl value={String(value ?? "")} control={control} onChange={onChange} onLeave={onLeave} />;
    case "longtext":
      return <textarea {...control} class="in" dir="auto" rows={3} maxLength={field.maxLength || 20_000} value={String(value ?? "")} onInput={(event) => onChange(event.currentTarget.value)} onBlur={onLeave} />;
    default: {
      const numeric = field.type === "int" || field.type === "decimal";
      return (
        <input
          {...control}
          class={`in ${numeric ? "num" : ""}`}
          dir={isLatinOnly(field) ? "ltr" : "auto"}
          inputMode={field.type === "int" ? "numeric" : field.type === "decimal" ? "decimal" : "text"}
          maxLength={field.maxLength || 500}
          autocomplete="off"
          spellcheck={field.type === "text"}
          autocapitalize={field.type === "identifier" ? "characters" : "sentences"}
          value={String(value ?? "")}
          onInput={(event) => onChange(typedValue(field, event.currentTarget.value))}
          onBlur={onLeave}
        />
      );
    }
  }
}

interface CodesProps {
  readonly template: FormTemplate;
  readonly field: FormField;
  readonly value: AnswerValue | undefined;
  readonly control: ControlProps;
  readonly onChange: (value: AnswerValue) => void;
}

function Codes({ template, field, value, control, onChange }: CodesProps) {
  const codes = template.codeLists.get(field.codeList);
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const toggle = (code: string, on: boolean): void => onChange([...(codes?.codes.keys() ?? [])].filter((one) => (one === code ? on : chosen.includes(one))));
  return (
    <div class="choices" id={control.id} role="group" aria-labelledby={`${control.id}-label`} aria-describedby={control["aria-describedby"]}>
      {[...(codes?.codes.keys() ?? [])].map((code) => (
        <Checkbox key={code} checked={chosen.includes(code)} onChange={(on) => toggle(code, on)}>
          {codeLabel(codes, code)}
        </Checkbox>
      ))}
    </div>
  );
}

interface MomentProps {
  readonly value: string;
  readonly control: ControlProps;
  readonly onChange: (value: string) => void;
  readonly onLeave: () => void;
}

/** A date, and a time where it is known; the offset of this device is written with it. */
function MomentControl({ value, control, onChange, onLeave }: MomentProps) {
  const day = value.slice(0, 10);
  const time = value.slice(11, 16);
  return (
    <span class="moment">
      <input {...control} class="in" type="date" value={day} onInput={(event) => onChange(momentText(event.currentTarget.value, time))} onBlur={onLeave} />
      <input class="in" type="time" aria-label={t("form.time")} value={time} disabled={day === ""} onInput={(event) => onChange(momentText(day, event.currentTarget.value))} onBlur={onLeave} />
    </span>
  );
}
