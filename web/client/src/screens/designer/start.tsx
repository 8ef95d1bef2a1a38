/** What a design begins from: a form of the group, one that comes with CENcomm, or nothing. */

import { useId, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import { type Design, designOf, emptyDesign } from "../../designer/design.ts";
import type { TemplateDoc } from "../../designer/document.ts";
import { withShipped } from "../../designer/shipped.ts";
import { language, t } from "../../i18n/index.ts";
import { newestForms } from "../../templates_forms/versions.ts";
import { choose, type FormTemplate } from "../../templates_forms/model.ts";
import { Button } from "../../ui/basics.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { STANDARD, standardForm } from "../form/standard.ts";

export function Start({ room, onStart }: { readonly room: Room; readonly onStart: (design: Design) => void }) {
  const app = useApp();
  const [title, setTitle] = useState("");
  const [tried, setTried] = useState(false);
  const forms = newestForms([...room.templates.value.values()]);
  const others = STANDARD.filter((name) => forms.every(({ id }) => id !== name));
  const taken = [...forms.map(({ id }) => id), ...STANDARD];
  const begin = (event: Event): void => {
    event.preventDefault();
    setTried(true);
    if (title.trim() !== "") onStart(emptyDesign(title.trim(), t("design.first_section"), language.value, taken));
  };
  return (
    <div class="settings">
      <section>
        <h2>{t("design.begin_from")}</h2>
        <p class="hint">{t("design.begin_hint")}</p>
        <ul class="rows">
          {forms.map((form) => (
            <Source key={form.hash} name={choose(form.labels, language.value)} detail={t("design.version", { version: form.version })} onBegin={() => void app.attempt(async () => onStart(await nextVersionOf(form)))} />
          ))}
          {others.map((name) => (
            <Source key={name} name={t(`form.standard_${name}`)} detail={t("design.standard")} onBegin={() => void app.attempt(async () => onStart(designOf(await standardForm(name))))} />
          ))}
        </ul>
      </section>
      <section>
        <h2>{t("design.empty")}</h2>
        <form class="stack" onSubmit={begin} noValidate>
          <Field label={t("design.form_name")} required messages={tried && title.trim() === "" ? [{ tone: "invalid", text: t("gate.needed") }] : []}>
            {(control) => <input {...control} class="in" maxLength={200} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />}
          </Field>
          <div class="row end">
            <Button type="submit">{t("design.begin_empty")}</Button>
          </div>
        </form>
      </section>
    </div>
  );
}

/** With what the form that comes with CENcomm has besides, switched off. */
async function nextVersionOf(form: FormTemplate): Promise<Design> {
  const name = STANDARD.find((one) => one === form.id);
  const design = designOf(form.document);
  return name === undefined ? design : withShipped(design, JSON.parse(await standardForm(name)) as TemplateDoc);
}

function Source({ name, detail, onBegin }: { readonly name: string; readonly detail: string; readonly onBegin: () => void }) {
  const id = useId();
  return (
    <li>
      <Icon name="package-search" big />
      <div>
        <b id={id}>{name}</b>
        <div class="small quiet">{detail}</div>
      </div>
      <Button aria-describedby={id} onClick={onBegin}>
        {t("design.begin")}
      </Button>
    </li>
  );
}
