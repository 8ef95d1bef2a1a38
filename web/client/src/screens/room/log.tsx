/** The log: one order for all, read from the top, written at the foot. Older lines come as one scrolls up to them. */

import { memo } from "preact/compat";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { type Line, linesOf } from "../../app/log.ts";
import type { Room } from "../../app/room.ts";
import type { Item } from "../../engine/api.ts";
import { clockTime, dayName } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Button, Empty } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nameOf } from "../people.ts";
import { Entry, summary, WaitingEntry } from "./entry.tsx";
import { usePointed } from "./pointed.ts";
import { useReading } from "./reading.ts";

const HELP_ID = "log-keys";

interface LogProps {
  readonly room: Room;
  readonly recordsOnly: boolean;
  /** The seq to bring into view, once it is loaded. */
  readonly goal: number | null;
  readonly onReply: (item: Item, text?: string) => void;
  readonly onGoal: () => void;
}

/** Drawn again for its own entries only, not for every change of the room around it. */
export const Log = memo(function Log({ room, recordsOnly, goal, onReply, onGoal }: LogProps) {
  const box = useRef<HTMLDivElement>(null);
  const items = room.items.value ?? [];
  const waiting = room.waiting.value;
  const readSeq = room.readSeq.value;
  const lines = useMemo(() => linesOf(items, room.atNewest.value ? waiting : [], readSeq, recordsOnly), [items, waiting, readSeq, recordsOnly]);
  const { first, away, onScroll, older, toNewest } = useReading(box, room, lines, goal, onGoal);
  const { isAtHand, handlers } = usePointed(box, () => void older());
  return (
    <div class="log-frame">
      <p class="vh" id={HELP_ID}>
        {t("room.log_keys")}
      </p>
      <div class="log" ref={box} role="log" aria-live="off" tabIndex={0} aria-label={recordsOnly ? t("room.records") : t("room.conversation")} aria-describedby={HELP_ID} onScroll={onScroll} {...handlers}>
        <div class="log-lines">
          {(first > 0 || room.hasOlder.value) && (
            <div class="row older">
              <Button look="link" icon="history" onClick={() => void older()}>
                {t("room.older")}
              </Button>
            </div>
          )}
          {lines.length === 0 && (recordsOnly ? <Empty title={t("room.records_empty_title")} text={t("room.records_empty")} /> : <Empty title={t("room.empty_title")} text={t("room.empty")} />)}
          {lines.slice(first).map((line) =>
            line.kind === "item" ? (
              <Entry key={line.key} item={line.item} room={room} answered={answeredBy(line.item, items)} atHand={isAtHand(line.item.seq)} onReply={onReply} />
            ) : (
              <LineOf key={line.key} line={line} room={room} />
            ),
          )}
        </div>
      </div>
      <Arrivals room={room} />
      {away && (
        <Button class="to-newest" icon="arrow-down" onClick={() => void toNewest()}>
          <span class="words">{t("room.newest")}</span>
        </Button>
      )}
    </div>
  );
});

/** What a screen reader is told of what others sent since the room was entered; older pages that load are no news. */
function Arrivals({ room }: { readonly room: Room }) {
  const told = useRef<number | null>(null);
  const [said, setSaid] = useState("");
  const items = room.items.value;
  useEffect(() => {
    const newest = items?.at(-1)?.seq ?? 0;
    const fresh = told.current === null ? [] : (items ?? []).filter((item) => item.seq > told.current! && !item.own && (item.kind === "chat" || item.kind === "form"));
    told.current = Math.max(told.current ?? 0, newest);
    const last = fresh.at(-1);
    if (last === undefined) return;
    setSaid(fresh.length > 1 ? t("room.new", { count: fresh.length }) : t("room.said", { name: nameOf(room.people.value, last.officerId), text: summary(last.content, room) }));
  }, [items]);
  return (
    <p class="vh" aria-live="polite">
      {said}
    </p>
  );
}

interface LineProps {
  readonly line: Exclude<Line, { readonly kind: "item" }>;
  readonly room: Room;
}

function LineOf({ line, room }: LineProps) {
  switch (line.kind) {
    case "day":
      return <div class="day">{dayName(line.atMs)}</div>;
    case "unread":
      return (
        <div class="unread-line" role="separator">
          {t("room.new", { count: line.count })}
        </div>
      );
    case "locked":
      return (
        <div class="entry happening">
          <time>{clockTime(line.atMs)}</time>
          <p class="event">
            <Icon name="lock" />
            <span>{t("entry.locked_many", { count: line.count })}</span>
          </p>
        </div>
      );
    case "waiting":
      return <WaitingEntry waiting={line.waiting} room={room} />;
  }
}

function answeredBy(item: Item, items: readonly Item[]): Item | null {
  if (item.content?.kind !== "chat" || item.content.replyTo === "") return null;
  const { replyTo } = item.content;
  return items.find((one) => one.clientRef === replyTo) ?? null;
}
