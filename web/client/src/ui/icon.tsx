import { h } from "preact";

import { type IconName, ICONS } from "./icons.ts";

const MIRRORED: ReadonlySet<IconName> = new Set(["arrow-left", "chevron-right", "reply", "send", "log-out", "message-square-text"]);

/** A drawn sign; the words beside it or the label of its button say what it means. */
export function Icon({ name, big = false, tone = "" }: { readonly name: IconName; readonly big?: boolean; readonly tone?: string }) {
  const classes = ["icon", big ? "big" : "", MIRRORED.has(name) ? "flip" : "", tone].filter(Boolean).join(" ");
  return (
    <svg class={classes} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {ICONS[name].map(([tag, attributes]) => h(tag, attributes))}
    </svg>
  );
}

/** The product's mark. */
export function Mark() {
  return (
    <span class="mark" aria-hidden="true">
      <svg viewBox="0 0 28 28">
        <rect x="1.5" y="1.5" width="25" height="25" rx="3" />
        <path d="M1.5 10H26.5M10.5 10V26.5M10.5 18H26.5" />
      </svg>
    </span>
  );
}
