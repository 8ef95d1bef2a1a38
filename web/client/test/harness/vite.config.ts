/** Builds the harness as the client is built, into build/, never into what is served. */

import { fileURLToPath } from "node:url";

import { mergeConfig } from "vite";

import client from "../../vite.config.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

export default mergeConfig(client, {
  root: here,
  publicDir: false,
  build: { outDir: fileURLToPath(new URL("../../../../build/harness", import.meta.url)), emptyOutDir: true, rolldownOptions: { input: { index: `${here}index.html` } } },
});
