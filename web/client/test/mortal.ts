/**
 * A browser that dies at a given step: from there on nothing of it is stored, sent or heard, as when a tab crashes.
 *
 * Its steps are the ends of its database transactions, before and after each: step 2n is just before the n-th is stored,
 * step 2n + 1 just after it, when nothing has come of it yet. Needs fake-indexeddb.
 */

import { type Browser, browser } from "./world.ts";
import type { Fetch } from "../src/engine/http.ts";
import type { CookieJar } from "./cookies.ts";

class Life {
  dead = false;
  begun = false;
  /** How many transactions were begun that write. */
  writes = 0;
  readonly sockets = new Set<WebSocket>();
  readonly died: Promise<void>;
  #tell: () => void = () => undefined;

  /** Dies at that step; a life without one counts its steps. */
  constructor(readonly lastStep: number) {
    this.died = new Promise((done) => (this.#tell = done));
  }

  die(): void {
    this.dead = true;
    for (const socket of this.sockets) socket.close();
    this.#tell();
  }
}

/** By what its databases' names begin with: who lives now; and whose each connection is. */
const living = new Map<string, Life>();
const lives = new WeakMap<IDBDatabase, Life>();

function lifeOf(database: string): Life | undefined {
  return [...living].find(([name]) => database === name || database.startsWith(`${name}-`))?.[1];
}

const begin = IDBDatabase.prototype.transaction;

IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...given: Parameters<typeof begin>) {
  const life = lives.get(this) ?? lifeOf(this.name);
  if (life !== undefined) lives.set(this, life);
  const made = begin.apply(this, given);
  if (given[1] !== "readwrite" || life === undefined) return made;
  if (!life.begun) return life.dead ? (made.abort(), made) : made;
  const step = 2 * life.writes++;
  if (step === life.lastStep) life.die();
  if (life.dead) made.abort();
  else if (step + 1 === life.lastStep) made.addEventListener("complete", () => life.die());
  return made;
};

export interface Mortal extends Browser {
  /** Steps so far. */
  readonly steps: number;
  readonly died: Promise<void>;
  readonly isDead: boolean;
  /** From here on steps are counted. */
  begin(): void;
  /** The tab is gone for the rest of the test. */
  bury(): void;
}

/** As `browser`; dies at `lastStep`, counted from `begin`. */
export function mortal(name: string, jar: CookieJar, lastStep = Infinity): Mortal {
  const life = new Life(lastStep);
  living.set(name, life);
  const asking: Fetch = async (url, options): Promise<Response> => {
    if (life.dead) return await new Promise<never>(() => undefined);
    const answer = await fetch(url, options);
    return life.dead ? await new Promise<never>(() => undefined) : answer;
  };
  const Socket = class extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      life.sockets.add(this);
      if (life.dead) this.close();
    }

    override send(data: Parameters<WebSocket["send"]>[0]): void {
      if (!life.dead) super.send(data);
    }
  };
  const made = browser(name, { fetch: asking }, Socket, jar);
  return {
    ...made,
    get steps() {
      return 2 * life.writes;
    },
    died: life.died,
    get isDead() {
      return life.dead;
    },
    begin: () => void (life.begun = true),
    bury: () => {
      life.die();
      void made.engine.lock().catch(() => undefined);
    },
  };
}
