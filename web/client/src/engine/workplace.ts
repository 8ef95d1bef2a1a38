/** An open profile at work: its session, its engines and CUGs, and what is done now and then. */

import { toHex } from "../crypto/bytes.ts";
import { DomainError } from "../crypto/errors.ts";
import { CencommGroup, RosterEntry } from "../crypto/group_context.ts";
import type { Profile } from "../store/profile.ts";
import { encodeContent } from "../wire/content.ts";
import { type ClientFrame, type Notice, NoticeKind } from "../wire/frames.ts";
import { lookAhead } from "./ahead.ts";
import type * as screen from "./api.ts";
import { ServerClock, jittered, sleep } from "./clock.ts";
import { Connection, type ConnectionOwner } from "./connection.ts";
import { Cug } from "./cug.ts";
import { type Device, deviceOfAccount } from "./device.ts";
import { deviceCode } from "./device_codes.ts";
import type { Effect } from "./effects.ts";
import { CugEngine, LATER, type Observer } from "./engine.ts";
import { NotCertified, ServerRefused } from "./errors.ts";
import { Api, type Fetch } from "./http.ts";
import { newId } from "./ids.ts";
import { fetchWelcome } from "./joining.ts";
import { refillKeyPackages } from "./key_packages.ts";
import { Live } from "./live.ts";
import type { Touched } from "./memory.ts";
import { type AccountRow, tables } from "./model.ts";
import { requireSize } from "./outbox.ts";
import { changePassword } from "./password_change.ts";
import { Presence } from "./presence.ts";
import { fetchRevocations, refreshRevocations } from "./revocations.ts";
import type { OpenSocket } from "./session.ts";
import type { PasswordCost } from "../store/keys.ts";
import { hasBegun } from "./standing.ts";
import { publishable } from "./template.ts";
import { pullVault, pushVault } from "./vault_sync.ts";
import { Mutex } from "../store/lock.ts";
import { alarmView, itemView } from "./views.ts";

const UPKEEP_SECONDS = 5;
/** About twice a minute it is asked whether there are CUGs of which no notice has come; now and then, the rest. */
const TURNS_BETWEEN_LOOKS = 6;
const TURNS_BETWEEN_REFILLS = 120;
const VAULT_DELAY_SECONDS = 1;
const JOIN_SECONDS = 30;
/** Nothing is wrong with what was asked for: it is asked again with the next connection. */
const NOT_NOW: ReadonlySet<string> = new Set([...LATER, "accounts.not_signed_in"]);

export interface ConnectionReport {
  readonly state: screen.ConnectionState;
  readonly failure: DomainError | null;
}

/** Who is told. */
export interface Audience {
  report(report: ConnectionReport): void;
  event(event: screen.EngineEvent): void;
}

export interface Tools {
  readonly fetch?: Fetch;
  readonly cost?: PasswordCost;
  readonly openSocket: OpenSocket;
}

export class Workplace implements Observer {
  readonly api: Api;
  readonly presence: Presence;
  readonly #profile: Profile;
  readonly #tools: Tools;
  readonly #audience: Audience;
  readonly #clock = new ServerClock();
  readonly #engines = new Map<string, CugEngine>();
  readonly #cugs = new Map<string, Cug>();
  readonly #connection: Connection;
  readonly #vault = new Mutex();
  readonly #said = new Map<string, string>();
  #row: AccountRow;
  #device: Device | null = null;
  #stopped = false;
  #vaultWaiting = false;
  #owesKeyPackages = false;

  /** `signedIn`: whether a session was opened together with the profile. */
  constructor(profile: Profile, row: AccountRow, tools: Tools, audience: Audience, signedIn: boolean) {
    this.#profile = profile;
    this.#row = row;
    this.#tools = tools;
    this.#audience = audience;
    this.api = new Api(row.serverUrl, tools.fetch);
    this.presence = new Presence(
      (frame) => this.send(frame),
      (cugId, presence) => audience.event({ type: "presence", cugId, presence }),
    );
    const live = new Live(this.#engines, this.#clock, (notice) => this.#later(this.#heed(notice)), () => this.#ready(), this.presence);
    const owner: ConnectionOwner = {
      prepare: (account) => this.#prepare(account),
      report: (state, failure) => audience.report({ state, failure }),
    };
    this.#connection = new Connection(profile, this.api, this.#clock, tools.openSocket, live, owner, signedIn);
  }

  /** Bring back the CUGs that are known, then connect by itself. */
  async start(): Promise<void> {
    if (this.#row.chain.length > 0) await this.#becomeDevice(this.#row);
    this.#connection.start();
    void this.#upkeep();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.presence.stop();
    for (const engine of this.#engines.values()) engine.stop();
    await this.#connection.stop();
    await this.#profile.idle();
    this.#profile.close();
    for (const engine of this.#engines.values()) engine.wipe();
    wipe(this.#row);
    this.#device?.signatureSeed.fill(0);
  }

  get account(): AccountRow {
    return this.#row;
  }

  get waiting(): number {
    return [...this.#engines.values()].reduce((sum, engine) => sum + engine.memory.outbox.waiting, 0);
  }

  hurry(): void {
    this.#connection.hurry();
  }

  async deviceCode(password: string): Promise<string> {
    return (await deviceCode(this.api, this.#profile, password)).text();
  }

  networkChanged(there: boolean): void {
    this.#connection.networkChanged(there);
  }

  async changePassword(old: string, replacement: string): Promise<void> {
    await changePassword(this.api, this.#profile, old, replacement, this.#tools.cost);
  }

  // -------------------------------------------------------------- CUGs

  /** Oldest first. */
  cugs(): Cug[] {
    return [...this.#cugs.values()].sort((one, other) => one.engine.memory.row.openedMs - other.engine.memory.row.openedMs);
  }

  cug(cugId: Uint8Array): Cug | undefined {
    return this.#cugs.get(toHex(cugId));
  }

  /** With this officer as its organiser; publishes its title and templates. Throws NotCertified, RecordTooLarge, ServerRefused, ServerUnreachable. */
  async openCug(wanted: screen.OpenCug): Promise<Cug> {
    const device = this.#device;
    if (device === null) throw new NotCertified({ account: this.#row.account });
    const cugId = newId();
    const group = new CencommGroup({
      version: 0,
      cugId,
      startedAtMs: this.#clock.nowMs(),
      roster: [new RosterEntry(device.officerId, device.chain.identityKey, "organiser", device.archiveKey)],
      history: wanted.history ?? "full",
      revocations: [],
      predecessor: null,
    });
    const { title, operationCode = "", about = "", templates = [] } = wanted;
    const records = [
      encodeContent({ t: "profile", title, operationCode, about }),
      ...templates.map((document) => encodeContent({ t: "template", document: publishable(document).document })),
    ];
    for (const personal of records) requireSize({ personal });
    const cug = await this.#follow(device, cugId);
    await cug.engine.prepareStart(newId(), group, records);
    await this.#finishOpenings();
    for (const frame of await cug.engine.resume()) this.send(frame);
    await cug.engine.waitFor(() => cug.engine.memory.secret !== null, JOIN_SECONDS);
    await cug.flush();
    return cug;
  }

  async #follow(device: Device, cugId: Uint8Array): Promise<Cug> {
    const name = toHex(cugId);
    const known = this.#cugs.get(name);
    if (known !== undefined) return known;
    const engine = new CugEngine(cugId, device, this.#profile, this, this.#clock);
    const cug = new Cug(engine, { api: this.api, profile: this.#profile, openSocket: this.#tools.openSocket, later: (work) => this.#later(work), fileProgress: (progress) => this.#audience.event({ type: "file", cugId: name, progress }) });
    this.#engines.set(name, engine);
    this.#cugs.set(name, cug);
    await engine.reading();
    return cug;
  }

  async #becomeDevice(row: AccountRow): Promise<Device> {
    this.#row = row;
    const device = deviceOfAccount(row);
    this.#device = device;
    for (const known of await this.#profile.read().rows(tables.cugs)) await this.#follow(device, known.key);
    return device;
  }

  // -------------------------------------------------------------- connecting

  /** What precedes the live session, once signed in with a certified device. */
  async #prepare(row: AccountRow): Promise<void> {
    const device = this.#device === null ? await this.#becomeDevice(row) : this.#device;
    this.#row = row;
    // The vault before the groups: its keys open what is read ahead.
    await Promise.all([fetchRevocations(this.api, this.#profile, this.#clock), pullVault(this.api, this.#profile, this.#engines)]);
    await this.#discover(device);
    const canRead = [...this.#engines.values()].some(({ memory }) => memory.ahead !== null);
    if (canRead) this.#owesKeyPackages = true; // what others may need of him later does not keep him waiting
    else await refillKeyPackages(this.api, this.#profile, device, this.#clock);
    await this.#finishOpenings();
  }

  /** A fresh connection: what was missed or left undone while there was none. */
  #ready(): void {
    if (this.#device !== null) this.#later(this.#discover(this.#device));
    if (this.#device !== null && this.#owesKeyPackages) {
      this.#owesKeyPackages = false;
      this.#later(refillKeyPackages(this.api, this.#profile, this.#device, this.#clock));
    }
    this.#saveSoon();
  }

  /** CUGs that this officer came into while nobody listened: a notice is not said twice. */
  async #discover(device: Device): Promise<void> {
    for (const said of await this.api.cugs()) {
      const known = this.#engines.get(toHex(said.cugId));
      if (said.member && (known === undefined || known.memory.secret === null)) await this.#admitted(device, said.cugId, false);
    }
  }

  /** `anew`: the server says so, and a subscription from before may have ended; otherwise one that runs goes on. */
  async #admitted(device: Device, cugId: Uint8Array, anew: boolean): Promise<void> {
    const { engine } = await this.#follow(device, cugId);
    await fetchWelcome(engine, this.api, this.#profile);
    if (engine.isReplaying && !anew) return;
    await lookAhead(engine, this.api);
    if (!this.#connection.isOnline) return;
    for (const frame of await engine.resume()) this.send(frame);
  }

  /** First groups that may not have reached the server: the same bytes again are harmless. Throws ServerRefused. */
  async #finishOpenings(): Promise<void> {
    for (const engine of this.#engines.values()) {
      const { pending } = engine.memory;
      if (pending === null || !engine.opensCug(pending)) continue;
      try {
        await this.api.openCug(engine.cugId, pending.clientRef, pending.body);
      } catch (error) {
        if (error instanceof ServerRefused && !NOT_NOW.has(error.serverCode)) await this.#forget(engine);
        throw error;
      }
    }
  }

  /** A CUG that the server did not let begin. */
  async #forget(engine: CugEngine): Promise<void> {
    engine.stop();
    this.#engines.delete(toHex(engine.cugId));
    this.#cugs.delete(toHex(engine.cugId));
    await this.#profile.transaction((tx) => {
      tx.delete(tables.cugs, engine.cugId);
      for (const table of [tables.pending, tables.outbox, tables.alarms]) tx.clear(table(engine.cugId));
    });
  }

  async #heed(notice: Notice): Promise<void> {
    const device = this.#device;
    if (device === null) return;
    if (notice.kind === NoticeKind.ADMITTED && notice.cugId !== null) {
      await this.#admitted(device, notice.cugId, true);
    } else if (notice.kind === NoticeKind.KEY_PACKAGES_LOW) {
      await refillKeyPackages(this.api, this.#profile, device, this.#clock);
    } else if (notice.kind === NoticeKind.REVOCATIONS) {
      await fetchRevocations(this.api, this.#profile, this.#clock);
      for (const cug of this.#cugs.values()) this.#later(cug.duties.revoke());
    }
  }

  #saveSoon(): void {
    if (this.#vaultWaiting) return;
    this.#vaultWaiting = true;
    this.#later(this.#saveToVault());
  }

  async #saveToVault(): Promise<void> {
    await sleep(VAULT_DELAY_SECONDS);
    this.#vaultWaiting = false;
    if (!this.#stopped) await this.#vault.run(() => pushVault(this.api, this.#profile, this.#engines));
  }

  /** Nothing of it is urgent, all of it is safe to repeat. */
  async #upkeep(): Promise<void> {
    for (let turn = 1; !this.#stopped; turn++) {
      await sleep(jittered(UPKEEP_SECONDS));
      if (this.#stopped) return;
      for (const cug of this.#cugs.values()) {
        await quietly(cug.duties.keepUp());
        this.#later(cug.files.takeUp());
      }
      if (this.#device === null || !this.#connection.isOnline) continue;
      if (turn % TURNS_BETWEEN_LOOKS === 0) await quietly(this.#look(this.#device));
      if (turn % TURNS_BETWEEN_REFILLS === 0) await quietly(this.#refill(this.#device));
    }
  }

  async #look(device: Device): Promise<void> {
    for (const said of await this.api.cugs()) {
      if (said.member && !this.#engines.has(toHex(said.cugId))) await this.#admitted(device, said.cugId, false);
    }
  }

  async #refill(device: Device): Promise<void> {
    await refreshRevocations(this.api, this.#profile, this.#clock);
    await refillKeyPackages(this.api, this.#profile, device, this.#clock);
  }

  #later(work: Promise<unknown>): void {
    void quietly(work);
  }

  // -------------------------------------------------------------- what engines tell

  send(frame: ClientFrame): void {
    this.#connection.send(frame);
  }

  effects(engine: CugEngine, effects: readonly Effect[]): void {
    const duties = this.#cugs.get(toHex(engine.cugId))?.duties;
    for (const effect of effects) {
      if (effect.effect === "save_to_vault") this.#saveSoon();
      else if (duties !== undefined) this.#later(duties.takeUp(effect));
    }
  }

  touched(engine: CugEngine, touched: Touched): void {
    const cugId = toHex(engine.cugId);
    const cug = this.#cugs.get(cugId);
    if (cug === undefined || this.#stopped) return;
    const { memory } = engine;
    if (!hasBegun(memory)) return;
    const items = touched.items.map((row) => itemView(row, memory.device.officerId));
    if (items.length > 0) this.#audience.event({ type: "items", cugId, items });
    this.presence.said(cugId, items.map(({ officerId }) => officerId));
    for (const row of touched.alarms) this.#audience.event({ type: "alarm", cugId, alarm: alarmView(row) });
    if (memory.outbox.changed) {
      memory.outbox.changed = false;
      this.#audience.event({ type: "waiting", cugId, waiting: cug.waiting() });
    }
    if (touched.members) {
      this.#later(cug.members().then((members) => this.#audience.event({ type: "members", cugId, members })));
    }
    const summary = cug.summary();
    const said = JSON.stringify(summary);
    if (this.#said.get(cugId) === said) return;
    this.#said.set(cugId, said);
    this.#audience.event({ type: "cug", cug: summary });
  }
}

/** Overwrite every secret of the account that is in memory. */
function wipe(row: AccountRow): void {
  for (const secret of [row.accountKey, row.authenticationKey, row.nextAuthenticationKey, row.vaultKey, row.deviceSeed]) secret.fill(0);
}

/** Work for which nobody waits: a refusal or a broken line is tried again by upkeep or the next connection. */
async function quietly(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

