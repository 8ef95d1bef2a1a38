/** What an organiser wants, as a commit, from the group as it is now (PROTOCOL §1.5, §2.2, §2.3). */

import { equal } from "../crypto/bytes.ts";
import {
  ARCHIVE_EXTENSION,
  ArchiveKey,
  CencommGroup,
  type Role,
  RosterEntry,
  holdsLeaf,
  mayExtract,
  sortedRoster,
  withExtension,
} from "../crypto/group_context.ts";
import { find } from "../crypto/mls/public/extensions.ts";
import type { PublicGroup } from "../crypto/mls/public/group.ts";
import { Add, GroupContextExtensions, Remove } from "../crypto/mls/public/proposals.ts";
import type { LeafIndex } from "../crypto/mls/public/tree_math.ts";
import { chainOf, deviceOf } from "../crypto/policy.ts";
import { ROOT, type RevocationList, index, isRevoked } from "../crypto/revocation.ts";
import type { Intent } from "./committing.ts";
import { OfficerUnknown } from "./errors.ts";
import type { Guest, GuestDevice } from "./guests.ts";
import { officerOf } from "./ids.ts";

/** The commit that makes `officers` members in these roles; null if all are. */
export function admission(group: PublicGroup, officers: ReadonlyMap<string, Role>, guests: ReadonlyMap<string, Guest>): Intent | null {
  const before = CencommGroup.of(group);
  const roster = new Map(before.roster.map((entry) => [entry.officerId, entry]));
  const adds: GuestDevice[] = [];
  const leaving = new Set<string>();
  for (const [name, role] of officers) {
    const known = roster.get(name);
    if (known === undefined) {
      const guest = guests.get(name);
      if (guest === undefined) throw new OfficerUnknown({ officer: name });
      roster.set(name, entryOf(name, role, guest.identityKey, guest.archiveKey));
      if (holdsLeaf(role)) adds.push(...guest.devices);
    } else if (known.role !== role) {
      if (!holdsLeaf(role)) leaving.add(name);
      roster.set(name, entryOf(name, role, known.identityKey, known.archiveKey ?? archiveKeyOf(group, name)));
    }
  }
  const after = before.with({ roster: sortedRoster([...roster.values()]) });
  if (equal(after.encode(), before.encode())) return null;
  return {
    proposals: [
      ...leavesOf(group, leaving).map((leaf) => new Remove(leaf)),
      ...adds.map((guest) => new Add(guest.keyPackage)),
      extension(group, after),
    ],
    invited: adds.map((guest) => ({ deviceId: guest.chain.deviceId, keyPackageRef: guest.keyPackage.reference() })),
  };
}

function entryOf(name: string, role: Role, identityKey: Uint8Array, archiveKey: ArchiveKey | null): RosterEntry {
  return new RosterEntry(name, identityKey, role, mayExtract(role) ? archiveKey : null);
}

function archiveKeyOf(group: PublicGroup, name: string): ArchiveKey | null {
  for (const [, leaf] of group.tree.leaves()) {
    const data = find(leaf.extensions, ARCHIVE_EXTENSION);
    if (data !== null && officerOf(deviceOf(leaf)) === name) return ArchiveKey.decode(data);
  }
  return null;
}

/** The commit that removes `officers`; null if none of them is there. */
export function removal(group: PublicGroup, officers: ReadonlySet<string>): Intent | null {
  const before = CencommGroup.of(group);
  const roster = before.roster.filter((entry) => !officers.has(entry.officerId));
  if (roster.length === before.roster.length) return null;
  const removes = leavesOf(group, officers).map((leaf) => new Remove(leaf));
  return { proposals: [...removes, extension(group, before.with({ roster }))], invited: [] };
}

function leavesOf(group: PublicGroup, officers: ReadonlySet<string>): LeafIndex[] {
  return [...group.tree.leaves()].filter(([, leaf]) => officers.has(officerOf(deviceOf(leaf)))).map(([place]) => place);
}

/** The commit that applies the newest lists: Remove of revoked leaves, and the lists appended; null if there are none. */
export function revocation(group: PublicGroup, lists: readonly RevocationList[]): Intent | null {
  const revoked = index(lists);
  const leaves = [...group.tree.leaves()].map(([place, leaf]) => ({ place, chain: chainOf(leaf) }));
  const gone = leaves.filter(({ chain }) => isRevoked(chain, revoked));
  if (gone.length === 0) return null;
  const before = CencommGroup.of(group);
  const merged = new Map(before.revocations.map((known) => [known.issuer, known]));
  const concerned = new Set([ROOT, ...gone.map(({ chain }) => chain.administration)]);
  for (const newer of lists.filter((list) => concerned.has(list.issuer))) {
    const known = merged.get(newer.issuer);
    if (known === undefined || newer.number > known.number) merged.set(newer.issuer, newer);
  }
  const revocations = [...merged.values()].sort((one, other) => (one.issuer < other.issuer ? -1 : 1));
  const removes = gone.map(({ place }) => new Remove(place));
  return { proposals: [...removes, extension(group, before.with({ revocations }))], invited: [] };
}

function extension(group: PublicGroup, after: CencommGroup): GroupContextExtensions {
  const changed = after.with({ version: after.version + 1 });
  return new GroupContextExtensions(withExtension(group.context.extensions, changed));
}
