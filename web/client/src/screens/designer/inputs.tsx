/** Small inputs of the designer. */

import type { ComponentChildren } from "preact";

import type { Option } from "../../ui/combo.tsx";
import { Combo } from "../../ui/combo.tsx";
import { Field, type Message } from "../../ui/field.tsx";

interface LabelledInputProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly hint?: ComponentChildren;
  readonly onChange: (text: string) => void;
}

export function LabelledInput({ label, value, placeholder = "", hint, onChange }: LabelledInputProps) {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {(control) => <input {...control} class="in" dir={value === "" ? undefined : "auto"} maxLength={2_000} placeholder={placeholder} value={value} onInput={(event) => onChange(event.currentTarget.value)} />}
    </Field>
  );
}

interface LabelledChoiceProps {
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string;
  readonly hint?: ComponentChildren;
  readonly messages?: readonly Message[];
  readonly onChange: (value: string) => void;
}

export function LabelledChoice({ label, options, value, hint, messages = [], onChange }: LabelledChoiceProps) {
  return (
    <Field label={label} messages={messages} {...(hint === undefined ? {} : { hint })}>
      {(control) => <Combo control={control} options={options} value={value} onChange={onChange} />}
    </Field>
  );
}
