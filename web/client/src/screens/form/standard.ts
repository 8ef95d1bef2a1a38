/** The simplified seizure form that comes with CENcomm, loaded only when an organiser publishes it. */

import address from "../../../../../cencomm/templates_forms/standard/simplified_seizure.json?url";

export async function standardForm(): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the standard form answers ${answer.status}`);
  return await answer.text();
}
