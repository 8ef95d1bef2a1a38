/** The door for accounts that are on this device: which one, its password, or away with it. */

import { useId, useState } from "preact/hooks";

import { useApp } from "../../app/state.ts";
import { EngineError, type KnownAccount } from "../../engine/api.ts";
import { errorText, t } from "../../i18n/index.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { Who } from "./who.tsx";

export function UnlockDoor({ onCode }: { readonly onCode: () => void }) {
  const app = useApp();
  const known = app.status.value?.known ?? [];
  const [chosen, setChosen] = useState("");
  const account = known.find((one) => one.id === chosen) ?? known[0];
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const [forgetting, setForgetting] = useState<KnownAccount | null>(null);
  const choose = (id: string): void => {
    setChosen(id);
    setPassword("");
    setError(undefined);
  };
  const unlock = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (password === "") return setError(t("gate.needed"));
    setBusy(true);
    setError(undefined);
    try {
      await app.engine.unlock(password, account?.id);
    } catch (refused) {
      if (!(refused instanceof EngineError)) throw refused;
      setError(errorText(refused));
    } finally {
      setBusy(false);
    }
  };
  const forget = async (one: KnownAccount): Promise<void> => {
    setBusy(true);
    await app.attempt(() => app.engine.forget(one.id));
    setBusy(false);
    setForgetting(null);
  };
  return (
    <form class="door" onSubmit={(event) => void unlock(event)}>
      <h1>{t("gate.unlock_title")}</h1>
      {app.status.value?.tabGone === true && <Note icon="info">{t("gate.tab_gone")}</Note>}
      {account !== undefined && <Accounts known={known} chosen={account.id} onChoose={choose} />}
      <PasswordField key={account?.id ?? ""} label={t("gate.password")} hint={t("gate.password_stays")} error={error} value={password} onInput={setPassword} autocomplete="current-password" autofocus />
      <Button look="main" type="submit" wide busy={busy}>
        {busy ? t("app.starting") : t("gate.continue")}
      </Button>
      <Note icon="life-buoy">
        <p>{t("gate.forgotten")}</p>
        <div class="row wrap">
          <Button look="text" onClick={onCode}>
            {t("gate.with_sheet")}
          </Button>
          {account !== undefined && (
            <Button look="text" onClick={() => setForgetting(account)}>
              {t("gate.forget")}
            </Button>
          )}
        </div>
      </Note>
      {forgetting !== null && (
        <Confirm title={t("gate.forget_title", { account: forgetting.account })} text={t("gate.forget_note")} action={t("gate.forget")} busy={busy} onClose={() => setForgetting(null)} onConfirm={() => void forget(forgetting)} />
      )}
    </form>
  );
}

interface AccountsProps {
  readonly known: readonly KnownAccount[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

function Accounts({ known, chosen, onChoose }: AccountsProps) {
  const name = useId();
  const [only] = known;
  if (known.length === 1 && only !== undefined) return <Who account={only.account} displayName={only.displayName} />;
  return (
    <fieldset class="accounts">
      <legend class="strong small">{t("gate.accounts")}</legend>
      {known.map((one) => (
        <label class="choice" key={one.id}>
          <input type="radio" name={name} checked={one.id === chosen} onChange={() => onChoose(one.id)} />
          <Who account={one.account} displayName={one.displayName} />
        </label>
      ))}
    </fieldset>
  );
}
