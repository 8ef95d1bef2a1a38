/** From an open profile to a live session: signs in, proves the device, connects, and again whenever that breaks. */

import { DomainError } from "../crypto/errors.ts";
import type { Profile } from "../store/profile.ts";
import type { ClientFrame } from "../wire/frames.ts";
import { readAccount } from "./account_row.ts";
import type * as screen from "./api.ts";
import type { ServerClock } from "./clock.ts";
import { requireDeployment } from "./enrol.ts";
import { ServerRefused, WrongDeployment } from "./errors.ts";
import type { Api } from "./http.ts";
import type { AccountRow } from "./model.ts";
import { signInAgain } from "./password_change.ts";
import { bindSession, learnChain } from "./registration.ts";
import { handBackOwnList } from "./revocations.ts";
import { type Handler, type OpenSocket, Session, backoffSeconds } from "./session.ts";
import { uploadInner } from "./vault_sync.ts";

const NOT_SIGNED_IN = "accounts.not_signed_in";
/** An account or device that the server refuses would be refused again. */
const FOR_GOOD: ReadonlySet<string> = new Set(["accounts.sign_in_refused", "accounts.not_allowed", "accounts.device_revoked"]);

export interface ConnectionOwner {
  /** What must be done over HTTP before the live session, with the device's session bound. */
  prepare(row: AccountRow): Promise<void>;
  report(state: screen.ConnectionState, failure: DomainError | null): void;
}

export class Connection {
  readonly #profile: Profile;
  readonly #api: Api;
  readonly #clock: ServerClock;
  readonly #openSocket: OpenSocket;
  readonly #handler: Handler;
  readonly #owner: ConnectionOwner;
  #session: Session | null = null;
  /** Whether this browser may have a session of the account: else there is no use in asking. */
  #signedIn: boolean;
  #stopped = false;
  #running = false;
  #wakeUp: (() => void) | null = null;

  constructor(profile: Profile, api: Api, clock: ServerClock, openSocket: OpenSocket, handler: Handler, owner: ConnectionOwner, signedIn: boolean) {
    this.#profile = profile;
    this.#api = api;
    this.#clock = clock;
    this.#openSocket = openSocket;
    this.#handler = handler;
    this.#owner = owner;
    this.#signedIn = signedIn;
  }

  get isOnline(): boolean {
    return this.#session?.isConnected === true;
  }

  start(): void {
    if (!this.#running) void this.#run();
  }

  /** Resolves when the session at the server has ended too, or the server cannot be told. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#session?.stop();
    this.#wakeUp?.();
    try {
      await this.#api.signOut();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error; // without a line the cookie stays until the next sign-in
    }
  }

  /** Try now instead of waiting; also after a refusal. */
  hurry(): void {
    if (this.#session !== null && !this.#session.hasEnded) return this.#session.hurry();
    this.#wakeUp?.();
    this.start();
  }

  /** The browser says that its network came or went. */
  networkChanged(there: boolean): void {
    if (!there) this.#session?.lineGone();
    else if (!this.isOnline) this.hurry();
  }

  send(frame: ClientFrame): void {
    this.#session?.send(frame);
  }

  /** Until the session has been started once; from then on it keeps itself alive. */
  async #run(): Promise<void> {
    this.#running = true;
    for (let attempt = 0; !this.#stopped; attempt++) {
      this.#owner.report("connecting", null);
      try {
        await this.#begin();
        break;
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        if (this.#stopped) break;
        const final = isRefusedForGood(error);
        this.#owner.report(final ? "refused" : "waiting", error);
        if (final) break;
        await this.#wait(backoffSeconds(attempt));
      }
    }
    this.#running = false;
  }

  async #begin(): Promise<void> {
    const row = await this.#signIn();
    if (row.kind !== "officer") {
      await handBackOwnList(this.#api, this.#profile);
      this.#owner.report("online", null); // secretariat and contact points take no part in CUGs
      return;
    }
    const certified = row.chain.length > 0 ? row : await learnChain(this.#api, this.#profile, this.#clock);
    await bindSession(this.#api, certified);
    await this.#owner.prepare(certified);
    if (this.#stopped) return;
    this.#session?.stop();
    const renew = () => this.#renewIfEnded();
    const report = this.#owner.report.bind(this.#owner);
    this.#session = new Session(this.#api.serverUrl, renew, this.#handler, this.#openSocket, report);
    this.#session.start();
  }

  /** A session that holds; pins the deployment first. */
  async #signIn(): Promise<AccountRow> {
    const row = await readAccount(this.#profile);
    this.#clock.learn((await requireDeployment(this.#api, row)).serverTimeMs);
    await this.#hold(row);
    await uploadInner(this.#api, this.#profile);
    return await readAccount(this.#profile);
  }

  async #hold(row: AccountRow): Promise<void> {
    if (this.#signedIn && (await this.#holds(row))) return;
    await signInAgain(this.#api, this.#profile);
    this.#signedIn = true;
  }

  /** Whether the browser's session is of this account and device. */
  async #holds(row: AccountRow): Promise<boolean> {
    try {
      const { account, deviceId } = await this.#api.session();
      return account === row.account && (deviceId === null || deviceId === row.deviceId);
    } catch (error) {
      if (!(error instanceof ServerRefused) || error.serverCode !== NOT_SIGNED_IN) throw error;
      return false;
    }
  }

  async #renewIfEnded(): Promise<void> {
    const row = await readAccount(this.#profile);
    await this.#hold(row);
    await bindSession(this.#api, row);
  }

  #wait(seconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, seconds * 1000);
      this.#wakeUp = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}

function isRefusedForGood(error: DomainError): boolean {
  return error instanceof WrongDeployment || (error instanceof ServerRefused && FOR_GOOD.has(error.serverCode));
}
