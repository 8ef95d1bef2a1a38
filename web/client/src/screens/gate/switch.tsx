/** A link came for one account while another is open: nothing happens by itself. */

import { useEffect, useState } from "preact/hooks";

import { useApp } from "../../app/state.ts";
import { type CodeView, EngineError } from "../../engine/api.ts";
import { errorText, t } from "../../i18n/index.ts";
import { Button, Skeleton } from "../../ui/basics.tsx";
import { GateFrame } from "./gate.tsx";
import { Who } from "./who.tsx";

export function Switch({ sheet }: { readonly sheet: string }) {
  const app = useApp();
  const [code, setCode] = useState<CodeView | null>(null);
  const [busy, setBusy] = useState(false);
  const open = app.status.value?.account ?? null;
  useEffect(() => {
    const read = async (): Promise<void> => {
      try {
        const said = await app.engine.readCode(sheet);
        if (said.account === open?.account && said.way === "here") app.sheet.value = null;
        else setCode(said);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        app.say("failed", errorText(error));
        app.sheet.value = null;
      }
    };
    void read();
  }, [sheet]);
  const leave = async (): Promise<void> => {
    setBusy(true);
    await app.attempt(() => app.engine.lock());
    setBusy(false);
  };
  return (
    <GateFrame>
      {code === null || open === null ? (
        <Skeleton lines={6} />
      ) : (
        <section class="door">
          <h1>{t("gate.switch_title", { account: code.account })}</h1>
          <Who account={code.account} displayName={code.displayName} />
          <p>{t("gate.switch_note", { current: open.account })}</p>
          <Button look="main" wide busy={busy} onClick={() => void leave()}>
            {t("gate.switch_go", { account: code.account })}
          </Button>
          <Button wide disabled={busy} onClick={() => (app.sheet.value = null)}>
            {t("gate.switch_stay", { current: open.account })}
          </Button>
        </section>
      )}
    </GateFrame>
  );
}
