/** Counts and sums by one thing that records say. Kilograms, pieces, litres and moneys are never added to each other. Pure. */

import { add, type Decimal, ZERO } from "../engine/rules/decimal.ts";
import { amountOf, type Dimension, type Given, goodsOf, isSeizure, OTHER, placesOf, type Reported, UNKNOWN, worthOf } from "./reported.ts";

/** A total in one unit for totals, or in one currency. */
export interface Sum {
  readonly unit: string;
  readonly total: string;
}

export interface Line {
  readonly code: string;
  /** Seizures; one with several codes is counted under each. */
  readonly records: number;
  readonly sums: readonly Sum[];
  readonly money: readonly Sum[];
}

export interface Totals {
  readonly records: number;
  readonly arrests: number;
  readonly sums: readonly Sum[];
  readonly money: readonly Sum[];
}

const MOST_ARRESTED = 1_000;

/** Most often first, days in their order; what is `other` and what is `unknown` stand last. */
export function tally(records: readonly Reported[], dimension: Dimension): readonly Line[] {
  const found = new Map<string, Adding>();
  for (const record of records.filter(isSeizure)) {
    for (const [code, goods] of placesOf(record, dimension)) {
      const adding = found.get(code) ?? new Adding();
      adding.take(record, goods);
      found.set(code, adding);
    }
  }
  const lines = [...found].map(([code, adding]) => ({ code, ...adding.said() }));
  return lines.sort((one, other) => lastness(one.code) - lastness(other.code) || (dimension === "day" ? 0 : other.records - one.records) || (one.code < other.code ? -1 : 1));
}

export function totals(records: readonly Reported[]): Totals {
  const adding = new Adding();
  let arrests = 0;
  for (const record of records.filter(isSeizure)) {
    adding.take(record, goodsOf(record));
    const number = record.answers["persons_arrested"];
    if (typeof number === "number" && Number.isInteger(number) && number > 0 && number <= MOST_ARRESTED) arrests += number;
  }
  return { ...adding.said(), arrests };
}

function lastness(code: string): number {
  return code === UNKNOWN ? 2 : Number(code === OTHER);
}

class Adding {
  #records = 0;
  readonly #sums = new Map<string, Decimal>();
  readonly #money = new Map<string, Decimal>();

  take({ units }: Reported, goods: readonly Given[]): void {
    this.#records++;
    for (const row of goods) {
      addTo(this.#sums, amountOf(row, units));
      addTo(this.#money, worthOf(row));
    }
  }

  said(): Omit<Line, "code"> {
    return { records: this.#records, sums: written(this.#sums), money: written(this.#money) };
  }
}

function addTo(sums: Map<string, Decimal>, one: readonly [unit: string, amount: Decimal] | null): void {
  if (one !== null) sums.set(one[0], add(sums.get(one[0]) ?? ZERO, one[1]));
}

/** By unit, so that the same records always read the same. */
function written(sums: ReadonlyMap<string, Decimal>): readonly Sum[] {
  return [...sums].map(([unit, total]) => ({ unit, total: total.toString() })).sort((one, other) => (one.unit < other.unit ? -1 : 1));
}
