/** The place where one reads in the log: kept while lines come above and below, followed at the newest. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { firstDrawn, lastSeq, MORE, seqFrom, shownSeq } from "../../app/drawn.ts";
import type { Line } from "../../app/log.ts";
import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";

/** So near to the foot one reads along. */
const NEAR = 80;

export interface Reading {
  /** The index of the first line to draw. */
  readonly first: number;
  /** Newer entries may stand below what is seen. */
  readonly away: boolean;
  readonly onScroll: () => void;
  readonly older: () => Promise<void>;
  readonly toNewest: () => Promise<void>;
}

/** An element of the log, and where it stood before lines were put above it. */
interface Held {
  readonly element: Element;
  readonly top: number;
}

export function useReading(box: RefObject<HTMLElement | null>, room: Room, lines: readonly Line[], goal: number | null, onGoal: () => void): Reading {
  const app = useApp();
  const follow = useRef(true);
  const placed = useRef(false);
  const top = useRef(Infinity);
  const bottom = useRef(Infinity);
  const more = useRef(0);
  const held = useRef<Held | null>(null);
  const loading = useRef(false);
  const [away, setAway] = useState(false);
  const [, drawAgain] = useState({});
  const following = follow.current && !isByKeyboard(box.current);
  const target = goal !== null && goal > 0 ? shownSeq(lines, goal) : null;
  const place = { height: innerHeight, following, top: top.current, bottom: bottom.current, goal: target, toUnread: !placed.current };
  const first = Math.max(0, firstDrawn(lines, place) - more.current);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const found = target === null ? null : element.querySelector(`[data-seq="${target}"]`);
    const unread = placed.current ? null : element.querySelector(".unread-line");
    const goes = found ?? unread;
    if (goes !== null) goes.scrollIntoView({ block: found === null ? "center" : "start" });
    else if (held.current?.element.isConnected === true) element.scrollTop += topOf(held.current.element) - held.current.top;
    else if (following) element.scrollTop = element.scrollHeight;
    // At the foot already: to ask the page for its measures again would cost a layout.
    const nearEnd = (following && goes === null) || isNearEnd(element);
    if (goes !== null) follow.current = found === null && nearEnd;
    if (found !== null) onGoal();
    [top.current, bottom.current] = [seqFrom(lines, first), lastSeq(lines)];
    [more.current, held.current, placed.current] = [0, null, true];
    setAway(!nearEnd || !room.atNewest.value);
  }, [lines, first, goal]);

  useEffect(() => {
    if (!away && document.visibilityState === "visible") room.markRead();
  }, [lines, away]);

  /** Lines above the first: of what is held, else from the device. */
  const older = async (): Promise<void> => {
    if (loading.current || (first === 0 && !room.hasOlder.value)) return;
    loading.current = true;
    if (first === 0) await app.attempt(() => room.loadOlder());
    loading.current = false;
    const element = box.current?.querySelector(".entry") ?? null;
    held.current = element === null ? null : { element, top: topOf(element) };
    more.current = MORE;
    drawAgain({});
  };
  const onScroll = (): void => {
    const element = box.current!;
    const nearEnd = isNearEnd(element);
    follow.current = nearEnd && room.atNewest.value;
    room.following = follow.current;
    setAway(!nearEnd || !room.atNewest.value);
    if (!follow.current && element.scrollTop < element.clientHeight) void older();
    if (nearEnd && !room.atNewest.value) void app.attempt(() => room.loadNewer());
  };
  const toNewest = async (): Promise<void> => {
    follow.current = true;
    if (!room.atNewest.value) await app.attempt(() => room.jumpToNewest());
    box.current?.scrollTo({ top: box.current.scrollHeight });
  };
  return { first, away, onScroll, older, toNewest };
}

/** Whoever went to an entry by the keyboard stays there: it is not scrolled away under the hands. */
function isByKeyboard(box: HTMLElement | null): boolean {
  const focused = document.activeElement;
  return box !== null && focused !== null && focused !== box && box.contains(focused) && focused.matches(":focus-visible");
}

function topOf(element: Element): number {
  return element.getBoundingClientRect().top;
}

function isNearEnd(element: HTMLElement): boolean {
  return element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
}
