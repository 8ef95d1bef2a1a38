import { afterEach, expect, test } from "vitest";

import { EventKind } from "../../../src/wire/frames.ts";
import { DUBOIS, OTIENO, Person, SILVA } from "../people.ts";
import type { Member } from "./members.ts";
import { Operation, type Where, endAll, member, replayed, running } from "./operation.ts";

const PHONE = new Person("BR/silva", "phone");

afterEach(endAll);

const PLACES: readonly (readonly [Where, Where, Where, Where])[] = [
  ["here", "python", "here", "python"],
  ["python", "here", "python", "here"],
  ["here", "python", "python", "here"],
  ["python", "here", "here", "python"],
];

test.for(PLACES)("organiser %s, member %s, member %s, new device %s", { timeout: 60_000 }, async (places) => {
  const [otieno, silva, dubois, phone] = (await Promise.all([
    member(places[0], OTIENO),
    member(places[1], SILVA),
    member(places[2], DUBOIS),
    member(places[3], PHONE),
  ])) as [Member, Member, Member, Member];
  const operation = new Operation();

  operation.members.push(otieno);
  operation.add(EventKind.GROUP, OTIENO, await otieno.create());

  const admission = await otieno.admit([await silva.keyPackage(), await dubois.keyPackage()]);
  await operation.commit(otieno, admission);
  for (const newcomer of [silva, dubois]) {
    await newcomer.join(admission.welcome ?? "");
    operation.members.push(newcomer);
  }
  expect(await operation.agree()).toMatchObject({ epoch: 1, members: 3 });
  await operation.talk();

  await operation.commit(silva, await silva.renew());
  await operation.commit(dubois, await dubois.renew());
  await operation.agree();

  await operation.commit(phone, await phone.joinFromOutside(operation.groupInfo), { added: [PHONE.deviceId] });
  expect(await operation.agree()).toMatchObject({ epoch: 4, members: 4 });
  await operation.talk();

  const [first, second] = [await otieno.renew(), await silva.renew()];
  await silva.lost();
  await operation.commit(otieno, first);
  await expect(dubois.process(second)).rejects.toThrow("mls.wrong_epoch");
  await expect(otieno.process(second)).rejects.toThrow("mls.wrong_epoch");
  await operation.commit(silva, await silva.renew());
  await operation.agree();

  const removal = await otieno.remove(DUBOIS.officerId, DUBOIS.deviceId);
  await operation.commit(otieno, removal, { removed: [DUBOIS.deviceId] });
  expect(await operation.agree()).toMatchObject({ epoch: 7, members: 3 });
  await operation.talk();
  await expect(dubois.read(operation.log.at(-1)![3])).rejects.toThrow("records.key_missing");

  const python = running[0]!;
  expect(replayed(operation.log)).toEqual(await python.ask("replay", operation.log));
});
