/** Getting in: by Welcome, by external commit on a new device or after a break, by a successor group (PROTOCOL §2.5). */

import { equal } from "../crypto/bytes.ts";
import { DomainError } from "../crypto/errors.ts";
import { CencommGroup } from "../crypto/group_context.ts";
import { publicGroupFromGroupInfo } from "../crypto/mls/public/group.ts";
import { same } from "../crypto/mls/public/struct.ts";
import type { LeafIndex } from "../crypto/mls/public/tree_math.ts";
import { joinByWelcome } from "../crypto/mls/secret/welcome.ts";
import { deviceOf } from "../crypto/policy.ts";
import { mayStart, successorOf } from "../crypto/successor.ts";
import type { Profile } from "../store/profile.ts";
import { aheadOfWelcome } from "./ahead.ts";
import type { Committer } from "./committer.ts";
import { type CugEngine, LOST_TO_ANOTHER } from "./engine.ts";
import { ServerRefused, StaleGroupInfo } from "./errors.ts";
import type { Api } from "./http.ts";
import { newId } from "./ids.ts";
import { findBundle, used } from "./key_packages.ts";
import type { Memory } from "./memory.ts";
import { CHECKPOINT, tables, unpackRow } from "./model.ts";
import { wantsLeaf } from "./standing.ts";

/** A joiner from outside refuses a group whose last commit is older: it may be an old one handed out (PROTOCOL §2.5). */
const FRESHNESS_MS = 30 * 24 * 3600 * 1000;
const WAIT_SECONDS = 30;
const NO_WELCOME: ReadonlySet<string> = new Set(["groups.no_welcome", "groups.not_member", "groups.unknown"]);

/** Take the newest Welcome for this device, if there is one that it can open; it waits for the replay. */
export async function fetchWelcome(engine: CugEngine, api: Api, profile: Profile): Promise<void> {
  const memory = engine.memory;
  await engine.reading();
  if (memory.secret !== null || memory.welcome !== null) return;
  const found = await api.welcome(engine.cugId).catch((error: unknown) => {
    if (error instanceof ServerRefused && NO_WELCOME.has(error.serverCode)) return null;
    throw error;
  });
  // Where the replay is past it, the way in is an external commit.
  if (found === null || (found.seq <= memory.row.headN && memory.row.groupId.length > 0)) return;
  const bundle = await findBundle(profile, found.keyPackageRef);
  if (bundle === null) return;
  let state: ReturnType<typeof joinByWelcome>;
  try {
    state = joinByWelcome(found.welcome, bundle);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return; // not for us, or broken: the external commit remains
  }
  await engine.changing(async (tx) => {
    memory.setWelcome(state);
    memory.ahead = aheadOfWelcome(memory.device, memory.cugId, state, found.seq);
    await used(tx, bundle);
  }, true);
}

/**
 * Join by external commit, in place of this device's old leaf if there is one; whether it was needed.
 *
 * Throws StaleGroupInfo: the server's GroupInfo is not of the epoch that the replay has reached, is too old, or the log
 * does not extend what another device of this account has verified. CommitKeptLosing, ServerUnreachable.
 */
export function joinFromOutside(engine: CugEngine, committer: Committer, api: Api): Promise<boolean> {
  return committer.attempt(async () => (wantsLeaf(engine.memory) ? await tryJoin(engine, api) : null));
}

async function tryJoin(engine: CugEngine, api: Api): Promise<string | null> {
  const memory = engine.memory;
  await requireCheckpoint(engine);
  const said = await api.groupInfo(engine.cugId);
  if (said.seq > memory.row.headN) {
    await engine.waitFor(() => memory.row.headN >= said.seq, WAIT_SECONDS);
    return await tryJoin(engine, api);
  }
  const { row, group } = memory;
  if (said.epoch !== row.epoch || !equal(said.groupId, row.groupId) || group === null) {
    throw new StaleGroupInfo({ epoch: said.epoch, known: row.epoch });
  }
  if (!same(publicGroupFromGroupInfo(said.groupInfo).context, group.context)) {
    await engine.changing((tx) => memory.alarm(tx, "fork", { epoch: said.epoch }));
    throw new StaleGroupInfo({ epoch: said.epoch, known: row.epoch });
  }
  // By what members signed: the server says its own times, and could say any.
  const ageMs = engine.clock.latestMs() - row.commitTimeMs;
  if (ageMs > FRESHNESS_MS) throw new StaleGroupInfo({ epoch: said.epoch, age_ms: ageMs });
  const outcome = await engine.commitExternal(said.groupInfo, said.epoch, () => ownLeaf(memory));
  return outcome ?? (wantsLeaf(memory) ? LOST_TO_ANOTHER : null);
}

/** This device's leaf in the newest public group, usable or not. */
function ownLeaf(memory: Memory): LeafIndex | null {
  const own = memory.device.deviceId;
  return [...(memory.group?.tree.leaves() ?? [])].find(([, leaf]) => deviceOf(leaf) === own)?.[0] ?? null;
}

/** The log must extend what any device of this account has verified. Throws StaleGroupInfo. */
async function requireCheckpoint(engine: CugEngine): Promise<void> {
  const memory = engine.memory;
  const tx = await engine.reading();
  const data = await tx.get(tables.vault, engine.cugId);
  if (data === null) return;
  const known = unpackRow(CHECKPOINT, data);
  if (known.headN === 0) return;
  const own = await memory.heads.at(tx, known.headN);
  if (own !== null && equal(own, known.headHash)) return;
  const kind = memory.row.headN < known.headN ? "rolled_back" : "fork";
  await engine.changing((writing) => memory.alarm(writing, kind, { known: known.headN }));
  throw new StaleGroupInfo({ known: known.headN, said: memory.row.headN });
}

/**
 * Start a successor group, if that is (still) lawful for this officer and needed.
 *
 * `byIntent`: an organiser asked for it; otherwise only if this device stands outside of a broken epoch.
 */
export function startSuccessor(engine: CugEngine, committer: Committer, byIntent: boolean): Promise<boolean> {
  const askedIn = engine.memory.row.groupId;
  return committer.attempt(() =>
    engine.startSuccessor((memory) => {
      const { group, row } = memory;
      if (group === null || row.closedSeq > 0 || !equal(row.groupId, askedIn)) return null;
      if (!byIntent && memory.secret !== null) return null;
      if (!mayStart(CencommGroup.of(group), memory.device.officerId, row.rejectedBy)) return null;
      const startedAtMs = Math.max(engine.clock.nowMs(), row.commitTimeMs);
      return { groupId: newId(), group: successorOf(group, startedAtMs) };
    }),
  );
}
