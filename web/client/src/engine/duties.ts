/** What a member's client does by itself for one CUG: each duty is somebody else's too, so all wait a little first. */

import { SealBody } from "../crypto/events.ts";
import type { Profile } from "../store/profile.ts";
import { EventKind } from "../wire/frames.ts";
import type { Membership } from "./admit.ts";
import { between, sleep } from "./clock.ts";
import type { Committer } from "./committer.ts";
import type { Effect } from "./effects.ts";
import type { CugEngine } from "./engine.ts";
import { NothingToChange, StaleGroupInfo } from "./errors.ts";
import { answerHistory, askHistory } from "./history.ts";
import type { Api } from "./http.ts";
import { joinFromOutside, startSuccessor } from "./joining.ts";
import { sealName } from "./receive.ts";
import { WARN_AFTER_MS, revocationsAgeMs } from "./revocations.ts";
import { renewalDue } from "./sending.ts";
import { wantsLeaf } from "./standing.ts";

type Seconds = readonly [number, number];
const JOIN_SECONDS: Seconds = [0, 0.4];
/** After a broken commit a successor group has precedence. */
const REJOIN_SECONDS: Seconds = [1.5, 4];
/** Before anything else is done about a commit that could not be followed. */
const READ_SECONDS: Seconds = [0.3, 1];
const SUCCEED_SECONDS: Seconds = [0.2, 1.2];
const CORRECT_SECONDS: Seconds = [0.2, 2];
const ANSWER_SECONDS: Seconds = [0.3, 2];
const REMOVE_SECONDS: Seconds = [0, 0.5];
const REVOKE_SECONDS: Seconds = [1, 3];
/** A newcomer gives the one who admitted him so long to send the past. */
const ASK_AFTER_MS = 5_000;
const DAY_MS = 86_400_000;

/** The duties of one CUG. */
export class Duties {
  readonly #engine: CugEngine;
  readonly #committer: Committer;
  readonly #membership: Membership;
  readonly #api: Api;
  readonly #profile: Profile;
  #joining = false;
  #renewing = false;

  constructor(engine: CugEngine, committer: Committer, membership: Membership, api: Api, profile: Profile) {
    this.#engine = engine;
    this.#committer = committer;
    this.#membership = membership;
    this.#api = api;
    this.#profile = profile;
  }

  /** What a batch asked for. */
  async takeUp(effect: Effect): Promise<void> {
    switch (effect.effect) {
      case "join":
        return await this.#join();
      case "succeed":
        await pause(SUCCEED_SECONDS);
        await startSuccessor(this.#engine, this.#committer, false);
        return;
      case "correct_seals":
        return await this.#correct(effect);
      case "answer_history":
        await pause(ANSWER_SECONDS);
        if (this.#engine.memory.secret !== null) await answerHistory(this.#engine, effect.epochs);
        return;
      case "read_again":
        await pause(READ_SECONDS);
        return this.#engine.readAgain();
      case "remove_leaver":
        return await this.#remove(effect.officerId);
      default:
        return;
    }
  }

  /** Now and then while connected. */
  async keepUp(): Promise<void> {
    const { memory, clock } = this.#engine;
    if (this.#engine.caughtUpSeq < 0) return;
    this.#engine.readAgain();
    if (wantsLeaf(memory)) await this.#join();
    const nowMs = clock.nowMs();
    this.#engine.nudge();
    if (memory.secret === null) return;
    if (memory.outbox.waiting > 0) await this.renewIfDue();
    if (nowMs - memory.row.joinAtMs > ASK_AFTER_MS) await askHistory(this.#engine, nowMs);
    const ageMs = await revocationsAgeMs(this.#profile, clock);
    if (ageMs > WARN_AFTER_MS) {
      await this.#engine.changing((tx) => memory.alarm(tx, "revocations_stale", { days: Math.floor(ageMs / DAY_MS) }));
    }
  }

  /** An empty commit where one must come before the next record (PROTOCOL §2.6). */
  async renewIfDue(): Promise<void> {
    if (this.#renewing || !renewalDue(this.#engine.memory, this.#engine.clock.nowMs())) return;
    this.#renewing = true;
    try {
      await this.#membership.renew((memory) => renewalDue(memory, this.#engine.clock.nowMs()));
      await this.#engine.push(); // what waited for it, where another's commit has made it needless
    } finally {
      this.#renewing = false;
    }
  }

  /** Any member may remove what is revoked; the organisers' clients come first. */
  async revoke(): Promise<void> {
    await pause(this.#engine.memory.row.role === "organiser" ? REMOVE_SECONDS : REVOKE_SECONDS);
    if (this.#engine.memory.secret !== null) await this.#membership.revoke();
  }

  /** From outside, once at a time; a Welcome on its way comes first. */
  async #join(): Promise<void> {
    if (this.#joining) return;
    this.#joining = true;
    try {
      await pause(this.#engine.memory.row.broken === "" ? JOIN_SECONDS : REJOIN_SECONDS);
      await joinFromOutside(this.#engine, this.#committer, this.#api);
    } catch (error) {
      if (!(error instanceof StaleGroupInfo)) throw error;
      const epoch = error.facts["epoch"] ?? null;
      await this.#engine.changing((tx) => this.#engine.memory.alarm(tx, "stale_group_info", { epoch }));
    } finally {
      this.#joining = false;
    }
  }

  async #correct({ groupId, epoch, seals }: Extract<Effect, { effect: "correct_seals" }>): Promise<void> {
    await pause(CORRECT_SECONDS);
    const { memory } = this.#engine;
    for (const seal of seals) {
      if (memory.secret === null || memory.corrected.has(sealName(groupId, epoch, seal.archiveKeyId))) continue;
      const body = new SealBody(groupId, epoch, seal).signed(memory.secret.signatureSeed);
      await this.#engine.queueEvent(EventKind.SEAL, body.encode());
    }
  }

  async #remove(officerId: string): Promise<void> {
    await pause(REMOVE_SECONDS);
    const { memory } = this.#engine;
    if (memory.secret === null || memory.row.role !== "organiser" || officerId === memory.device.officerId) return;
    try {
      await this.#membership.remove(officerId);
    } catch (error) {
      if (!(error instanceof NothingToChange)) throw error;
    }
  }
}

async function pause([low, high]: Seconds): Promise<void> {
  await sleep(between(low, high));
}
