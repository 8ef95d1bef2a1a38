/**
 * The engine's front: one account at a time, its session, its CUGs (twin of `cencomm.client.api`).
 *
 *     absent ──enrol / signInNewDevice / recover──> open <──unlock── locked
 *                                                    │ └────lock────> ^
 *                                                    └── connects by itself, and again whenever the line breaks
 *
 * Several accounts may have a profile in this browser; `absent` and `locked` are about all of them.
 */

import { fromHex, toHex } from "../crypto/bytes.ts";
import { forgetSigningKeys } from "../crypto/primitives.ts";
import { ProfileAbsent, ProfileExists, ProfileLocked } from "../store/errors.ts";
import { Profile } from "../store/profile.ts";
import { type Listed, Profiles } from "../store/profiles.ts";
import { readAccount } from "./account_row.ts";
import type * as api from "./api.ts";
import type { Cug } from "./cug.ts";
import { type Place, type Typed, enrol, recover, signInNewDevice } from "./enrol.ts";
import { UnknownGroup } from "./errors.ts";
import { Api } from "./http.ts";
import { type Proof, isSheet, parseProof, parseSheetOnly, readProof, requireOwnServer, wayOf } from "./proofs.ts";
import type { OpenSocket } from "./session.ts";
import { errorView } from "./crossing.ts";
import { accountView } from "./views.ts";
import { type Audience, type ConnectionReport, Workplace } from "./workplace.ts";

/** What the platform gives: where profiles lie (`name` begins their databases' names), and how sockets open. */
export interface Platform extends Place {
  /** Of the page, which can speak to no other server. */
  readonly origin?: string;
  readonly openSocket: OpenSocket;
}

const OFFLINE: ConnectionReport = { state: "offline", failure: null };

/** Use one for each browser; `emit` is told what happens. */
export class Engine implements api.EngineCalls {
  readonly #platform: Platform;
  readonly #emit: (event: api.EngineEvent) => void;
  readonly #profiles: Profiles;
  #known: readonly Listed[] | null = null;
  #work: Workplace | null = null;
  #report: ConnectionReport = OFFLINE;
  #said = "";

  constructor(platform: Platform, emit: (event: api.EngineEvent) => void) {
    this.#platform = platform;
    this.#profiles = new Profiles(platform.name);
    this.#emit = emit;
  }

  // -------------------------------------------------------------- account and session

  async status(): Promise<api.Status> {
    const known = (this.#known ??= await this.#profiles.list());
    const work = this.#work;
    return {
      profile: work !== null ? "open" : known.length > 0 ? "locked" : "absent",
      connection: this.#report.state,
      error: this.#report.failure === null ? null : errorView(this.#report.failure),
      account: work === null ? null : accountView(work.account),
      known: known.map(({ id, account, displayName, serverUrl }) => ({ id, account, displayName, serverUrl })),
      waiting: work?.waiting ?? 0,
    };
  }

  async readCode(text: string): Promise<api.CodeView> {
    const proof = readProof(text);
    requireOwnServer(proof, this.#platform.origin);
    const { account, displayName, serverUrl, deploymentId } = proof;
    const said = { kind: isSheet(proof) ? "sheet" : "device_code", account, displayName, serverUrl } as const;
    const id = this.#profiles.idOf(deploymentId, account);
    if (await this.#has(id)) return { ...said, way: "here", known: id };
    return { ...said, way: await wayOf(proof, new Api(serverUrl, this.#platform.fetch)), known: "" };
  }

  async enrol(sheetText: string, password: string, device: string): Promise<api.Account> {
    return await this.#become(enrol, { proof: parseSheetOnly(sheetText), password, device });
  }

  async signInNewDevice(codeText: string, password: string, device: string): Promise<api.Account> {
    return await this.#become(signInNewDevice, { proof: parseProof(codeText), password, device });
  }

  async recover(sheetText: string, newPassword: string, device: string): Promise<api.Account> {
    return await this.#become(recover, { proof: parseSheetOnly(sheetText), password: newPassword, device });
  }

  async #become<P extends Proof>(way: (place: Place, typed: Typed<P>) => Promise<Profile>, typed: Typed<P>): Promise<api.Account> {
    if (this.#work !== null) throw new ProfileExists();
    const { proof } = typed;
    requireOwnServer(proof, this.#platform.origin);
    const id = this.#profiles.idOf(proof.deploymentId, proof.account);
    if (await this.#has(id)) throw new ProfileExists();
    const { account, displayName, serverUrl } = proof;
    await this.#profiles.put({ id, account, displayName, serverUrl, usedMs: Date.now() });
    try {
      return await this.#open(await way({ ...this.#platform, name: id }, typed), true);
    } catch (error) {
      await this.#profiles.list(); // what has no profile goes
      throw error;
    }
  }

  async unlock(password: string, id?: string): Promise<api.Account> {
    if (this.#work !== null) return accountView(this.#work.account);
    const known = await this.#profiles.list();
    const wanted = id === undefined ? known[0] : known.find((one) => one.id === id);
    if (wanted === undefined) throw new ProfileAbsent();
    const profile = await Profile.open(wanted.id, password);
    await this.#profiles.put({ ...wanted, usedMs: Date.now() });
    return await this.#open(profile, false);
  }

  async forget(id: string): Promise<void> {
    if (this.#work !== null) throw new ProfileExists();
    if (!(await this.#has(id))) throw new ProfileAbsent();
    await this.#profiles.forget(id);
    this.#known = null;
    await this.#tellStatus();
  }

  async deviceCode(password: string): Promise<string> {
    return await this.#place.deviceCode(password);
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
    this.#known = null;
    await work.start();
    return accountView(work.account);
  }

  async lock(): Promise<void> {
    const work = this.#work;
    this.#work = null;
    this.#report = OFFLINE;
    this.#known = null;
    await work?.stop();
    forgetSigningKeys();
    await this.#tellStatus();
  }

  async connect(): Promise<void> {
    this.#place.hurry();
  }

  /** The browser says that its network came or went. */
  networkChanged(there: boolean): void {
    this.#work?.networkChanged(there);
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

  async isShown(): Promise<boolean> {
    return await this.#place.api.isShown();
  }

  async setShown(shown: boolean): Promise<void> {
    await this.#place.api.setShown(shown);
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

  async attend(cugId: string): Promise<api.PresenceView> {
    return this.#place.presence.attend(toHex(this.#cug(cugId).engine.cugId));
  }

  async typing(cugId: string): Promise<void> {
    this.#place.presence.typing(toHex(this.#cug(cugId).engine.cugId));
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

  async sendFiles(cugId: string, wanted: api.FilesWanted): Promise<string> {
    return await this.#cug(cugId).sendFiles(wanted);
  }

  async fetchFile(cugId: string, seq: number, index: number): Promise<api.FetchedFile> {
    return await this.#cug(cugId).fetchFile(seq, index);
  }

  async resend(cugId: string, clientRef: string): Promise<void> {
    await this.#cug(cugId).resend(clientRef);
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

  async recordExtent(cugId: string): Promise<api.RecordExtent> {
    return await this.#cug(cugId).recordExtent();
  }

  async extract(cugId: string, password: string, language: string): Promise<api.Extracted> {
    return await this.#cug(cugId).extract(password, language, (progress) => this.#emit({ type: "extraction", cugId, progress }));
  }

  async cancelExtraction(cugId: string): Promise<void> {
    this.#cug(cugId).cancelExtraction();
  }

  // -------------------------------------------------------------- inside

  async #has(id: string): Promise<boolean> {
    return (await this.#profiles.list()).some((one) => one.id === id);
  }

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
