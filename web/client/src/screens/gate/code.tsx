/** The door for those who hold a code, on paper, in a link or on another device: it says itself what it is good for. */

import { useEffect, useState } from "preact/hooks";

import { useApp } from "../../app/state.ts";
import { type CodeView, EngineError } from "../../engine/api.ts";
import { errorText, t } from "../../i18n/index.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { Field } from "../../ui/field.tsx";
import { Camera, canScan } from "./camera.tsx";
import { Entry } from "./entry.tsx";
import { groupOf } from "./entering.ts";

export function CodeDoor({ onBack }: { readonly onBack: () => void }) {
  const app = useApp();
  const linked = app.sheet.value;
  const [text, setText] = useState(linked ?? "");
  const [code, setCode] = useState<CodeView | null>(null);
  const [refusal, setRefusal] = useState<EngineError | null>(null);
  const [busy, setBusy] = useState(linked !== null);

  const read = async (given: string): Promise<void> => {
    setText(given);
    setBusy(true);
    setRefusal(null);
    try {
      setCode(await app.engine.readCode(given));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      setRefusal(error);
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    if (linked !== null) void read(linked);
  }, [linked]);
  const back = (): void => {
    app.sheet.value = null;
    setCode(null);
    if (code === null || linked !== null) onBack();
  };
  if (code !== null) return <Entry key={code.account} code={code} text={text} onBack={back} />;
  return <Ask text={text} busy={busy} refusal={refusal} onText={setText} onRead={(given) => void read(given)} onBack={back} />;
}

/** What is wrong with a mistyped code, and where, if that could be found out. */
function errorWithPlace(error: EngineError): readonly string[] {
  const { place, letters } = error.facts;
  if (typeof place !== "number" || typeof letters !== "string") return [errorText(error)];
  return [errorText(error), t("gate.place", { group: groupOf(place), letters })];
}

interface AskProps {
  readonly text: string;
  readonly busy: boolean;
  readonly refusal: EngineError | null;
  readonly onText: (text: string) => void;
  readonly onRead: (text: string) => void;
  readonly onBack: () => void;
}

function Ask({ text, busy, refusal, onText, onRead, onBack }: AskProps) {
  const [scanning, setScanning] = useState(false);
  const [empty, setEmpty] = useState(false);
  const mistyped = refusal !== null && refusal.code.startsWith("enrolment.");
  const read = (event: Event): void => {
    event.preventDefault();
    setEmpty(text.trim() === "");
    if (text.trim() !== "") onRead(text);
  };
  const messages = empty ? [t("gate.needed")] : mistyped ? errorWithPlace(refusal) : [];
  return (
    <form class="door" onSubmit={read} noValidate>
      <h1>{t("gate.first_title")}</h1>
      <Field label={t("gate.sheet_text")} hint={t("gate.sheet_hint")} required messages={messages.map((said) => ({ tone: "invalid", text: said }))}>
        {(control) => (
          <textarea {...control} class="in code" dir="ltr" rows={5} spellcheck={false} autocomplete="off" autocapitalize="off" value={text} onInput={(event) => onText(event.currentTarget.value)} />
        )}
      </Field>
      {scanning && (
        <Camera
          onFound={(found) => {
            setScanning(false);
            onRead(found);
          }}
          onStop={() => setScanning(false)}
        />
      )}
      {!scanning && canScan() && (
        <Button icon="scan-line" onClick={() => setScanning(true)}>
          {t("gate.scan")}
        </Button>
      )}
      {refusal !== null && !mistyped && (
        <Note tone="invalid" icon="circle-alert" alert>
          {errorText(refusal)}
        </Note>
      )}
      <Button look="main" type="submit" wide busy={busy}>
        {busy ? t("gate.reading") : refusal?.code === "client.server_unreachable" ? t("ui.retry") : t("gate.continue")}
      </Button>
      <Button look="link" onClick={onBack} disabled={busy}>
        {t("ui.back")}
      </Button>
    </form>
  );
}
