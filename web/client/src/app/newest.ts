/** The forms of a group as they stand, each record in its newest version (twin of `client/newest.py`). Pure. */

import type { Item, ItemContent } from "../engine/api.ts";
import type { Entry } from "../engine/rules/chain.ts";

export type FormContent = Extract<ItemContent, { kind: "form" }>;
export type FormItem = Item & { readonly content: FormContent };

export function isForm(item: Item): item is FormItem {
  return item.content?.kind === "form" && item.standing === "verified" && item.findings?.some(({ rule }) => rule === "parts_disagree") !== true;
}

/** The verified forms that no later one of the same officer replaces, in the order of the log. */
export function newest(items: Iterable<Item>): readonly FormItem[] {
  const forms = new Map<string, FormItem>();
  for (const item of items) {
    if (!isForm(item)) continue;
    forms.delete(`${item.officerId} ${item.content.replaces}`);
    forms.set(`${item.officerId} ${item.clientRef}`, item);
  }
  return [...forms.values()];
}

/** A form as a chain has it. */
export function entryOf({ clientRef, atMs, content }: FormItem): Entry {
  return { ref: clientRef, template: content.templateId, atMs, answers: content.answers };
}
