/** Which columns a table has: every question of the group's forms, by section; found by name. */

import { useState } from "preact/hooks";

import { folded } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Checkbox, Field } from "../../ui/field.tsx";
import type { Column } from "./columns.ts";
import { FIRST_COLUMNS } from "./rows.ts";

interface ColumnsProps {
  readonly columns: readonly Column[];
  readonly chosen: readonly string[];
  readonly onChoose: (keys: readonly string[]) => void;
  readonly onClose: () => void;
}

export function ColumnsDialog({ columns, chosen, onChoose, onClose }: ColumnsProps) {
  const [typed, setTyped] = useState("");
  const words = folded(typed.trim());
  const sections = new Map<string, Column[]>();
  for (const column of columns.filter(({ label, section }) => words === "" || folded(`${section} ${label}`).includes(words))) {
    sections.set(column.section, [...(sections.get(column.section) ?? []), column]);
  }
  const set = (key: string, wanted: boolean): void => onChoose(wanted ? inOrder(columns, [...chosen, key]) : chosen.filter((one) => one !== key));
  return (
    <Dialog
      title={t("table.columns")}
      onClose={onClose}
      foot={
        <>
          <Button onClick={() => onChoose(FIRST_COLUMNS)}>{t("table.usual_columns")}</Button>
          <Button look="main" onClick={onClose}>
            {t("ui.close")}
          </Button>
        </>
      }
    >
      <Field label={t("table.find_column")}>{(control) => <input {...control} class="in" type="search" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />}</Field>
      {[...sections].map(([section, found]) => (
        <fieldset class="stack tight" key={section}>
          <legend class="strong small">{section}</legend>
          <div class="choices">
            {found.map(({ key, label }) => (
              <Checkbox key={key} checked={chosen.includes(key)} onChange={(wanted) => set(key, wanted)}>
                {label}
              </Checkbox>
            ))}
          </div>
        </fieldset>
      ))}
      {sections.size === 0 && <p class="quiet">{t("ui.no_match")}</p>}
    </Dialog>
  );
}

/** A column that is added stands where the form has its question. */
function inOrder(columns: readonly Column[], keys: readonly string[]): readonly string[] {
  const wanted = new Set(keys);
  const usual = FIRST_COLUMNS.filter((key) => wanted.has(key));
  return [...usual, ...columns.map(({ key }) => key).filter((key) => wanted.has(key) && !usual.includes(key))];
}
