/** What verifying the records of one epoch needs, taken from its public group state (twin of `cencomm.client.verify_epochs`). */

import type { Chain } from "../crypto/certificates.ts";
import { CencommGroup, type Role } from "../crypto/group_context.ts";
import type { PublicGroup } from "../crypto/mls/public/group.ts";
import { chainOf } from "../crypto/policy.ts";

/** One device in an epoch's tree. */
export interface Leaf {
  readonly device: string;
  /** The officer's display name, from his certificate. */
  readonly name: string;
  readonly chain: Chain;
  readonly role: Role | null;
}

/** One epoch: who could write in it. */
export interface EpochFacts {
  readonly epoch: number;
  /** By leaf index. */
  readonly leaves: ReadonlyMap<number, Leaf>;
  readonly group: CencommGroup;
}

/** Of a public group whose policy holds: every leaf has a chain and a place in the roster. */
export function factsOf(group: PublicGroup): EpochFacts {
  const extension = CencommGroup.of(group);
  const leaves = new Map<number, Leaf>();
  for (const [index, leaf] of group.tree.leaves()) {
    const chain = chainOf(leaf);
    const role = extension.entry(chain.officerId)?.role ?? null;
    leaves.set(index, { device: chain.deviceId, name: chain.officer.displayName, chain, role });
  }
  return { epoch: group.epoch, leaves, group: extension };
}
