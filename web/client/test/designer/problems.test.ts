import { describe, expect, test } from "vitest";

import { changed, designOf, ruleChanged, withCodes, withField, withRule, withSection, worded } from "../../src/designer/design.ts";
import { type FieldDoc, fieldsIn, nodeOf } from "../../src/designer/document.ts";
import { expressionProblem, placesOf, problemsOf, whereOf } from "../../src/designer/problems.ts";
import { publishable } from "../../src/engine/template.ts";
import { standardTemplate } from "../screens/standard.ts";

const standard = designOf(standardTemplate().document);
const places = placesOf(standard.document);
const derived = new Set(fieldsIn(standard.document).filter(({ type }) => type === "derived").map(({ key }) => key));
const at = (key: string) => whereOf(places, nodeOf(standard.document, key)!, "relevant");

describe("a rule that is written", () => {
  test.each([
    ["${remark} = 'x'", "unknown_field", "remark"],
    ["${item} / nothing = 1", "unknown_field", "nothing"],
    ["lenght(${remarks}) > 3", "unknown_function", "lenght"],
    ["contains(${remarks})", "argument_count", "contains"],
    ["(${persons_arrested} > 3", "bracket", "(${persons_arrested} > 3"],
    ["${persons_arrested} >", "missing", "${persons_arrested} >"],
    ["${persons_arrested} 3", "unexpected", "3"],
    ["${persons_arrested} # 3", "unexpected", "# 3"],
    ["persons_arrested > 3", "bare_name", "persons_arrested"],
    ["regex(${remarks}, '[a')", "pattern", "regex(${remarks}, '[a')"],
    ["uuid() = ''", "defaults_only", "uuid() = ''"],
    ["position(..) = 1", "out_of_reach", "position(..) = 1"],
    ["${quantity_canonical} > 1", "derived", "quantity_canonical"],
    ["1 + ".repeat(500) + "1", "too_large", ""],
  ])("%s is not understood: %s", (text, kind, place) => {
    const found = expressionProblem(text, places, at("remarks"), derived);
    expect([found?.kind, kind === "pattern" ? place : found?.place]).toEqual([kind, place]);
  });

  test.each(["${persons_arrested} > 3", "sum(${quantity}) > 1", "selected(${sharing_targets}, 'group')", "regex(${remarks}, '^[a-z]+$')"])("%s is", (text) => {
    expect(expressionProblem(text, places, at("remarks"), derived)).toBeNull();
  });
});

describe("what stops a form from being published", () => {
  const added = withField(standard, "notes", "Seal", "en");
  const set = (members: Partial<FieldDoc>) => changed<FieldDoc>(added.design, added.key, members).document;
  const rule = withRule(standard, "remarks");

  test("is nothing in the shipped form", () => {
    expect(problemsOf(standard.document)).toEqual([]);
  });

  test.each([
    ["no_label", set({ labels: {} })],
    ["no_list", set({ type: "code" })],
    ["no_list", changed<FieldDoc>(withCodes(added.design, "own", []), added.key, { type: "code", code_list: "own" }).document],
    ["no_code_label", changed<FieldDoc>(withCodes(added.design, "own", [{ key: "a" }]), added.key, { type: "code", code_list: "own" }).document],
    ["no_calculation", set({ type: "derived" })],
    ["to_cen", set({ nominal: "direct", cen: "count" })],
    ["unit", set({ type: "int", unit_field: "unit" })],
    ["expression", set({ constraint: ". >" })],
    ["no_rule", ruleChanged(rule.design, rule.key, { messages: { en: "Say why." } }).document],
    ["no_message", ruleChanged(rule.design, rule.key, { expression: "true()" }).document],
    ["needs", ruleChanged(rule.design, rule.key, { expression: "true()", messages: { en: "Say why." }, needs: ["quantity"] }).document],
  ] as const)("%s is named, and the engine refuses it too", (kind, document) => {
    expect(problemsOf(document).map((problem) => problem.kind)).toEqual([kind]);
    if (kind !== "no_list" && kind !== "no_rule") expect(() => publishable(JSON.stringify(document))).toThrow();
  });

  test("is a section without questions, and a form without a name or sections", () => {
    expect(problemsOf(withSection(standard, "Empty", "en").design.document).map(({ kind, at: key }) => [kind, key])).toEqual([["no_questions", "empty"]]);
    expect(problemsOf({ ...standard.document, labels: worded({ en: "A" }, "en", ""), groups: [], rules: [] }).map(({ kind }) => kind)).toEqual(["no_label", "no_section"]);
  });
});
