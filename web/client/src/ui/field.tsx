/** Fields with label, hint and message tied to the control for screen readers. */

import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { Button } from "./basics.tsx";
import { Icon } from "./icon.tsx";

export interface Message {
  readonly tone: "invalid" | "warning";
  readonly text: string;
}

/** What a control must carry to be tied to its label, hint and messages. */
export interface ControlProps {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
  readonly "aria-required"?: true;
}

interface FieldProps {
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  readonly messages?: readonly Message[];
  readonly required?: boolean;
  readonly optionalMark?: boolean;
  readonly size?: "" | "w6" | "w12" | "half" | "extra";
  readonly personal?: boolean;
  readonly name?: string;
  readonly children: (control: ControlProps) => ComponentChildren;
}

export function Field({ label, hint, messages = [], required = false, optionalMark = false, size = "", personal = false, name, children }: FieldProps) {
  const id = useId();
  const worst = messages.some((message) => message.tone === "invalid") ? "invalid" : messages.length > 0 ? "warning" : "";
  const described = hint !== undefined || messages.length > 0 ? `${id}-about` : undefined;
  return (
    <div class={["f", size, worst, personal ? "personal" : ""].filter(Boolean).join(" ")} data-field={name}>
      <label for={id} id={`${id}-label`}>
        {label}
        {optionalMark && !required && <span class="opt"> {t("ui.optional")}</span>}
        {personal && (
          <>
            {" "}
            <Icon name="lock" tone="personal" />
            <span class="vh"> {t("form.personal")}</span>
          </>
        )}
      </label>
      {children({
        id,
        ...(described === undefined ? {} : { "aria-describedby": described }),
        ...(worst === "invalid" ? { "aria-invalid": true } : {}),
        ...(required ? { "aria-required": true } : {}),
      })}
      <div id={described} class="stack tight">
        {messages.map((message) => (
          <p class={`msg ${message.tone}`} key={message.text}>
            <Icon name={message.tone === "invalid" ? "circle-alert" : "triangle-alert"} />
            <span>{message.text}</span>
          </p>
        ))}
        {hint !== undefined && <p class="hint">{hint}</p>}
      </div>
    </div>
  );
}

interface PasswordProps {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly autocomplete: "current-password" | "new-password";
  readonly autofocus?: boolean;
}

export function PasswordField({ label, hint, error, value, onInput, autocomplete, autofocus = false }: PasswordProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} required {...(hint === undefined ? {} : { hint })} messages={error === undefined ? [] : [{ tone: "invalid", text: error }]}>
      {(control) => (
        <span class="with-tool" dir="ltr">
          <input
            {...control}
            class="in big"
            type={(shown ? "text" : "password") as "password"}
            dir="ltr"
            autocomplete={autocomplete}
            autofocus={autofocus}
            spellcheck={false}
            autocapitalize="off"
            value={value}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          <Button look="bare" icon={shown ? "eye-off" : "eye"} label={t("gate.show_password")} aria-pressed={shown} onClick={() => setShown(!shown)} />
        </span>
      )}
    </Field>
  );
}

interface SegmentsProps<T extends string> {
  readonly legend: string;
  readonly hideLegend?: boolean;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One of a few, all in sight: radio buttons that look like one control. */
export function Segments<T extends string>({ legend, hideLegend = false, options, value, onChange }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset class="stack tight">
      <legend class={hideLegend ? "vh" : "strong small"}>{legend}</legend>
      <div class="seg">
        {options.map(([option, label]) => (
          <label key={option}>
            <input type="radio" name={name} checked={option === value} onChange={() => onChange(option)} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface CheckboxProps {
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ComponentChildren;
}

export function Checkbox({ checked, disabled = false, onChange, children }: CheckboxProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}
