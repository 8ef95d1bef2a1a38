/** The entry that one points at, touches or goes to by the arrow keys: it alone has its buttons, so that the others cost less. */

import type { RefObject } from "preact";
import { useState } from "preact/hooks";

const ENTRY = ".entry[data-seq]";

export interface Pointing {
  /** Whether the entry of that seq is at hand. */
  readonly isAtHand: (seq: number) => boolean;
  /** For the element that holds the entries. */
  readonly handlers: {
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onClick: (event: MouseEvent) => void;
    readonly onFocusIn: (event: FocusEvent) => void;
    readonly onFocusOut: (event: FocusEvent) => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
}

/** `onFirst` is called where one goes up from the first entry. */
export function usePointed(box: RefObject<HTMLElement | null>, onFirst: () => void): Pointing {
  const [under, setUnder] = useState(0);
  const [focused, setFocused] = useState(0);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const at = entryOf(event.target);
    if (event.key === "Escape" && at !== null) box.current?.focus();
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    const next = neighbour(box.current!, at, event.key === "ArrowUp" ? -1 : 1);
    if (next !== null) goTo(next);
    else if (event.key === "ArrowUp") onFirst();
  };
  return {
    isAtHand: (seq) => seq === under || seq === focused,
    handlers: {
      // Not "over": an entry that moves under a hand that rests is not pointed at, and costs no drawing in each frame.
      onPointerMove: (event) => event.pointerType !== "touch" && setUnder(seqOf(entryOf(event.target))),
      onPointerLeave: () => setUnder(0),
      onClick: (event) => setFocused(seqOf(entryOf(event.target))),
      onFocusIn: (event) => setFocused(seqOf(entryOf(event.target))),
      onFocusOut: (event) => entryOf(event.relatedTarget) === null && setFocused(0),
      onKeyDown,
    },
  };
}

function entryOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(ENTRY) : null;
}

function seqOf(entry: HTMLElement | null): number {
  return Number(entry?.dataset["seq"] ?? 0);
}

/** From none: the last one that is seen whole. */
function neighbour(box: HTMLElement, at: HTMLElement | null, by: 1 | -1): HTMLElement | null {
  const entries = [...box.querySelectorAll<HTMLElement>(ENTRY)];
  if (at !== null) return entries[entries.indexOf(at) + by] ?? null;
  const foot = box.getBoundingClientRect().bottom;
  return entries.findLast((entry) => entry.getBoundingClientRect().bottom <= foot) ?? null;
}

function goTo(entry: HTMLElement): void {
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: "nearest" });
}
