/** Before a profile is open: the known device asks for a password, the new one for a code. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { chosenLanguage } from "../../app/prefs.ts";
import { useApp } from "../../app/state.ts";
import { LANGUAGES, OWN_NAMES, t } from "../../i18n/index.ts";
import { Button } from "../../ui/basics.tsx";
import { Icon, Mark } from "../../ui/icon.tsx";
import { CodeDoor } from "./code.tsx";
import { UnlockDoor } from "./unlock.tsx";

export function Gate({ locked }: { readonly locked: boolean }) {
  const app = useApp();
  const [withCode, setWithCode] = useState(false);
  if (withCode || app.sheet.value !== null) {
    return (
      <GateFrame>
        <CodeDoor onBack={() => setWithCode(false)} />
      </GateFrame>
    );
  }
  return (
    <GateFrame wide={locked}>
      {locked && <UnlockDoor onCode={() => setWithCode(true)} />}
      <FirstTime main={!locked} onBegin={() => setWithCode(true)} />
    </GateFrame>
  );
}

/** What stands around every door: the mark, the languages, and what the server can see. */
export function GateFrame({ wide = false, children }: { readonly wide?: boolean; readonly children: ComponentChildren }) {
  return (
    <div class="gate">
      <header class="gate-head">
        <span class="brand" translate={false}>
          <Mark /> <span>CENcomm</span>
        </span>
        <nav class="tongues" aria-label={t("app.language")}>
          {LANGUAGES.map((one) => (
            <button type="button" key={one} lang={one} aria-pressed={chosenLanguage.value === one} onClick={() => (chosenLanguage.value = one)}>
              {OWN_NAMES[one]}
            </button>
          ))}
        </nav>
      </header>
      <main class={`gate-body ${wide ? "" : "one"}`} id="content" tabIndex={-1}>
        {children}
      </main>
      <footer class="gate-foot">
        <span class="row">
          <Icon name="shield-check" />
          <span>{t("gate.server", { host: location.host })}</span>
        </span>
        <span class="strong">{t("safety.server_title")}</span>
        <span class="row">
          <Icon name="eye" />
          <span>{t("safety.server_sees")}</span>
        </span>
        <span class="row">
          <Icon name="eye-off" />
          <span>{t("safety.server_not")}</span>
        </span>
      </footer>
    </div>
  );
}

function FirstTime({ main, onBegin }: { readonly main: boolean; readonly onBegin: () => void }) {
  const Heading = main ? "h1" : "h2";
  return (
    <section class="door">
      <Heading>{t("gate.first_title")}</Heading>
      <ol class="steps">
        <li class="now">
          <div>
            <b>{t("gate.step_sheet")}</b>
            <small>{t("gate.step_sheet_note")}</small>
          </div>
        </li>
        <li>
          <div>
            <b>{t("gate.step_code")}</b>
            <small>{t("gate.step_code_note")}</small>
          </div>
        </li>
        <li>
          <div>
            <b>{t("gate.step_password")}</b>
            <small>{t("gate.password_stays")}</small>
          </div>
        </li>
        <li>
          <div>
            <b>{t("gate.step_certificate")}</b>
            <small>{t("gate.step_certificate_note")}</small>
          </div>
        </li>
      </ol>
      <Button look={main ? "main" : "plain"} wide onClick={onBegin}>
        {t("gate.begin")}
      </Button>
    </section>
  );
}
