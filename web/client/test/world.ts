/** A real Python server with people on it, for live tests (`test/python/world_peer.py`). */

import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

import type { EngineEvent } from "../src/engine/api.ts";
import { Engine, type Platform } from "../src/engine/client.ts";
import { CookieJar } from "./cookies.ts";
import { PYTHON, ROOT } from "./python.ts";

export interface Shown {
  readonly seq: number;
  readonly kind: string;
  readonly standing: string;
  readonly sender: string;
  readonly reason: string;
  readonly text: string;
  readonly answers: Record<string, unknown>;
  readonly errors: string[];
}

export interface PeerState {
  readonly state: string;
  readonly epoch: number;
  readonly authenticator: string;
  readonly last_seq: number;
  readonly head_hash: string;
  readonly members: [string, string, string[]][];
  readonly alarms: string[];
  readonly items: Shown[];
}

export class World {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #said = "";
  #last: Promise<unknown> = Promise.resolve();
  url = "";

  private constructor(script: string) {
    this.#process = spawn(PYTHON, [resolve(import.meta.dirname, "python", script)], {
      cwd: ROOT,
      env: { ...process.env, PYTHONPATH: ROOT },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#process.stderr!.on("data", (data: Buffer) => (this.#said = (this.#said + data.toString()).slice(-4000)));
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /** `script` of test/python leads the Python side. */
  static async found(script = "world_peer.py"): Promise<World> {
    const world = new World(script);
    world.url = (await world.#answer()) as string;
    return world;
  }

  /** One request after the other. */
  ask<T>(what: string, asked: Record<string, unknown> = {}): Promise<T> {
    const mine = this.#last.then(() => {
      this.#process.stdin!.write(`${JSON.stringify({ do: what, ...asked })}\n`);
      return this.#answer();
    });
    this.#last = mine.catch(() => undefined);
    return mine as Promise<T>;
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.#process.once("exit", done));
    this.#process.stdin!.end();
    await ended;
  }

  async #answer(): Promise<unknown> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error(`the Python side ended: ${this.#said}`);
      if (!value.startsWith("{")) continue;
      const answer = JSON.parse(value) as { ok?: unknown; refused?: string };
      if (answer.refused !== undefined) throw new Error(`refused: ${answer.refused}`);
      return answer.ok;
    }
  }
}

export interface Browser {
  readonly engine: Engine;
  readonly events: EngineEvent[];
  readonly jar: CookieJar;
}

/** An engine as a browser's worker has it, on the database `name`. */
export function browser(name: string, changes: Partial<Platform> = {}, Socket = WebSocket, jar = new CookieJar()): Browser {
  const events: EngineEvent[] = [];
  const cost = { opsLimit: 1, memoryBytes: 8192 };
  const platform = { name, cost, ...changes, fetch: jar.fetch(changes.fetch), openSocket: jar.openSocket(Socket) };
  return { engine: new Engine(platform, (event) => events.push(event)), events, jar };
}

/** Resolves with what `look` gives once that is not null. */
export async function until<T>(look: () => Promise<T | null> | T | null, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
    await new Promise((done) => setTimeout(done, 30));
  }
}
