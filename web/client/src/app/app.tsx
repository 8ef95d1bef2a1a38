import { t } from "../i18n/index.ts";
import { Frame } from "../screens/frame.tsx";
import { Gate } from "../screens/gate/gate.tsx";
import { Switch } from "../screens/gate/switch.tsx";
import { Skeleton } from "../ui/basics.tsx";
import { Toasts } from "../ui/toasts.tsx";
import { type App, AppProvider } from "./state.ts";

/** The whole page: a door, or the frame behind it. */
export function Root({ app }: { readonly app: App }) {
  const profile = app.status.value?.profile;
  const sheet = app.sheet.value;
  return (
    <AppProvider value={app}>
      {profile === undefined ? <Skeleton lines={9} /> : profile === "open" ? sheet === null ? <Frame /> : <Switch key={sheet} sheet={sheet} /> : <Gate locked={profile === "locked"} />}
      <Toasts />
    </AppProvider>
  );
}

/** Where even the first step failed. */
export function Failed() {
  return (
    <main class="gate-body one">
      <div class="door" role="alert">
        <h1>{t("app.failed_title")}</h1>
        <p>{t("app.failed")}</p>
      </div>
    </main>
  );
}
