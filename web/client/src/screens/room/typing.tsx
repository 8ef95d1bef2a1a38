/** Who is on line and who types. The line takes no room over the foot of the conversation: nothing moves when it comes. */

import { useEffect, useRef, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import { t } from "../../i18n/index.ts";
import { type People, nameOf } from "../people.ts";

/** A screen reader hears of it again only after so long. */
const QUIET_MS = 30_000;

/** Asks, while the room is on the screen; by itself, so that nothing else is drawn again when the line comes or goes. */
export function Attending({ room }: { readonly room: Room }) {
  const isOnline = useApp().status.value?.connection === "online";
  useEffect(() => void room.attend(), [room, isOnline]);
  return null;
}

export function TypingLine({ room }: { readonly room: Room }) {
  const members = new Set(room.view.value?.members.map(({ officerId }) => officerId));
  const said = whoTypes(room.people.value, room.presence.value.writing.filter((officerId) => members.has(officerId)));
  return (
    <>
      {said !== "" && (
        <p class="typing" aria-hidden="true">
          {said}
        </p>
      )}
      <Spoken said={said} />
    </>
  );
}

/** Polite, and not at every key: what is said stays until somebody begins after a long silence. */
function Spoken({ said }: { readonly said: string }) {
  const [spoken, speak] = useState("");
  const lastMs = useRef(-Infinity);
  useEffect(() => {
    if (said === "") return;
    const now = performance.now();
    if (now - lastMs.current >= QUIET_MS) speak(said);
    lastMs.current = now;
  }, [said]);
  return (
    <span class="vh" aria-live="polite">
      {spoken}
    </span>
  );
}

/** Nobody, one, two, or that there are several. */
export function whoTypes(people: People, officerIds: readonly string[]): string {
  const [first, second] = officerIds.map((officerId) => nameOf(people, officerId));
  if (first === undefined) return "";
  if (second === undefined) return t("room.typing_one", { name: first });
  if (officerIds.length === 2) return t("room.typing_two", { first, second });
  return t("room.typing_several", { count: officerIds.length });
}
