import { defineConfig } from "vitest/config";

import { catalogues } from "./src/i18n/plugin.ts";

export default defineConfig({
  plugins: [catalogues()],
  test: { include: ["test/**/*.test.ts"], pool: "threads", maxWorkers: 2, testTimeout: 300_000 },
});
