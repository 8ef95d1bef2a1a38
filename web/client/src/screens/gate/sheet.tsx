/** The door for those who hold an enrolment sheet: a new account, a new device, or a new password. */

import { useState } from "preact/hooks";

import { useApp } from "../../app/state.ts";
import { EngineError } from "../../engine/api.ts";
import { errorText, t, type MessageKey } from "../../i18n/index.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { Field, PasswordField, Segments } from "../../ui/field.tsx";
import { Camera, canScan } from "./camera.tsx";
import { checkEntering, type Entering, type EnteringErrors, proposedDevice, type Way } from "./entering.ts";

const ACTIONS: Readonly<Record<Way, MessageKey>> = { enrol: "gate.do_enrol", device: "gate.do_device", recover: "gate.do_recover" };

function newDevice(): string {
  return proposedDevice(matchMedia("(pointer: coarse)").matches, crypto.getRandomValues(new Uint8Array(2)));
}

export function SheetDoor({ known, onBack }: { readonly known: boolean; readonly onBack: () => void }) {
  const app = useApp();
  const linked = app.sheet.value;
  const [given, setGiven] = useState<Entering>(() => ({ way: known ? "recover" : "enrol", sheet: linked ?? "", device: newDevice(), password: "", repeated: "" }));
  const [errors, setErrors] = useState<EnteringErrors>({});
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const [scanning, setScanning] = useState(false);
  const change = (changed: Partial<Entering>): void => setGiven((before) => ({ ...before, ...changed }));
  const messagesOf = (field: keyof EnteringErrors) => (errors[field] === undefined ? [] : [{ tone: "invalid" as const, text: t(errors[field]) }]);

  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    const found = checkEntering(given);
    setErrors(found);
    setRefusal("");
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await begin(given);
      app.sheet.value = null;
    } catch (refused) {
      if (!(refused instanceof EngineError)) throw refused;
      setRefusal(errorText(refused));
    } finally {
      setBusy(false);
    }
  };
  const begin = ({ way, sheet, password, device }: Entering): Promise<unknown> => {
    if (way === "enrol") return app.engine.enrol(sheet, password, device);
    return way === "device" ? app.engine.signInNewDevice(sheet, password, device) : app.engine.recover(sheet, password, device);
  };
  const back = (): void => {
    app.sheet.value = null;
    onBack();
  };
  return (
    <form class="door" onSubmit={(event) => void enter(event)} noValidate>
      <h1>{t("gate.first_title")}</h1>
      <Segments
        legend={t("gate.purpose")}
        options={[
          ["enrol", t("gate.way_enrol")],
          ["device", t("gate.way_device")],
          ["recover", t("gate.way_recover")],
        ]}
        value={given.way}
        onChange={(way) => change({ way })}
      />
      {linked !== null ? (
        <Note tone="valid" icon="check">
          {t("gate.sheet_from_link")}
        </Note>
      ) : (
        <>
          <Field label={t("gate.sheet_text")} hint={t("gate.sheet_hint")} required messages={messagesOf("sheet")}>
            {(control) => (
              <textarea {...control} class="in code" dir="ltr" rows={4} spellcheck={false} autocomplete="off" autocapitalize="off" value={given.sheet} onInput={(event) => change({ sheet: event.currentTarget.value })} />
            )}
          </Field>
          {scanning ? (
            <Camera
              onFound={(sheet) => {
                change({ sheet });
                setScanning(false);
              }}
              onStop={() => setScanning(false)}
            />
          ) : (
            canScan() && (
              <Button icon="scan-line" onClick={() => setScanning(true)}>
                {t("gate.scan")}
              </Button>
            )
          )}
        </>
      )}
      <Field label={t("gate.device")} hint={t("gate.device_hint")} required messages={messagesOf("device")}>
        {(control) => (
          <input {...control} class="in big" dir="ltr" maxLength={32} autocomplete="off" autocapitalize="off" spellcheck={false} value={given.device} onInput={(event) => change({ device: event.currentTarget.value })} />
        )}
      </Field>
      {given.way === "device" ? (
        <PasswordField label={t("gate.password")} hint={t("gate.password_stays")} error={messagesOf("password")[0]?.text} value={given.password} onInput={(password) => change({ password })} autocomplete="current-password" />
      ) : (
        <>
          <PasswordField label={t("gate.new_password")} hint={t("gate.password_rule")} error={messagesOf("password")[0]?.text} value={given.password} onInput={(password) => change({ password })} autocomplete="new-password" />
          <PasswordField label={t("gate.repeat")} error={messagesOf("repeated")[0]?.text} value={given.repeated} onInput={(repeated) => change({ repeated })} autocomplete="new-password" />
        </>
      )}
      {refusal !== "" && (
        <Note tone="invalid" icon="circle-alert" alert>
          {refusal}
        </Note>
      )}
      {busy && (
        <p class="hint" role="status">
          {t("gate.working")}
        </p>
      )}
      <Button look="main" type="submit" wide busy={busy}>
        {t(ACTIONS[given.way])}
      </Button>
      <Button look="link" onClick={back} disabled={busy}>
        {t("ui.back")}
      </Button>
    </form>
  );
}
