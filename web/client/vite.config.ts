/** The build of the browser client: everything from one origin, nothing inline, catalogues compiled from gettext. */

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

import { defineConfig, type Plugin } from "vite";

import { installable } from "./making/install.ts";
import { catalogues } from "./src/i18n/plugin.ts";

/** Fonts are kept when they are first used; of each script one reader needs only one. */
const KEPT = /\.(?:html|js|css|json|svg|webmanifest)$/u;

function pathOf(name: string): string {
  return name === "index.html" ? "/" : `/${name.replaceAll("\\", "/")}`;
}

function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    writeBundle({ dir = "" }) {
      const names = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => KEPT.test(name)).sort();
      const files = Object.fromEntries(names.map((name) => [pathOf(name), hash(readFileSync(join(dir, name)))]));
      const source = readFileSync(new URL("src/service-worker.js", import.meta.url), "utf8")
        .replace("/* files of the build */ {}", JSON.stringify(files))
        .replace('/* name of the build */ ""', JSON.stringify(hash(JSON.stringify(files)).slice(0, 16)));
      writeFileSync(join(dir, "service-worker.js"), source);
    },
  };
}

/** Fonts are packed already. */
const PACKED = /\.(?:html|js|css|json|svg|webmanifest)$/u;

/** `name.br` beside every file that gains by it; the server sends that to browsers that take it, and makes gzip itself. */
function brotli(): Plugin {
  return {
    name: "brotli",
    apply: "build",
    writeBundle({ dir = "" }) {
      for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((one) => PACKED.test(one))) {
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(readFileSync(join(dir, name))));
      }
    },
  };
}

export default defineConfig({
  plugins: [catalogues(), installable(), serviceWorker(), brotli()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es", plugins: () => [catalogues()] },
  build: {
    target: ["chrome119", "firefox121", "safari17"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: fileURLToPath(new URL("index.html", import.meta.url)) } },
  },
});
