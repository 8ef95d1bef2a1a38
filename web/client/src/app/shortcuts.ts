/** Keys that act everywhere. Single keys can be switched off, and never act while one writes. */

import { useEffect } from "preact/hooks";

import { singleKeys } from "./prefs.ts";
import type { App } from "./state.ts";

export const FIND_ID = "find-group";

export function useShortcuts(app: App): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
      if (event.key === "/" && singleKeys.value && !isWriting(event.target)) {
        const find = document.getElementById(FIND_ID);
        if (find === null) return;
        event.preventDefault();
        find.focus();
      } else if (event.altKey && event.code === "KeyN") {
        const room = app.room.value;
        const template = room === null ? undefined : [...room.templates.value.values()].at(-1);
        if (room === null || template === undefined) return;
        event.preventDefault();
        app.go({ at: "form", cugId: room.cugId, templateHash: template.hash, replaces: "" });
      } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp") && app.route.value.at === "room") {
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [app]);
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));
}

function move(by: number): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>(".groups a.group")];
  const at = links.findIndex((link) => link.getAttribute("aria-current") === "true");
  const next = links[at + by];
  if (next !== undefined) location.hash = next.hash;
  else if (at < 0 && links[0] !== undefined) location.hash = links[0].hash;
}
