/** The project's own vectors, which the Python side makes (`python -m tests.vectors.own`). */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { Exporter } from "../../src/crypto/archive.ts";
import type { Trust } from "../../src/crypto/certificates.ts";
import { concat } from "../../src/crypto/bytes.ts";
import { exportSecret } from "../../src/crypto/mls/secret/key_schedule.ts";
import { type Random, Secret } from "../../src/crypto/primitives.ts";
import { ROOT } from "../python.ts";
import { hex } from "./mls.ts";

/** One file of own vectors. */
export function ownVectors<T>(name: string): T {
  return JSON.parse(readFileSync(resolve(ROOT, "tests/vectors/own", `${name}.json`), "utf8")) as T;
}

export interface Pinned {
  readonly deployment_id: string;
  readonly root_public_key: string;
}

export function trustOf(pinned: Pinned): Trust {
  return { deploymentId: hex(pinned.deployment_id), rootPublicKey: hex(pinned.root_public_key) };
}

/** MLS-Exporter of an epoch with this exporter secret. */
export function exporterOf(secret: string): Exporter {
  const exporter = new Secret<"exporter">(hex(secret));
  return (label, context, length) => exportSecret(exporter, label, context, length);
}

/** Gives these bytes, in order, however much is asked for at once. */
export function given(...parts: readonly Uint8Array[]): Random {
  const all = concat(...parts);
  let used = 0;
  return (count) => {
    used += count;
    if (used > all.length) throw new Error("more randomness is asked for than Python used");
    return all.slice(used - count, used);
  };
}
