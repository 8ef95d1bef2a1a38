import { describe, expect, test } from "vitest";

import { fromHex, toHex } from "../../src/crypto/bytes.ts";
import { DecodeError, Reader, Writer, decodeAll, varint, vector } from "../../src/crypto/tls.ts";

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DecodeError) return String(error.facts["reason"]);
    throw error;
  }
  return "accepted";
}

describe("the variable-size length header", () => {
  test.each([
    [0, "00"],
    [37, "25"],
    [63, "3f"],
    [64, "4040"],
    [15293, "7bbd"],
    [16384, "80004000"],
    [494878333, "9d7f3e7d"],
    [2 ** 30 - 1, "bfffffff"],
  ])("%i is written as %s and read back", (value, hex) => {
    expect(toHex(varint(value))).toBe(hex);
    expect(new Reader(fromHex(hex)).varint()).toBe(value);
  });

  test.each([
    ["4025", "varint_not_minimal"],
    ["80003fff", "varint_not_minimal"],
    ["c000000000000001", "varint_invalid"],
    ["40", "truncated"],
    ["", "truncated"],
  ])("%s is refused: %s", (hex, reason) => {
    expect(refusal(() => new Reader(fromHex(hex)).varint())).toBe(reason);
  });

  test("nothing longer can be written", () => {
    expect(() => varint(2 ** 30)).toThrow(RangeError);
  });
});

describe("structures", () => {
  const written = new Writer()
    .u8(1)
    .u16(0x0203)
    .u32(0xfffefdfc)
    .u64(2n ** 63n)
    .text("é")
    .optional(null, vector)
    .optional(Uint8Array.of(9), vector)
    .vectorOf([1, 2, 3], (item) => Uint8Array.of(item))
    .bytes();

  function read(reader: Reader): unknown[] {
    return [
      reader.u8(),
      reader.u16(),
      reader.u32(),
      reader.u64(),
      reader.text(),
      reader.optional((inner) => inner.vector()),
      reader.optional((inner) => toHex(inner.vector())),
      reader.vectorOf((inner) => inner.u8()),
    ];
  }

  test("read back what was written", () => {
    expect(decodeAll(written, read)).toEqual([1, 0x0203, 0xfffefdfc, 2n ** 63n, "é", null, "09", [1, 2, 3]]);
  });

  test("truncation at every byte is refused", () => {
    for (let length = 0; length < written.length; length++) {
      expect(refusal(() => decodeAll(written.slice(0, length), read))).toBe("truncated");
    }
  });

  test.each([
    ["trailing bytes", (reader: Reader) => reader.u8(), "0101", "trailing_bytes"],
    ["a presence byte that is neither", (reader: Reader) => reader.optional((inner) => inner.u8()), "02", "optional_invalid"],
    ["text that is not UTF-8", (reader: Reader) => reader.text(), "02c328", "not_utf8"],
    ["a vector beyond its bound", (reader: Reader) => reader.vector(1), "020000", "vector_too_long"],
    ["more items than allowed", (reader: Reader) => reader.vectorOf((inner) => inner.u8(), 1), "020000", "too_many_items"],
    ["items that take no bytes", (reader: Reader) => reader.vectorOf(() => 0), "0100", "too_many_items"],
    ["a number beyond 53 bits", (reader: Reader) => reader.safeU64(), "0020000000000000", "number_too_large"],
  ])("%s: refused", (_, decode, hex, reason) => {
    expect(refusal(() => decodeAll<unknown>(fromHex(hex), decode))).toBe(reason);
  });
});
