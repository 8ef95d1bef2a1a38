/** Beside a form: exactly what could leave the group, and what stays. */

import type { Answers } from "../../engine/api.ts";
import { language, t } from "../../i18n/index.ts";
import { choose, type FormTemplate } from "../../templates_forms/model.ts";
import { couldLeave, type Leaving, leavingOf, namedIn } from "../../templates_forms/release.ts";
import { Note } from "../../ui/basics.tsx";
import { answerText, fieldLabel, isLatinOnly } from "./wording.ts";

/** `answers` as they would be sent: without those of questions that are not asked. */
export function Leaves({ template, answers }: { readonly template: FormTemplate; readonly answers: Answers }) {
  const leaving = leavingOf(template, answers);
  const facts = leaving.filter((one) => !one.onceRead);
  const texts = leaving.filter((one) => one.onceRead);
  const named = namedIn(template, answers, leaving);
  const could = couldLeave(template);
  const staying = [...template.fields.values()].filter((field) => !could.has(field.key) && field.type !== "derived");
  return (
    <aside class="form-side">
      <section class="stack tight">
        <h2>{t("form.cen_title")}</h2>
        <p class="hint">{t("form.cen_note")}</p>
        {leaving.length === 0 && <p class="quiet">{t("form.cen_empty")}</p>}
        <Boxes template={template} leaving={facts} />
        {texts.length > 0 && <p class="hint">{t("form.cen_once_read")}</p>}
        <Boxes template={template} leaving={texts} />
        {named !== null && (
          <Note tone="warning" icon="triangle-alert">
            {t("form.cen_named", { field: fieldLabel(template, named.path), nominal: fieldLabel(template, named.nominal) })}
          </Note>
        )}
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

function Boxes({ template, leaving }: { readonly template: FormTemplate; readonly leaving: readonly Leaving[] }) {
  if (leaving.length === 0) return null;
  return (
    <div class="goes">
      <dl class="boxes">
        {leaving.map(({ path, field, value }) => (
          <div key={path}>
            <dt>{choose(field.labels, language.value)}</dt>
            <dd dir={isLatinOnly(field) ? "ltr" : "auto"}>{answerText(template, field, value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
