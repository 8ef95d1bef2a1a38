import { expect, test } from "vitest";

import { changeFacts, differences } from "../../src/templates_forms/difference.ts";
import { readTemplate } from "../../src/templates_forms/model.ts";
import { versionBefore } from "../../src/screens/room/changes.tsx";
import { askPython } from "../python.ts";
import { standardTemplate } from "../screens/standard.ts";

interface Said {
  readonly templates: readonly string[];
  readonly pairs: readonly (readonly [number, number, readonly (readonly [string, string, readonly string[]])[]])[];
}

test("versions differ in what Python says, in the same order", () => {
  const { templates, pairs } = askPython<Said>("difference_peer.py", {});
  let all = 0;
  for (const [old, fresh, said] of pairs) {
    expect(differences(templates[old]!, templates[fresh]!).map(({ kind, key, codes }) => [kind, key, codes])).toEqual(said);
    all += said.length;
  }
  const shipped = templates.length / 7; // each of them as it is, and six times changed
  expect([pairs.length, shipped >= 7, all > 100]).toEqual([shipped * 8, true, true]);
});

test("a change is named by its question, choices by their words", () => {
  const old = standardTemplate("alert");
  const raw = JSON.parse(old.document) as { version: number; code_lists: { key: string; codes: object[] }[] };
  raw.version = 2;
  raw.code_lists.find(({ key }) => key === "priority")!.codes.push({ key: "never", labels: { en: "Never", fr: "Jamais" } });
  const fresh = readTemplate("2", JSON.stringify(raw));
  const [change] = differences(old.document, fresh.document);
  expect(changeFacts(change!, old, fresh, "fr", (template, list, code) => template.codeLists.get(list)!.codes.get(code)!["fr"]!)).toEqual({ name: "Priorité", codes: "Jamais" });
  expect([versionBefore(fresh, [fresh, old])?.version, versionBefore(old, [fresh, old])]).toEqual([1, undefined]);
});
