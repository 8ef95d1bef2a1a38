/**
 * The engine's front: one profile, one account, one session, its CUGs (twin of `cencomm.client.api`).
 *
 *     absent ──enrol / signInNewDevice / recover──> open <──unlock── locked
 *                                                    │ └────lock────> ^
 *                                                    └── connects by itself, and again whenever the line breaks
 */

import { fromHex, toHex } from "../crypto/bytes.ts";
import { forgetSigningKeys } from "../crypto/primitives.ts";
import { ProfileAbsent, ProfileExists, ProfileLocked } from "../store/errors.ts";
import { Profile } from "../store/profile.ts";
import { readAccount } from "./account_row.ts";
import type * as api from "./api.ts";
import type { Cug } from "./cug.ts";
import { type Place, type Typed, enrol, recover, signInNewDevice } from "./enrol.ts";
import { UnknownGroup } from "./errors.ts";
import type { OpenSocket } from "./session.ts";
import { errorView } from "./crossing.ts";
import { accountView } from "./views.ts";
import { type Audience, type ConnectionReport, Workplace } from "./workplace.ts";

/** What the platform gives: where the profile lies, and how sockets open. */
export interface Platform extends Place {
  readonly openSocket: OpenSocket;
}

const OFFLINE: ConnectionReport = { state: "offline", failure: null };

/** Use one for each database; `emit` is told what happens. */
export class Engine implements api.EngineCalls {
  readonly #platform: Platform;
  readonly #emit: (event: api.EngineEvent) => void;
  #work: Workplace | null = null;
  #report: ConnectionReport = OFFLINE;
  #said = "";

  constructor(platform: Platform, emit: (event: api.EngineEvent) => void) {
    this.#platform = platform;
    this.#emit = emit;
  }

  // -------------------------------------------------------------- account and session

  async status(): Promise<api.Status> {
    const work = this.#work;
    const exists = work !== null || (await Profile.exists(this.#platform.name));
    return {
      profile: work !== null ? "open" : exists ? "locked" : "absent",
      connection: this.#report.state,
      error: this.#report.failure === null ? null : errorView(this.#report.failure),
      account: work === null ? null : accountView(work.account),
      waiting: work?.waiting ?? 0,
    };
  }

  enrol(sheetText: string, password: string, device: string): Promise<api.Account> {
    return this.#become(enrol, { sheetText, password, device });
  }

  signInNewDevice(sheetText: string, password: string, device: string): Promise<api.Account> {
    return this.#become(signInNewDevice, { sheetText, password, device });
  }

  recover(sheetText: string, newPassword: string, device: string): Promise<api.Account> {
    return this.#become(recover, { sheetText, password: newPassword, device });
  }

  async #become(way: (place: Place, typed: Typed) => Promise<Profile>, typed: Typed): Promise<api.Account> {
    if (this.#work !== null) throw new ProfileExists();
    return await this.#open(await way(this.#platform, typed), true);
  }

  async unlock(password: string): Promise<api.Account> {
    if (this.#work !== null) return accountView(this.#work.account);
    if (!(await Profile.exists(this.#platform.name))) throw new ProfileAbsent();
    return await this.#open(await Profile.open(this.#platform.name, password), false);
  }

  async #open(profile: Profile, signedIn: boolean): Promise<api.Account> {
    const audience: Audience = {
      report: (report) => {
        this.#report = report;
        void this.#tellStatus();
      },
      event: (event) => {
        this.#emit(event);
        if (event.type === "waiting") void this.#tellStatus();
      },
    };
    const work = new Workplace(profile, await readAccount(profile), this.#platform, audience, signedIn);
    this.#work = work;
    profile.onLost = () => void this.lock();
    await work.start();
    return accountView(work.account);
  }

  async lock(): Promise<void> {
    const work = this.#work;
    this.#work = null;
    this.#report = OFFLINE;
    await work?.stop();
    forgetSigningKeys();
    await this.#tellStatus();
  }

  async connect(): Promise<void> {
    this.#place.hurry();
  }

  async changePassword(old: string, replacement: string): Promise<void> {
    await this.#place.changePassword(old, replacement);
  }

  async directory(administration?: string): Promise<readonly api.DirectoryEntry[]> {
    return await this.#place.api.directory(administration);
  }

  async devices(): Promise<readonly api.DeviceView[]> {
    const devices = await this.#place.api.devices();
    return devices.map(({ deviceId, registeredAtMs, revoked }) => ({ deviceId, registeredAtMs, revoked }));
  }

  async revokeDevice(deviceId: string): Promise<void> {
    await this.#place.api.revokeDevice(deviceId);
  }

  // -------------------------------------------------------------- CUGs

  async cugs(): Promise<readonly api.CugSummary[]> {
    return this.#place.cugs().map((cug) => cug.summary());
  }

  async cug(cugId: string): Promise<api.CugView> {
    return await this.#cug(cugId).view();
  }

  async openCug(wanted: api.OpenCug): Promise<string> {
    return toHex((await this.#place.openCug(wanted)).engine.cugId);
  }

  async admit(cugId: string, officers: Readonly<Record<string, api.RoleName>>, acceptNewIdentity = false): Promise<void> {
    await this.#cug(cugId).admit(officers, acceptNewIdentity);
  }

  async remove(cugId: string, officerId: string): Promise<void> {
    await this.#cug(cugId).remove(officerId);
  }

  async leave(cugId: string, reason: string): Promise<void> {
    await this.#cug(cugId).leave(reason);
  }

  async close(cugId: string): Promise<void> {
    await this.#cug(cugId).close();
  }

  async startSuccessor(cugId: string): Promise<void> {
    await this.#cug(cugId).startSuccessor();
  }

  async items(cugId: string, page: api.PageWanted = {}): Promise<readonly api.Item[]> {
    return await this.#cug(cugId).items(page);
  }

  async seqAt(cugId: string, atMs: number): Promise<number> {
    return await this.#cug(cugId).seqAt(atMs);
  }

  async markRead(cugId: string, seq: number): Promise<void> {
    await this.#cug(cugId).markRead(seq);
  }

  async alarms(cugId: string): Promise<readonly api.Alarm[]> {
    return await this.#cug(cugId).alarms();
  }

  async safety(cugId: string): Promise<api.Safety> {
    return this.#cug(cugId).safety();
  }

  async sendText(cugId: string, wanted: api.TextWanted): Promise<string> {
    return await this.#cug(cugId).sendText(wanted);
  }

  async waiting(cugId: string): Promise<readonly api.Waiting[]> {
    return this.#cug(cugId).waiting();
  }

  async discard(cugId: string, clientRef: string): Promise<void> {
    await this.#cug(cugId).discard(clientRef);
  }

  async flush(cugId: string): Promise<void> {
    await this.#cug(cugId).flush();
  }

  async drafts(cugId: string): Promise<readonly api.Draft[]> {
    return await this.#cug(cugId).drafts();
  }

  async saveDraft(cugId: string, key: string, text: string, answers: api.Answers | null): Promise<void> {
    await this.#cug(cugId).saveDraft(key, text, answers);
  }

  async templates(cugId: string): Promise<readonly api.TemplateView[]> {
    return this.#cug(cugId).templates();
  }

  async publishTemplate(cugId: string, document: string): Promise<string> {
    return await this.#cug(cugId).publishTemplate(document);
  }

  async submit(cugId: string, wanted: api.FormWanted): Promise<string> {
    return await this.#cug(cugId).submit(wanted);
  }

  // -------------------------------------------------------------- inside

  /** Throws ProfileLocked. */
  get #place(): Workplace {
    if (this.#work === null) throw new ProfileLocked();
    return this.#work;
  }

  #cug(cugId: string): Cug {
    const found = this.#place.cug(fromHex(cugId));
    if (found === undefined) throw new UnknownGroup({ name: cugId });
    return found;
  }

  /** Says the status where it is another than was said last. */
  async #tellStatus(): Promise<void> {
    const status = await this.status();
    const said = JSON.stringify(status);
    if (said === this.#said) return;
    this.#said = said;
    this.#emit({ type: "status", status });
  }
}
