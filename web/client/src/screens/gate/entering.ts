/** What is typed with a code, and what must be right before the engine is asked. Pure. */

import type { MessageKey } from "../../i18n/keys.ts";

export type Way = "enrol" | "device" | "recover" | "here";

export interface Entering {
  readonly way: Way;
  readonly device: string;
  readonly password: string;
  readonly repeated: string;
}

type Checked = "device" | "password" | "repeated";
export type EnteringErrors = Readonly<Partial<Record<Checked, MessageKey>>>;

const SHORTEST_PASSWORD = 12;
const DEVICE = /^[a-z0-9][a-z0-9-]{0,31}$/u;

/** A name for this device that hardly any other has; who likes can give it a better one. */
export function proposedDevice(isPhone: boolean, random: Uint8Array): string {
  return `${isPhone ? "phone" : "laptop"}-${[...random].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function checkNewPassword(password: string): MessageKey | undefined {
  return [...password].length < SHORTEST_PASSWORD ? "gate.password_short" : undefined;
}

export function checkEntering(given: Entering): EnteringErrors {
  const errors: Partial<Record<Checked, MessageKey>> = {};
  if (given.way !== "here" && !DEVICE.test(given.device)) errors.device = "gate.device_bad";
  if (given.way === "device" || given.way === "here") {
    if (given.password === "") errors.password = "gate.needed";
    return errors;
  }
  const password = checkNewPassword(given.password);
  if (password !== undefined) errors.password = password;
  else if (given.repeated !== given.password) errors.repeated = "gate.differ";
  return errors;
}

const GROUP = 5;

/** A code as it stands on paper: its prefix, then groups of five characters that an eye can follow. */
export function inGroups(code: string): string {
  const [prefix = "", body = ""] = code.split(":");
  return [`${prefix}:`, ...(body.match(new RegExp(`.{1,${GROUP}}`, "gu")) ?? [])].join(" ");
}

/** The number of the group, from 1, in which a letter of the code stands. */
export function groupOf(place: number): number {
  return Math.floor(place / GROUP) + 1;
}
