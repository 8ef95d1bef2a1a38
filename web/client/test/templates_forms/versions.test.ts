import { expect, test } from "vitest";

import { newestForms } from "../../src/templates_forms/versions.ts";
import { readTemplate } from "../../src/templates_forms/model.ts";

test("of each form the newest version is offered, whatever came first", () => {
  const form = (id: string, version: number) => readTemplate(`${id}${version}`, JSON.stringify({ id, version, groups: [] }));
  expect(newestForms([form("b", 3), form("a", 1), form("b", 2), form("a", 2)]).map(({ hash }) => hash)).toEqual(["b3", "a2"]);
});
