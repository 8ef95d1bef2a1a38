/** Reading untyped data into typed data: each reader gives the value or throws Malformed. */

import { Malformed } from "./encoding.ts";

export type Read<T> = (value: unknown) => T;

/** The largest count that both sides take is 2^62; this side stops where its numbers are no longer exact. */
export function count(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new Malformed();
  return value;
}

export function flag(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Malformed();
  return value;
}

/** Bytes of any length, as a plain copy that does not hold the whole message in memory. */
export function bytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Malformed();
  return new Uint8Array(value);
}

export function bytesOf(length: number): Read<Uint8Array> {
  return (value) => {
    const read = bytes(value);
    if (read.length !== length) throw new Malformed();
    return read;
  };
}

export const id16 = bytesOf(16);
export const hash32 = bytesOf(32);

/** Text of `min` to `max` characters (of Unicode, as Python counts them). */
export function textOf(max: number, min = 0): Read<string> {
  return (value) => {
    if (typeof value !== "string") throw new Malformed();
    const exceeds = value.length > max && [...value].length > max;
    if (exceeds || value.length < min) throw new Malformed();
    return value;
  };
}

/** A name of a device, officer or account. */
export const name = textOf(200, 1);

export function listOf<T>(read: Read<T>): Read<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new Malformed();
    return value.map((item) => read(item));
  };
}

export function orNull<T>(read: Read<T>): Read<T | null> {
  return (value) => (value === null || value === undefined ? null : read(value));
}

/** The fields of an array-like struct: at least `least`, and no more than `most` where unknown ones are forbidden. */
export function array(value: unknown, least: number, most = Infinity): readonly unknown[] {
  if (!Array.isArray(value) || value.length < least || value.length > most) throw new Malformed();
  return value;
}

export type Fields = Readonly<Record<string, unknown>>;

/** The named fields of a struct; names are text. */
export function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw new Malformed();
  }
  return value as Fields;
}

/** `read` of a field that may be absent. */
export function field<T>(from: Fields, key: string, read: Read<T>, absent: T): T {
  const value = from[key];
  return value === undefined ? absent : read(value);
}
