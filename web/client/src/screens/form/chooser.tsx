/** Which form to fill in; an organiser can publish those that come with CENcomm. */

import { useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import type { CugView } from "../../engine/api.ts";
import { language, t } from "../../i18n/index.ts";
import { Button, Empty } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { STANDARD, standardForm, type StandardName } from "./standard.ts";
import { choose } from "../../templates_forms/model.ts";
import { newestForms } from "../../templates_forms/versions.ts";

export function FormChooser({ room, view, onClose }: { readonly room: Room; readonly view: CugView; readonly onClose: () => void }) {
  const app = useApp();
  const [busy, setBusy] = useState(false);
  const templates = newestForms([...room.templates.value.values()]);
  const others = view.role === "organiser" && templates.length > 0 ? STANDARD.filter((name) => templates.every((template) => template.id !== name)) : [];
  const publish = async (name: StandardName): Promise<void> => {
    setBusy(true);
    await app.attempt(async () => app.engine.publishTemplate(room.cugId, await standardForm(name)));
    setBusy(false);
  };
  return (
    <Dialog title={t("form.choose")} onClose={onClose}>
      {templates.length === 0 && (
        <Empty title={t("form.none_title")} text={t("form.none")}>
          {view.role === "organiser" && (
            <Button look="main" busy={busy} onClick={() => void publish("simplified_seizure")}>
              {t("form.publish_standard")}
            </Button>
          )}
        </Empty>
      )}
      <ul class="rows">
        {templates.map((template) => (
          <li key={template.hash}>
            <Icon name="package-search" big />
            <div>
              <b>{choose(template.labels, language.value)}</b>
            </div>
            <a class="btn" href={`#/group/${room.cugId}/form/${template.hash}`}>
              {t("ui.open")}
            </a>
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <section class="stack tight" aria-labelledby="standard-forms">
          <h3 id="standard-forms">{t("form.standard_title")}</h3>
          <ul class="rows">
            {others.map((name) => (
              <li key={name}>
                <Icon name="package-search" big />
                <div>
                  <b id={`standard-${name}`}>{t(`form.standard_${name}`)}</b>
                </div>
                <Button busy={busy} aria-describedby={`standard-${name}`} onClick={() => void publish(name)}>
                  {t("form.publish")}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {view.role === "organiser" && (
        <div class="row">
          <a class="btn link" href={`#/group/${room.cugId}/designer`}>
            <Icon name="pencil" />
            {t("design.open")}
          </a>
        </div>
      )}
    </Dialog>
  );
}
