/** A deployment to test with: a root, NCPs, officers and devices; the keys are those of the Python tests. */

import { concat, utf8 } from "../../src/crypto/bytes.ts";
import { type Certificate, Chain, Kind, type Trust, issue } from "../../src/crypto/certificates.ts";
import {
  CencommGroup,
  type CencommGroupFields,
  type Role,
  RosterEntry,
  signArchiveKey,
  sortedRoster,
  withExtension,
} from "../../src/crypto/group_context.ts";
import { type Head, start } from "../../src/crypto/head.ts";
import { type ArchivePrivate, newArchiveKey } from "../../src/crypto/archive.ts";
import { Lifetime } from "../../src/crypto/mls/public/leaf_node.ts";
import { GroupContextExtensions, Remove } from "../../src/crypto/mls/public/proposals.ts";
import type { PublicGroup } from "../../src/crypto/mls/public/group.ts";
import { type GroupState, createGroup } from "../../src/crypto/mls/secret/group.ts";
import { type KeyPackageBundle, LeafIdentity, newKeyPackage } from "../../src/crypto/mls/secret/key_package.ts";
import { CommitData, LEAF_CAPABILITIES, credentialFor, deviceOf, leafExtensions } from "../../src/crypto/policy.ts";
import { DEFAULT_SUITE, Secret, ed25519Public, sha256 } from "../../src/crypto/primitives.ts";

export const NOW_S = 1_767_225_600;
export const NOW_MS = NOW_S * 1000;
export const YEAR_S = 31_536_000;
export const CUG = utf8("c".repeat(16));
export const GROUP = utf8("g".repeat(16));
export const LIFETIME = new Lifetime(BigInt(NOW_S - YEAR_S), BigInt(NOW_S + YEAR_S));

/** A function, because libsodium is not there yet when modules are read. */
export function deployment(): Uint8Array {
  return sha256(utf8("deployment")).slice(0, 16);
}

export function seed(name: string): Secret {
  return new Secret(sha256(concat(utf8("seed "), utf8(name))));
}

export function trust(): Trust {
  return { deploymentId: deployment(), rootPublicKey: ed25519Public(seed("root")) };
}

/** Otieno's: he is the organiser. */
export function archiveOf(): ArchivePrivate {
  return newArchiveKey((count) => utf8("a".repeat(count)));
}

function certificate(kind: Kind, subject: string, issuer: Secret, publicKey: Uint8Array): Certificate {
  return issue(issuer, {
    deploymentId: deployment(),
    kind,
    subject,
    displayName: `Name of ${subject}`,
    publicKey,
    notBeforeS: NOW_S - YEAR_S,
    notAfterS: NOW_S + YEAR_S,
  });
}

/** An officer with one device: every key of his, and the chain that vouches for it. */
export class Person {
  readonly #chains: Chain[] = [];

  constructor(
    readonly officerId: string,
    readonly deviceName = "laptop",
  ) {}

  get deviceId(): string {
    return `${this.officerId}/${this.deviceName}`;
  }

  get identitySeed(): Secret {
    return seed(`identity ${this.officerId}`);
  }

  get identityKey(): Uint8Array {
    return ed25519Public(this.identitySeed);
  }

  get deviceSeed(): Secret {
    return seed(`device ${this.deviceId}`);
  }

  get chain(): Chain {
    return (this.#chains[0] ??= this.#issueChain());
  }

  #issueChain(): Chain {
    const administration = this.officerId.slice(0, 2);
    return new Chain(
      certificate(Kind.NCP, administration, seed("root"), ed25519Public(seed(administration))),
      certificate(Kind.OFFICER, this.officerId, seed(administration), this.identityKey),
      certificate(Kind.DEVICE, this.deviceId, this.identitySeed, ed25519Public(this.deviceSeed)),
    );
  }

  get identity(): LeafIdentity {
    const key = ed25519Public(this.deviceSeed);
    return new LeafIdentity(
      credentialFor(this.chain),
      this.deviceSeed,
      key,
      LEAF_CAPABILITIES,
      leafExtensions(this.chain),
    );
  }

  keyPackage(): KeyPackageBundle {
    return newKeyPackage(DEFAULT_SUITE, this.identity, LIFETIME);
  }

  entry(role: Role = "officer"): RosterEntry {
    const { identitySeed, officerId } = this;
    const archive = role === "organiser" ? signArchiveKey(identitySeed, officerId, archiveOf().publicKey) : null;
    return new RosterEntry(officerId, this.identityKey, role, archive);
  }
}

export const OTIENO = new Person("KE/otieno");
export const SILVA = new Person("BR/silva");
export const DUBOIS = new Person("FR/dubois");

export function groupOf(...entries: readonly RosterEntry[]): CencommGroup {
  return new CencommGroup({
    version: 0,
    cugId: CUG,
    startedAtMs: NOW_MS,
    roster: sortedRoster(entries),
    history: "full",
    revocations: [],
    predecessor: null,
  });
}

/** A group of one in epoch 0; Otieno is its organiser. */
export function started(
  group = groupOf(OTIENO.entry("organiser")),
  { by = OTIENO, groupId = GROUP }: { by?: Person; groupId?: Uint8Array } = {},
): GroupState {
  return createGroup(DEFAULT_SUITE, groupId, by.identity, LIFETIME, { extensions: [group.extension()] });
}

/** The proposal that changes `cencomm_group` (its version too, unless told). */
export function changed(group: PublicGroup, changes: Partial<CencommGroupFields>): GroupContextExtensions {
  const now = CencommGroup.of(group);
  const after = now.with({ version: now.version + 1, ...changes });
  return new GroupContextExtensions(withExtension(group.context.extensions, after));
}

export function commitData(timeMs = NOW_MS, seen: Head = start(CUG)): Uint8Array {
  return new CommitData(timeMs, seen).encode();
}

export function removalOf(group: PublicGroup, deviceId: string): Remove {
  for (const [index, leaf] of group.tree.leaves()) if (deviceOf(leaf) === deviceId) return new Remove(index);
  throw new Error(`${deviceId} has no leaf`);
}
