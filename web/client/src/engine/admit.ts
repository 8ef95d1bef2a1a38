/** Who is in: admitting, removing, roles, revocations (PROTOCOL §1.5, §2.2, §2.3). */

import { CencommGroup, type Role } from "../crypto/group_context.ts";
import type { PublicGroup } from "../crypto/mls/public/group.ts";
import type { Profile } from "../store/profile.ts";
import type { Committer } from "./committer.ts";
import type { CugEngine } from "./engine.ts";
import { NothingToChange } from "./errors.ts";
import { inviteGuests } from "./guests.ts";
import type { Api } from "./http.ts";
import { admission, removal, revocation } from "./intents.ts";
import type { Memory } from "./memory.ts";
import { knownLists, requireFresh } from "./revocations.ts";

/** The organiser's side of one CUG. */
export class Membership {
  readonly #engine: CugEngine;
  readonly #committer: Committer;
  readonly #api: Api;
  readonly #profile: Profile;

  constructor(engine: CugEngine, committer: Committer, api: Api, profile: Profile) {
    this.#engine = engine;
    this.#committer = committer;
    this.#api = api;
    this.#profile = profile;
  }

  /**
   * Add officers with all their devices, or give them another role, in one commit.
   *
   * Throws OfficerUnknown, KeyPackageForged, IdentityChanged, RevocationsStale, NothingToChange, CommitKeptLosing.
   */
  async admit(officers: ReadonlyMap<string, Role>, acceptNewIdentity: boolean): Promise<void> {
    await requireFresh(this.#api, this.#profile, this.#engine.clock);
    const present = new Set(CencommGroup.of(groupOf(this.#engine.memory)).roster.map((entry) => entry.officerId));
    const wanted = new Map([...officers].filter(([name]) => !present.has(name)));
    const guests = await inviteGuests(this.#engine, this.#api, this.#profile, wanted, acceptNewIdentity);
    const made = await this.#committer.commit((memory) => admission(groupOf(memory), officers, guests));
    if (!made) throw new NothingToChange({ officers: [...officers.keys()].sort().join(", ") });
  }

  /** Remove an officer with all his devices. Throws NothingToChange, CommitKeptLosing. */
  async remove(officerId: string): Promise<void> {
    const made = await this.#committer.commit((memory) => removal(groupOf(memory), new Set([officerId])));
    if (!made) throw new NothingToChange({ officers: officerId });
  }

  /** Remove the leaves that newer revocation lists name, if there are any (any member may). */
  async revoke(): Promise<void> {
    await this.#committer.commit(async (memory) => revocation(groupOf(memory), await knownLists(this.#profile)));
  }

  /** An empty commit, a fresh epoch and a fresh leaf of ours, while it is `due`: another's may have come first. */
  async renew(due: (memory: Memory) => boolean): Promise<void> {
    await this.#committer.commit((memory) => (due(memory) ? { proposals: [], invited: [] } : null));
  }
}

/** A member has a group. */
function groupOf(memory: Memory): PublicGroup {
  return memory.group!;
}
