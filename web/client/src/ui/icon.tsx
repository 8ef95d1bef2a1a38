import { h } from "preact";

import { type IconName, ICONS } from "./icons.ts";
import { DIAMOND_PATH, RING_PATH, SIZE, STROKE } from "./mark.ts";

const MIRRORED: ReadonlySet<IconName> = new Set(["arrow-left", "chevron-right", "reply", "send", "log-out", "message-square-text", "undo"]);

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
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} focusable="false">
        <path d={RING_PATH} stroke-width={STROKE} />
        <path d={DIAMOND_PATH} class="inside" />
      </svg>
    </span>
  );
}
