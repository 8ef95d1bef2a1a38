/** Runs the project's own Python, whose client is the measure of this one. */

import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../../..");
export const PYTHON = process.env["CENCOMM_PYTHON"] ?? resolve(ROOT, ".venv/bin/python");

/** What `test/python/<script>` answers to `question`, both as JSON. Throws with its standard error where it fails. */
export function askPython<T>(script: string, question: unknown): T {
  const path = resolve(import.meta.dirname, "python", script);
  const run = spawnSync(PYTHON, [path], { cwd: ROOT, input: JSON.stringify(question), encoding: "utf8", maxBuffer: 2 ** 28 });
  if (run.status !== 0) throw new Error(`${script}: ${run.stderr}`);
  return JSON.parse(run.stdout) as T;
}
