import { describe, expect, test } from "vitest";

import type { Answers } from "../../src/engine/api.ts";
import { levelAt, levelsOf, momentText, nowText, pathOf, TOP, typedTime, withAnswer, withMovedRow, withoutRow, withRow, withUsualUnit } from "../../src/screens/form/answers.ts";
import { planOf } from "../../src/engine/rules/plan.ts";
import { validate } from "../../src/engine/rules/validate.ts";
import { filledIn, firstAnswers } from "../../src/screens/form/filled.ts";
import { choose } from "../../src/templates_forms/model.ts";
import { foreignName, matching } from "../../src/ui/combo.tsx";
import { amountText, answerText, codeLabel, fieldLabel, optionsOf } from "../../src/screens/form/wording.ts";
import { stopsOf } from "../../src/screens/route-line.tsx";
import { standardTemplate } from "./standard.ts";

const template = standardTemplate();
const plan = planOf(JSON.parse(template.document));
const NOW = Date.UTC(2026, 10, 22, 12);
const VALID: Answers = {
  reporting_country: "MA",
  national_case_ref: "TM-147",
  sharing_targets: ["group"],
  offence_at: "2026-11-22T00:10+01:00",
  offence_country: "MA",
  location_type: "seaport",
  offence_location: "MAPTM",
  direction: "transhipment",
  departure_country: "BR",
  destination_country: "BE",
  transport_mode: "1",
  traffic_type: "cargo",
  item: [{ heading: "drugs", product: "cocaine_hcl", quantity: "412", unit: "KGM", quantity_basis: "weighed" }],
  detection_method: "routine",
};
const rulesAt = (answers: Answers): readonly string[] => filledIn(plan, answers, NOW).findings.map(({ rule, path }) => `${rule} ${path}`);

describe("judging the standard form while one types", () => {
  test("a complete record has no finding", () => {
    expect(rulesAt(VALID)).toEqual([]);
  });

  test("what is required is said, by its path", () => {
    const { unit: _, ...item } = (VALID["item"] as Answers[])[0]!;
    expect(rulesAt({ ...VALID, item: [item], national_case_ref: "" })).toEqual(["required national_case_ref", "required item[0].unit"]);
  });

  test.each([
    [{ offence_at: "2027-01-01" }, "T01 offence_at"],
    [{ offence_country: "FR" }, "M01 offence_country"],
    [{ destination_country: "MA" }, "M04 direction"],
    [{ offence_location: "BRSSZ" }, "M08 offence_location"],
    [{ offence_location: "tange" }, "constraint offence_location"],
    [{ sharing_targets: ["group", "icomm"] }, "L04 sharing_targets"],
    [{ persons_arrested: -1 }, "constraint persons_arrested"],
    [{ persons_arrested: "two" }, "wrong_type persons_arrested"],
    [{ offence_at: "2026-02-30" }, "wrong_type offence_at"],
    [{ direction: "sideways" }, "unknown_code direction"],
    [{ offence_location: "MAPTMX" }, "too_long offence_location"],
    [{ item: [{ ...(VALID["item"] as Answers[])[0], heading: "tobacco" }] }, "G02 item[0].product"],
    [{ item: [] }, "G01 item"],
  ] as [Answers, string][])("%o gives %s", (changed, finding) => {
    expect(rulesAt({ ...VALID, ...changed })).toContain(finding);
  });

  test("what is asked follows the answers", () => {
    expect(filledIn(plan, VALID, NOW).relevant.has("linked_warning")).toBe(false);
    expect(filledIn(plan, { ...VALID, detection_method: "warning" }, NOW).relevant.has("linked_warning")).toBe(true);
  });

  test("products and units follow the heading", () => {
    const allowed = filledIn(plan, { ...VALID, item: [{ heading: "tobacco" }] }, NOW).offers([["item", 0]], "product");
    expect(allowed("cigarettes")).toBe(true);
    expect(allowed("cocaine_hcl")).toBe(false);
  });

  test("a form begins with what is known: country, operation, this minute, its defaults and one empty line", () => {
    const now = new Date(NOW);
    const begun = firstAnswers(template, plan, { account: "KE/otieno", operationCode: "TIDEMARK26", now });
    expect(begun).toEqual({ reporting_country: "KE", operation_code: "TIDEMARK26", offence_country: "KE", sharing_targets: ["group"], offence_at: nowText(now), item: [{}] });
  });

  test("a form that needs no line begins without one", () => {
    const warning = standardTemplate("warning");
    const begun = firstAnswers(warning, planOf(JSON.parse(warning.document)), { account: "BR/silva", operationCode: "", now: new Date(NOW) });
    expect(begun).toEqual({ reporting_country: "BR", priority: "routine", handling: "amber" });
  });

  test("what one sees while typing is what the record is judged by", () => {
    const answers = { ...VALID, offence_at: "2027-01-01", detection_method: "warning", item: [{ heading: "tobacco", product: "cocaine_hcl", quantity: "1.5", unit: "H87" }] };
    const filled = filledIn(plan, answers, NOW);
    expect(filled.findings).toEqual(validate(plan, filled.answers, NOW));
  });

  test("what is not asked is not sent", () => {
    const answers = { ...VALID, linked_warning: "W-1", item: [{ ...(VALID["item"] as Answers[])[0], product_other: "x" }] };
    expect(filledIn(plan, answers, NOW).answers).toEqual(VALID);
  });
});

describe("answers", () => {
  test("rows come, change and go", () => {
    const begun = withRow(withRow({}, "item"), "item");
    const changed = withAnswer(begun, [["item", 1]], "unit", "KGM");
    expect(changed).toEqual({ item: [{}, { unit: "KGM" }] });
    expect(withoutRow(changed, "item", 0)).toEqual({ item: [{ unit: "KGM" }] });
    expect(withoutRow(withRow({}, "item"), "item", 0)).toEqual({});
    expect(withAnswer({ a: "1" }, TOP, "a", "")).toEqual({});
    expect(pathOf([["item", 1]], "unit")).toBe("item[1].unit");
  });

  test("rows in rows are read and changed at their place, and no other", () => {
    const answers: Answers = { box: [{ name: "a" }, { name: "b", part: [{ size: 1 }, { size: 2 }] }] };
    const place = [["box", 1], ["part", 1]] as const;
    expect(pathOf(place, "size")).toBe("box[1].part[1].size");
    expect(levelAt(answers, place)).toEqual({ size: 2 });
    expect(withAnswer(answers, place, "size", 3)).toEqual({ box: [{ name: "a" }, { name: "b", part: [{ size: 1 }, { size: 3 }] }] });
    expect(withoutRow(answers, "part", 0, [["box", 1]])).toEqual({ box: [{ name: "a" }, { name: "b", part: [{ size: 2 }] }] });
    expect(withRow(answers, "part", [["box", 0]])).toEqual({ box: [{ name: "a", part: [{}] }, (answers["box"] as Answers[])[1]] });
  });

  test("a row moves up and down, at the ends it stays", () => {
    const answers: Answers = { stop: [{ at: "A" }, { at: "B" }, { at: "C" }] };
    const order = (moved: Answers): unknown => (moved["stop"] as Answers[]).map(({ at }) => at);
    expect(order(withMovedRow(answers, "stop", 2, -1))).toEqual(["A", "C", "B"]);
    expect(order(withMovedRow(answers, "stop", 0, 1))).toEqual(["B", "A", "C"]);
    expect(order(withMovedRow(answers, "stop", 0, -1))).toEqual(["A", "B", "C"]);
    expect(order(withMovedRow(answers, "stop", 2, 1))).toEqual(["A", "B", "C"]);
  });

  test("the questions of every level of a form are found, those of a heading beside its goods", () => {
    const item = standardTemplate("long_seizure").groups.find(({ key }) => key === "item")!;
    const [first, second] = levelsOf(item, { item: [{ heading: "drugs" }, { heading: "tobacco" }] });
    expect(first!.fields.map(({ key }) => key)).toEqual(expect.arrayContaining(["product", "purity_pct", "tax_stamp"]));
    expect([first!.place, second!.place, second!.level]).toEqual([[["item", 0]], [["item", 1]], { heading: "tobacco" }]);
  });

  test.each([
    ["1:42", "01:42"],
    ["142", "01:42"],
    ["0142", "01:42"],
    ["1.42", "01:42"],
    ["23h05", "23:05"],
    ["٠١:٤٢", "01:42"],
    ["7", "07:00"],
    ["24:00", null],
    ["1:60", null],
    ["noon", null],
  ])("the hour %s is %s", (typed, time) => {
    expect(typedTime(typed)).toBe(time);
  });

  test("a new line takes the unit that the draft last used for its heading", () => {
    const answers: Answers = { item: [{ heading: "drugs", unit: "KGM" }, { heading: "tobacco", unit: "x_cig_carton" }, { heading: "drugs" }] };
    expect(withUsualUnit(answers, [["item", 2]])).toEqual({ item: [(answers["item"] as Answers[])[0], (answers["item"] as Answers[])[1], { heading: "drugs", unit: "KGM" }] });
    expect(withUsualUnit(answers, [["item", 0]])).toBe(answers);
    const other: Answers = { item: [{ heading: "drugs", unit: "KGM" }, { heading: "weapons" }] };
    expect(withUsualUnit(other, [["item", 1]])).toBe(other);
    expect(withUsualUnit(other, TOP)).toBe(other);
  });

  test("a time is written with the offset that holds there", () => {
    expect(momentText("2026-11-22", "")).toBe("2026-11-22");
    expect(momentText("2026-11-22", "01:42")).toMatch(/^2026-11-22T01:42[+-]\d\d:\d\d$/u);
  });
});

describe("the way of the goods", () => {
  const stops = (answers: Answers): unknown => stopsOf(answers).map(({ country, kind }) => `${country} ${kind}`);
  const ends = { departure_country: "BR", offence_country: "MA", destination_country: "BE" };

  test("goes over the stops that were reached, and from where it was found over those that were not", () => {
    expect(stops({ ...ends, transit: [{ transit_country: "SN", transit_reached: true }, { transit_country: "ES", transit_reached: false }, { transit_country: "MA" }] })).toEqual(["BR from", "SN transit", "MA found", "ES beyond", "BE to"]);
  });

  test("is not drawn where an end is not known, and has no end twice", () => {
    expect(stops({ ...ends, departure_country: "" })).toEqual([]);
    expect(stops({ ...ends, destination_country: "MA" })).toEqual(["BR from", "MA found"]);
  });
});

describe("words", () => {
  test("codes, countries and numbers are read out", () => {
    expect(answerText(template, template.fields.get("offence_country")!, "MA")).toBe("Morocco");
    expect(answerText(template, template.fields.get("sharing_targets")!, ["group"])).toBe("This closed group");
    expect(codeLabel(template.codeLists.get("unit"), "KGM")).toBe("kilogram");
    expect(codeLabel(template.codeLists.get("unit"), "never")).toBe("never");
    expect(fieldLabel(template, "item[0].unit")).toBe("Unit");
  });

  test("countries stand in the order of the alphabet", () => {
    const labels = optionsOf(template, template.fields.get("offence_country")!).map(({ label }) => label);
    expect(labels[0]).toBe("Afghanistan");
    expect(labels).toHaveLength(252);
  });

  test("a country is found by its code and by its name in each of the six languages", () => {
    const options = optionsOf(template, template.fields.get("offence_country")!);
    for (const typed of ["DE", "germany", "Allemagne", "alemania", "германия", "ألمانيا", "Alemanha"]) expect(matching(options, typed)[0]?.value).toBe("DE");
    expect(foreignName(options.find(({ value }) => value === "DE")!, "allem")).toBe("Allemagne");
    expect(foreignName(options.find(({ value }) => value === "DE")!, "germ")).toBe(null);
    const units = optionsOf(template, template.fields.get("unit")!);
    for (const typed of ["kgm", "kilog", "килограмм"]) expect(matching(units, typed)[0]?.value).toBe("KGM");
  });

  test("amounts are read out without a plural to get wrong", () => {
    expect(amountText(template, "412", "KGM")).toBe("412\u00a0kg");
    expect(amountText(template, "18.2", "H87")).toBe("18.2\u00a0× piece");
    expect(amountText(template, "18.2", "")).toBe("18.2");
    expect(amountText(template, "", "KGM")).toBe("");
  });

  test("a word in another language says so", () => {
    expect(choose({ en: "Goods" }, "fr")).toBe("Goods [en]");
    expect(choose({}, "fr")).toBe("[?]");
  });
});
