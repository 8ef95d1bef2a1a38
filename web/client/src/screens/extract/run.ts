/** One extraction of a room, from the password to the file; it goes on while one looks at something else. */

import { signal } from "@preact/signals";

import type { Room } from "../../app/room.ts";
import { type EngineApi, EngineError, type Extracted, type ExtractionProgress } from "../../engine/api.ts";
import { language } from "../../i18n/index.ts";

/** `progress` is null while the archive is being opened. */
export type RunState =
  | { readonly at: "ready"; readonly error: EngineError | null }
  | { readonly at: "running"; readonly progress: ExtractionProgress | null }
  | { readonly at: "done"; readonly made: Extracted };

export class ExtractionRun {
  readonly state = signal<RunState>({ at: "ready", error: null });
  readonly #engine: EngineApi;
  readonly #cugId: string;

  constructor(engine: EngineApi, cugId: string) {
    this.#engine = engine;
    this.#cugId = cugId;
  }

  async start(password: string): Promise<void> {
    this.state.value = { at: "running", progress: null };
    const forget = this.#engine.subscribe((event) => {
      if (event.type === "extraction" && event.cugId === this.#cugId) this.state.value = { at: "running", progress: event.progress };
    });
    try {
      this.state.value = { at: "done", made: await this.#engine.extract(this.#cugId, password, language.value) };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.state.value = { at: "ready", error };
    } finally {
      forget();
    }
  }

  async cancel(): Promise<void> {
    await this.#engine.cancelExtraction(this.#cugId);
  }

  again(): void {
    this.state.value = { at: "ready", error: null };
  }
}

/** They go with their rooms, when the profile is locked. */
const runs = new WeakMap<Room, ExtractionRun>();

export function runOf(engine: EngineApi, room: Room): ExtractionRun {
  const run = runs.get(room) ?? new ExtractionRun(engine, room.cugId);
  runs.set(room, run);
  return run;
}
