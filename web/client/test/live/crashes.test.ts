/**
 * A browser that crashes at every end of a database transaction, through a real server: nothing is doubled, nothing that
 * was promised is lost, and all members stay in one view. The steps are counted on a run that does not crash.
 *
 * CRASH-01 a message    CRASH-02 a form    CRASH-03 an admission, with the past for the newcomer    CRASH-04 a removal
 * CRASH-05 a CUG is opened    CRASH-06 a new device joins from outside    CRASH-07 keys go into the vault
 */

import "fake-indexeddb/auto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type Mortal, mortal } from "../mortal.ts";
import { CookieJar } from "../cookies.ts";
import { type Browser, type PeerState, World, until } from "../world.ts";

const NAME = "martin-crashes";
const OTIENO = "KE/otieno";
const OKELLO = "UG/okello";
const MARTIN = "FR/martin";
const PHONES = 5;
const password = "a fair wind for Mombasa";
let world: World;
let sheet = "";
let cug = "";
const jar = new CookieJar();
let martin: Mortal;

beforeAll(async () => {
  world = await World.found();
  await world.ask("officer", { name: OTIENO });
  await world.ask("officer", { name: OKELLO });
  martin = mortal(NAME, jar);
  sheet = await world.ask<string>("invite", { account_name: MARTIN });
  await martin.engine.enrol(sheet, password, "browser");
  await world.ask("certify", { administration: "FR" });
  await martin.engine.connect();
  await online(martin);
  cug = await martin.engine.openCug({ title: "Crashes" });
  await martin.engine.admit(cug, { [OTIENO]: "officer" });
  await world.ask("wait_for_cug", { name: OTIENO, cug });
}, 240_000);

afterAll(async () => {
  martin?.bury();
  await world?.stop();
}, 60_000);

async function online(of: Browser): Promise<void> {
  await until(async () => ((await of.engine.status()).connection === "online" ? true : null));
}

async function restart(): Promise<void> {
  martin.bury();
  martin = mortal(NAME, jar);
  await martin.engine.unlock(password);
  await online(martin);
}

/** Nothing is under way any more, and Python's client and this browser tell the same of the CUG. */
async function settled(): Promise<PeerState> {
  await until(async () => ((await martin.engine.waiting(cug)).length === 0 ? true : null));
  return await until(async () => {
    const safety = await martin.engine.safety(cug);
    const state = await world.ask<PeerState>("state", { name: OTIENO, cug, seq: safety.lastSeq });
    const { lastSeq, headHash, epochAuthenticator } = await martin.engine.safety(cug);
    const same = lastSeq === state.last_seq && headHash === state.head_hash && epochAuthenticator === state.authenticator;
    return same && epochAuthenticator !== "" ? state : null;
  });
}

/**
 * Run `doing` once whole, then again for each step at which the browser can die in it; after each restart `check` is
 * told whether the work had been promised before the end.
 */
async function everywhere(
  doing: (number: number) => Promise<unknown>,
  check: (number: number, promised: boolean) => Promise<void>,
): Promise<void> {
  await restart();
  martin.begin();
  await doing(0);
  const steps = martin.steps;
  await check(0, true);
  let crashes = 0;
  for (let step = 0; step < steps; step++) {
    martin.bury();
    martin = mortal(NAME, jar, step);
    await martin.engine.unlock(password);
    await online(martin);
    martin.begin();
    let promised = false;
    const work = doing(step + 1).then(() => (promised = !martin.isDead), () => false);
    await Promise.race([martin.died, work]);
    crashes += Number(martin.isDead);
    await restart();
    await check(step + 1, promised);
  }
  expect(crashes).toBeGreaterThanOrEqual(steps / 3); // some steps come in one batch, or after the work, another time
}

function sent(state: PeerState, text: string): number {
  return state.items.filter((item) => item.text === text).length;
}

/** What may have been done before the end, and is done now in any case. */
async function again(doing: () => Promise<void>): Promise<void> {
  await doing().catch((error: unknown) => expect(error).toMatchObject({ code: "client.nothing_to_change" }));
}

async function roleOf(officer: string): Promise<string | undefined> {
  return (await martin.engine.cug(cug)).members.find((member) => member.officerId === officer)?.role;
}

test("CRASH-01 a message is there once if it was promised, and never twice", async () => {
  await everywhere(
    async (number) => {
      await martin.engine.sendText(cug, { text: `message ${number}` });
      await martin.engine.flush(cug);
    },
    async (number, promised) => {
      const count = sent(await settled(), `message ${number}`);
      expect(count).toBeLessThanOrEqual(1);
      if (promised) expect(count).toBe(1);
    },
  );
}, 240_000);

test("CRASH-02 a form is there once if it was promised, and never twice", async () => {
  const document = await world.ask<string>("template");
  const templateHash = await martin.engine.publishTemplate(cug, document).then(() => martin.engine.flush(cug)).then(async () => (await martin.engine.templates(cug))[0]!.hash);
  const answers = await world.ask<never>("sample");
  const forms = (state: PeerState) => state.items.filter((item) => item.kind === "form").length;
  let before = forms(await settled());
  await everywhere(
    async () => {
      await martin.engine.submit(cug, { templateHash, answers });
      await martin.engine.flush(cug);
    },
    async (_, promised) => {
      const now = forms(await settled());
      expect(now - before).toBeLessThanOrEqual(1);
      if (promised) expect(now - before).toBe(1);
      before = now;
    },
  );
}, 240_000);

test("CRASH-03 CRASH-04 who is admitted is in with the past, who is removed is out, and no group is in two minds", async () => {
  await everywhere(
    async () => {
      await martin.engine.admit(cug, { [OKELLO]: "officer" });
      await martin.engine.flush(cug);
    },
    async (_, promised) => {
      await settled();
      if (promised) expect(await roleOf(OKELLO)).toBe("officer");
      else await again(() => martin.engine.admit(cug, { [OKELLO]: "officer" }));
      await world.ask("wait_for_cug", { name: OKELLO, cug });
      await until(async () => {
        const { items } = await world.ask<PeerState>("state", { name: OKELLO, cug });
        return items.some((item) => item.text === "message 0") && items.every((item) => item.standing === "verified") ? true : null;
      });
      await martin.engine.remove(cug, OKELLO);
      await settled();
    },
  );
  await martin.engine.admit(cug, { [OKELLO]: "officer" });
  await everywhere(
    async () => await martin.engine.remove(cug, OKELLO),
    async (_, promised) => {
      await settled();
      if (promised) expect(await roleOf(OKELLO)).toBeUndefined();
      else await again(() => martin.engine.remove(cug, OKELLO));
      await martin.engine.admit(cug, { [OKELLO]: "officer" });
      await settled();
    },
  );
}, 240_000);

test("CRASH-07 keys go into the vault at their time, and whatever dies over it the group stays whole", async () => {
  await everywhere(
    async (number) => {
      await martin.engine.admit(cug, { [OTIENO]: number % 2 === 0 ? "liaison" : "officer" });
      await new Promise((done) => setTimeout(done, 1_300)); // the vault waits a second for more
    },
    async () => void (await settled()),
  );
}, 240_000);

/** Until that device is a member, or dead. */
async function inside(of: Mortal): Promise<void> {
  await until(async () => {
    if (of.isDead) return true;
    return (await of.engine.cugs()).some((one) => one.id === cug && one.state === "open") ? true : null;
  });
}

test("CRASH-06 a new device that dies on its way in joins at its next start", async () => {
  const run = async (number: number, lastStep: number): Promise<number> => {
    const name = `martin-phone-${number}`;
    const phoneJar = new CookieJar();
    let phone = mortal(name, phoneJar, lastStep);
    phone.begin();
    const signing = phone.engine.signInNewDevice(sheet, password, `phone-${number}`).then(() => inside(phone));
    await Promise.race([phone.died, signing.catch(() => undefined)]);
    const steps = phone.steps;
    phone.bury();
    phone = mortal(name, phoneJar);
    const exists = (await phone.engine.status()).profile !== "absent";
    if (exists) await phone.engine.unlock(password);
    else await phone.engine.signInNewDevice(sheet, password, `phone-${number}`);
    await inside(phone);
    await until(async () => {
      const [mine, other] = [await phone.engine.safety(cug), await martin.engine.safety(cug)];
      return mine.headHash === other.headHash && mine.epochAuthenticator === other.epochAuthenticator ? true : null;
    });
    const leaves = (await phone.engine.safety(cug)).readers.filter((reader) => reader.deviceId === `FR/martin/phone-${number}`);
    expect(leaves).toHaveLength(1);
    phone.bury();
    return steps;
  };
  const steps = await run(0, Infinity);
  // An officer's devices are bounded: as many crashes as he may have phones, spread over the whole way in.
  for (let phone = 1; phone <= PHONES; phone++) await run(phone, Math.floor((phone * steps) / (PHONES + 1)));
}, 240_000);

test("CRASH-05 a CUG is opened whole, with its title and template, or not at all", async () => {
  const document = await world.ask<string>("template");
  const looked = new Set([cug]);
  await everywhere(
    async (number) => await martin.engine.openCug({ title: `Opened ${number}`, templates: [document] }),
    async (number, promised) => {
      for (const { id } of (await martin.engine.cugs()).filter((one) => !looked.has(one.id))) {
        looked.add(id);
        await until(async () => ((await martin.engine.cug(id)).state === "open" && (await martin.engine.waiting(id)).length === 0 ? true : null));
        expect(await martin.engine.templates(id)).toHaveLength(1);
        // What screens show is what was stored last: it follows what the engine knows by one write.
        const titled = async () => (await martin.engine.items(id)).filter((item) => item.kind === "profile").length;
        await until(async () => ((await titled()) > 0 ? true : null));
        expect(await titled()).toBe(1);
      }
      const titles = (await martin.engine.cugs()).map((one) => one.title);
      expect(titles).not.toContain("");
      expect(new Set(titles).size).toBe(titles.length);
      if (promised) expect(titles).toContain(`Opened ${number}`);
    },
  );
}, 240_000);

test("in the end nothing was told that did not fit", async () => {
  expect((await martin.engine.alarms(cug)).map((alarm) => alarm.kind)).toEqual([]);
  const state = await settled();
  expect(state.alarms).toEqual([]);
});
