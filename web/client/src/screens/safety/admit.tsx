/** An organiser lets officers in: from the directory, each with a role. */

import { useEffect, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import { type CugView, type DirectoryEntry, EngineError, type RoleName } from "../../engine/api.ts";
import { countryName, folded } from "../../i18n/format.ts";
import { errorText, t } from "../../i18n/index.ts";
import { Button, Note, Plate, Skeleton } from "../../ui/basics.tsx";
import { Combo } from "../../ui/combo.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Checkbox, Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { administrationOf } from "../people.ts";

export const ROLES: readonly RoleName[] = ["officer", "ncp", "ocu", "organiser", "rilo", "liaison", "observer", "auditor"];

export function AdmitDialog({ room, view, onClose }: { readonly room: Room; readonly view: CugView; readonly onClose: () => void }) {
  const app = useApp();
  const [directory, setDirectory] = useState<readonly DirectoryEntry[] | null>(null);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<ReadonlyMap<string, RoleName>>(new Map());
  const [identityChanged, setIdentityChanged] = useState("");
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    void app.attempt(async () => setDirectory(await app.engine.directory()));
  }, []);
  const members = new Set(view.members.map((member) => member.officerId));
  const others = (directory ?? []).filter((entry) => entry.kind !== "secretariat" && !members.has(entry.account));
  const wanted = folded(typed.trim());
  const shown = others.filter((entry) => folded(`${entry.displayName} ${entry.account} ${countryName(administrationOf(entry.account))}`).includes(wanted));
  const toggle = (account: string, on: boolean): void => {
    const next = new Map(chosen);
    if (on) next.set(account, "officer");
    else next.delete(account);
    setChosen(next);
  };
  const admit = async (): Promise<void> => {
    setBusy(true);
    try {
      await app.engine.admit(room.cugId, Object.fromEntries(chosen), checked);
      app.say("stored", t("org.admitted"));
      onClose();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (error.code === "client.identity_changed") setIdentityChanged(errorText(error));
      else app.say("failed", errorText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("org.admit_title")}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button look="main" busy={busy} disabled={chosen.size === 0 || (identityChanged !== "" && !checked)} onClick={() => void admit()}>
            {t("org.admit")}
          </Button>
        </>
      }
    >
      <p class="quiet">{t("org.admit_note")}</p>
      <div class="find flush">
        <Icon name="search" />
        <input class="in" type="search" aria-label={t("org.find")} placeholder={t("org.find")} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      </div>
      {directory === null && <Skeleton />}
      {directory !== null && others.length === 0 && <p>{t("org.nobody_left")}</p>}
      <ul class="rows admit">
        {shown.map((entry) => (
          <li key={entry.account}>
            <Plate administration={administrationOf(entry.account)} absent={!entry.certified} />
            <div>
              {entry.certified ? (
                <Checkbox checked={chosen.has(entry.account)} onChange={(on) => toggle(entry.account, on)}>
                  <bdi>{entry.displayName}</bdi>
                </Checkbox>
              ) : (
                <span class="quiet">
                  <bdi>{entry.displayName}</bdi> · {t("org.not_certified")}
                </span>
              )}
              {chosen.has(entry.account) && (
                <Field label={t("org.role")}>
                  {(control) => (
                    <Combo
                      control={control}
                      options={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
                      value={chosen.get(entry.account)!}
                      onChange={(role) => role !== "" && setChosen(new Map(chosen).set(entry.account, role as RoleName))}
                    />
                  )}
                </Field>
              )}
            </div>
          </li>
        ))}
      </ul>
      {identityChanged !== "" && (
        <Note tone="warning" icon="key" alert>
          <p>{identityChanged}</p>
          <Checkbox checked={checked} onChange={setChecked}>
            {t("org.identity_checked")}
          </Checkbox>
        </Note>
      )}
    </Dialog>
  );
}
