/** Records that name the same thing: a container, a vessel, a vehicle, a document, a parcel, a warning, a company. Pure. */

import type { Given, Reported } from "./reported.ts";

export interface Link {
  /** The question that both answer, as `container.container_no`. */
  readonly by: string;
  /** In capital letters and figures alone. */
  readonly value: string;
  /** In the order of the log; two at least. */
  readonly refs: readonly string[];
}

/** What identifies one thing in the world; a repeat and its question, or a question of its own. */
export const LINKING: readonly string[] = [
  "container.container_no",
  "imo_number",
  "registration",
  "item_tracking_no",
  "transport_doc",
  "declaration_ref",
  "linked_warning",
  "company.company_reg_no",
  "item.serial_no",
  "item.permit_no",
];
/** Shorter ones are no names: `1`, `N/A`. */
const SHORTEST = 4;

/** Those with most records first. */
export function links(records: readonly Reported[]): readonly Link[] {
  const found = new Map<string, { readonly by: string; readonly value: string; readonly refs: Set<string> }>();
  for (const { ref, answers } of records) {
    for (const by of LINKING) {
      for (const value of namesIn(answers, by)) {
        const link = found.get(`${by} ${value}`) ?? { by, value, refs: new Set<string>() };
        link.refs.add(ref);
        found.set(`${by} ${value}`, link);
      }
    }
  }
  return [...found.values()]
    .filter(({ refs }) => refs.size > 1)
    .map((link) => ({ ...link, refs: [...link.refs] }))
    .sort((one, other) => other.refs.length - one.refs.length || (`${one.by} ${one.value}` < `${other.by} ${other.value}` ? -1 : 1));
}

function namesIn(answers: Given, by: string): readonly string[] {
  const [repeat = "", key] = by.split(".");
  const rows = answers[repeat];
  const values = key === undefined ? [rows] : Array.isArray(rows) ? rows.map((row: Given) => row[key]) : [];
  return values.filter((value) => typeof value === "string").map(plain).filter((value) => value.length >= SHORTEST);
}

/** Without spaces, hyphens and case: as different officers write the same. */
function plain(value: string): string {
  return value.toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
}
