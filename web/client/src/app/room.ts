/** One open room: what is on the screen of a CUG, kept up to date by the engine's events. */

import { computed, signal } from "@preact/signals";

import { type Alarm, type CugView, type EngineApi, EngineError, type EngineEvent, type FileProgress, type Item, type Member, type PresenceView, type Safety, type TemplateView, type Waiting } from "../engine/api.ts";
import { type FormTemplate, readTemplate } from "../templates_forms/model.ts";
import type { People } from "../screens/people.ts";
import { mergeItems } from "./log.ts";
import { atMostEvery, nextFrame, type Schedule, Slices } from "./pace.ts";

const PAGE = 100;
/** More than the tallest screen shows: half as much to draw before the room is there. */
const FIRST_PAGE = 50;
/** About a screen full: as much as may be drawn in one frame. */
const SCREEN = 30;
/** Members and safety are asked for again at most so often, however fast entries come. */
const VIEW_EVERY_MS = 500;
/** What has been read is noted on the device at most so often. */
const READ_EVERY_MS = 250;
/** The engine is told of typing at most so often. */
const TYPED_EVERY_MS = 1_000;
/** Entries held while one reads along at the newest; beyond, the oldest go, few at a time, and come again as one scrolls up. */
const MOST_HELD = 340;
const KEPT = 300;
/** Of more than so many that wait, as after a sleep, those that nobody will see are not drawn. */
const MOST_SLICED = 40;
/** While one reads further up, so many are held; what comes then waits for its page. */
const MOST_BELOW = 640;

export class Room {
  readonly view = signal<CugView | null>(null);
  readonly items = signal<readonly Item[] | null>(null);
  readonly isLoaded = computed(() => this.items.value !== null);
  readonly waiting = signal<readonly Waiting[]>([]);
  /** Of files, by their hash. */
  readonly progress = signal<ReadonlyMap<string, FileProgress>>(new Map());
  readonly templates = signal<ReadonlyMap<string, FormTemplate>>(new Map());
  readonly safety = signal<Safety | null>(null);
  readonly alarms = signal<readonly Alarm[]>([]);
  readonly presence = signal<PresenceView>({ present: null, writing: [] });
  readonly onLine = computed<ReadonlySet<string>>(() => new Set(this.presence.value.present));
  /** Whether older entries may be there, and whether the newest is among `items`. */
  readonly hasOlder = signal(false);
  readonly atNewest = signal(true);
  /** What had been read when the room was entered: where the unread line stands. */
  readonly readSeq = signal(0);
  readonly #roster = computed<readonly Member[]>(() => this.view.value?.members ?? []);
  readonly #others = computed(() => this.view.value?.others ?? []);
  /** Members, and who was one. */
  readonly people = computed<People>(() => new Map([...this.#others.value, ...this.#roster.value].map((person) => [person.officerId, person])));
  /** Whether the reader is at the newest entry, so that older ones may go. */
  following = true;
  readonly #engine: EngineApi;
  /** Entries that are not shown yet: they come in hundreds, and are drawn some at a time. */
  readonly #coming: Slices<Item>;
  #typedMs = -Infinity;
  /** What came while the room was being loaded. */
  #early: Item[] = [];

  constructor(
    engine: EngineApi,
    readonly cugId: string,
    schedule: Schedule = nextFrame,
  ) {
    this.#engine = engine;
    this.#coming = new Slices((some) => this.#append(some), schedule, () => (this.following ? MOST_SLICED : Infinity));
  }

  /** Everything that the room shows, from what is on this device; `unread` entries and what stands before them. */
  async load(unread = 0): Promise<void> {
    // Entered again: what was read since is not marked as new while the rest comes.
    if (this.view.value !== null) this.readSeq.value = this.view.value.readSeq;
    const [view, items, waiting, templates, alarms] = await Promise.all([
      this.#engine.cug(this.cugId),
      this.#engine.items(this.cugId, { limit: unread < FIRST_PAGE / 2 ? FIRST_PAGE : PAGE }),
      this.#engine.waiting(this.cugId),
      this.#engine.templates(this.cugId),
      this.#engine.alarms(this.cugId),
    ]);
    this.view.value = view;
    this.readSeq.value = view.readSeq;
    this.waiting.value = waiting;
    this.alarms.value = alarms;
    this.#takeTemplates(templates);
    this.#show(items, true);
    this.#arrive(this.#early.splice(0));
  }

  async loadSafety(): Promise<void> {
    this.safety.value = await this.#engine.safety(this.cugId);
  }

  /** Ask who is on line and who types, while the room is looked at. */
  async attend(): Promise<void> {
    await whileOpen(async () => {
      this.presence.value = await this.#engine.attend(this.cugId);
    });
  }

  /** One types here. Never said afterwards: what was typed may have been sent by then. */
  typed(): void {
    if (performance.now() - this.#typedMs < TYPED_EVERY_MS) return;
    this.#typedMs = performance.now();
    void whileOpen(() => this.#engine.typing(this.cugId));
  }

  async loadOlder(): Promise<void> {
    const first = this.items.value?.[0];
    if (first === undefined) return;
    const older = await this.#engine.items(this.cugId, { before: first.seq, limit: PAGE });
    this.hasOlder.value = older.length === PAGE;
    this.items.value = mergeItems(this.items.value ?? [], older);
  }

  async loadNewer(): Promise<void> {
    const last = this.items.value?.at(-1);
    if (last === undefined || this.atNewest.value) return;
    const newer = await this.#engine.items(this.cugId, { after: last.seq, limit: PAGE });
    this.atNewest.value = newer.length < PAGE;
    this.items.value = mergeItems(this.items.value ?? [], newer);
  }

  async jumpToNewest(): Promise<void> {
    this.#show(await this.#engine.items(this.cugId, { limit: PAGE }), true);
  }

  /** Show what was stored at that time; gives the seq of the first entry since. */
  async jumpTo(atMs: number): Promise<number> {
    const seq = await this.#engine.seqAt(this.cugId, atMs);
    const items = await this.#engine.items(this.cugId, { after: seq - 1, limit: PAGE });
    if (items.length < PAGE) await this.jumpToNewest();
    else this.#show(items, false);
    return seq;
  }

  /** All that is shown has been seen. */
  markRead(): void {
    const last = this.items.value?.at(-1);
    const view = this.view.value;
    if (last === undefined || view === null || last.seq <= view.readSeq) return;
    this.view.value = { ...view, readSeq: last.seq };
    this.#noteRead();
  }

  readonly #noteRead = atMostEvery(READ_EVERY_MS, () => whileOpen(() => this.#engine.markRead(this.cugId, this.view.value?.readSeq ?? 0)));

  take(event: EngineEvent): void {
    if (event.type === "status" || (event.type === "cug" ? event.cug.id : event.cugId) !== this.cugId) return;
    switch (event.type) {
      case "cug":
        if (this.view.value === null) return;
        this.view.value = { ...this.view.value, ...event.cug, readSeq: Math.max(this.view.value.readSeq, event.cug.readSeq) };
        this.#refresh();
        return;
      case "items":
        if (this.items.value !== null) this.#arrive(event.items);
        else this.#early.push(...event.items);
        return;
      case "waiting":
        this.waiting.value = event.waiting;
        return;
      case "members":
        this.#refresh();
        return;
      case "file":
        this.progress.value = new Map(this.progress.value).set(event.progress.hash, event.progress);
        return;
      case "presence":
        this.presence.value = event.presence;
        return;
      case "alarm":
        this.alarms.value = [...this.alarms.value, event.alarm];
    }
  }

  #arrive(arrived: readonly Item[]): void {
    if (arrived.some((item) => item.kind === "template")) void this.#engine.templates(this.cugId).then((found) => this.#takeTemplates(found));
    const held = this.items.value ?? [];
    const known = new Set(held.map((item) => item.seq));
    this.items.value = mergeItems(held, arrived.filter((item) => known.has(item.seq)));
    const last = this.atNewest.value ? Infinity : (held.at(-1)?.seq ?? 0);
    // What opens further up comes with its page: between it and what is shown there would be a gap that nothing fills.
    const first = this.hasOlder.value && held.length >= SCREEN ? held[0]!.seq : 0;
    this.#coming.take(arrived.filter(({ seq }) => !known.has(seq) && seq >= first && seq <= last));
  }

  #append(some: readonly Item[]): void {
    const merged = mergeItems(this.items.value ?? [], some);
    const crowded = this.following && merged.length > MOST_HELD;
    this.items.value = crowded ? merged.slice(-KEPT) : merged;
    if (crowded) this.hasOlder.value = true;
    if (this.following || merged.length <= MOST_BELOW) return;
    this.atNewest.value = false;
    this.#coming.drop();
  }

  readonly #refresh = atMostEvery(VIEW_EVERY_MS, () => whileOpen(() => this.#refreshView()));

  async #refreshView(): Promise<void> {
    const view = await this.#engine.cug(this.cugId);
    const before = this.view.value;
    // The same list again draws nothing again.
    const members = before !== null && sameMembers(before.members, view.members) ? before.members : view.members;
    const others = before !== null && before.others.length === view.others.length ? before.others : view.others;
    this.view.value = { ...view, members, others, readSeq: Math.max(before?.readSeq ?? 0, view.readSeq) };
    if (this.safety.value !== null) await this.loadSafety();
  }

  #show(items: readonly Item[], newest: boolean): void {
    this.#coming.drop();
    this.items.value = items;
    this.atNewest.value = newest;
    this.hasOlder.value = items.length > 0 && items[0]!.seq > 1;
  }

  #takeTemplates(found: readonly TemplateView[]): void {
    this.templates.value = new Map(found.map((view) => [view.hash, readTemplate(view.hash, view.document)]));
  }
}

/** A profile that was locked meanwhile, or is full, refuses; what was asked of it by a person says so, this need not. */
async function whileOpen(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}

function sameMembers(some: readonly Member[], others: readonly Member[]): boolean {
  return some.length === others.length && some.every((one, at) => sameMember(one, others[at]!));
}

function sameMember(one: Member, other: Member): boolean {
  const { devices, displayName, officerId, role } = one;
  return (
    officerId === other.officerId && displayName === other.displayName && role === other.role && devices.join() === other.devices.join()
  );
}
