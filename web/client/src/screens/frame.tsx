/** The frame around every screen of an open profile. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import { useShortcuts } from "../app/shortcuts.ts";
import { useApp } from "../app/state.ts";
import { t } from "../i18n/index.ts";
import { Count } from "../ui/basics.tsx";
import { Icon, Mark } from "../ui/icon.tsx";
import { later } from "../ui/later.tsx";
import { GroupList } from "./list.tsx";
import { NewGroup } from "./new-group.tsx";
import { RoomScreen } from "./room/room.tsx";
import { Settings } from "./settings.tsx";

export function Frame() {
  const app = useApp();
  const route = app.route.value;
  useShortcuts(app);
  useEffect(() => {
    if (route.at !== "list") document.getElementById("content")?.focus({ preventScroll: true });
  }, [route.at]);
  const inList = route.at === "list";
  const wide = route.at === "form" || route.at === "extract" || route.at === "analysis" || route.at === "designer" || route.at === "settings" || route.at === "new";
  return (
    <Shell classes={`${inList ? "in-list" : "in-room"} ${wide ? "no-list" : ""} ${!wide && !inList ? "with-panel" : ""}`}>
      {!wide && <GroupList />}
      {route.at === "settings" && <Settings />}
      {route.at === "new" && <NewGroup />}
      {route.at === "form" && <LazyForm key={`${route.templateHash} ${route.replaces} ${route.from}`} templateHash={route.templateHash} replaces={route.replaces} from={route.from} />}
      {route.at === "extract" && <LazyExtract key={route.cugId} />}
      {route.at === "analysis" && <LazyAnalysis view={route.view} />}
      {route.at === "designer" && <LazyDesigner key={route.cugId} />}
      {(route.at === "room" || inList) && <RoomScreen key={route.at === "room" ? route.cugId : ""} tab={route.at === "room" ? route.tab : "conversation"} />}
    </Shell>
  );
}

/** The form and its rules come when the first form is opened. */
const LazyForm = later(async () => (await import("./form/form.tsx")).FormPage);
const LazyExtract = later(async () => (await import("./extract/extract.tsx")).ExtractPage);
const LazyAnalysis = later(async () => (await import("./analysis/analysis.tsx")).AnalysisPage);
const LazyDesigner = later(async () => (await import("./designer/designer.tsx")).DesignerPage);

function Shell({ classes, children }: { readonly classes: string; readonly children: ComponentChildren }) {
  const app = useApp();
  const at = app.route.value.at;
  return (
    <div class={`app ${classes}`}>
      <a class="skip" href="#content" onClick={(event) => (event.preventDefault(), document.getElementById("content")?.focus())}>
        {t("app.skip")}
      </a>
      <nav class="rail" aria-label={t("app.main")}>
        <Mark />
        <a href="#/" aria-current={at !== "settings" ? "page" : undefined}>
          <Icon name="message-square-text" />
          <span>{t("list.title")}</span>
          {app.unread.value > 0 && (
            <Count fresh label={t("list.unread", { count: app.unread.value })}>
              {app.unread.value}
            </Count>
          )}
        </a>
        <a href="#/settings" class="end" aria-current={at === "settings" ? "page" : undefined}>
          <Icon name="settings" />
          <span>{t("ui.settings")}</span>
        </a>
        <button type="button" onClick={() => void app.attempt(() => app.engine.lock())}>
          <Icon name="lock" />
          <span>{t("settings.lock")}</span>
        </button>
      </nav>
      {children}
    </div>
  );
}
