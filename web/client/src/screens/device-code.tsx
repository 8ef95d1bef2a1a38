/** The code for a new device, on the screen for two minutes after the password was typed: as QR and as groups to type. */

import { useEffect, useState } from "preact/hooks";

import { useApp } from "../app/state.ts";
import { EngineError } from "../engine/api.ts";
import { errorText, t } from "../i18n/index.ts";
import { Button, Note } from "../ui/basics.tsx";
import { PasswordField } from "../ui/field.tsx";
import { inGroups } from "./gate/entering.ts";

const VISIBLE_MS = 120_000;
const QUIET_ZONE = 4;

export function AddDevice() {
  const app = useApp();
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState("");
  const show = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      setCode(await app.engine.deviceCode(password));
      setPassword("");
    } catch (refused) {
      if (!(refused instanceof EngineError)) throw refused;
      setError(errorText(refused));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="stack">
      <h3>{t("settings.add_device")}</h3>
      <p class="quiet">{t("settings.add_device_note")}</p>
      {code !== "" ? (
        <Shown code={code} onHide={() => setCode("")} />
      ) : (
        <form class="stack" onSubmit={(event) => void show(event)} noValidate>
          <PasswordField label={t("gate.password")} error={error} value={password} onInput={setPassword} autocomplete="current-password" />
          <div class="row">
            <Button type="submit" icon="key" busy={busy} disabled={password === ""}>
              {t("settings.show_code")}
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}

function Shown({ code, onHide }: { readonly code: string; readonly onHide: () => void }) {
  const app = useApp();
  const [until] = useState(() => Date.now() + VISIBLE_MS);
  const [now, setNow] = useState(() => Date.now());
  const url = app.status.value?.account?.serverUrl ?? location.origin;
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (now >= until) onHide();
  }, [now, until]);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <div class="stack">
      <Qr text={`${url}/#code=${code}`} />
      <p>{t("settings.code_how", { host: new URL(url).host })}</p>
      <pre class="code groups-of-five" dir="ltr" translate={false}>
        {inGroups(code)}
      </pre>
      <Note tone="warning" icon="triangle-alert">
        {t("settings.code_secret")}
      </Note>
      <div class="row wrap">
        <Button icon="eye-off" onClick={onHide}>
          {t("settings.hide_code")}
        </Button>
        <span class="small quiet" role="timer">
          {t("settings.code_left", { time })}
        </span>
      </div>
    </div>
  );
}

/** Dark on light in both themes, as cameras want it; one path, so that nothing is made from text. */
function Qr({ text }: { readonly text: string }) {
  const [modules, setModules] = useState<readonly (readonly boolean[])[]>([]);
  useEffect(() => {
    void import("qr").then(({ encodeQR }) => setModules(encodeQR(text, "raw", { ecc: "low", border: QUIET_ZONE })));
  }, [text]);
  const size = Math.max(1, modules.length);
  const path = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t("settings.code_picture")} shape-rendering="crispEdges">
      <path d={path} />
    </svg>
  );
}
