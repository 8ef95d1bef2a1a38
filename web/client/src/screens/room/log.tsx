/** The log: one order for all, read from the top, written at the foot. Older pages load as one scrolls up to them. */

import { memo } from "preact/compat";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { type Line, linesOf } from "../../app/log.ts";
import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import type { Item } from "../../engine/api.ts";
import { clockTime, dayName } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Button, Empty } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nameOf } from "../people.ts";
import { Entry, summary, WaitingEntry } from "./entry.tsx";

const NEAR = 80;

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
  const app = useApp();
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const heightBefore = useRef(0);
  const placed = useRef(false);
  const [away, setAway] = useState(false);
  const items = room.items.value ?? [];
  const waiting = room.waiting.value;
  const readSeq = room.readSeq.value;
  const lines = useMemo(() => linesOf(items, room.atNewest.value ? waiting : [], readSeq, recordsOnly), [items, waiting, readSeq, recordsOnly]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const target = goal !== null && goal > 0 ? element.querySelector(`[data-seq="${goal}"]`) : null;
    const unread = placed.current ? null : element.querySelector(".unread-line");
    if (target !== null) {
      target.scrollIntoView({ block: "start" });
      follow.current = false;
      onGoal();
    } else if (unread !== null) {
      unread.scrollIntoView({ block: "center" });
      follow.current = isNearEnd(element);
    } else if (heightBefore.current > 0) element.scrollTop += element.scrollHeight - heightBefore.current;
    else if (follow.current) element.scrollTop = element.scrollHeight;
    heightBefore.current = 0;
    placed.current = true;
    setAway(!isNearEnd(element) || !room.atNewest.value);
  }, [lines, goal]);

  useEffect(() => {
    if (!away && document.visibilityState === "visible") room.markRead();
  }, [lines, away]);

  const onScroll = (): void => {
    const element = box.current!;
    follow.current = isNearEnd(element) && room.atNewest.value;
    room.following = follow.current;
    setAway(!follow.current);
    if (element.scrollTop < NEAR && room.hasOlder.value && heightBefore.current === 0) void older();
    else if (isNearEnd(element) && !room.atNewest.value) void app.attempt(() => room.loadNewer());
  };
  const older = async (): Promise<void> => {
    heightBefore.current = box.current?.scrollHeight ?? 0;
    await app.attempt(() => room.loadOlder());
  };
  const toNewest = async (): Promise<void> => {
    follow.current = true;
    if (!room.atNewest.value) await app.attempt(() => room.jumpToNewest());
    box.current?.scrollTo({ top: box.current.scrollHeight });
  };
  return (
    <div class="log-frame">
      <div class="log" ref={box} role="log" aria-live="off" tabIndex={0} aria-label={recordsOnly ? t("room.records") : t("room.conversation")} onScroll={onScroll}>
        {room.hasOlder.value && (
          <div class="row older">
            <Button look="link" icon="history" onClick={() => void older()}>
              {t("room.older")}
            </Button>
          </div>
        )}
        {lines.length === 0 && (recordsOnly ? <Empty title={t("room.records_empty_title")} text={t("room.records_empty")} /> : <Empty title={t("room.empty_title")} text={t("room.empty")} />)}
        {lines.map((line) =>
          line.kind === "item" ? (
            <Entry key={line.key} item={line.item} room={room} answered={answeredBy(line.item, items)} onReply={onReply} />
          ) : (
            <LineOf key={line.key} line={line} room={room} />
          ),
        )}
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
          <span class="plate-space" />
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

function isNearEnd(element: HTMLElement): boolean {
  return element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
}
