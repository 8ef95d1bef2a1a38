/** Language without reload, theme, text size, keys, devices, password. */

import { useEffect, useState } from "preact/hooks";

import { install, installing } from "../app/install.ts";
import { chosenLanguage, singleKeys, SIZES, textSize, theme, THEMES } from "../app/prefs.ts";
import { useApp } from "../app/state.ts";
import { storageKept } from "../app/storage.ts";
import { opensOffline } from "../app/updates.ts";
import { type DeviceView, EngineError } from "../engine/api.ts";
import { date } from "../i18n/format.ts";
import { errorText, LANGUAGES, OWN_NAMES, t } from "../i18n/index.ts";
import { Button, Note, Plate, Skeleton, State } from "../ui/basics.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Checkbox, PasswordField, Segments } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { AddDevice } from "./device-code.tsx";
import { checkNewPassword } from "./gate/entering.ts";
import { administrationOf } from "./people.ts";

const SHORTCUTS = [
  ["/", "settings.key_find"],
  ["Alt N", "settings.key_record"],
  ["Alt ↑ ↓", "settings.key_move"],
  ["↑ ↓", "settings.key_entries"],
  ["Ctrl ⏎", "settings.key_send"],
  ["Esc", "settings.key_close"],
] as const;

export function Settings() {
  return (
    <main class="page" id="content" tabIndex={-1}>
      <header class="page-head">
        <a class="btn bare icon-only phone-only" href="#/" aria-label={t("room.back")}>
          <Icon name="arrow-left" big />
        </a>
        <h1>{t("ui.settings")}</h1>
      </header>
      <div class="settings">
        <Appearance />
        <AccountSection />
        <ShownOnLine />
        <Devices />
        <Password />
        <Keyboard />
        <Install />
      </div>
    </main>
  );
}

function Install() {
  const state = installing.value;
  if (state === "none") return null;
  return (
    <section>
      <h2>{t("settings.install")}</h2>
      {state === "installed" ? <State tone="valid">{t("settings.installed")}</State> : <p>{t("settings.install_note")}</p>}
      {state === "by_hand" && <Note icon="info">{t("settings.install_ios")}</Note>}
      {state === "offered" && (
        <div class="row">
          <Button icon="download" onClick={() => void install()}>
            {t("settings.install")}
          </Button>
        </div>
      )}
    </section>
  );
}

function Appearance() {
  return (
    <section>
      <h2>{t("settings.appearance")}</h2>
      <Segments legend={t("app.language")} options={LANGUAGES.map((one) => [one, OWN_NAMES[one]] as const)} value={chosenLanguage.value} onChange={(one) => (chosenLanguage.value = one)} />
      <Segments legend={t("settings.theme")} options={THEMES.map((one) => [one, t(`settings.theme_${one}`)] as const)} value={theme.value} onChange={(one) => (theme.value = one)} />
      <Segments legend={t("settings.size")} options={SIZES.map((one) => [one, t(`settings.size_${one}`)] as const)} value={textSize.value} onChange={(one) => (textSize.value = one)} />
    </section>
  );
}

function AccountSection() {
  const app = useApp();
  const account = app.status.value?.account ?? null;
  if (account === null) return null;
  return (
    <section>
      <h2>{t("settings.account")}</h2>
      <div class="row wrap">
        <Plate administration={administrationOf(account.account)} />
        <b>
          <bdi>{account.displayName}</bdi>
        </b>
        <bdi class="code quiet" dir="ltr">
          {account.account}
        </bdi>
        {account.certified ? <State tone="valid">{t("settings.certified")}</State> : <State tone="warning">{t("org.not_certified")}</State>}
      </div>
      {!account.certified && <p class="quiet">{t("line.not_certified")}</p>}
      <p class="small quiet">
        <bdi dir="ltr">{account.serverUrl}</bdi>
      </p>
      <div class="row wrap">
        <Button icon="lock" onClick={() => void app.attempt(() => app.engine.lock())}>
          {t("settings.lock")}
        </Button>
        <span class="small quiet">{t("settings.lock_note")}</span>
      </div>
      {opensOffline.value === false && <p class="quiet">{t("app.not_offline")}</p>}
      {storageKept.value === false && <p class="quiet">{t("settings.storage_not_kept")}</p>}
    </section>
  );
}

/** Kept on the account, at the server: it holds for all of the officer's devices. */
function ShownOnLine() {
  const app = useApp();
  const [shown, setShown] = useState<boolean | null>(null);
  const status = app.status.value;
  const isOnline = status?.connection === "online";
  useEffect(() => {
    if (isOnline && shown === null) void app.attempt(async () => setShown(await app.engine.isShown()));
  }, [isOnline]);
  if (status?.account?.kind !== "officer") return null;
  const choose = async (on: boolean): Promise<void> => {
    setShown(on);
    if (!(await app.attempt(() => app.engine.setShown(on)))) setShown(!on);
  };
  return (
    <section>
      <h2>{t("presence.title")}</h2>
      <Checkbox checked={shown === true} disabled={shown === null} onChange={(on) => void choose(on)}>
        {t("presence.show")}
        <small>{t("presence.show_note")}</small>
      </Checkbox>
      {shown === null && !isOnline && <p class="small quiet">{t("presence.offline")}</p>}
    </section>
  );
}

function Devices() {
  const app = useApp();
  const [devices, setDevices] = useState<readonly DeviceView[] | null>(null);
  const [asking, setAsking] = useState<DeviceView | null>(null);
  const [busy, setBusy] = useState(false);
  const own = app.status.value?.account?.deviceId ?? "";
  const load = (): Promise<boolean> => app.attempt(async () => setDevices(await app.engine.devices()));
  useEffect(() => void load(), []);
  const revoke = async (device: DeviceView): Promise<void> => {
    setBusy(true);
    if (await app.attempt(() => app.engine.revokeDevice(device.deviceId), t("settings.revoked"))) {
      setAsking(null);
      await load();
    }
    setBusy(false);
  };
  return (
    <section>
      <h2>{t("settings.devices")}</h2>
      {devices === null && <Skeleton lines={3} />}
      <ul class="rows">
        {devices?.map((device) => (
          <li key={device.deviceId}>
            <Icon name="laptop" big />
            <div>
              <bdi class="code" dir="ltr">
                {device.deviceId}
              </bdi>
              {device.deviceId === own && <span class="quiet"> · {t("settings.this_device")}</span>}
              <br />
              <span class="small faint">{t("settings.registered", { date: date(device.registeredAtMs) })}</span>
            </div>
            {device.revoked ? <State tone="invalid" icon="ban">{t("settings.revoked")}</State> : device.deviceId !== own && <Button look="danger" onClick={() => setAsking(device)}>{t("settings.revoke")}</Button>}
          </li>
        ))}
      </ul>
      <AddDevice />
      {asking !== null && (
        <Confirm title={t("settings.revoke_title", { device: asking.deviceId })} text={t("settings.revoke_note")} action={t("settings.revoke")} busy={busy} onClose={() => setAsking(null)} onConfirm={() => void revoke(asking)} />
      )}
    </section>
  );
}

function Password() {
  const app = useApp();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const change = async (event: Event): Promise<void> => {
    event.preventDefault();
    const wrong = checkNewPassword(fresh);
    if (wrong !== undefined) return setError(t(wrong));
    setBusy(true);
    setError(undefined);
    try {
      await app.engine.changePassword(old, fresh);
      setOld("");
      setFresh("");
      app.say("stored", t("settings.password_changed"));
    } catch (refused) {
      if (!(refused instanceof EngineError)) throw refused;
      setError(errorText(refused));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section>
      <h2>{t("settings.password")}</h2>
      <form class="stack" onSubmit={(event) => void change(event)} noValidate>
        <PasswordField label={t("settings.old_password")} value={old} onInput={setOld} autocomplete="current-password" />
        <PasswordField label={t("gate.new_password")} hint={t("gate.password_rule")} error={error} value={fresh} onInput={setFresh} autocomplete="new-password" />
        <div class="row">
          <Button type="submit" busy={busy} disabled={old === "" || fresh === ""}>
            {t("settings.password")}
          </Button>
        </div>
      </form>
    </section>
  );
}

function Keyboard() {
  return (
    <section class="desk-only">
      <h2>{t("settings.keyboard")}</h2>
      <dl class="keys">
        {SHORTCUTS.map(([keys, words]) => (
          <div key={keys}>
            <dt>
              <kbd dir="ltr">{keys}</kbd>
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
      <Checkbox checked={singleKeys.value} onChange={(on) => (singleKeys.value = on)}>
        {t("settings.single_keys")}
      </Checkbox>
    </section>
  );
}
