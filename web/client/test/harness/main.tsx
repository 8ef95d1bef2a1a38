/** The real screens over the engine without a server. What to show stands in the query: `?profile=open&connection=online`. */

import "../../src/styles/index.css";

import { render } from "preact";

import { Root } from "../../src/app/app.tsx";
import { watchInstallOffer } from "../../src/app/install.ts";
import { startPrefs } from "../../src/app/prefs.ts";
import { App } from "../../src/app/state.ts";
import { guardScripts } from "../../src/app/trusted-types.ts";
import type { Status } from "../../src/engine/api.ts";
import { standardForm } from "../../src/screens/form/standard.ts";
import { memoryEngine } from "./memory-engine.ts";

const query = new URLSearchParams(location.search);

async function start(): Promise<void> {
  guardScripts();
  watchInstallOffer();
  await startPrefs();
  const engine = memoryEngine({
    profile: (query.get("profile") ?? "open") as Status["profile"],
    connection: (query.get("connection") ?? "online") as Status["connection"],
    template: await standardForm(),
    empty: query.has("empty"),
  });
  const app = new App(engine);
  render(<Root app={app} />, document.getElementById("app")!);
  await app.start();
}

void start();
