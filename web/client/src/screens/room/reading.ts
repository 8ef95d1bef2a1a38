/**
 * The place where one reads in the log: kept while lines come above and below, followed at the newest.
 *
 * The log is scrolled from its foot (`column-reverse`): there `scrollTop` is 0, and above it negative. So the page follows
 * the newest without being told, and without a layout for each batch.
 */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { firstDrawn, isScreenFull, lastSeq, MORE, seqFrom, shownSeq } from "../../app/drawn.ts";
import type { Line } from "../../app/log.ts";
import { AT_ONCE, nextFrame } from "../../app/pace.ts";
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
  const fill = useRef(0);
  const held = useRef<Held | null>(null);
  const atFoot = useRef(true);
  const loading = useRef(false);
  const [away, setAway] = useState(false);
  const [, drawAgain] = useState({});
  const following = follow.current && !isByKeyboard(box.current);
  const target = goal !== null && goal > 0 ? shownSeq(lines, goal) : null;
  const place = { height: innerHeight, following, top: top.current, bottom: bottom.current, goal: target, toUnread: !placed.current, fill: fill.current };
  const first = Math.max(0, firstDrawn(lines, place) - more.current);
  if (!following && placed.current) held.current = holdOn(box.current);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const found = target === null ? null : element.querySelector(`[data-seq="${target}"]`);
    const unread = placed.current ? null : element.querySelector(".unread-line");
    const goes = found ?? unread;
    if (goes !== null) goes.scrollIntoView({ block: found === null ? "center" : "start" });
    else if (held.current?.element.isConnected === true) element.scrollTop += topOf(held.current.element) - held.current.top;
    else if (following && !atFoot.current) element.scrollTop = 0;
    // At the foot already: to ask the page for its measures would cost a layout.
    const nearEnd = (following && goes === null) || isNearEnd(element);
    if (goes !== null) follow.current = found === null && nearEnd;
    if (found !== null) onGoal();
    [top.current, bottom.current] = [seqFrom(lines, first), lastSeq(lines)];
    [more.current, fill.current, held.current, placed.current] = [0, 0, null, true];
    setAway(!nearEnd || !room.atNewest.value);
  }, [lines, first, goal]);

  useEffect(() => {
    if (!following || isScreenFull(lines, innerHeight, first)) return;
    nextFrame(() => {
      fill.current = AT_ONCE;
      drawAgain({});
    });
  }, [lines, first]);

  useEffect(() => {
    if (!away && document.visibilityState === "visible") room.markRead();
  }, [lines, away]);

  /** Lines above the first: of what is held, else from the device. */
  const older = async (): Promise<void> => {
    if (loading.current || (first === 0 && !room.hasOlder.value)) return;
    loading.current = true;
    if (first === 0) await app.attempt(() => room.loadOlder());
    loading.current = false;
    more.current = MORE;
    drawAgain({});
  };
  const onScroll = (): void => {
    const element = box.current!;
    const nearEnd = isNearEnd(element);
    atFoot.current = element.scrollTop === 0;
    follow.current = nearEnd && room.atNewest.value;
    room.following = follow.current;
    setAway(!nearEnd || !room.atNewest.value);
    if (!follow.current && element.scrollHeight + element.scrollTop < 2 * element.clientHeight) void older();
    if (nearEnd && !room.atNewest.value) void app.attempt(() => room.loadNewer());
  };
  const toNewest = async (): Promise<void> => {
    follow.current = true;
    if (!room.atNewest.value) await app.attempt(() => room.jumpToNewest());
    box.current?.scrollTo({ top: 0 });
  };
  return { first, away, onScroll, older, toNewest };
}

/** Whoever went to an entry by the keyboard stays there: it is not scrolled away under the hands. */
function isByKeyboard(box: HTMLElement | null): boolean {
  const focused = document.activeElement;
  return box !== null && focused !== null && focused !== box && box.contains(focused) && focused.matches(":focus-visible");
}

/** The first entry that is seen. */
function holdOn(box: HTMLElement | null): Held | null {
  if (box === null) return null;
  const edge = topOf(box);
  const element = [...box.querySelectorAll(".entry")].find((entry) => entry.getBoundingClientRect().bottom > edge);
  return element === undefined ? null : { element, top: topOf(element) };
}

function topOf(element: Element): number {
  return element.getBoundingClientRect().top;
}

function isNearEnd(element: HTMLElement): boolean {
  return -element.scrollTop < NEAR;
}
