import { afterEach, expect, test } from "vitest";

import { fromHex, toHex } from "../../../src/crypto/bytes.ts";
import { CommitBody } from "../../../src/crypto/events.ts";
import * as replaying from "../../../src/crypto/replay.ts";
import { EventKind } from "../../../src/wire/frames.ts";
import { CUG, DUBOIS, GROUP, NOW_MS, OTIENO, Person, SILVA, trust } from "../people.ts";
import { LocalMember, type Made, type Member, PythonMember, type Status } from "./members.ts";

const PHONE = new Person("BR/silva", "phone");
const running: PythonMember[] = [];

afterEach(() => {
  for (const member of running.splice(0)) member.end();
});

type Where = "here" | "python";

async function member(where: Where, person: Person): Promise<Member> {
  if (where === "here") return new LocalMember(person);
  const python = new PythonMember(person);
  running.push(python);
  await python.ask("be", person.officerId, person.deviceName);
  return python;
}

type Logged = readonly [kind: EventKind, sender: string, clientRef: string, body: string];

/** The server's part: who is in, the order of events, the newest GroupInfo. */
class Operation {
  readonly log: Logged[] = [];
  readonly members: Member[] = [];
  groupInfo = "";

  async agree(): Promise<Status> {
    const statuses = await Promise.all(this.members.map((each) => each.status()));
    for (const status of statuses) expect(status).toEqual(statuses[0]);
    return statuses[0]!;
  }

  add(kind: EventKind, sender: Person, body: string): string {
    const clientRef = String(this.log.length + 1).padStart(32, "0");
    this.log.push([kind, sender.deviceId, clientRef, body]);
    return clientRef;
  }

  /** Everybody takes a commit; whoever is removed learns that from it. */
  async commit(committer: Member, made: Made, expected: { added?: string[]; removed?: string[] } = {}): Promise<void> {
    const epoch = this.members.includes(committer) ? (await committer.status()).epoch : (await this.agree()).epoch;
    this.add(EventKind.COMMIT, committer.person, toHex(new CommitBody(GROUP, epoch, fromHex(made.commit)).encode()));
    const told = { committer: committer.person.deviceId, added: [], removed: [], ...expected };
    for (const other of this.members.filter((each) => each !== committer)) {
      if (told.removed.includes(other.person.deviceId)) {
        await expect(other.process(made)).rejects.toThrow("mls.removed");
      } else {
        expect(await other.process(made)).toEqual(told);
      }
    }
    await committer.accepted();
    this.groupInfo = made.groupInfo;
    if (!this.members.includes(committer)) this.members.push(committer);
    const staying = this.members.filter(({ person }) => !told.removed.includes(person.deviceId));
    this.members.splice(0, this.members.length, ...staying);
  }

  /** Everybody writes a record, and everybody reads it. */
  async talk(): Promise<void> {
    for (const writer of this.members) {
      const words = [`open ${this.log.length}`, `для всех · للجميع ${this.log.length}`] as const;
      const clientRef = String(this.log.length + 1).padStart(32, "0");
      const body = await writer.write(clientRef, ...words);
      expect(this.add(EventKind.RECORD, writer.person, body)).toBe(clientRef);
      for (const reader of this.members) expect(await reader.read(body)).toEqual(words);
    }
  }
}

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

function replayed(log: readonly Logged[]): readonly (readonly string[])[] {
  let replay = replaying.start(CUG, trust());
  return log.map(([kind, sender, clientRef, body], place) => {
    replay = replaying.step(replay, {
      seq: place + 1,
      serverTime: NOW_MS + place + 1,
      kind,
      sender,
      clientRef: fromHex(clientRef),
      body: fromHex(body),
      eventHash: null,
    });
    expect(replay.outcome?.outcome).not.toBe("refused");
    return [replay.outcome?.outcome ?? "", toHex(replay.head.hash), toHex(replay.group?.contextHash() ?? new Uint8Array())];
  });
}
