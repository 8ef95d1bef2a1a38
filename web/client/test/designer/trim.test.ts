import { describe, expect, test } from "vitest";

import { designOf } from "../../src/designer/design.ts";
import { type GroupDoc, nodeOf, nodesOf, type TemplateDoc } from "../../src/designer/document.ts";
import { problemsOf } from "../../src/designer/problems.ts";
import { answeredWithout, constantOf, trimmed } from "../../src/designer/trim.ts";
import { publishable } from "../../src/engine/template.ts";
import { validate } from "../../src/engine/rules/validate.ts";
import { askPython } from "../python.ts";
import { standardTemplate } from "../screens/standard.ts";

const NAMES = ["simplified_seizure", "long_seizure", "warning", "feedback", "rfi", "rfi_reply", "alert", "sitrep"];
const documentOf = (name: string): TemplateDoc => designOf(standardTemplate(name).document).document;
const without = (name: string, ...off: string[]) => trimmed(documentOf(name), { off, offRules: [] });

test.each(NAMES)("%s can be published whichever of its sections, or of every ninth question, is off", (name) => {
  const document = documentOf(name);
  const keys = [...nodesOf(document)].filter(({ kind }, at) => kind === "group" || at % 9 === 0).map(({ key }) => key);
  for (const key of keys) {
    const { document: left } = trimmed(document, { off: [key], offRules: [] });
    expect([key, nodeOf(left, key), left.groups.length === 0 ? [] : problemsOf(left)]).toEqual([key, undefined, []]);
  }
});

test("what is published is the same template for Python, byte for byte", () => {
  const made = [without("long_seizure", "item", "photos"), without("long_seizure", "heading", "transit", "person"), without("simplified_seizure", "movement"), without("warning")];
  const documents = made.map(({ document }) => new TextDecoder().decode(publishable(JSON.stringify(document)).document));
  expect(askPython<unknown>("designer_peer.py", { documents })).toEqual(documents.map(() => ""));
});

describe("the long form without some of its parts", () => {
  test("rules go with the questions that they need, and others stay", () => {
    const { document, rules } = without("long_seizure", "container");
    expect(rules).toContain("C04");
    expect(document.rules!.map(({ key }) => key)).toContain("M01");
    expect(document.rules!.length + rules.length).toBe(documentOf("long_seizure").rules!.length);
  });

  test("what is asked only because of a question that is off is off too", () => {
    const { document, unasked } = without("long_seizure", "heading");
    expect(unasked).toEqual(expect.arrayContaining(["for_drugs", "for_weapons"]));
    expect(nodeOf(document, "for_drugs")).toBeUndefined();
  });

  test("a section of which every question is off is left out", () => {
    const { document } = without("long_seizure", ...(nodeOf(documentOf("long_seizure"), "links") as GroupDoc).children.map(({ key }) => key));
    expect(nodeOf(document, "links")).toBeUndefined();
  });

  test("lists that nothing uses any more are left out", () => {
    const lists = without("long_seizure", "photos").document.code_lists!.map(({ key }) => key);
    expect([lists.includes("photo_kind"), lists.includes("country")]).toEqual([false, true]);
  });
});

test("a record is judged as if what is off were never answered", () => {
  const { document } = without("simplified_seizure", "detection");
  const { plan } = publishable(JSON.stringify(document));
  const answers = { reporting_country: "MA", national_case_ref: "TM-147", sharing_targets: ["group"], offence_at: "2026-11-22T00:10+01:00", offence_country: "MA", location_type: "seaport", offence_location: "MAPTM", direction: "transhipment", departure_country: "BR", destination_country: "BE", transport_mode: "1", traffic_type: "cargo", item: [{ heading: "drugs", product: "cocaine_hcl", quantity: "412", unit: "KGM", quantity_basis: "weighed" }] };
  expect(validate(plan, answers, Date.UTC(2026, 10, 22, 12))).toEqual([]);
  expect(validate(plan, { ...answers, detection_method: "routine" }, Date.UTC(2026, 10, 22, 12)).map(({ rule, path }) => [rule, path])).toEqual([["unknown_field", "detection_method"]]);
});

test.each([
  ["${a} = 'x'", "'' = 'x'", false],
  ["${a} != 'x'", "'' != 'x'", true],
  ["${b} = 'a' and ${a} = 'x'", "${b} = 'a' and '' = 'x'", null],
  ["${b} = 'a'", "${b} = 'a'", null],
  ["count(${rows}/a) > 0", null, null],
  ["any(${rows}, a = 1)", null, null],
  ["${a} > today()", "'' > today()", null],
])("%s without the answer to a", (text, expected, constant) => {
  const left = answeredWithout(text, new Set(["a"]));
  expect([left, left === null ? null : constantOf(left)]).toEqual([expected, constant]);
});
