/** The official MLS vectors, of our suites or of all. */

import { fromHex, toHex } from "../../src/crypto/bytes.ts";
import { CipherSuite } from "../../src/crypto/primitives.ts";
import { sharedJson } from "../shared.ts";

type Skip = (reason: string) => never;

export const hex = fromHex;
export const text = toHex;

/** Every vector of a file. */
export function allVectors<T>(file: string, skip: Skip): readonly T[] {
  return sharedJson<T[]>(`mls-vectors/${file}.json`, skip);
}

/** Those of our two suites; says how many are of others. */
export function ourVectors<T extends { readonly cipher_suite: number }>(file: string, skip: Skip): readonly T[] {
  const vectors = allVectors<T>(file, skip);
  const ours = vectors.filter((vector) => CipherSuite[vector.cipher_suite] !== undefined);
  console.info(`${file}: ${ours.length} of ${vectors.length} (others: suites that we do not implement)`);
  if (ours.length === 0) throw new Error(`${file} has no vector of ours`);
  return ours;
}
