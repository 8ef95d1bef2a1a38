import { readFileSync } from "node:fs";

import { type FormTemplate, readTemplate } from "../../src/templates_forms/model.ts";

/** A form that comes with CENcomm. */
export function standardTemplate(name = "simplified_seizure"): FormTemplate {
  const file = new URL(`../../../../cencomm/templates_forms/standard/${name}.json`, import.meta.url);
  return readTemplate("5f".repeat(32), readFileSync(file, "utf8"));
}
