import "./styles/index.css";

import { render } from "preact";

import { Failed, Root } from "./app/app.tsx";
import { watchInstallOffer } from "./app/install.ts";
import { startPrefs } from "./app/prefs.ts";
import { App } from "./app/state.ts";
import { guardScripts } from "./app/trusted-types.ts";
import { keepApp } from "./app/updates.ts";
import { startEngine } from "./worker/start.ts";

const place = document.getElementById("app")!;

async function start(): Promise<void> {
  guardScripts();
  watchInstallOffer();
  await startPrefs();
  const app = new App(startEngine());
  render(<Root app={app} />, place);
  await app.start();
  if (import.meta.env.PROD) await keepApp(navigator.serviceWorker as ServiceWorkerContainer | undefined, () => location.reload());
}

start().catch((error: unknown) => {
  render(<Failed />, place);
  throw error;
});
