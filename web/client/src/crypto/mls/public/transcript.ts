/** The transcript hashes: every commit of a group, in order (RFC 9420 §8.2). */

import { sha256 } from "../../primitives.ts";
import { Writer } from "../../tls.ts";
import type { AuthenticatedContent } from "./framing.ts";

/** Covers the commit up to its signature; `interimBefore` is empty for the first epoch. */
export function confirmedTranscriptHash(interimBefore: Uint8Array, authenticated: AuthenticatedContent): Uint8Array {
  const writer = new Writer().raw(interimBefore).u16(authenticated.wireFormat);
  return sha256(writer.raw(authenticated.content.encode()).vector(authenticated.auth.signature).bytes());
}

/** Covers the confirmation tag too. */
export function interimTranscriptHash(confirmed: Uint8Array, confirmationTag: Uint8Array): Uint8Array {
  return sha256(new Writer().raw(confirmed).vector(confirmationTag).bytes());
}
