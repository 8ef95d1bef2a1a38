/** Finds the reference data that tests use but the project does not ship. */

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

/** One shared JSON file; where it is absent the test fails in CI and says elsewhere what did not run. */
export function sharedJson<T>(path: string, skip: (reason: string) => never): T {
  const file = resolve(process.env["CENCOMM_SHARED"] ?? resolve(ROOT, "../shared"), path);
  if (!existsSync(file)) {
    const message = `shared test data absent: ${path} (set CENCOMM_SHARED)`;
    if (process.env["CI"] === "true") throw new Error(message);
    skip(`DID NOT RUN: ${message}`);
  }
  return JSON.parse(readFileSync(file, "utf8")) as T;
}
