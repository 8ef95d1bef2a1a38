import "./styles/index.css";

import { render } from "preact";

import { Failed, Root } from "./app/app.tsx";
import { startPrefs } from "./app/prefs.ts";
import { App } from "./app/state.ts";
import { guardScripts } from "./app/trusted-types.ts";
import { engineOf } from "./worker/page.ts";

const place = document.getElementById("app")!;

async function start(): Promise<void> {
  guardScripts();
  await startPrefs();
  const worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module" });
  const app = new App(engineOf(worker));
  render(<Root app={app} />, place);
  await app.start();
}

start().catch((error: unknown) => {
  render(<Failed />, place);
  throw error;
});
