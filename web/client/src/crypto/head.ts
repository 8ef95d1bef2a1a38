/**
 * The head of a CUG's event chain: what makes two views of one log comparable (PROTOCOL §3.4).
 *
 *     H_0 = H(cug_id)        H_n = H(H_{n-1} || n || server_time || H(event n))
 *
 * A record, a commit and a closing carry `seen`, the sender's head. Whoever has verified as many events and finds
 * another hash knows that somebody was shown a dropped, reordered, rolled back or doubled view.
 */

import { DomainError } from "./errors.ts";
import { Struct } from "./mls/public/struct.ts";
import { HASH_BYTES, sha256 } from "./primitives.ts";
import { type Reader, Writer } from "./tls.ts";

/** An event that does not follow the last one that was verified. */
export class HeadGap extends DomainError {
  constructor(expected: number, received: number) {
    super("head.gap", { expected, received });
  }
}

/** The last contiguous event that was verified: its number (0 before the first) and the chain's hash. */
export class Head extends Struct {
  constructor(
    readonly n: number,
    readonly hash: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().u64(this.n).raw(this.hash).bytes();
  }

  static read(reader: Reader): Head {
    return new Head(reader.safeU64(), reader.raw(HASH_BYTES));
  }
}

/** The head before the first event. */
export function start(cugId: Uint8Array): Head {
  return new Head(0, sha256(cugId));
}

/** H(event), 32 bytes; the server keeps it when it has to delete the event's content. */
export function eventHash(kind: number, sender: string, clientRef: Uint8Array, body: Uint8Array): Uint8Array {
  return sha256(new Writer().u8(kind).text(sender).raw(clientRef).vector(body).bytes());
}

/** The head after event `n`. Throws HeadGap unless it is the next one. */
export function advance(head: Head, n: number, serverTimeMs: number, hashOfEvent: Uint8Array): Head {
  if (n !== head.n + 1) throw new HeadGap(head.n + 1, n);
  return new Head(n, sha256(new Writer().raw(head.hash).u64(n).u64(serverTimeMs).raw(hashOfEvent).bytes()));
}
