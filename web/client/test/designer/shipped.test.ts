import { describe, expect, test } from "vitest";

import { changed, designOf, moved, movedTo, ruleSwitched, switched, withField } from "../../src/designer/design.ts";
import { type FieldDoc, type GroupDoc, nodeOf, tidied, type TemplateDoc } from "../../src/designer/document.ts";
import { withShipped } from "../../src/designer/shipped.ts";
import { trimmed } from "../../src/designer/trim.ts";
import { standardTemplate } from "../screens/standard.ts";

const shippedOf = (name: string): TemplateDoc => JSON.parse(standardTemplate(name).document) as TemplateDoc;
const publishedOf = (name: string, ...off: string[]): TemplateDoc => trimmed(shippedOf(name), { off, offRules: [] }).document;
const again = (document: TemplateDoc, name: string) => withShipped(designOf(JSON.stringify(document)), shippedOf(name));

describe("the next version of a trimmed form", () => {
  test.each([
    ["long_seizure", ["heading"]],
    ["long_seizure", ["transit", "person", "offence_type"]],
    ["long_seizure", ["links", "origin", "item", "photos", "reporting_country"]],
    ["simplified_seizure", ["movement", "quantity", "unit"]],
    ["warning", ["addressees", "transit"]],
    ["alert", []],
  ])("of %s without %j is what was published, with the rest of it off", (name, off) => {
    const published = publishedOf(name, ...off);
    const design = again(published, name);
    expect({ ...trimmed(design.document, design).document, version: 1 }).toEqual(tidied({ ...published, version: 1 }));
  });

  test("has what is switched on again as the shipped form has it", () => {
    const design = again(publishedOf("long_seizure", "heading"), "long_seizure");
    const on = design.off.reduce((made, key) => switched(made, key, true), design);
    const whole = trimmed(on.document, on).document;
    expect({ ...whole, version: 1 }).toEqual(tidied({ ...shippedOf("long_seizure"), version: 1 }));
  });

  test("keeps what was moved, added and changed by hand", () => {
    const begun = switched(designOf(standardTemplate("simplified_seizure").document), "movement", false);
    const { design: extended, key } = withField(begun, "notes", "Seal", "en");
    const worked = changed<FieldDoc>(movedTo(moved(extended, "record", 1), "remarks", "detection"), "remarks", { required: "true()" });
    const published = trimmed(worked.document, worked).document;
    const design = again(published, "simplified_seizure");
    expect(design.document.groups.slice(0, 2).map((group) => group.key)).toEqual(["offence", "movement"]);
    expect([nodeOf(design.document, key)?.kind, (nodeOf(design.document, "remarks") as FieldDoc).required, design.off]).toEqual(["field", "true()", ["movement"]]);
    expect((nodeOf(design.document, "notes") as GroupDoc).children.map((child) => child.key)).toEqual(["source_text", key]);
    expect(tidied(trimmed(design.document, design).document)).toEqual({ ...published, version: published.version + 1 });
  });

  test("leaves a rule off that was switched off", () => {
    const off = ruleSwitched(designOf(standardTemplate("simplified_seizure").document), "M01", false);
    expect(again(trimmed(off.document, off).document, "simplified_seizure").offRules).toEqual(["M01"]);
  });
});
