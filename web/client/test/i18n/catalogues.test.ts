import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { baseLanguage, isolate, LANGUAGES, translate } from "../../src/i18n/catalogue.ts";
import { readCatalogue } from "../../src/i18n/files.ts";
import { compile, parsePo } from "../../src/i18n/po.ts";

const PO = `
# a comment
msgctxt "a.plain"
msgid "One {name}"
msgstr "Un "
"{name}"

msgctxt "a.count"
msgid "{count} thing"
msgid_plural "{count} things"
msgstr[0] "{count} chose"
msgstr[1] "{count} choses"
`;

/** All that the client is written in, without its tests. */
const SOURCES = ["../../src/", "../../making/"]
  .flatMap((folder) => readdirSync(new URL(folder, import.meta.url), { recursive: true, withFileTypes: true }))
  .filter((file) => file.isFile() && /\.tsx?$/u.test(file.name))
  .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"))
  .join("\n");

describe("catalogues", () => {
  test("all languages say the same keys, refusals included", () => {
    const english = Object.keys(readCatalogue("en")).sort();
    expect(english).toContain("error.client.not_member");
    expect(english).not.toContain("text.cli.yes");
    for (const language of LANGUAGES) expect(Object.keys(readCatalogue(language)).sort()).toEqual(english);
  });

  test("nothing is said that no screen says", () => {
    const own = Object.keys(readCatalogue("en")).filter((key) => !/^(?:error|alarm|finding|change)\./u.test(key));
    const composed = [...SOURCES.matchAll(/`([a-z_.]+)\$\{/gu)].map((match) => match[1]!);
    expect(own.filter((key) => !SOURCES.includes(`"${key}"`) && !composed.some((start) => key.startsWith(start)))).toEqual([]);
  });

  test("every refusal of the client has its sentence", () => {
    const codes = [...SOURCES.matchAll(/(?:super\(|code(?:: string)? = )"([a-z_0-9]+\.[a-z_.0-9]+)"/gu)].map((match) => match[1]!);
    expect(codes.length).toBeGreaterThan(25);
    const said = readCatalogue("en");
    expect(codes.filter((code) => !Object.hasOwn(said, `error.${code}`))).toEqual([]);
  });

  test("continued lines and plurals are read", () => {
    const po = parsePo(PO);
    expect(po.get("a.plain")).toEqual(["Un {name}"]);
    expect(po.get("a.count")).toEqual(["{count} chose", "{count} choses"]);
  });

  test("a line that is none is refused", () => {
    expect(() => parsePo("nonsense")).toThrow(SyntaxError);
  });
});

describe("translate", () => {
  const waits = "line.waits";

  test.each([
    ["en", 1, "1 message waits here."],
    ["en", 2, "2 messages wait here."],
    ["ru", 1, "Здесь ожидает 1 сообщение."],
    ["ru", 3, "Здесь ожидают 3 сообщения."],
    ["ru", 5, "Здесь ожидают 5 сообщений."],
    ["ru", 21, "Здесь ожидает 21 сообщение."],
    ["ar", 2, "رسالتان تنتظران هنا."],
    ["ar", 11, "11 رسالة تنتظر هنا."],
    ["pt", 0, "0 mensagens aguardam aqui."],
    ["fr", 0, "0 message attend ici."],
  ] as const)("%s counts %i", (language, count, sentence) => {
    expect(translate(readCatalogue(language), language, waits, { count })).toBe(sentence);
  });

  test("what a fact holds cannot turn the sentence around it", () => {
    const catalogue = compile([["k", ["to {name}."]]]);
    expect(translate(catalogue, "en", "k", { name: "\u202eevil" })).toBe("to \u2068evil\u2069.");
    expect(translate(catalogue, "en", "k", { name: "Ana" })).toBe("to Ana.");
    const names = `${isolate("كريم")}, Ana`;
    expect(translate(catalogue, "en", "k", { name: names })).toBe(`to \u2068${names}\u2069.`);
    expect(translate(catalogue, "en", "k", { name: "\u2069\u2068evil" })).toBe("to \u2068evil\u2069.");
    expect(translate(catalogue, "en", "k", { name: "\u2068evil" })).toBe("to \u2068evil\u2069.");
  });

  test("a fact that is missing shows as an ellipsis, and a pattern in a fact stays text", () => {
    const catalogue = compile([["k", ["{a} {b}"]]]);
    expect(translate(catalogue, "en", "k", { a: "{b}" })).toBe("{b} …");
  });

  test("no key is not found in a prototype", () => {
    expect(translate({}, "en", "constructor", {})).toBeNull();
  });

  test("a browser's tag leads to one of the six", () => {
    expect(["fr-CA", "pt_BR", "AR-eg", "de", ""].map(baseLanguage)).toEqual(["fr", "pt", "ar", "en", "en"]);
    expect(LANGUAGES).toHaveLength(6);
  });
});
