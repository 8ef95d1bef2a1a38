/** Builds the measuring page into build/, as the client is built. */

import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root: here,
  publicDir: false,
  build: {
    target: "chrome119",
    outDir: fileURLToPath(new URL("../../../../build/bench-page", import.meta.url)),
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // What ts-mls would load for suites that nobody asks for here.
    rolldownOptions: { external: [/^@noble\/(?:curves|post-quantum)\//u, /^@hpke\/(?!core|common)/u] },
  },
});
