/** The form as officers will see it, in each language; what is filled in here goes nowhere. */

import { useEffect, useMemo, useState } from "preact/hooks";

import { chosenLanguage } from "../../app/prefs.ts";
import { useApp } from "../../app/state.ts";
import type { TemplateDoc } from "../../designer/document.ts";
import type { Answers } from "../../engine/api.ts";
import { language, LANGUAGES, OWN_NAMES, speak, t } from "../../i18n/index.ts";
import { choose, readTemplate } from "../../templates_forms/model.ts";
import { Note } from "../../ui/basics.tsx";
import { Segments } from "../../ui/field.tsx";
import { filledIn, firstAnswers, planFor, withNewRow, wordsOf } from "../form/filled.ts";
import { Section } from "../form/sections.tsx";

export function Preview({ document, isWhole }: { readonly document: TemplateDoc; readonly isWhole: boolean }) {
  if (!isWhole) {
    return (
      <Note tone="invalid" icon="circle-alert">
        {t("design.preview_broken")}
      </Note>
    );
  }
  return <Filling document={document} />;
}

function Filling({ document }: { readonly document: TemplateDoc }) {
  const app = useApp();
  const template = useMemo(() => readTemplate("", JSON.stringify(document)), [document]);
  const plan = useMemo(() => planFor(template), [template]);
  const [answers, setAnswers] = useState<Answers>(() => firstAnswers(template, plan, { account: app.status.value?.account?.account ?? "", operationCode: app.room.value?.view.value?.operationCode ?? "", now: new Date() }));
  const filled = useMemo(() => filledIn(plan, answers, Date.now(), wordsOf(template)), [plan, answers, language.value]);
  // The whole page speaks the language that is looked at, and its own again afterwards.
  useEffect(() => () => void speak(chosenLanguage.value), []);
  return (
    <>
      <Segments legend={t("design.preview_in")} options={LANGUAGES.map((one) => [one, OWN_NAMES[one]])} value={language.value} onChange={(one) => void speak(one)} />
      <p class="hint">{t("design.preview_hint")}</p>
      <section class="preview form-main" aria-label={choose(template.labels, language.value)}>
        <h2>{choose(template.labels, language.value)}</h2>
        {template.groups.map((group) => (
          <Section
            key={group.key}
            template={template}
            group={group}
            answers={answers}
            filled={filled}
            shown={filled.findings.filter(({ rule }) => rule !== "required")}
            onChange={setAnswers}
            onAddRow={(repeat, place) => setAnswers(withNewRow(plan, answers, repeat, Date.now(), place))}
            onLeave={() => undefined}
          />
        ))}
      </section>
    </>
  );
}
