import { describe, expect, test } from "vitest";

import { changed, designOf, emptyDesign, freeKey, moved, movedTo, readDesign, removed, retyped, ruleChanged, switched, withCodes, withField, withRule, withSection, worded, written } from "../../src/designer/design.ts";
import { type FieldDoc, type GroupDoc, nodeOf } from "../../src/designer/document.ts";
import { trimmed } from "../../src/designer/trim.ts";
import { publishable } from "../../src/engine/template.ts";
import { differences } from "../../src/templates_forms/difference.ts";
import { askPython } from "../python.ts";
import { standardTemplate } from "../screens/standard.ts";

const STANDARD = standardTemplate().document;
const keysIn = (design: ReturnType<typeof designOf>, key: string): string[] => (nodeOf(design.document, key) as GroupDoc).children.map((child) => child.key);
const documentOf = (design: ReturnType<typeof designOf>): string => JSON.stringify(trimmed(design.document, design).document);

test("a form that is published unchanged is the form that it was, as its next version", () => {
  const made = publishable(documentOf(designOf(STANDARD)));
  expect([made.version, differences(STANDARD, new TextDecoder().decode(made.document))]).toEqual([2, []]);
});

test("a design is kept and read again as it was; another draft is none", () => {
  const design = switched(designOf(STANDARD), "notes", false);
  expect([readDesign(written(design)), readDesign(""), readDesign("{}")]).toEqual([design, null, null]);
});

test("what is switched on again is there as before", () => {
  const design = designOf(STANDARD);
  expect(switched(switched(design, "notes", false), "notes", true)).toEqual(design);
});

describe("a question that is added", () => {
  const { design, key } = withField(designOf(STANDARD), "item", "Numéro de scellé", "fr");

  test("stands last in its section, under a key after its name", () => {
    expect([key, keysIn(design, "item").at(-1), design.added]).toEqual(["numero_de_scelle", "numero_de_scelle", ["numero_de_scelle"]]);
  });

  test("moves up, stops at the top, goes into another section and out again", () => {
    const up = moved(design, key, -1);
    expect(keysIn(up, "item").at(-2)).toBe(key);
    expect(moved(design, "heading", -1).document).toEqual(design.document);
    const away = movedTo(up, key, "notes");
    expect([keysIn(away, "item").includes(key), keysIn(away, "notes").at(-1)]).toEqual([false, key]);
    expect(nodeOf(removed(away, key).document, key)).toBeUndefined();
  });

  test("loses what only its old kind of answer has", () => {
    const coded = changed<FieldDoc>(retyped(design, key, "code"), key, { code_list: "unit", choice_filter: "kind = 'mass'" });
    expect(nodeOf(retyped(coded, key, "date").document, key)).toEqual({ kind: "field", key, labels: { fr: "Numéro de scellé" }, type: "date" });
  });
});

test("a question takes every kind of answer, and is published for Python with each", () => {
  const { design: number } = withField(emptyDesign("Quai", "Généralités", "fr", []), "section_1", "Quantity", "en", "int");
  const { design: one, key: kind } = withField(number, "section_1", "Sceau", "fr");
  const listed = withCodes(one, "seal_kind", [{ key: "bolt", labels: { fr: "Boulon" } }]);
  const documents = (["text", "longtext", "identifier", "code", "codes", "int", "decimal", "bool", "date", "datetime", "derived"] as const).map((type) => {
    const typed = retyped(listed, kind, type);
    const more: Partial<FieldDoc> = type === "code" || type === "codes" ? { code_list: "seal_kind" } : type === "derived" ? { calculation: "${quantity} * 2" } : { hints: {}, max_length: 0, constraint: "" };
    return new TextDecoder().decode(publishable(documentOf(changed<FieldDoc>(typed, kind, more))).document);
  });
  expect(askPython<unknown>("designer_peer.py", { documents })).toEqual(documents.map(() => ""));
});

test("a form of one's own is published with a section, a question, a list and a rule", () => {
  const begun = emptyDesign("Contrôle de quai", "Généralités", "fr", ["controle_de_quai"]);
  const { design, key } = withField(begun, "section_1", "Nombre", "fr", "int");
  const second = withSection(design, "تفاصيل", "ar");
  const ruled = withRule(withField(second.design, second.key, "اسم", "ar").design, key);
  const document = documentOf(ruleChanged(ruled.design, ruled.key, { expression: "${nombre} > 0", messages: { fr: "Plus que zéro." }, needs: ["nombre"] }));
  expect([begun.document.id, second.key, ruled.key, publishable(document).version]).toEqual(["controle_de_quai_2", "section", "own_1", 1]);
  expect(askPython<unknown>("designer_peer.py", { documents: [new TextDecoder().decode(publishable(document).document)] })).toEqual([""]);
});

test("a text is set and emptied in one language", () => {
  expect([worded({ en: "A" }, "fr", "B"), worded({ en: "A", fr: "B" }, "fr", ""), worded(undefined, "en", "A")]).toEqual([{ en: "A", fr: "B" }, { en: "A" }, { en: "A" }]);
});

test.each([
  ["Seal number", [], "seal_number"],
  ["Seal number", ["seal_number", "seal_number_2"], "seal_number_3"],
  ["2nd driver", [], "nd_driver"],
  ["رقم الختم", [], "question"],
  ["رقم الختم", ["question"], "question_2"],
])("the key of %s beside %j is %s", (label, taken, key) => {
  expect(freeKey(label, taken, "question")).toBe(key);
});
