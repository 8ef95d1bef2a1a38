import { defineConfig } from "vitest/config";

import { catalogues } from "./src/i18n/plugin.ts";

export default defineConfig({
  plugins: [catalogues()],
  test: { include: ["test/**/*.test.ts"], pool: "threads", testTimeout: 30_000 },
});
