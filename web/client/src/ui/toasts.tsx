import { useApp } from "../app/state.ts";
import { offlineTold, opensOffline, takeUpdate, updateReady } from "../app/updates.ts";
import { t } from "../i18n/index.ts";
import { Button } from "./basics.tsx";
import { Icon } from "./icon.tsx";

/** What was just done or refused; read aloud, and never the only place of a lasting fact. */
export function Toasts() {
  const app = useApp();
  return (
    <div class="toasts" role="status" aria-live="polite">
      {updateReady.value && (
        <div class="toast stored">
          <Icon name="refresh-cw" />
          <span>{t("update.ready")}</span>
          <Button look="text" onClick={() => takeUpdate(() => location.reload())}>
            {t("update.reload")}
          </Button>
        </div>
      )}
      {opensOffline.value === false && !offlineTold.value && (
        <div class="toast failed">
          <Icon name="circle-alert" />
          <span>{t("app.not_offline")}</span>
          <Button look="bare" icon="x" label={t("ui.close")} onClick={() => (offlineTold.value = true)} />
        </div>
      )}
      {app.toasts.value.map((toast) => (
        <div class={`toast ${toast.kind}`} key={toast.id}>
          <Icon name={toast.kind === "stored" ? "check" : "circle-alert"} />
          <span>{toast.text}</span>
          <Button look="bare" icon="x" label={t("ui.close")} onClick={() => app.dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
