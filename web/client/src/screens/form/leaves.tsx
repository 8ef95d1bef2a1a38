/** Beside a form: what could leave the group, and what stays. */

import type { Answers } from "../../engine/api.ts";
import { language, t } from "../../i18n/index.ts";
import { Note } from "../../ui/basics.tsx";
import { isMissing, pathOf, rowsOf, TOP } from "./answers.ts";
import { choose, fieldsOf, type FormField, type FormTemplate } from "../../templates_forms/model.ts";
import { answerText, isLatinOnly } from "./wording.ts";

export function Leaves({ template, answers, relevant }: { readonly template: FormTemplate; readonly answers: Answers; readonly relevant: ReadonlySet<string> }) {
  const shown: { readonly field: FormField; readonly text: string; readonly path: string }[] = [];
  for (const group of template.groups) {
    const rows = group.repeat === null ? [answers] : rowsOf(answers, group.key);
    rows.forEach((row, at) => {
      for (const field of fieldsOf(group)) {
        const path = pathOf(group.repeat === null ? TOP : { repeat: group.key, row: at }, field.key);
        if ((field.cen !== "full" && field.cen !== "coarse") || isMissing(row[field.key]) || !relevant.has(path)) continue;
        // Coarse is the day without the hour, as the core's projection leaves it.
        const leaving = field.cen === "coarse" ? String(row[field.key]).slice(0, 10) : row[field.key];
        shown.push({ field, path, text: answerText(template, field, leaving) });
      }
    });
  }
  const staying = [...template.fields.values()].filter((field) => field.cen === "none" && field.type !== "derived");
  return (
    <aside class="form-side">
      <section class="stack tight">
        <h2>{t("form.cen_title")}</h2>
        <p class="hint">{t("form.cen_note")}</p>
        {shown.length === 0 && <p class="quiet">{t("form.cen_empty")}</p>}
        <div class="goes">
          <dl class="boxes">
            {shown.map(({ field, path, text }) => (
              <div key={path}>
                <dt>{choose(field.labels, language.value)}</dt>
                <dd dir={isLatinOnly(field) ? "ltr" : "auto"}>{text}</dd>
              </div>
            ))}
          </dl>
        </div>
      </section>
      <Note tone="personal" icon="lock">
        <p class="strong">{t("form.stays_title")}</p>
        <ul>
          {staying.map((field) => (
            <li key={field.key}>{choose(field.labels, language.value)}</li>
          ))}
        </ul>
      </Note>
    </aside>
  );
}
