/** Which versions of the published forms are in use. Pure. */

import type { FormTemplate } from "./model.ts";

/** Of each form the newest version, in the order in which the forms came. */
export function newestForms(all: readonly FormTemplate[]): FormTemplate[] {
  return all.filter((one) => all.every((other) => other.id !== one.id || other.version <= one.version));
}
