/** Comparing what another member saw with what the server showed here (PROTOCOL §3.4). */

import { equal } from "../crypto/bytes.ts";
import { type Head, start as firstHead } from "../crypto/head.ts";
import type { Transaction } from "../store/transaction.ts";
import type { LogEvent } from "../wire/frames.ts";
import type { Memory } from "./memory.ts";

/** An alarm in words, which blocks nothing, unless the sender's view is a beginning of ours. */
export async function compareSeen(memory: Memory, tx: Transaction, event: LogEvent, seen: Head): Promise<void> {
  if (seen.n < event.seq) {
    const own = seen.n === 0 ? firstHead(memory.cugId).hash : await memory.heads.at(tx, seen.n);
    if (own !== null && equal(own, seen.hash)) return;
  }
  memory.alarm(tx, "seen_mismatch", { sender: event.sender, n: seen.n }, event.seq);
}
