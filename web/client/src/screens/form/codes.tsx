/** Several codes of a list: boxes to tick, or, where the list is long, a search and what was chosen with it. */

import type { AnswerValue } from "../../engine/api.ts";
import { t } from "../../i18n/index.ts";
import type { FormField, FormTemplate } from "../../templates_forms/model.ts";
import { Button } from "../../ui/basics.tsx";
import { Combo } from "../../ui/combo.tsx";
import { Checkbox, type ControlProps } from "../../ui/field.tsx";
import { codeLabel, optionsOf } from "./wording.ts";

/** More than these are not read through box by box. */
const MOST_BOXES = 24;

interface CodesProps {
  readonly template: FormTemplate;
  readonly field: FormField;
  readonly value: AnswerValue | undefined;
  readonly control: ControlProps;
  /** Which codes may be chosen now. */
  readonly offers: (code: string) => boolean;
  readonly onChange: (value: AnswerValue) => void;
  readonly onLeave: () => void;
}

export function Codes(props: CodesProps) {
  const { template, field, value } = props;
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const codes = [...(template.codeLists.get(field.codeList)?.codes.keys() ?? [])];
  return codes.length > MOST_BOXES ? <Searched {...props} chosen={chosen} /> : <Boxes {...props} codes={codes} chosen={chosen} />;
}

function Boxes({ template, field, control, offers, onChange, codes, chosen }: CodesProps & { readonly codes: readonly string[]; readonly chosen: readonly string[] }) {
  const list = template.codeLists.get(field.codeList);
  const toggle = (code: string, on: boolean): void => onChange(codes.filter((one) => (one === code ? on : chosen.includes(one))));
  return (
    <div class="choices" id={control.id} role="group" aria-labelledby={`${control.id}-label`} aria-describedby={control["aria-describedby"]}>
      {codes
        .filter((code) => chosen.includes(code) || offers(code))
        .map((code) => (
          <Checkbox key={code} checked={chosen.includes(code)} onChange={(on) => toggle(code, on)}>
            {codeLabel(list, code)}
          </Checkbox>
        ))}
    </div>
  );
}

function Searched({ template, field, control, offers, onChange, onLeave, chosen }: CodesProps & { readonly chosen: readonly string[] }) {
  const list = template.codeLists.get(field.codeList);
  const add = (code: string): void => {
    if (code !== "") onChange([...chosen, code]);
  };
  return (
    <div class="stack tight">
      <Combo control={control} options={optionsOf(template, field)} allowed={(code) => !chosen.includes(code) && offers(code)} value="" onChange={add} onBlur={onLeave} />
      {chosen.length > 0 && (
        <ul class="chosen">
          {chosen.map((code) => (
            <li key={code}>
              <bdi>{codeLabel(list, code)}</bdi>
              <Button look="bare" icon="x" label={t("form.remove_choice", { name: codeLabel(list, code) })} onClick={() => onChange(chosen.filter((one) => one !== code))} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
