/** The page in which both MLS libraries are measured; `tests/bench/mls.py` calls `compare`. */

import { compare } from "./mls/compare.ts";

declare global {
  // eslint-disable-next-line no-var
  var benchCompare: typeof compare;
}

globalThis.benchCompare = compare;
