/** Forms that begin from others, chains and clocks: the cases that the Python client runs too. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, test } from "vitest";

import { chains, type Entry, nextNumber } from "../../../src/engine/rules/chain.ts";
import { canFollow, follow } from "../../../src/engine/rules/following.ts";
import { planOf } from "../../../src/engine/rules/plan.ts";
import { ROOT } from "../../python.ts";

interface Given extends Omit<Entry, "atMs"> {
  readonly at: string;
}
const cases = JSON.parse(readFileSync(resolve(ROOT, "tests/vectors/own/chain_cases.json"), "utf8")) as {
  readonly follow: readonly { readonly to: string; readonly from: string; readonly country: string; readonly sources: readonly Given[]; readonly answers: object | null; readonly left: readonly string[]; readonly replaces: boolean }[];
  readonly chains: readonly { readonly now: string; readonly entries: readonly Given[]; readonly chains: readonly object[] }[];
  readonly numbers: readonly { readonly template: string; readonly country: string; readonly year: number; readonly entries: readonly Given[]; readonly number: string }[];
};
const entry = ({ at, ...rest }: Given): Entry => ({ ...rest, atMs: Date.parse(at) });
const plan = (name: string) => planOf(JSON.parse(readFileSync(resolve(ROOT, `cencomm/templates_forms/standard/${name}.json`), "utf8")));

test.each(cases.follow)("$to after $from: what is known is taken over, what has no place is named", ({ to, from, country, sources, answers, left, replaces }) => {
  const begun = follow(plan(to), to, from, new Map(sources.map((each) => [each.template, entry(each)])), country);
  expect(begun).toEqual(answers === null ? null : { answers, left, replaces });
  expect(canFollow(to, from)).toBe(answers !== null);
});

test.each(cases.chains)("chains as of $now", ({ now, entries, chains: wanted }) => {
  expect(chains(entries.map(entry), Date.parse(now))).toEqual(wanted);
});

test.each(cases.numbers)("the next number is $number", ({ template, country, year, entries, number }) => {
  expect(nextNumber(entries.map(entry), template, country, year)).toBe(number);
});
