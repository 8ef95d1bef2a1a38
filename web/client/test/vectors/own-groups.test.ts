import { expect, test } from "vitest";

import { CencommGroup, type CencommGroupFields } from "../../src/crypto/group_context.ts";
import { PublicGroup, stageCommit } from "../../src/crypto/mls/public/group.ts";
import { PolicyRefused, judgeCommit } from "../../src/crypto/policy.ts";
import * as replaying from "../../src/crypto/replay.ts";
import { Replay } from "../../src/crypto/replay.ts";
import type { LogEvent } from "../../src/wire/frames.ts";
import { hex, text } from "./mls.ts";
import { type Pinned, ownVectors, trustOf } from "./own.ts";

interface GroupVector {
  readonly version: number;
  readonly cug_id: string;
  readonly started_at_ms: number;
  readonly history: CencommGroupFields["history"];
  readonly roster: readonly {
    readonly officer_id: string;
    readonly identity_key: string;
    readonly role: string;
    readonly archive_key: string | null;
  }[];
  readonly revocations: readonly string[];
  readonly predecessor: string | null;
  readonly encoded: string;
}

test("group_context", () => {
  for (const vector of ownVectors<{ groups: readonly GroupVector[] }>("group_context").groups) {
    const group = CencommGroup.decode(hex(vector.encoded));
    const again = new CencommGroup({ ...group });
    expect(text(again.encode())).toBe(vector.encoded);
    const predecessor = group.predecessor === null ? null : text(group.predecessor.encode());
    expect({ ...group, cugId: text(group.cugId), predecessor }).toMatchObject({
      version: vector.version,
      cugId: vector.cug_id,
      startedAtMs: vector.started_at_ms,
      history: vector.history,
      predecessor: vector.predecessor,
    });
    const roster = group.roster.map(({ archiveKey, identityKey, officerId, role }) => {
      const archive = archiveKey === null ? null : text(archiveKey.encode());
      return { officer_id: officerId, identity_key: text(identityKey), role, archive_key: archive };
    });
    expect(roster).toEqual(vector.roster);
    expect(group.revocations.map((list) => text(list.encode()))).toEqual(vector.revocations);
  }
});

interface Verdict {
  readonly name: string;
  readonly commit: string;
  readonly rule: string | null;
  readonly committer?: string;
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  readonly external?: boolean;
  readonly after?: string;
  readonly context_hash?: string;
}

interface PolicyVectors extends Pinned {
  readonly last_time_ms: number;
  readonly before: string;
  readonly commits: readonly Verdict[];
}

test("policy decisions", () => {
  const vectors = ownVectors<PolicyVectors>("policy");
  const trust = trustOf(vectors);
  const before = PublicGroup.decode(hex(vectors.before));
  for (const verdict of vectors.commits) {
    const staged = stageCommit(before, hex(verdict.commit));
    const judge = (): Omit<Verdict, "commit"> => {
      const judged = judgeCommit(before, staged, trust, vectors.last_time_ms);
      const { added, committer, external, removed } = judged;
      const hash = text(staged.next().contextHash());
      const after = text(judged.after.encode());
      return { name: verdict.name, rule: null, committer, added, removed, external, after, context_hash: hash };
    };
    const { commit: _, ...expected } = verdict;
    if (verdict.rule === null) expect(judge()).toEqual(expected);
    else expect(ruleOf(judge), verdict.name).toBe(verdict.rule);
  }
});

function ruleOf(judge: () => unknown): string | null {
  try {
    judge();
  } catch (error) {
    if (error instanceof PolicyRefused) return error.rule;
    throw error;
  }
  return null;
}

interface ReplayEvent {
  readonly seq: number;
  readonly server_time_ms: number;
  readonly kind: number;
  readonly sender: string;
  readonly client_ref: string;
  readonly body: string;
  readonly outcome: string;
  readonly head: string;
  readonly epoch: number;
  readonly context_hash: string;
}

test("replay", () => {
  const vectors = ownVectors<Pinned & { cug_id: string; events: readonly ReplayEvent[] }>("replay");
  const trust = trustOf(vectors);
  let replay = replaying.start(hex(vectors.cug_id), trust);
  for (const vector of vectors.events) {
    const event: LogEvent = {
      seq: vector.seq,
      serverTime: vector.server_time_ms,
      kind: vector.kind,
      sender: vector.sender,
      clientRef: hex(vector.client_ref),
      body: hex(vector.body),
      eventHash: null,
    };
    replay = replaying.step(replay, event);
    const { group, head, outcome } = replay;
    expect([outcome?.outcome, text(head.hash), group?.epoch]).toEqual([vector.outcome, vector.head, vector.epoch]);
    expect(group === null ? null : text(group.contextHash())).toBe(vector.context_hash);
    const restored = Replay.decode(replay.encode(), trust);
    expect(text(restored.encode())).toBe(text(replay.encode()));
  }
});
