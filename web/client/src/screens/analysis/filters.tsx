/** What a table of records is narrowed to: a text, a form, a country, a state, days, and the code in any column. */

import { useMemo, useState } from "preact/hooks";

import type { FormItem } from "../../app/newest.ts";
import { compare, countryName } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/basics.tsx";
import { Combo } from "../../ui/combo.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { administrationOf } from "../people.ts";
import { type Column, type State, stateText, type Templates, titleOf } from "./columns.ts";
import { codesIn, conditions, EVERYTHING, type Wanted, type Where } from "./rows.ts";

const STATES: readonly State[] = ["valid", "warning", "invalid", "unjudged"];

interface FiltersProps {
  readonly records: readonly FormItem[];
  readonly columns: readonly Column[];
  readonly templates: Templates;
  readonly wanted: Wanted;
  readonly onChange: (wanted: Wanted) => void;
  /** Where columns can be chosen. */
  readonly onColumns?: () => void;
}

export function Filters({ records, columns, templates, wanted, onChange, onColumns }: FiltersProps) {
  const [open, setOpen] = useState(false);
  const count = conditions(wanted) - (wanted.text === "" ? 0 : 1);
  const set = (part: Partial<Wanted>): void => onChange({ ...wanted, ...part });
  return (
    <section class="filters" aria-label={t("table.filters")}>
      <div class="row wrap">
        <div class="find">
          <Icon name="search" />
          <input class="in" type="search" aria-label={t("table.find")} placeholder={t("table.find")} value={wanted.text} onInput={(event) => set({ text: event.currentTarget.value })} />
        </div>
        <Button icon="list-filter" aria-expanded={open} onClick={() => setOpen(!open)}>
          {count === 0 ? t("table.filters") : t("table.filters_on", { count })}
        </Button>
        {onColumns !== undefined && (
          <Button icon="columns" onClick={onColumns}>
            {t("table.columns")}
          </Button>
        )}
        {conditions(wanted) > 0 && (
          <Button look="link" onClick={() => onChange(EVERYTHING)}>
            {t("table.all")}
          </Button>
        )}
      </div>
      {open && <Conditions records={records} columns={columns} templates={templates} wanted={wanted} onSet={set} />}
      <Kept columns={columns} where={wanted.where} onChange={(where) => set({ where })} />
    </section>
  );
}

interface ConditionsProps extends Pick<FiltersProps, "records" | "columns" | "templates" | "wanted"> {
  readonly onSet: (part: Partial<Wanted>) => void;
}

function Conditions({ records, columns, templates, wanted, onSet }: ConditionsProps) {
  const hashes = useMemo(() => [...new Set(records.map(({ content }) => content.templateHash))], [records]);
  const countries = useMemo(() => [...new Set(records.map(({ officerId }) => administrationOf(officerId)))].map((code) => [code, countryName(code)] as const).sort((one, other) => compare(one[1], other[1])), [records]);
  return (
    <div class="fields">
      <Select label={t("table.form")} value={wanted.template} options={hashes.map((hash) => [hash, titleOf(templates, hash)])} onChange={(template) => onSet({ template })} />
      <Select label={t("table.from")} value={wanted.administration} options={countries} onChange={(administration) => onSet({ administration })} />
      <Select label={t("table.state")} value={wanted.state} options={STATES.map((state) => [state, stateText(state)])} onChange={(state) => onSet({ state: state as State | "" })} />
      <Field label={t("table.since")}>{(control) => <input {...control} class="in" type="date" value={wanted.from} onInput={(event) => onSet({ from: event.currentTarget.value })} />}</Field>
      <Field label={t("table.until")}>{(control) => <input {...control} class="in" type="date" value={wanted.to} onInput={(event) => onSet({ to: event.currentTarget.value })} />}</Field>
      <Another records={records} columns={columns} onAdd={(where) => onSet({ where: [...wanted.where, where] })} />
    </div>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
}

function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <Field label={label}>
      {(control) => (
        <select {...control} class="in" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{t("table.any")}</option>
          {options.map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** One condition more: a question with a list of codes, then one of the codes that were answered. */
function Another({ records, columns, onAdd }: { readonly records: readonly FormItem[]; readonly columns: readonly Column[]; readonly onAdd: (where: Where) => void }) {
  const [key, setKey] = useState("");
  const column = columns.find((one) => one.key === key);
  const coded = columns.filter(({ kind }) => kind === "code");
  return (
    <>
      <Field label={t("table.question")}>
        {(control) => <Combo control={control} options={coded.map((one) => ({ value: one.key, label: one.label, code: one.section }))} value={key} onChange={setKey} />}
      </Field>
      {column !== undefined && (
        <Field label={t("table.answer")}>
          {(control) => (
            <Combo
              control={control}
              options={codesIn(records, column).map((code) => ({ value: code, label: column.codeText(code) }))}
              value=""
              onChange={(code) => {
                if (code === "") return;
                setKey("");
                onAdd({ column: key, code });
              }}
            />
          )}
        </Field>
      )}
    </>
  );
}

/** The conditions on answers, each to be taken away again. */
function Kept({ columns, where, onChange }: { readonly columns: readonly Column[]; readonly where: readonly Where[]; readonly onChange: (where: readonly Where[]) => void }) {
  if (where.length === 0) return null;
  return (
    <ul class="chosen">
      {where.map((one) => {
        const column = columns.find(({ key }) => key === one.column);
        const words = t("table.is", { question: column?.label ?? one.column, answer: column?.codeText(one.code) ?? one.code });
        return (
          <li key={`${one.column} ${one.code}`}>
            <span>{words}</span>
            <Button look="bare" icon="x" label={t("table.take_away", { condition: words })} onClick={() => onChange(where.filter((other) => other !== one))} />
          </li>
        );
      })}
    </ul>
  );
}
