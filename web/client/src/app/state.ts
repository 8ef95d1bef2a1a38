/** What the whole app knows: the engine's status, the list of CUGs, where one is, what just happened. */

import { batch, computed, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import { type CugSummary, EngineError, type EngineApi, type EngineEvent, type Status } from "../engine/api.ts";
import { errorText } from "../i18n/index.ts";
import { eachFrame } from "./pace.ts";
import { Room } from "./room.ts";
import { parseRoute, type Route, sheetInLink, writeRoute } from "./route.ts";
import { askToKeep } from "./storage.ts";

export interface Toast {
  readonly id: number;
  readonly kind: "stored" | "failed";
  readonly text: string;
}

const TOAST_MS = 6_000;

export class App {
  readonly status = signal<Status | null>(null);
  readonly cugs = signal<ReadonlyMap<string, CugSummary> | null>(null);
  readonly route = signal<Route>(parseRoute(location.hash));
  readonly toasts = signal<readonly Toast[]>([]);
  /** The sheet that a link brought, until it is used. */
  readonly sheet = signal<string | null>(null);
  readonly room = signal<Room | null>(null);
  readonly unread = computed(() => [...(this.cugs.value?.values() ?? [])].filter((cug) => cug.unread > 0).length);
  readonly #rooms = new Map<string, Room>();
  #toasted = 0;

  constructor(readonly engine: EngineApi) {}

  async start(): Promise<void> {
    this.#takeAddress();
    addEventListener("hashchange", () => this.#takeAddress());
    this.engine.subscribe((event) => {
      if (event.type === "status") void this.#takeStatus(event.status);
      else this.#show(event);
    });
    await this.#takeStatus(await this.engine.status());
  }

  go(route: Route): void {
    location.hash = writeRoute(route);
  }

  say(kind: Toast["kind"], text: string): void {
    const toast = { id: ++this.#toasted, kind, text };
    this.toasts.value = [...this.toasts.value, toast];
    if (kind === "stored") setTimeout(() => this.dismiss(toast.id), TOAST_MS);
  }

  dismiss(id: number): void {
    this.toasts.value = this.toasts.value.filter((toast) => toast.id !== id);
  }

  /** Do something that the engine may refuse; a refusal is said aloud. Gives whether it was done. */
  async attempt(doing: () => Promise<unknown>, done?: string): Promise<boolean> {
    try {
      await doing();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.say("failed", errorText(error));
      return false;
    }
    if (done !== undefined) this.say("stored", done);
    return true;
  }

  readonly #show = eachFrame<EngineEvent>((events) => batch(() => events.forEach((event) => this.#take(event))));

  #take(event: EngineEvent): void {
    if (event.type === "cug") this.cugs.value = new Map(this.cugs.value ?? []).set(event.cug.id, event.cug);
    for (const room of this.#rooms.values()) room.take(event);
  }

  async #takeStatus(status: Status): Promise<void> {
    const before = this.status.value?.profile;
    const { tabGone, ...plain } = status;
    // Of no news to one who had nothing open.
    this.status.value = tabGone === true && before === "open" ? status : plain;
    if (status.profile === before) return;
    if (status.profile === "open") {
      void askToKeep();
      this.cugs.value = new Map((await this.engine.cugs()).map((cug) => [cug.id, cug]));
      this.#enterRoom();
    } else {
      this.#rooms.clear();
      this.room.value = null;
      this.cugs.value = null;
    }
  }

  #takeAddress(): void {
    const sheet = sheetInLink(location.hash);
    if (sheet !== null) {
      this.sheet.value = sheet;
      history.replaceState(null, "", location.pathname);
    }
    this.route.value = parseRoute(location.hash);
    this.#enterRoom();
  }

  #enterRoom(): void {
    const route = this.route.value;
    const cugId = "cugId" in route ? route.cugId : null;
    if (cugId === null || this.status.value?.profile !== "open") {
      if (cugId === null) this.room.value = null;
      return;
    }
    if (this.room.value?.cugId === cugId) return;
    const room = this.#rooms.get(cugId) ?? new Room(this.engine, cugId);
    this.#rooms.set(cugId, room);
    this.room.value = room;
    void this.attempt(() => room.load(this.cugs.value?.get(cugId)?.unread)).then((found) => {
      if (!found) this.#rooms.delete(cugId);
    });
  }
}

const Context = createContext<App | null>(null);
export const AppProvider = Context.Provider;

export function useApp(): App {
  const app = useContext(Context);
  if (app === null) throw new Error("outside AppProvider");
  return app;
}
