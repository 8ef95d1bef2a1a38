/** All records of a group that this device holds, of which tables, figures and chains are made; kept up to date. */

import { signal } from "@preact/signals";

import type { EngineApi, EngineEvent, Item } from "../engine/api.ts";
import { type FormItem, isForm, newest } from "./newest.ts";
import { atMostEvery } from "./pace.ts";

const PAGE = 1_000;
/** What is made of all records is made again at most so often, however fast they come. */
const SHOWN_EVERY_MS = 500;

export class Records {
  /** In their newest version, in the order of the log; null before the first reading is done. */
  readonly all = signal<readonly FormItem[] | null>(null);
  readonly #engine: EngineApi;
  /** Every version, by seq. */
  readonly #forms = new Map<number, FormItem>();
  #read = false;

  constructor(
    engine: EngineApi,
    readonly cugId: string,
  ) {
    this.#engine = engine;
  }

  /** Take what comes from now on; the answer ends that. */
  follow(): () => void {
    return this.#engine.subscribe((event) => this.#take(event));
  }

  /** Everything that is on this device, read once more: something may have opened since. */
  async load(): Promise<void> {
    let after = 0;
    for (;;) {
      const page = await this.#engine.items(this.cugId, { after, limit: PAGE });
      this.#keep(page);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      after = last.seq;
    }
    this.#read = true;
    this.#show();
  }

  #take(event: EngineEvent): void {
    if (event.type !== "items" || event.cugId !== this.cugId) return;
    if (this.#keep(event.items) && this.#read) this.#showSoon();
  }

  #keep(items: readonly Item[]): boolean {
    const forms = items.filter(isForm);
    for (const form of forms) this.#forms.set(form.seq, form);
    return forms.length > 0;
  }

  #show(): void {
    this.all.value = newest([...this.#forms.values()].sort((one, other) => one.seq - other.seq));
  }

  readonly #showSoon = atMostEvery(SHOWN_EVERY_MS, async () => this.#show());
}
