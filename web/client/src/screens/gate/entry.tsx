/** After a code was read: whose it is, and what is still missing, which the code's account decides. */

import { useState } from "preact/hooks";

import { useApp } from "../../app/state.ts";
import { type CodeView, EngineError } from "../../engine/api.ts";
import { errorText, t, type MessageKey } from "../../i18n/index.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { Field, PasswordField } from "../../ui/field.tsx";
import { checkEntering, type Entering, type EnteringErrors, proposedDevice, type Way } from "./entering.ts";
import { Who } from "./who.tsx";

const ACTIONS: Readonly<Record<Way, MessageKey>> = { enrol: "gate.do_enrol", device: "gate.do_device", recover: "gate.do_recover", here: "gate.continue" };

function newDevice(): string {
  return proposedDevice(matchMedia("(pointer: coarse)").matches, crypto.getRandomValues(new Uint8Array(2)));
}

interface EntryProps {
  readonly code: CodeView;
  readonly text: string;
  readonly onBack: () => void;
}

export function Entry({ code, text, onBack }: EntryProps) {
  const app = useApp();
  const [given, setGiven] = useState<Entering>(() => ({ way: code.way, device: newDevice(), password: "", repeated: "" }));
  const [errors, setErrors] = useState<EnteringErrors>({});
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const change = (changed: Partial<Entering>): void => setGiven((before) => ({ ...before, ...changed }));
  const turn = (way: Way): void => {
    setErrors({});
    setRefusal("");
    change({ way, password: "", repeated: "" });
  };
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
  const begin = ({ way, password, device }: Entering): Promise<unknown> => {
    if (way === "here") return app.engine.unlock(password, code.known);
    if (way === "enrol") return app.engine.enrol(text, password, device);
    return way === "device" ? app.engine.signInNewDevice(text, password, device) : app.engine.recover(text, password, device);
  };
  const says = (field: keyof EnteringErrors) => (errors[field] === undefined ? [] : [{ tone: "invalid" as const, text: t(errors[field]) }]);
  return (
    <form class="door" onSubmit={(event) => void enter(event)} noValidate>
      <h1>{t("gate.first_title")}</h1>
      <Who account={code.account} displayName={code.displayName} />
      <p>{t(`gate.way_${given.way}`)}</p>
      <Passwords given={given} errors={errors} onChange={change} />
      {given.way !== "here" && (
        <Field label={t("gate.device")} hint={t("gate.device_hint")} required messages={says("device")}>
          {(control) => (
            <input {...control} class="in big" dir="ltr" maxLength={32} autocomplete="off" autocapitalize="off" spellcheck={false} value={given.device} onInput={(event) => change({ device: event.currentTarget.value })} />
          )}
        </Field>
      )}
      {refusal !== "" && (
        <Note tone="invalid" icon="circle-alert" alert>
          {refusal}
        </Note>
      )}
      {busy && given.way !== "here" && (
        <p class="hint" role="status">
          {t("gate.working")}
        </p>
      )}
      <Button look="main" type="submit" wide busy={busy}>
        {t(ACTIONS[given.way])}
      </Button>
      {given.way === "device" && code.kind === "sheet" && (
        <Button look="text" onClick={() => turn("recover")} disabled={busy}>
          {t("gate.forgot")}
        </Button>
      )}
      <Button look="link" onClick={given.way === "recover" ? () => turn("device") : onBack} disabled={busy}>
        {t("ui.back")}
      </Button>
    </form>
  );
}

interface PasswordsProps {
  readonly given: Entering;
  readonly errors: EnteringErrors;
  readonly onChange: (changed: Partial<Entering>) => void;
}

/** The account's password, or a new one, twice. The account's name goes along for password managers. */
function Passwords({ given, errors, onChange }: PasswordsProps) {
  const said = (field: "password" | "repeated") => (errors[field] === undefined ? undefined : t(errors[field]));
  if (given.way === "device" || given.way === "here") {
    return <PasswordField label={t("gate.password")} hint={t("gate.password_stays")} error={said("password")} value={given.password} onInput={(password) => onChange({ password })} autocomplete="current-password" autofocus />;
  }
  return (
    <>
      <PasswordField label={t("gate.new_password")} hint={t("gate.password_rule")} error={said("password")} value={given.password} onInput={(password) => onChange({ password })} autocomplete="new-password" autofocus />
      <PasswordField label={t("gate.repeat")} error={said("repeated")} value={given.repeated} onInput={(repeated) => onChange({ repeated })} autocomplete="new-password" />
    </>
  );
}
