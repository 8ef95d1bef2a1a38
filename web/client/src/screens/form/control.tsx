/** One question of a form, drawn by its type. */

import { useRef, useState } from "preact/hooks";

import type { Answers, AnswerValue, Finding } from "../../engine/api.ts";
import { language, t } from "../../i18n/index.ts";
import { Button } from "../../ui/basics.tsx";
import { Combo } from "../../ui/combo.tsx";
import { Checkbox, type ControlProps, Field, type Message } from "../../ui/field.tsx";
import { Codes } from "./codes.tsx";
import { momentText, nowText, pathOf, type Place, typedTime } from "./answers.ts";
import { finishedNumber, typedAnswer } from "../../templates_forms/entry.ts";
import { choose, type FormField, type FormTemplate } from "../../templates_forms/model.ts";
import { PositionButton } from "./position.tsx";
import { findingWords, isLatinOnly, optionsOf, placedFinding } from "./wording.ts";

interface QuestionProps {
  readonly template: FormTemplate;
  readonly field: FormField;
  readonly place: Place;
  /** The answers beside this one: of the form, or of the row. */
  readonly row: Answers;
  /** Which codes may be chosen now. */
  readonly offers: (code: string) => boolean;
  readonly required: boolean;
  readonly findings: readonly Finding[];
  readonly onChange: (value: AnswerValue) => void;
  readonly onLeave: () => void;
  /** Of a latitude: both degrees, from the device. */
  readonly onPosition?: ((latitude: string, longitude: string) => void) | undefined;
}

export function Question(props: QuestionProps) {
  const { template, field, place, findings } = props;
  const messages: readonly Message[] = findings.map((finding) => ({ tone: finding.level === "error" ? "invalid" : "warning", text: (place.length === 0 ? findingWords : placedFinding)(template, finding) }));
  const words = Object.keys(field.hints).length > 0 ? choose(field.hints, language.value) : undefined;
  const hint = field.type === "datetime" ? <MomentHint value={String(props.row[field.key] ?? "")} words={words} onChange={props.onChange} /> : props.onPosition !== undefined ? <PositionHint words={words} onTake={props.onPosition} /> : words;
  const long = field.type === "longtext" || field.type === "codes";
  return (
    <Field
      label={choose(field.labels, language.value)}
      {...(hint === undefined ? {} : { hint })}
      messages={messages}
      required={props.required}
      optionalMark
      size={long ? "w12" : place.length > 0 && field.conditional ? "extra" : ""}
      personal={field.personal}
      name={pathOf(place, field.key)}
    >
      {(control) => <Control {...props} control={control} />}
    </Field>
  );
}

/** What the form says of a latitude, and the device's own position in one press. */
function PositionHint({ words, onTake }: { readonly words: string | undefined; readonly onTake: (latitude: string, longitude: string) => void }) {
  return (
    <>
      {words} <PositionButton onTake={onTake} />
    </>
  );
}

/** With which offset the hour is written, and this hour in one press. */
function MomentHint({ value, words, onChange }: { readonly value: string; readonly words: string | undefined; readonly onChange: (value: string) => void }) {
  const offset = /T\d\d:\d\d(?::\d\d)?(Z|[+-]\d\d:\d\d)$/u.exec(value)?.[1] ?? "";
  return (
    <>
      {offset === "" ? words : t("form.offset", { offset: offset === "Z" ? "UTC" : `UTC${offset}` })}{" "}
      <Button look="text" onClick={() => onChange(nowText(new Date()))}>
        {t("form.now")}
      </Button>
    </>
  );
}

function Control({ template, field, row, offers, onChange, onLeave, control }: QuestionProps & { readonly control: ControlProps }) {
  const value = row[field.key];
  switch (field.type) {
    case "code":
      return <Combo control={control} options={optionsOf(template, field)} allowed={offers} noneText={t("form.choose_first")} value={String(value ?? "")} onChange={onChange} onBlur={onLeave} />;
    case "codes":
      return <Codes template={template} field={field} value={value} control={control} offers={offers} onChange={onChange} onLeave={onLeave} />;
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
          onInput={(event) => onChange(typedAnswer(field.type, event.currentTarget.value))}
          onBlur={() => {
            const text = String(value ?? "");
            if (field.type === "decimal" && finishedNumber(text) !== text) onChange(finishedNumber(text));
            onLeave();
          }}
        />
      );
    }
  }
}

interface MomentProps {
  readonly value: string;
  readonly control: ControlProps;
  readonly onChange: (value: string) => void;
  readonly onLeave: () => void;
}

/** A date, and the hour of 24 where it is known; the offset of this device is written with it. */
function MomentControl({ value, control, onChange, onLeave }: MomentProps) {
  const day = value.slice(0, 10);
  const [typed, setTyped] = useState<string | null>(null);
  const hour = useRef("");
  if (value.length > 10) hour.current = value.slice(11, 16);
  const takeTime = (text: string): void => {
    setTyped(text);
    const time = text.trim() === "" ? "" : typedTime(text);
    if (time === "") hour.current = "";
    const itsDay = day === "" ? nowText(new Date()).slice(0, 10) : day;
    // What is no hour stays in the answer, so that the rules say so.
    if (time === null) onChange(`${itsDay}T${text}`);
    else onChange(momentText(time === "" ? day : itsDay, time));
  };
  return (
    <span class="moment">
      <input {...control} class="in" type="date" value={day} onInput={(event) => onChange(momentText(event.currentTarget.value, hour.current))} onBlur={onLeave} />
      <input
        class="in"
        dir="ltr"
        inputMode="numeric"
        autocomplete="off"
        maxLength={8}
        placeholder="00:00"
        aria-label={t("form.time")}
        value={typed ?? value.slice(11, 16)}
        onInput={(event) => takeTime(event.currentTarget.value)}
        onBlur={() => {
          setTyped(null);
          onLeave();
        }}
      />
    </span>
  );
}
