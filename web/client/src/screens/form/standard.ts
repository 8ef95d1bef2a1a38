/** The forms that come with CENcomm, each loaded only when an organiser publishes it. */

import alert from "../../../../../cencomm/templates_forms/standard/alert.json?url";
import feedback from "../../../../../cencomm/templates_forms/standard/feedback.json?url";
import long from "../../../../../cencomm/templates_forms/standard/long_seizure.json?url";
import rfi from "../../../../../cencomm/templates_forms/standard/rfi.json?url";
import reply from "../../../../../cencomm/templates_forms/standard/rfi_reply.json?url";
import sitrep from "../../../../../cencomm/templates_forms/standard/sitrep.json?url";
import seizure from "../../../../../cencomm/templates_forms/standard/simplified_seizure.json?url";
import warning from "../../../../../cencomm/templates_forms/standard/warning.json?url";

const ADDRESSES = { simplified_seizure: seizure, long_seizure: long, warning, feedback, rfi, rfi_reply: reply, alert, sitrep } as const;

/** By the name that the form itself has. */
export type StandardName = keyof typeof ADDRESSES;
export const STANDARD = Object.keys(ADDRESSES) as readonly StandardName[];

export async function standardForm(name: StandardName = "simplified_seizure"): Promise<string> {
  const answer = await fetch(ADDRESSES[name]);
  if (!answer.ok) throw new Error(`the standard form answers ${answer.status}`);
  return await answer.text();
}
