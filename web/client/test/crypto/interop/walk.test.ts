/** A long walk of a growing and shrinking group: whatever its tree has become, all members agree after every commit. */

import { afterEach, expect, test } from "vitest";

import { EventKind } from "../../../src/wire/frames.ts";
import { numbers } from "../hostile.ts";
import { OTIENO, Person } from "../people.ts";
import type { Member } from "./members.ts";
import { Operation, endAll, member, replayed, running } from "./operation.ts";

const STEPS = 40;
const OTHERS = 10;
const EVERY_THIRD_IS_PYTHON = 3;

afterEach(endAll);

test.for([1, 2])("walk %i", { timeout: 120_000 }, async (seed) => {
  const below = numbers(seed);
  const operation = new Operation();
  const otieno = await member(seed % 2 === 0 ? "here" : "python", OTIENO);
  operation.members.push(otieno);
  operation.add(EventKind.GROUP, OTIENO, await otieno.create());
  const away: Member[] = [];
  for (let number = 0; number < OTHERS; number++) {
    away.push(await member(number % EVERY_THIRD_IS_PYTHON === 0 ? "python" : "here", new Person(`BR/member-${number}`)));
  }

  const draw = (from: readonly Member[]): Member => from[below(from.length)]!;
  const admit = async (): Promise<void> => {
    const newcomers = away.splice(0, 1 + below(3));
    const packages = await Promise.all(newcomers.map((each) => each.keyPackage()));
    const made = await otieno.admit(packages);
    const added = newcomers.map(({ person }) => person.deviceId).sort();
    await operation.commit(otieno, made, { added });
    for (const newcomer of newcomers) await newcomer.join(made.welcome ?? "");
    operation.members.push(...newcomers);
  };
  const remove = async (leaving: Member): Promise<void> => {
    const { deviceId, officerId } = leaving.person;
    await operation.commit(otieno, await otieno.remove(officerId, deviceId), { removed: [deviceId] });
    away.push(leaving);
  };
  const comeBack = async (lost: Member): Promise<void> => {
    operation.members.splice(operation.members.indexOf(lost), 1);
    await operation.commit(lost, await lost.joinFromOutside(operation.groupInfo));
  };

  await admit();
  for (let step = 0; step < STEPS; step++) {
    const others = operation.members.filter((each) => each !== otieno);
    const choice = below(10);
    if (away.length > 0 && (choice < 3 || others.length === 0)) await admit();
    else if (choice < 5 && others.length > 0) await remove(draw(others));
    else if (choice < 6 && others.length > 1) await comeBack(draw(others));
    else {
      const committer = draw(operation.members);
      await operation.commit(committer, await committer.renew());
    }
    expect((await operation.agree()).members).toBe(operation.members.length);
  }
  await operation.talk();
  expect(replayed(operation.log)).toEqual(await running[0]!.ask("replay", operation.log));
});
