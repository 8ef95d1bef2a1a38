/**
 * What screens know of the engine: plain data and asynchronous calls, the same from every tab.
 *
 * The engine runs in a worker; everything here survives a structured clone. Ids, hashes and references are hexadecimal
 * text; times are milliseconds since 1970, UTC, of the server's clock. A refusal rejects with `EngineError`.
 */

import type { Fact } from "../crypto/errors.ts";

export type { Fact };

/** A refusal as data: a stable code (the catalogue has the sentence `error.<code>`) and facts, never secret. */
export interface ErrorData {
  readonly code: string;
  readonly facts: Readonly<Record<string, Fact>>;
  /** Of a form that was not sent (`client.form_invalid`): what is wrong with it. */
  readonly findings?: readonly Finding[];
}

/** A refusal as it rejects a call. */
export class EngineError extends Error implements ErrorData {
  readonly code: string;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly findings: readonly Finding[];

  constructor(data: ErrorData) {
    super(data.code);
    this.name = "EngineError";
    this.code = data.code;
    this.facts = data.facts;
    this.findings = data.findings ?? [];
  }
}

// ---------------------------------------------------------------- account and connection

/** `absent`: nobody is enrolled in this browser; `locked`: the password is needed; `open`: at work. */
export type ProfileState = "absent" | "locked" | "open";

/** `waiting`: between two attempts; `refused`: the server will not have this session or device (`error` says why). */
export type ConnectionState = "offline" | "connecting" | "online" | "waiting" | "refused";

export interface Status {
  readonly profile: ProfileState;
  readonly connection: ConnectionState;
  /** Why the connection is not there, where that is known. */
  readonly error: ErrorData | null;
  readonly account: Account | null;
  /** Who has a profile in this browser; the one that was used last comes first. */
  readonly known: readonly KnownAccount[];
  /** Sendings of all CUGs that have not come back yet. */
  readonly waiting: number;
  /** Locked because the tab that had it open is gone: its key was in that tab alone (ADR 17). */
  readonly tabGone?: true;
}

/** An account with a profile in this browser; `id` names the profile. */
export interface KnownAccount {
  readonly id: string;
  readonly account: string;
  readonly displayName: string;
  readonly serverUrl: string;
}

/** What a sheet or another device's code says, and what it is good for here. */
export interface CodeView {
  readonly kind: "sheet" | "device_code";
  readonly account: string;
  readonly displayName: string;
  readonly serverUrl: string;
  /** `enrol`: the account begins; `device`: it has begun; `here`: it has a profile in this browser. */
  readonly way: "enrol" | "device" | "here";
  /** The profile's id where there is one. */
  readonly known: string;
}

export interface Account {
  readonly account: string;
  readonly kind: "secretariat" | "ncp" | "officer";
  readonly displayName: string;
  readonly serverUrl: string;
  readonly deploymentId: string;
  readonly rootPublicKey: string;
  /** `KE/otieno/laptop`; empty before the device has its certificate. */
  readonly deviceId: string;
  /** Whether the chain to the root is known here; before that the account takes no part in CUGs. */
  readonly certified: boolean;
}

export interface DirectoryEntry {
  readonly account: string;
  readonly kind: Account["kind"];
  readonly displayName: string;
  readonly certified: boolean;
}

export interface DeviceView {
  readonly deviceId: string;
  readonly registeredAtMs: number;
  readonly revoked: boolean;
}

// ---------------------------------------------------------------- CUGs

export type CugState = "joining" | "open" | "removed" | "closed" | "broken";

/** RFC 9420 knows no roles; these are the roster's (PROTOCOL §2.2). */
export type RoleName =
  | "organiser"
  | "ocu"
  | "ncp"
  | "officer"
  | "rilo"
  | "liaison"
  | "observer"
  | "auditor";

export type HistoryName = "full" | "from_join" | "none";

/** One line of the list of CUGs. */
export interface CugSummary {
  readonly id: string;
  /** Empty until the record with the title has been read. */
  readonly title: string;
  readonly operationCode: string;
  readonly state: CugState;
  readonly role: RoleName | null;
  readonly lastSeq: number;
  /** Time of the newest event. */
  readonly atMs: number;
  /** Messages, forms and files of others after `readSeq`. */
  readonly unread: number;
  readonly readSeq: number;
  readonly mentioned: boolean;
  readonly alarms: number;
  readonly waiting: number;
}

export interface CugView extends CugSummary {
  readonly about: string;
  readonly openedMs: number;
  readonly epoch: number;
  readonly groupId: string;
  readonly history: HistoryName;
  readonly mayExtract: boolean;
  /** False after a join by external commit until another officer's record verifies (PROTOCOL §2.5). */
  readonly confirmed: boolean;
  readonly members: readonly Member[];
  /** Officers once seen who are no members: who has left keeps his name. */
  readonly others: readonly Pick<Member, "officerId" | "displayName">[];
  /** The code of what could not be applied; empty when all is well. */
  readonly broken: string;
}

export interface Member {
  readonly officerId: string;
  readonly displayName: string;
  readonly administration: string;
  readonly role: RoleName;
  /** Those with a leaf in the current epoch. */
  readonly devices: readonly string[];
}

/** For the screen only: the server's word, never stored. When somebody last was on line nobody keeps. */
export interface PresenceView {
  /** Officers on line now who show it; null where that is not known: without a line, say. */
  readonly present: readonly string[] | null;
  /** Who types now, whoever began first coming first. */
  readonly writing: readonly string[];
}

export interface OpenCug {
  readonly title: string;
  readonly operationCode?: string;
  readonly about?: string;
  readonly history?: HistoryName;
  /** Template documents (JSON) to publish at once. */
  readonly templates?: readonly string[];
}

// ---------------------------------------------------------------- items

export type ItemKind =
  | "chat"
  | "form"
  | "template"
  | "profile"
  | "history_keys"
  | "history_request"
  | "extraction"
  | "released"
  | "left"
  | "members"
  | "group"
  | "rejection"
  | "closed"
  | "locked"
  | "refused"
  | "unknown";

export type Standing = "verified" | "not_yet_verified" | "refused" | "locked";

export interface Finding {
  readonly rule: string;
  readonly level: "error" | "warn" | "info";
  /** The field, as templates write paths (`item[0].unit`); empty for the record as a whole. */
  readonly path: string;
}

export type AnswerValue = string | number | boolean | readonly (string | number | boolean)[] | readonly Answers[];
export interface Answers {
  readonly [field: string]: AnswerValue;
}

export interface MembersChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Officer and new role. */
  readonly roles: readonly (readonly [string, string])[];
  /** Officers whose identity key is another one now. */
  readonly identityChanged: readonly string[];
  readonly devicesAdded: readonly string[];
  readonly devicesRemoved: readonly string[];
}

/** What an item says, by its kind; null where there is nothing to read or the kind carries nothing. */
export type ItemContent =
  | { readonly kind: "chat"; readonly text: string; readonly lang: string; readonly replyTo: string; readonly mentions: readonly string[]; readonly files?: readonly FileView[] }
  | {
      readonly kind: "form";
      readonly templateHash: string;
      readonly templateId: string;
      readonly version: string;
      readonly recordId: string;
      /** Empty, or the client_ref of the record that this one replaces. */
      readonly replaces: string;
      readonly answers: Answers;
    }
  | { readonly kind: "template"; readonly templateHash: string }
  | { readonly kind: "profile"; readonly title: string; readonly operationCode: string; readonly about: string }
  | { readonly kind: "extraction"; readonly manifestHash: string; readonly count: number; readonly upToSeq: number; readonly scope: string }
  | { readonly kind: "released"; readonly recordId: string; readonly version: string; readonly caseId: string; readonly state: string }
  | { readonly kind: "left"; readonly reason: string }
  | { readonly kind: "members"; readonly change: MembersChange };

/** A file that a message names; the key that opens it stays in the engine. */
export interface FileView {
  /** Of the ciphertext: the file's name at the server, and in progress events. */
  readonly hash: string;
  readonly size: number;
  /** The sender's words, made harmless. */
  readonly name: string;
  /** The sender's word: a hint, never trusted. */
  readonly mediaType: string;
}

/** A file that was fetched, opened and checked whole. */
export interface FetchedFile {
  readonly name: string;
  /** The media type of a picture that may be shown, by its first bytes; empty for every other file. */
  readonly picture: string;
  readonly blob: Blob;
}

/** `clientRef` is empty of what is sealed (before it has one) and of what is fetched; so is `hash` while it is sealed. */
export interface FileProgress {
  readonly hash: string;
  readonly clientRef: string;
  readonly step: "sealing" | "uploading" | "fetching";
  readonly done: number;
  readonly total: number;
}

/** One entry of a CUG. */
export interface Item {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: ItemKind;
  readonly standing: Standing;
  /** Device id. */
  readonly sender: string;
  readonly officerId: string;
  readonly own: boolean;
  readonly clientRef: string;
  readonly groupId: string;
  readonly epoch: number;
  readonly sentAtMs: number;
  /** Of what is refused: the code. */
  readonly reason: string;
  readonly content: ItemContent | null;
  /** What the template's rules said at the record's stored time; null of what is not a form. */
  readonly findings: readonly Finding[] | null;
}

/** A page by seq, ascending. `after` and `before` are exclusive; with neither, the newest page. */
export interface PageWanted {
  readonly after?: number;
  readonly before?: number;
  readonly limit?: number;
}

/** A sending that has not come back yet. */
export interface Waiting {
  readonly clientRef: string;
  /** `waiting`: not at the server yet; `stored`: acknowledged, not come back; `failed`: refused for good. */
  readonly state: "waiting" | "stored" | "failed";
  readonly content: ItemContent | null;
  /** 0 before it has been sealed once. */
  readonly sentAtMs: number;
  /** Of a failed one: the server's code. */
  readonly reason: string;
  /** Its files are not at the server yet. */
  readonly attaching?: boolean;
}

export interface TextWanted {
  readonly text: string;
  readonly lang?: string;
  readonly replyTo?: string;
  readonly mentions?: readonly string[];
}

export interface FilesWanted extends TextWanted {
  /** Files of this browser; `name` is told to the others. */
  readonly files: readonly (Blob & { readonly name?: string })[];
}

export interface FormWanted {
  readonly templateHash: string;
  readonly answers: Answers;
  /** The client_ref of the record that this one replaces. */
  readonly replaces?: string;
  /** That of the record which is replaced; a new one by default. */
  readonly recordId?: string;
}

/** What is being written, kept sealed; `key` is the screen's own: `message`, a template hash, a record id. */
export interface Draft {
  readonly key: string;
  readonly text: string;
  readonly answers: Answers | null;
  readonly atMs: number;
}

export interface TemplateView {
  readonly hash: string;
  readonly id: string;
  readonly version: number;
  /** The whole document, as published (`templates_forms.model`). */
  readonly document: string;
  readonly seq: number;
}

/** Something that did not fit; `kind` names the sentence `alarm.<kind>`. */
export interface Alarm {
  readonly kind: string;
  /** The event it was noticed at, or 0. */
  readonly seq: number;
  readonly atMs: number;
  readonly facts: Readonly<Record<string, Fact>>;
}

// ---------------------------------------------------------------- safety view

export interface CertificateView {
  readonly kind: "ncp" | "officer" | "device";
  readonly subject: string;
  readonly displayName: string;
  readonly publicKey: string;
  readonly serial: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** One device that can read what is sent now, and the certificates that say whose it is, from the NCP down. */
export interface ReaderView {
  readonly deviceId: string;
  readonly officerId: string;
  readonly role: RoleName;
  readonly signatureKey: string;
  readonly chain: readonly CertificateView[];
}

export interface Safety {
  readonly cugId: string;
  readonly groupId: string;
  readonly epoch: number;
  readonly rootPublicKey: string;
  /** Equal for all members of an epoch and for nobody else (RFC 9420 §8.7); empty while outside. */
  readonly epochAuthenticator: string;
  readonly lastSeq: number;
  readonly headHash: string;
  readonly confirmed: boolean;
  readonly readers: readonly ReaderView[];
  /** Officers with an archive key: they can open everything sent in an epoch of this roster. */
  readonly archiveHolders: readonly string[];
  /** Revocation lists known to the group: issuer (empty for the root) and number. */
  readonly revocations: readonly { readonly issuer: string; readonly number: number }[];
}

// ---------------------------------------------------------------- extraction

/** What an extraction made now would hold. */
export interface RecordExtent {
  readonly records: number;
  readonly forms: number;
  /** Records that this device cannot open or has refused; the archive may still open some of them. */
  readonly unopened: number;
  /** Stored times of the first and last record; 0 where there is none. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** By sender's administration, most records first. */
  readonly administrations: readonly { readonly administration: string; readonly records: number; readonly forms: number }[];
}

/** `reading` counts events, `writing` rows of tables; once it is `announcing` it cannot be cancelled any more. */
export interface ExtractionProgress {
  readonly step: "reading" | "writing" | "announcing";
  readonly done: number;
  readonly total: number;
}

/** An extraction that was made and announced: `blob` is the archive that `cencomm verify` checks. */
export interface Extracted {
  readonly fileName: string;
  readonly blob: Blob;
  /** Of the archive; hexadecimal, like every hash. */
  readonly sha256: string;
  readonly records: number;
  readonly forms: number;
  /** Records that are not in it, each with the reason. */
  readonly unopened: readonly { readonly seq: number; readonly reason: string }[];
  /** Checks that do not hold in the log itself; the bundle shows them, and so does `cencomm verify`. */
  readonly failures: number;
  readonly upToSeq: number;
  readonly announcedSeq: number;
  readonly manifestHash: string;
  readonly rootPublicKey: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

// ---------------------------------------------------------------- events

export type EngineEvent =
  | { readonly type: "status"; readonly status: Status }
  /** A CUG is new, or something that its line shows has changed. */
  | { readonly type: "cug"; readonly cug: CugSummary }
  /** Items that are new, or that read differently now (a locked one that opened); by seq. */
  | { readonly type: "items"; readonly cugId: string; readonly items: readonly Item[] }
  | { readonly type: "waiting"; readonly cugId: string; readonly waiting: readonly Waiting[] }
  | { readonly type: "members"; readonly cugId: string; readonly members: readonly Member[] }
  | { readonly type: "alarm"; readonly cugId: string; readonly alarm: Alarm }
  | { readonly type: "extraction"; readonly cugId: string; readonly progress: ExtractionProgress }
  | { readonly type: "file"; readonly cugId: string; readonly progress: FileProgress }
  /** Of a CUG that was attended. */
  | { readonly type: "presence"; readonly cugId: string; readonly presence: PresenceView };

export type Listener = (event: EngineEvent) => void;

// ---------------------------------------------------------------- the calls

/** Every call may reject with `EngineError`; after `lock` all but the account calls do (`client.profile_locked`). */
export interface EngineCalls {
  status(): Promise<Status>;

  /**
   * What a text, typed or scanned, or a link is; asks the server. Nothing is stored.
   *
   * Rejects with `enrolment.sheet_invalid`, `enrolment.device_code_invalid` (`reason`, and `place` where it is known),
   * `client.other_server`, `client.wrong_deployment`, `accounts.invitation_invalid`, `client.server_unreachable`.
   */
  readCode(text: string): Promise<CodeView>;
  /** Redeem a printed sheet's text: account, vault, identity and device are made here; the profile is open afterwards. */
  enrol(sheetText: string, password: string, device: string): Promise<Account>;
  /** An account that exists, on a browser that is new to it; by its sheet or by the code that another device shows. */
  signInNewDevice(codeText: string, password: string, device: string): Promise<Account>;
  /** The password is forgotten; the sheet is there. */
  recover(sheetText: string, newPassword: string, device: string): Promise<Account>;
  /** Open a profile of this browser, the one that was used last by default; connects by itself. */
  unlock(password: string, id?: string): Promise<Account>;
  /** Disconnect, and forget every key in memory. */
  lock(): Promise<void>;
  /** Try to connect now instead of waiting. */
  connect(): Promise<void>;
  /** Delete a locked profile from this browser, with what was not sent. The account and its other devices stay. */
  forget(id: string): Promise<void>;
  /** The code that lets a new device in together with the password; the password has to be typed for it. */
  deviceCode(password: string): Promise<string>;
  changePassword(old: string, replacement: string): Promise<void>;
  directory(administration?: string): Promise<readonly DirectoryEntry[]>;
  devices(): Promise<readonly DeviceView[]>;
  revokeDevice(deviceId: string): Promise<void>;
  /** Whether the members of this officer's CUGs see that he is on line, and that he types; kept on the account. */
  isShown(): Promise<boolean>;
  setShown(shown: boolean): Promise<void>;

  cugs(): Promise<readonly CugSummary[]>;
  cug(cugId: string): Promise<CugView>;
  /** Open a CUG as its organiser; gives its id. */
  openCug(wanted: OpenCug): Promise<string>;
  admit(cugId: string, officers: Readonly<Record<string, RoleName>>, acceptNewIdentity?: boolean): Promise<void>;
  remove(cugId: string, officerId: string): Promise<void>;
  leave(cugId: string, reason: string): Promise<void>;
  close(cugId: string): Promise<void>;
  /** A new MLS group with the newest roster, for a CUG that is broken. */
  startSuccessor(cugId: string): Promise<void>;

  /** Who is on line and who types: from now on `presence` events tell it, of the last few CUGs that were attended. */
  attend(cugId: string): Promise<PresenceView>;
  /** The officer types there. Call it as often as he does; others are told now and then. */
  typing(cugId: string): Promise<void>;

  items(cugId: string, page?: PageWanted): Promise<readonly Item[]>;
  /** The first seq stored at or after that time, or lastSeq + 1: for jumping to a date. */
  seqAt(cugId: string, atMs: number): Promise<number>;
  markRead(cugId: string, seq: number): Promise<void>;
  alarms(cugId: string): Promise<readonly Alarm[]>;
  safety(cugId: string): Promise<Safety>;

  /** Queued durably when this resolves, sent when there is a connection; gives the client_ref. */
  sendText(cugId: string, wanted: TextWanted): Promise<string>;
  waiting(cugId: string): Promise<readonly Waiting[]>;
  /**
   * As `sendText`, with files: encrypted and kept when this resolves, also offline; uploaded, and the message sent, when
   * there is a connection. Rejects with `files.refused` (too large), `files.changed`, `client.storage_full` …
   */
  sendFiles(cugId: string, wanted: FilesWanted): Promise<string>;
  /** A file of entry `seq`, fetched, decrypted and checked; rejects with `files.refused` where it is not that file. */
  fetchFile(cugId: string, seq: number, index: number): Promise<FetchedFile>;
  /** Try a sending again that was refused. */
  resend(cugId: string, clientRef: string): Promise<void>;
  /** Forget a sending that was refused for good, or whose files are still on their way. */
  discard(cugId: string, clientRef: string): Promise<void>;
  /** Resolves when all that was queued has come back; rejects with `client.send_refused`. */
  flush(cugId: string): Promise<void>;
  drafts(cugId: string): Promise<readonly Draft[]>;
  /** An empty text without answers forgets the draft. */
  saveDraft(cugId: string, key: string, text: string, answers: Answers | null): Promise<void>;

  templates(cugId: string): Promise<readonly TemplateView[]>;
  publishTemplate(cugId: string, document: string): Promise<string>;
  /** Judge the rules and queue the form; rejects with `client.form_invalid` and its findings, nothing queued then. */
  submit(cugId: string, wanted: FormWanted): Promise<string>;

  recordExtent(cugId: string): Promise<RecordExtent>;
  /**
   * Every record in the clear, in tables of that language, with what proves it; for organisers and OCU analysts. Resolves
   * when everybody in the CUG can see that it was made, and hands out nothing before.
   */
  extract(cugId: string, password: string, language: string): Promise<Extracted>;
  /** Ends an extraction that is not announced yet: it rejects with `client.extraction_cancelled`. */
  cancelExtraction(cugId: string): Promise<void>;
}

/** What a page holds: the calls, and what happens meanwhile. */
export interface EngineApi extends EngineCalls {
  /** Call `listener` for everything that happens from now on; the answer ends that. */
  subscribe(listener: Listener): () => void;
}
