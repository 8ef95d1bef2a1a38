/** The build of the browser client: everything from one origin, nothing inline, catalogues compiled from gettext. */

import { fileURLToPath } from "node:url";

import { defineConfig, type Plugin } from "vite";

import { readCatalogue } from "./src/i18n/files.ts";

const PREFIX = "virtual:catalogue/";

function catalogues(): Plugin {
  return {
    name: "catalogues",
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : null),
    load: (id) => (id.startsWith(`\0${PREFIX}`) ? `export default ${JSON.stringify(readCatalogue(id.slice(PREFIX.length + 1)))}` : null),
  };
}

export default defineConfig({
  plugins: [catalogues()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: {
    target: ["chrome119", "firefox121", "safari17"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: fileURLToPath(new URL("index.html", import.meta.url)) } },
  },
});
