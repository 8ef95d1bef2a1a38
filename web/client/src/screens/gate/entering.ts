/** What is typed with a sheet, and what must be right before the engine is asked. Pure. */

import type { MessageKey } from "../../i18n/keys.ts";

export type Way = "enrol" | "device" | "recover";

export interface Entering {
  readonly way: Way;
  readonly sheet: string;
  readonly device: string;
  readonly password: string;
  readonly repeated: string;
}

type Checked = "sheet" | "device" | "password" | "repeated";
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
  if (given.sheet.trim() === "") errors.sheet = "gate.needed";
  if (!DEVICE.test(given.device)) errors.device = "gate.device_bad";
  if (given.way === "device") {
    if (given.password === "") errors.password = "gate.needed";
    return errors;
  }
  const password = checkNewPassword(given.password);
  if (password !== undefined) errors.password = password;
  else if (given.repeated !== given.password) errors.repeated = "gate.differ";
  return errors;
}
