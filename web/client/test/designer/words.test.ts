/** Lists that are pasted, conditions that are chosen, texts that are missing. */

import { describe, expect, test } from "vitest";

import { asLines, pastedCodes } from "../../src/designer/codes.ts";
import { choiceOf, conditionText } from "../../src/designer/conditions.ts";
import { designOf, withField } from "../../src/designer/design.ts";
import type { CodeDoc, FieldDoc } from "../../src/designer/document.ts";
import { gapsOf, textsOf, translated } from "../../src/designer/gaps.ts";
import { neededFields } from "../../src/designer/needs.ts";
import { placesOf } from "../../src/designer/problems.ts";
import { LANGUAGES } from "../../src/i18n/catalogue.ts";
import { standardTemplate } from "../screens/standard.ts";

const CODES: readonly CodeDoc[] = [{ key: "bolt", labels: { en: "Bolt", ru: "Болт" }, attributes: { kind: "hard" } }, { key: "tape", labels: { en: "Tape" } }];

describe("a list that is pasted", () => {
  test("as it was written is the list that it was", () => {
    expect(pastedCodes(asLines(CODES, [...LANGUAGES]), "en", CODES)).toEqual({ codes: CODES, errors: [] });
  });

  test("has a word in the reader's language where no line names the languages", () => {
    expect(pastedCodes("bolt\tBoulon\r\nwire\tFil\n\n", "fr", CODES).codes).toEqual([{ key: "bolt", labels: { en: "Bolt", ru: "Болт", fr: "Boulon" }, attributes: { kind: "hard" } }, { key: "wire", labels: { fr: "Fil" } }]);
  });

  test("takes the headings of a spreadsheet and of an XLSForm", () => {
    const expected = [{ key: "a", labels: { fr: "Un", ar: "واحد" } }];
    expect(pastedCodes("code\tfr\tar\na\tUn\tواحد", "en", []).codes).toEqual(expected);
    expect(pastedCodes("name\tlabel::French (fr)\tlabel::Arabic (ar)\na\tUn\tواحد", "en", []).codes).toEqual(expected);
  });

  test("names every line that is wrong", () => {
    const { codes, errors } = pastedCodes(`a\tA\nb c\tB\na\tAgain\nd\tD\tmore\ne\t${"x".repeat(2_001)}`, "en", []);
    expect([codes.map(({ key }) => key), errors.map(({ line, kind }) => [line, kind])]).toEqual([["a"], [[2, "code"], [3, "twice"], [4, "columns"], [5, "word"]]]);
  });
});

describe("a condition that is chosen", () => {
  const field = (type: FieldDoc["type"]): FieldDoc => ({ kind: "field", key: "how", type, labels: { en: "How" } });

  test.each([
    ["code", "sea", { way: "if", question: "how", code: "sea" }],
    ["codes", "sea", { way: "if", question: "how", code: "sea" }],
    ["bool", "true", { way: "if", question: "how", code: "true" }],
    ["bool", "false", { way: "if", question: "how", code: "false" }],
  ] as const)("of a %s with %s is written and read again", (type, code, choice) => {
    expect(choiceOf(conditionText(field(type), code), "always")).toEqual(choice);
  });

  test("that is not complete is none", () => {
    expect([conditionText(undefined, "sea"), conditionText(field("code"), "")]).toEqual(["", ""]);
  });

  test.each([
    ["", "never", { way: "never" }],
    ["", "always", { way: "always" }],
    ["true()", "never", { way: "always" }],
    ["${a} > 1", "never", { way: "own", text: "${a} > 1" }],
  ] as const)("%j where nothing means %s", (text, empty, choice) => {
    expect(choiceOf(text, empty)).toEqual(choice);
  });
});

describe("the texts of a form", () => {
  const standard = designOf(standardTemplate().document);

  test("of the shipped form are whole in six languages", () => {
    expect(Object.values(gapsOf(textsOf(standard.document)))).toEqual(LANGUAGES.map(() => 0));
  });

  test("that are missing are counted, and gone once they are written", () => {
    const { design, key } = withField(standard, "notes", "Escort", "en");
    const place = textsOf(design.document).find((text) => text.key === key)!;
    const spanish = translated(design, place, "es", "Escolta");
    expect([gapsOf(textsOf(design.document)), gapsOf(textsOf(spanish.document)).es]).toEqual([{ en: 0, fr: 1, es: 1, ru: 1, ar: 1, pt: 1 }, 0]);
  });

  test("of every kind are written where they stand", () => {
    const texts = textsOf(standard.document);
    const kinds = ["title", "section", "question", "hint", "refusal", "rule", "code"] as const;
    for (const kind of kinds) {
      const place = texts.find((text) => text.kind === kind)!;
      const made = translated(standard, place, "pt", "Outro texto");
      expect([kind, textsOf(made.document).filter(({ words }) => words["pt"] === "Outro texto").length]).toEqual([kind, 1]);
    }
  });
});

test("a rule of one's own needs what it names, as far as it stands around it, unless it asks whether there is an answer", () => {
  const places = placesOf(designOf(standardTemplate().document).document);
  expect(neededFields("${quantity} > ${persons_arrested}", ["item"], places)).toEqual(["quantity", "persons_arrested"]);
  expect(neededFields("sum(${quantity}) > 1", [], places)).toEqual([]);
  expect(neededFields("${remarks} != '' or ${persons_arrested} > 1", [], places)).toEqual([]);
  expect(neededFields("${remarks", [], places)).toEqual([]);
});
