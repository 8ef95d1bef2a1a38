/** The server's part of an operation with members here and in Python, and a check after every step. */

import { expect } from "vitest";

import { fromHex, toHex } from "../../../src/crypto/bytes.ts";
import { CommitBody } from "../../../src/crypto/events.ts";
import * as replaying from "../../../src/crypto/replay.ts";
import { EventKind } from "../../../src/wire/frames.ts";
import { CUG, GROUP, NOW_MS, type Person, trust } from "../people.ts";
import { LocalMember, type Made, type Member, PythonMember, type Status } from "./members.ts";

/** The Python members of a test, to be ended after it. */
export const running: PythonMember[] = [];

export function endAll(): void {
  for (const member of running.splice(0)) member.end();
}

export type Where = "here" | "python";

export async function member(where: Where, person: Person): Promise<Member> {
  if (where === "here") return new LocalMember(person);
  const python = new PythonMember(person);
  running.push(python);
  await python.ask("be", person.officerId, person.deviceName);
  return python;
}

export type Logged = readonly [kind: EventKind, sender: string, clientRef: string, body: string];

/** The server's part: who is in, the order of events, the newest GroupInfo. */
export class Operation {
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

/** What the public replay of the log says here, event by event. */
export function replayed(log: readonly Logged[]): readonly (readonly string[])[] {
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
