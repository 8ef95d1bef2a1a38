/** The real screens over the engine without a server. What to show stands in the query: `?profile=open&connection=online`. */

import "../../src/styles/index.css";

import { render } from "preact";

import { Root } from "../../src/app/app.tsx";
import { watchInstallOffer } from "../../src/app/install.ts";
import { chosenLanguage, startPrefs } from "../../src/app/prefs.ts";
import { App } from "../../src/app/state.ts";
import { guardScripts } from "../../src/app/trusted-types.ts";
import type { Status } from "../../src/engine/api.ts";
import { type Language, language } from "../../src/i18n/index.ts";
import { standardForm } from "../../src/screens/form/standard.ts";
import { memoryEngine } from "./memory-engine.ts";

const query = new URLSearchParams(location.search);

/** Another language in the page as it stands, as the settings choose it. */
async function speak(wanted: Language): Promise<void> {
  chosenLanguage.value = wanted;
  while (language.value !== wanted) await new Promise((resolve) => requestAnimationFrame(resolve));
}

/** What Chromium says to a page that it could install. */
function offerInstalling(): void {
  dispatchEvent(Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt: async () => ({ outcome: "dismissed" }) }));
}

async function start(): Promise<void> {
  guardScripts();
  watchInstallOffer();
  await startPrefs();
  const engine = memoryEngine({
    profile: (query.get("profile") ?? "open") as Status["profile"],
    connection: (query.get("connection") ?? "online") as Status["connection"],
    template: await standardForm(),
    warning: await standardForm("warning"),
    feedback: await standardForm("feedback"),
    ...(query.has("long") ? { long: await standardForm("long_seizure") } : {}),
    reports: query.has("reports"),
    typing: query.get("typing")?.split(",") ?? [],
    empty: query.has("empty"),
    certified: !query.has("uncertified"),
    files: query.has("files"),
  });
  const app = new App(engine);
  Object.assign(globalThis, { harness: { speak } });
  render(<Root app={app} />, document.getElementById("app")!);
  await app.start();
  if (query.has("install")) offerInstalling();
  if (query.has("files")) app.room.value?.take({ type: "file", cugId: app.room.value.cugId, progress: { hash: "5c".repeat(32), clientRef: "out-4", step: "uploading", done: 3, total: 5 } });
}

void start();
