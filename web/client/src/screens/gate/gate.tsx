/** Before the profile is open: the known device asks for its password, the new one for the sheet. */

import { useState } from "preact/hooks";

import { chosenLanguage } from "../../app/prefs.ts";
import { useApp } from "../../app/state.ts";
import { EngineError } from "../../engine/api.ts";
import { errorText, LANGUAGES, OWN_NAMES, t } from "../../i18n/index.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { Icon, Mark } from "../../ui/icon.tsx";
import { SheetDoor } from "./sheet.tsx";

export function Gate({ locked }: { readonly locked: boolean }) {
  const app = useApp();
  const [withSheet, setWithSheet] = useState(false);
  const sheetOpen = withSheet || app.sheet.value !== null;
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
      <main class={`gate-body ${sheetOpen || !locked ? "one" : ""}`} id="content" tabIndex={-1}>
        {sheetOpen ? (
          <SheetDoor known={locked} onBack={() => setWithSheet(false)} />
        ) : (
          <>
            {locked && <UnlockDoor onSheet={() => setWithSheet(true)} />}
            <FirstTime main={!locked} onBegin={() => setWithSheet(true)} />
          </>
        )}
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

function UnlockDoor({ onSheet }: { readonly onSheet: () => void }) {
  const app = useApp();
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const unlock = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (password === "") return setError(t("gate.needed"));
    setBusy(true);
    setError(undefined);
    try {
      await app.engine.unlock(password);
    } catch (refused) {
      if (!(refused instanceof EngineError)) throw refused;
      setError(errorText(refused));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="door" onSubmit={(event) => void unlock(event)}>
      <h1>{t("gate.unlock_title")}</h1>
      <PasswordField label={t("gate.password")} hint={t("gate.password_stays")} error={error} value={password} onInput={setPassword} autocomplete="current-password" autofocus />
      <Button look="main" type="submit" wide busy={busy}>
        {busy ? t("app.starting") : t("gate.continue")}
      </Button>
      <Note icon="life-buoy">
        <p>{t("gate.forgotten")}</p>
        <Button look="text" onClick={onSheet}>
          {t("gate.with_sheet")}
        </Button>
      </Note>
    </form>
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
