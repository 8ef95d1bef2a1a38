import { useApp } from "../app/state.ts";
import type { Status } from "../engine/api.ts";
import { errorText, t } from "../i18n/index.ts";
import { Button } from "../ui/basics.tsx";
import { Icon } from "../ui/icon.tsx";
import type { IconName } from "../ui/icons.ts";

const SIGNS: Readonly<Record<Status["connection"], IconName>> = { online: "cloud", connecting: "refresh-cw", waiting: "cloud-off", offline: "cloud-off", refused: "circle-alert" };

/** The connection in words. Beside an open group the list leaves it to the group's head. */
export function LineState({ inList = false }: { readonly inList?: boolean }) {
  const status = useApp().status.value;
  const app = useApp();
  if (status === null) return null;
  const besideRoom = inList && app.route.value.at === "room";
  const refused = status.connection === "refused" && status.error !== null;
  // Between two looks: the line is fine, the certificate is what is missing.
  const uncertified = status.account?.certified === false && status.error?.code === "client.not_certified";
  const waits = status.waiting > 0 && status.connection !== "online" ? ` ${t("line.waits", { count: status.waiting })}` : "";
  return (
    <span class={`line-state ${status.connection} ${besideRoom ? "phone-only" : ""}`} role="status">
      <Icon name={SIGNS[status.connection]} />
      <span>
        {refused ? errorText(status.error) : t(uncertified ? "line.not_certified" : `line.${status.connection}`)}
        {waits}
      </span>
      {(status.connection === "waiting" || status.connection === "refused") && (
        <Button look="text" onClick={() => void app.attempt(() => app.engine.connect())}>
          {t("ui.retry")}
        </Button>
      )}
    </span>
  );
}
