import { describe, expect, test } from "vitest";

import { baseLanguage, LANGUAGES, translate } from "../../src/i18n/catalogue.ts";
import { readCatalogue, readOwn, TRANSLATED } from "../../src/i18n/files.ts";
import { MESSAGES } from "../../src/i18n/messages.ts";
import { compile, parsePo, problems } from "../../src/i18n/po.ts";

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
const SOURCE = { "a.plain": "One {name}", "a.count": ["{count} thing", "{count} things"] };

describe("catalogues", () => {
  test.each(TRANSLATED)("%s has no gap", (language) => {
    expect(problems(language, MESSAGES, readOwn(language))).toEqual([]);
  });

  test("all languages say the same keys, refusals included", () => {
    const english = Object.keys(readCatalogue("en")).sort();
    expect(english).toContain("error.client.not_member");
    for (const language of TRANSLATED) expect(Object.keys(readCatalogue(language)).sort()).toEqual(english);
  });

  test("continued lines and plurals are read", () => {
    const po = parsePo(PO);
    expect(po.get("a.plain")?.forms).toEqual(["Un {name}"]);
    expect(po.get("a.count")?.forms).toEqual(["{count} chose", "{count} choses"]);
    expect(problems("fr", SOURCE, po)).toEqual([]);
  });

  test.each([
    ["msgid \"One {name}\"", "msgid \"Two {name}\"", "fr: a.plain translates an older English"],
    ["\"{name}\"", "\"{nom}\"", "fr: a.plain names a fact that English does not have"],
    ["\"{name}\"", "\"rien\"", "fr: a.plain leaves out a fact"],
    ["msgstr[1] \"{count} choses\"", "", "fr: a.count lacks a form"],
    ["a.count", "a.other", "fr: a.count is not translated"],
    ["a.count", "a.other", "fr: a.other is translated but not used"],
  ])("a gap is found: %s → %s", (before, after, problem) => {
    expect(problems("fr", SOURCE, parsePo(PO.replace(before, after)))).toContain(problem);
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
