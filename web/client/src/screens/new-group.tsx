/** Opening a closed user group as its organiser. */

import { useState } from "preact/hooks";

import { useApp } from "../app/state.ts";
import type { HistoryName } from "../engine/api.ts";
import { t } from "../i18n/index.ts";
import { Button } from "../ui/basics.tsx";
import { Combo } from "../ui/combo.tsx";
import { Checkbox, Field } from "../ui/field.tsx";
import { standardForm } from "./form/standard.ts";

const HISTORIES: readonly HistoryName[] = ["full", "from_join", "none"];

export function NewGroup() {
  const app = useApp();
  const [title, setTitle] = useState("");
  const [code, setCode] = useState("");
  const [about, setAbout] = useState("");
  const [history, setHistory] = useState<HistoryName>("full");
  const [withForm, setWithForm] = useState(true);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const open = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (title.trim() === "") return;
    setBusy(true);
    await app.attempt(async () => {
      const templates = withForm ? [await standardForm()] : [];
      const cugId = await app.engine.openCug({ title: title.trim(), operationCode: code.trim(), about: about.trim(), history, templates });
      app.go({ at: "room", cugId, tab: "safety" });
    });
    setBusy(false);
  };
  return (
    <main class="page" id="content" tabIndex={-1}>
      <header class="page-head">
        <div class="title">
          <nav class="crumb">
            <a href="#/">{t("list.title")}</a>
          </nav>
          <h1>{t("list.new")}</h1>
        </div>
      </header>
      <form class="settings" onSubmit={(event) => void open(event)} noValidate>
        <section>
          <Field label={t("org.name")} required messages={tried && title.trim() === "" ? [{ tone: "invalid", text: t("gate.needed") }] : []}>
            {(control) => <input {...control} class="in big" dir={title === "" ? undefined : "auto"} maxLength={200} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />}
          </Field>
          <Field label={t("org.code")} optionalMark>
            {(control) => <input {...control} class="in" dir="ltr" maxLength={60} value={code} onInput={(event) => setCode(event.currentTarget.value)} />}
          </Field>
          <Field label={t("org.about")} optionalMark>
            {(control) => <textarea {...control} class="in" dir={about === "" ? undefined : "auto"} maxLength={2000} value={about} onInput={(event) => setAbout(event.currentTarget.value)} />}
          </Field>
          <Field label={t("org.history")}>
            {(control) => (
              <Combo control={control} options={HISTORIES.map((one) => ({ value: one, label: t(`org.history_${one}`) }))} value={history} onChange={(one) => one !== "" && setHistory(one as HistoryName)} />
            )}
          </Field>
          <Checkbox checked={withForm} onChange={setWithForm}>
            {t("org.with_form")}
          </Checkbox>
          <div class="row end">
            <a class="btn" href="#/">
              {t("ui.cancel")}
            </a>
            <Button look="main" type="submit" busy={busy}>
              {t("org.open")}
            </Button>
          </div>
        </section>
      </form>
    </main>
  );
}
