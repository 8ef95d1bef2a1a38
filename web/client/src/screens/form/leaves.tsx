/** Beside a form: what could leave the group, and what stays. */

import type { Answers } from "../../engine/api.ts";
import { language, t } from "../../i18n/index.ts";
import { Note } from "../../ui/basics.tsx";
import { isMissing, levelsOf, pathOf } from "./answers.ts";
import { choose, type FormField, type FormTemplate } from "../../templates_forms/model.ts";
import { answerText, isLatinOnly } from "./wording.ts";

export function Leaves({ template, answers, relevant }: { readonly template: FormTemplate; readonly answers: Answers; readonly relevant: ReadonlySet<string> }) {
  const shown: { readonly field: FormField; readonly text: string; readonly path: string }[] = [];
  for (const { fields, place, level } of template.groups.flatMap((group) => levelsOf(group, answers))) {
    for (const field of fields) {
      const path = pathOf(place, field.key);
      if ((field.cen !== "full" && field.cen !== "coarse") || isMissing(level[field.key]) || !relevant.has(path)) continue;
      // Coarse is the day without the hour, as the core's projection leaves it.
      const leaving = field.cen === "coarse" ? String(level[field.key]).slice(0, 10) : level[field.key];
      shown.push({ field, path, text: answerText(template, field, leaving) });
    }
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
