/** Our MLS and npm `ts-mls` side by side: the same scenario, the same suite, one after the other in the same run. */

import { equal } from "../../../src/crypto/bytes.ts";
import { Ours } from "./ours.ts";
import type { Peer } from "./peer.ts";
import { Theirs } from "./theirs.ts";

const NEAR = 1;

export const STEPS = ["key packages", "admit", "join", "first commit", "process it", "next commit", "process it next", "remove", "process removal"] as const;
export type Step = (typeof STEPS)[number];
export type Times = Readonly<Record<Step, number>>;

/** Milliseconds of every step in a group of `members`: the least of `runs`, and both libraries take turns. */
export async function compare(members: number, runs: number): Promise<{ readonly ours: Times; readonly theirs: Times }> {
  const found: { ours: Times[]; theirs: Times[] } = { ours: [], theirs: [] };
  for (let run = 0; run < runs; run++) {
    found.ours.push(await scenario(new Ours(), members));
    found.theirs.push(await scenario(await Theirs.ready(), members));
  }
  return { ours: least(found.ours), theirs: least(found.theirs) };
}

export async function scenario(peer: Peer, members: number): Promise<Times> {
  const times = {} as Record<Step, number>;
  const timed = async <T>(step: Step, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const done = await work();
    times[step] = performance.now() - began;
    return done;
  };
  const far = members - 2;
  const both = async (commit: Uint8Array, step: Step): Promise<void> => {
    await timed(step, () => peer.process(far, commit));
    await peer.process(NEAR, commit);
    if (!equal(peer.authenticator(far), peer.authenticator(0))) throw new Error(`${peer.name}: members differ after ${step}`);
  };
  const packages = await timed("key packages", async () => {
    const made: Uint8Array[] = [];
    for (let number = 1; number < members; number++) made.push(await peer.keyPackage(number));
    return made;
  });
  await peer.create();
  const welcome = await timed("admit", () => peer.admit(packages));
  await timed("join", () => peer.join(far, welcome));
  await peer.join(NEAR, welcome);
  await both(await timed("first commit", () => peer.commit(null)), "process it");
  await both(await timed("next commit", () => peer.commit(null)), "process it next");
  await both(await timed("remove", () => peer.commit(members - 1)), "process removal");
  return times;
}

function least(runs: readonly Times[]): Times {
  return Object.fromEntries(STEPS.map((step) => [step, Math.min(...runs.map((times) => times[step]))])) as Times;
}
