/** One closed user group, as screens see it: members, sending, reading, alarms. */

import { equal, fromHex, fromUtf8, toHex, utf8 } from "../crypto/bytes.ts";
import { Closing } from "../crypto/events.ts";
import { MAX_FILE_BYTES, sealedLength } from "../crypto/files.ts";
import { CencommGroup, mayExtract } from "../crypto/group_context.ts";
import { deviceOf } from "../crypto/policy.ts";
import type { Profile } from "../store/profile.ts";
import { type Answers, encodeContent } from "../wire/content.ts";
import { Membership } from "./admit.ts";
import type * as api from "./api.ts";
import { Committer, requireMember } from "./committer.ts";
import { Duties } from "./duties.ts";
import type { CugEngine } from "./engine.ts";
import { ExtractionUnderWay, FormInvalid, GroupClosed, MayNotExtract, NoAttachment, NotMember, SendRefused, ServerRefused, TemplateUnknown, TemplateVersionTaken } from "./errors.ts";
import { Files } from "./files.ts";
import { judge } from "./forms.ts";
import type { Api } from "./http.ts";
import { administrationOf, newId, officerOf } from "./ids.ts";
import { startSuccessor } from "./joining.ts";
import { isUnreadKind } from "./memory.ts";
import { ALARM, DRAFT, ITEM, type ItemRow, OFFICER, packRow, tables, unpackRow } from "./model.ts";
import { isContent } from "./outbox.ts";
import { split } from "./parts.ts";
import { safetyView } from "./safety.ts";
import type { OpenSocket } from "./session.ts";
import { publishable } from "./template.ts";
import { alarmView, contentOf, filesOf, itemView, templateView, waitingView } from "./views.ts";

const PAGE = 50;
const LONGEST_PAGE = 1000;
const FLUSH_SECONDS = 60;
const CLOSE_SECONDS = 30;

/** What the client lends to its CUGs. */
export interface CugServices {
  readonly api: Api;
  readonly profile: Profile;
  readonly openSocket: OpenSocket;
  /** Runs beside everything else; its refusals are of nobody's concern. */
  readonly later: (work: Promise<unknown>) => void;
  readonly fileProgress: (progress: api.FileProgress) => void;
}

/** Every sending throws NotMember, GroupClosed or NotYetJoined where the state says so. */
export class Cug {
  readonly engine: CugEngine;
  readonly duties: Duties;
  readonly files: Files;
  readonly #services: CugServices;
  readonly #committer: Committer;
  readonly #membership: Membership;
  #extracting: AbortController | null = null;

  constructor(engine: CugEngine, services: CugServices) {
    this.engine = engine;
    this.#services = services;
    this.#committer = new Committer(engine);
    this.#membership = new Membership(engine, this.#committer, services.api, services.profile);
    this.duties = new Duties(engine, this.#committer, this.#membership, services.api, services.profile);
    this.files = new Files(engine, services.api, services.profile, services.fileProgress);
  }

  // -------------------------------------------------------------- what it is

  get state(): api.CugState {
    const { row, secret } = this.engine.memory;
    if (row.closedSeq > 0) return "closed";
    if (row.removedSeq > 0) return "removed";
    if (secret !== null) return "open";
    return row.broken === "" ? "joining" : "broken";
  }

  get #group(): CencommGroup | null {
    const { group } = this.engine.memory;
    return group === null ? null : CencommGroup.of(group);
  }

  summary(): api.CugSummary {
    const { row, outbox } = this.engine.memory;
    return {
      id: toHex(row.cugId),
      title: row.title,
      operationCode: row.operationCode,
      state: this.state,
      role: (row.role === "" ? null : row.role) as api.RoleName | null,
      lastSeq: row.headN,
      atMs: row.atMs,
      unread: row.unread,
      readSeq: row.readSeq,
      mentioned: row.mentioned,
      alarms: row.alarmCount,
      waiting: outbox.waiting,
    };
  }

  async view(): Promise<api.CugView> {
    const { row } = this.engine.memory;
    const role = this.#group?.entry(this.engine.memory.device.officerId)?.role;
    return {
      ...this.summary(),
      about: row.about,
      openedMs: row.openedMs,
      epoch: row.epoch,
      groupId: toHex(row.groupId),
      history: this.#group?.history ?? "full",
      mayExtract: role !== undefined && mayExtract(role),
      confirmed: row.confirmed,
      ...this.#people(await this.#namesSeen()),
      broken: row.broken === "" ? this.engine.fault : row.broken,
    };
  }

  /** The roster, by officer id. */
  async members(): Promise<readonly api.Member[]> {
    return this.#people(await this.#namesSeen()).members;
  }

  /** What officers are called who were ever seen here. One read for all: two hundred single ones take a second. */
  async #namesSeen(): Promise<ReadonlyMap<string, string>> {
    const known = await this.#services.profile.read().rows(tables.officers);
    return new Map(known.map(({ key, value }) => [fromUtf8(key), unpackRow(OFFICER, value).displayName]));
  }

  #people(names: ReadonlyMap<string, string>): Pick<api.CugView, "members" | "others"> {
    const devices = new Map<string, string[]>();
    for (const [, leaf] of this.engine.memory.group?.tree.leaves() ?? []) {
      const device = deviceOf(leaf);
      devices.set(officerOf(device), [...(devices.get(officerOf(device)) ?? []), device]);
    }
    const members = (this.#group?.roster ?? []).map(({ officerId, role }) => ({
      officerId,
      displayName: names.get(officerId) ?? officerId,
      administration: administrationOf(officerId),
      role,
      devices: devices.get(officerId) ?? [],
    }));
    const present = new Set<string>(members.map(({ officerId }) => officerId));
    const others = [...names].filter(([officerId]) => !present.has(officerId)).map(([officerId, displayName]) => ({ officerId, displayName }));
    return { members, others };
  }

  safety(): api.Safety {
    return safetyView(this.engine.memory);
  }

  // -------------------------------------------------------------- who is in

  /** With the commit newcomers get the keys of the past, where the history policy says so. */
  async admit(officers: Readonly<Record<string, api.RoleName>>, acceptNewIdentity: boolean): Promise<void> {
    requireMember(this.engine);
    await this.#membership.admit(new Map(Object.entries(officers)), acceptNewIdentity);
  }

  async remove(officerId: string): Promise<void> {
    requireMember(this.engine);
    await this.#membership.remove(officerId);
  }

  /** Asks to be removed; an organiser's client removes. */
  async leave(reason: string): Promise<void> {
    await this.#queue({ personal: encodeContent({ t: "left", reason }) });
  }

  async startSuccessor(): Promise<void> {
    await startSuccessor(this.engine, this.#committer, true);
  }

  /** For everybody; this device's keys of the CUG are destroyed when the event comes back. */
  async close(): Promise<void> {
    requireMember(this.engine);
    const { memory, cugId, clock } = this.engine;
    const closing = new Closing(cugId, clock.nowMs(), memory.head).signed(memory.secret!.signatureSeed);
    await this.#services.api.closeCug(cugId, newId(), closing.encode());
    await this.engine.waitFor(() => memory.row.closedSeq > 0, CLOSE_SECONDS);
  }

  // -------------------------------------------------------------- sending

  async sendText(wanted: api.TextWanted): Promise<string> {
    const { text, lang = "", replyTo = "", mentions = [] } = wanted;
    const content = { t: "chat", text, lang, replyTo: replyTo === "" ? null : fromHex(replyTo), mentions } as const;
    return await this.#queue({ personal: encodeContent(content) });
  }

  /** As `sendText`, with files: sealed and kept when this resolves. Throws FileRefused, FileChanged; nothing is kept then. */
  async sendFiles(wanted: api.FilesWanted): Promise<string> {
    this.#requireSender();
    const { text, lang = "", replyTo = "", mentions = [], files } = wanted;
    if (this.engine.caughtUpSeq >= 0) await this.#requireSmallEnough(files);
    const content = { t: "chat", text, lang, replyTo: replyTo === "" ? null : fromHex(replyTo), mentions } as const;
    const clientRef = await this.files.attach(content, files);
    this.#services.later(this.files.takeUp());
    this.#services.later(this.duties.renewIfDue());
    return toHex(clientRef);
  }

  /** Told before anything is sealed; offline it is told by the server, later. */
  async #requireSmallEnough(files: readonly Blob[]): Promise<void> {
    const { fileBytes } = await this.#services.api.deployment();
    const largest = Math.max(0, ...files.map(({ size }) => size));
    if (largest > MAX_FILE_BYTES || sealedLength(largest) > fileBytes) throw new ServerRefused("files.too_large", { limit: fileBytes });
  }

  async fetchFile(seq: number, index: number): Promise<api.FetchedFile> {
    const tx = await this.engine.reading();
    const [row] = await tx.rows(tables.items(this.engine.cugId), { after: seq - 1, limit: 1 });
    const item = row?.number === seq ? unpackRow(ITEM, row.value) : (this.engine.memory.ahead?.itemsAfter(seq - 1) ?? []).find((one) => one.seq === seq);
    const file = item === undefined ? undefined : filesOf(item)[index];
    if (file === undefined) throw new NoAttachment({ seq });
    return await this.files.fetch(file);
  }

  /** Try again what was refused, or wait no longer for the next attempt. */
  async resend(clientRef: string): Promise<void> {
    await this.files.resend(fromHex(clientRef));
  }

  async publishTemplate(document: string): Promise<string> {
    const template = publishable(document);
    const newest = Math.max(0, ...[...this.engine.memory.templates.values()].filter((one) => one.id === template.id && !equal(one.hash, template.hash)).map((one) => one.version));
    if (newest >= template.version) throw new TemplateVersionTaken({ template: template.id, version: newest });
    return await this.#queue({ personal: encodeContent({ t: "template", document: template.document }) });
  }

  /** What can lead to a person goes into the personal part. */
  async submit(wanted: api.FormWanted): Promise<string> {
    const template = this.engine.memory.templates.get(wanted.templateHash);
    if (template === undefined) throw new TemplateUnknown({ template: wanted.templateHash });
    const answers = wanted.answers as Answers;
    const wrong = judge(template, answers, this.engine.clock.nowMs()).filter((finding) => finding.level === "error");
    if (wrong.length > 0) throw new FormInvalid(wrong);
    const recordId = wanted.recordId === undefined ? newId() : fromHex(wanted.recordId);
    const replaces = wanted.replaces === undefined ? null : fromHex(wanted.replaces);
    const { hash: templateHash, id: templateId } = template;
    const head = { t: "form", templateHash, templateId, version: String(template.version), recordId, replaces } as const;
    const parts = split(template.level, answers);
    const hasPersonal = Object.keys(parts.personal).length > 0;
    const hasPublic = Object.keys(parts.public).length > 0 || !hasPersonal;
    return await this.#queue({
      ...(hasPublic ? { public: encodeContent({ ...head, answers: parts.public }) } : {}),
      ...(hasPersonal ? { personal: encodeContent({ ...head, answers: parts.personal }) } : {}),
    });
  }

  // -------------------------------------------------------------- extraction

  async recordExtent(): Promise<api.RecordExtent> {
    const { recordExtent } = await import("./extraction_extent.ts");
    return await recordExtent(this.engine);
  }

  /** Everybody in the CUG sees it. Throws MayNotExtract, ExtractionUnderWay, and as `extract`; nothing is announced then. */
  async extract(password: string, language: string, report: (progress: api.ExtractionProgress) => void): Promise<api.Extracted> {
    const role = this.#group?.entry(this.engine.memory.device.officerId)?.role;
    if (role === undefined || !mayExtract(role)) throw new MayNotExtract({ role: role ?? "none" });
    this.#requireSender();
    if (this.#extracting !== null) throw new ExtractionUnderWay();
    const { signal } = (this.#extracting = new AbortController());
    try {
      const [{ extract }, { baseLanguage }] = await Promise.all([import("./extraction.ts"), import("../i18n/catalogue.ts")]);
      const queue = async (parts: { readonly personal: Uint8Array }) => fromHex(await this.#queue(parts));
      return await extract({ ...this.#services, engine: this.engine, password, language: baseLanguage(language), signal, queue, report });
    } finally {
      this.#extracting = null;
    }
  }

  cancelExtraction(): void {
    this.#extracting?.abort();
  }

  async #queue(parts: { readonly public?: Uint8Array; readonly personal?: Uint8Array }): Promise<string> {
    this.#requireSender();
    const clientRef = await this.engine.queue(parts);
    this.#services.later(this.duties.renewIfDue());
    return toHex(clientRef);
  }

  /** While joining again the outbox takes what is sent; a stranger's or a closed CUG's does not. */
  #requireSender(): void {
    const { row } = this.engine.memory;
    const cug = row.title === "" ? toHex(row.cugId) : row.title;
    if (this.state === "closed") throw new GroupClosed({ cug });
    if (this.state === "removed") throw new NotMember({ cug });
    if (this.state === "joining") requireMember(this.engine);
  }

  waiting(): api.Waiting[] {
    return this.engine.memory.outbox.rows().filter(isContent).map(waitingView);
  }

  /** Forget a sending that was refused for good, or whose files are still on their way. */
  async discard(clientRef: string): Promise<void> {
    const gone = await this.engine.changing((tx) => {
      const { outbox } = this.engine.memory;
      const row = outbox.row(fromHex(clientRef));
      if (row === undefined || (row.failed === "" && row.attaching.length === 0)) return null;
      outbox.cameBack(tx, row.clientRef);
      return row;
    });
    if (gone !== null && gone.attaching.length > 0) await this.files.cancel(gone);
  }

  /** Wait until every sending is acknowledged and came back. Throws SendRefused, ServerUnreachable. */
  async flush(): Promise<void> {
    const { outbox } = this.engine.memory;
    const mine = outbox.rows().filter((row) => row.failed === "").map((row) => row.clientRef);
    const failed = () => mine.map((ref) => outbox.row(ref)?.failed ?? "").filter((code) => code !== "");
    const pending = () => mine.some((ref) => outbox.row(ref)?.failed === "");
    await this.engine.waitFor(() => !pending() || failed().length > 0, FLUSH_SECONDS);
    const codes = failed();
    if (codes.length > 0) throw new SendRefused({ reason: codes[0]!, count: codes.length });
  }

  // -------------------------------------------------------------- reading

  async items(page: api.PageWanted): Promise<api.Item[]> {
    const { after, before, limit = PAGE } = page;
    const most = Math.max(1, Math.min(limit, LONGEST_PAGE));
    const last = after === undefined;
    const tx = await this.engine.looking();
    const { ahead, device, row } = this.engine.memory;
    const rows = await tx.rows(tables.items(this.engine.cugId), {
      ...(after === undefined ? {} : { after }),
      ...(before === undefined ? {} : { before }),
      limit: most,
      last,
    });
    const verified = Math.max(row.headN, rows.at(-1)?.number ?? 0);
    const later = (ahead?.itemsAfter(verified) ?? []).filter(({ seq }) => seq > (after ?? -1) && seq < (before ?? Infinity));
    const items = [...rows.map(({ value }) => unpackRow(ITEM, value)), ...later];
    return (last ? items.slice(-most) : items.slice(0, most)).map((item) => itemView(item, device.officerId));
  }

  /** The first seq of an item at or after that time, or lastSeq + 1. */
  async seqAt(atMs: number): Promise<number> {
    const tx = await this.engine.looking();
    const next = async (seq: number) => (await tx.rows(tables.items(this.engine.cugId), { after: seq - 1, limit: 1 }))[0];
    let low = 1;
    let high = this.engine.memory.row.headN + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = await next(middle);
      if (found === undefined || unpackRow(ITEM, found.value).atMs >= atMs) high = middle;
      else low = found.number + 1;
    }
    return (await next(low))?.number ?? this.engine.memory.row.headN + 1;
  }

  async markRead(seq: number): Promise<void> {
    const { memory, cugId } = this.engine;
    await this.engine.changing(async (tx) => {
      if (seq <= memory.row.readSeq) return;
      const later = (await tx.rows(tables.items(cugId), { after: seq })).map((row) => unpackRow(ITEM, row.value));
      const unread = later.filter((item) => isUnreadKind(item, memory.device.officerId));
      memory.change({ readSeq: seq, unread: unread.length, mentioned: unread.some((item) => this.#mentions(item)) });
    });
  }

  #mentions(item: ItemRow): boolean {
    const content = contentOf(item);
    return content?.kind === "chat" && content.mentions.includes(this.engine.memory.device.officerId);
  }

  async alarms(): Promise<api.Alarm[]> {
    const tx = await this.engine.looking();
    return (await tx.rows(tables.alarms(this.engine.cugId))).map((row) => alarmView(unpackRow(ALARM, row.value)));
  }

  templates(): api.TemplateView[] {
    return [...this.engine.memory.templates.values()].map(templateView);
  }

  async drafts(): Promise<api.Draft[]> {
    const rows = await this.#services.profile.read().rows(tables.drafts(this.engine.cugId));
    return rows.map((row) => unpackRow(DRAFT, row.value) as api.Draft);
  }

  async saveDraft(key: string, text: string, answers: api.Answers | null): Promise<void> {
    const table = tables.drafts(this.engine.cugId);
    const draft = { key, text, answers, atMs: this.engine.clock.nowMs() };
    await this.#services.profile.transaction((tx) => {
      if (text === "" && answers === null) tx.delete(table, utf8(key));
      else tx.put(table, utf8(key), packRow(draft));
    });
  }
}
