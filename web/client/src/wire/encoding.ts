/** The one way bytes from a peer become data: strict MessagePack with a single error (style guide §5, §6). */

import { Decoder, Encoder } from "@msgpack/msgpack";

import { DomainError } from "../crypto/errors.ts";

/** Bytes or JSON from a peer that do not have the agreed shape; what was wrong is not repeated. */
export class Malformed extends DomainError {
  constructor(what = "messagepack") {
    super("wire.malformed", { what });
  }
}

const MAX_DEPTH = 64;
const encoder = new Encoder({ maxDepth: MAX_DEPTH });
const decoder = new Decoder();

/** `value` as MessagePack: whole numbers in their shortest form, bytes as bin, the rest by its JavaScript type. */
export function pack(value: unknown): Uint8Array {
  return encoder.encode(value);
}

/** What `data` says, whole and nothing else, as untyped data. Throws Malformed. */
export function unpack(data: Uint8Array): unknown {
  try {
    return decoder.decode(data);
  } catch {
    throw new Malformed();
  }
}
