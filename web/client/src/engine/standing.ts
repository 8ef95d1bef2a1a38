/** How this device stands to a CUG, from the newest public group. */

import { CencommGroup, holdsLeaf } from "../crypto/group_context.ts";
import type { Memory } from "./memory.ts";

/** Whether this device's officer is in the roster with a role that has devices, and this device is outside. */
export function wantsLeaf(memory: Memory): boolean {
  if (memory.secret !== null || memory.group === null || memory.row.closedSeq > 0 || memory.row.removedSeq > 0) return false;
  const entry = CencommGroup.of(memory.group).entry(memory.device.officerId);
  return entry !== null && holdsLeaf(entry.role);
}

/** Whether there is something to show: events of the log, or an epoch that is read ahead of them. */
export function hasBegun(memory: Memory): boolean {
  return memory.row.headN > 0 || memory.ahead !== null;
}
