/** Names that others gave become harmless, in the same way as in Python. */

import { expect, test } from "vitest";

import { safeName } from "../../src/engine/file_names.ts";
import { pictureType } from "../../src/engine/pictures.ts";
import { askPython } from "../python.ts";

const NAMES = [
  "seal.jpg", "Фото пломбы.jpg", "صورة الختم.pdf", "../../etc/passwd", "C:\\Windows\\system32\\cmd.exe", "/", "", "..", ".bashrc",
  "invoice\u202egpj.exe", "a\0b\n\x1b[31mc.txt", "con.txt", "LPT1", 'a<b>:"c|d?*.txt', "trailing. . ", "x".repeat(500) + ".pdf",
  "y".repeat(500), "a." + "b".repeat(500), "👋🏽".repeat(90) + ".png", "e\u0301.txt", "a.b.c", "a. .txt", " . x . ",
];

test("both clients make the same of every name", () => {
  expect(NAMES.map(safeName)).toEqual(askPython("names_peer.py", NAMES));
});

test("a harmless name stays as it is, and none is empty or leads elsewhere", () => {
  for (const name of NAMES.map(safeName)) {
    expect(safeName(name)).toBe(name);
    expect(name).not.toMatch(/^$|[/\\]|^\.|[\p{Cc}\p{Cf}]/u);
  }
});

test("only raster pictures are shown, whatever a file is called", () => {
  const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  expect(pictureType(bytes("\x89PNG\r\n\x1a\nrest"))).toBe("image/png");
  expect(pictureType(bytes("\xff\xd8\xff\xe0"))).toBe("image/jpeg");
  expect(pictureType(bytes("GIF89a"))).toBe("image/gif");
  expect(pictureType(bytes("RIFF1234WEBPVP8 "))).toBe("image/webp");
  for (const other of ["<svg xmlns='http://www.w3.org/2000/svg'>", "<html>", "%PDF-1.7", "RIFF1234WAVE", "", "\x89PN"]) {
    expect(pictureType(bytes(other))).toBe("");
  }
});
