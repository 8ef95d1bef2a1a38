/**
 * What a record says once it is opened: MessagePack of tagged maps, one per part (twin of `cencomm.wire.content`).
 *
 * Fields are named, so that a later version may add some; a kind that this version does not know is Malformed here and
 * shown as unknown. A value that was not answered is absent. Decimals and dates are text, so that nothing is rounded.
 */

import { Malformed, pack, unpack } from "./encoding.ts";
import { type Fields, array, bytes, count, field, fields, hash32, id16, listOf, orNull, textOf } from "./shape.ts";

export const MAX_TEXT = 100_000;
export const MAX_ATTACHMENTS = 20;
export const MAX_RELEASED = 2_000;
export const MAX_ANSWER_DEPTH = 6;

const text = textOf(MAX_TEXT);
const shortName = textOf(400);
const language = textOf(35);
const fileLabel = textOf(255);

export type Answer = string | number | boolean | readonly Answer[] | Answers;

/** By field key: text, whole number, yes or no, a list of these (several choices), or a list of Answers (a repeat). */
export interface Answers {
  readonly [field: string]: Answer;
}

/** A file that a record names: where its ciphertext lies, and the key that opens it (`crypto/files.ts`). */
export interface Attachment {
  /** SHA-256 of the ciphertext. */
  readonly hash: Uint8Array;
  /** Of the ciphertext. */
  readonly length: number;
  readonly key: Uint8Array;
  /** Of the file itself. */
  readonly size: number;
  /** What the sender says, like the media type: shown as text, never trusted for anything. */
  readonly name: string;
  readonly mediaType: string;
}

export interface Chat {
  readonly t: "chat";
  readonly text: string;
  readonly lang: string;
  readonly replyTo: Uint8Array | null;
  readonly mentions: readonly string[];
  readonly files?: readonly Attachment[];
}

export interface Form {
  readonly t: "form";
  readonly templateHash: Uint8Array;
  readonly templateId: string;
  readonly version: string;
  readonly recordId: Uint8Array;
  readonly answers: Answers;
  readonly replaces: Uint8Array | null;
}

export interface Template {
  readonly t: "template";
  readonly document: Uint8Array;
}

export interface Profile {
  readonly t: "profile";
  readonly title: string;
  readonly operationCode: string;
  readonly about: string;
}

export interface HistoryKey {
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly key: Uint8Array;
}

export interface HistoryKeys {
  readonly t: "history_keys";
  readonly keys: readonly HistoryKey[];
}

export interface HistoryRequest {
  readonly t: "history_request";
  readonly epochs: readonly { readonly groupId: Uint8Array; readonly epoch: number }[];
}

export interface Extraction {
  readonly t: "extraction";
  readonly manifestHash: Uint8Array;
  readonly count: number;
  readonly upToSeq: number;
  readonly scope: string;
}

/** The CEN core's receipt: a version of a record left for the core, or its case was withdrawn there. */
export interface Released {
  readonly t: "released";
  readonly recordId: Uint8Array;
  readonly version: Uint8Array;
  readonly caseId: string;
  readonly state: string;
  readonly fields: readonly string[];
}

export interface Left {
  readonly t: "left";
  readonly reason: string;
}

export type Content = Chat | Form | Template | Profile | HistoryKeys | HistoryRequest | Extraction | Released | Left;

/** The plaintext of one part: fields in the order of the Python structs, those at their default left out. */
export function encodeContent(content: Content): Uint8Array {
  return pack(plain(content));
}

function plain(content: Content): Record<string, unknown> {
  switch (content.t) {
    case "chat":
      return {
        t: content.t,
        text: content.text,
        ...(content.lang === "" ? {} : { lang: content.lang }),
        ...(content.replyTo === null ? {} : { reply_to: content.replyTo }),
        ...(content.mentions.length === 0 ? {} : { mentions: content.mentions }),
        ...(content.files === undefined || content.files.length === 0 ? {} : { files: content.files.map(attachmentOut) }),
      };
    case "form":
      requirePlain(content.answers, MAX_ANSWER_DEPTH);
      return {
        t: content.t,
        template_hash: content.templateHash,
        template_id: content.templateId,
        version: content.version,
        record_id: content.recordId,
        answers: content.answers,
        ...(content.replaces === null ? {} : { replaces: content.replaces }),
      };
    case "template":
      return { t: content.t, document: content.document };
    case "profile":
      return {
        t: content.t,
        title: content.title,
        ...(content.operationCode === "" ? {} : { operation_code: content.operationCode }),
        ...(content.about === "" ? {} : { about: content.about }),
      };
    case "history_keys":
      return { t: content.t, keys: content.keys.map((entry) => [entry.groupId, entry.epoch, entry.key]) };
    case "history_request": {
      const epochs = content.epochs.map((entry) => [entry.groupId, entry.epoch]);
      return epochs.length === 0 ? { t: content.t } : { t: content.t, epochs };
    }
    case "extraction":
      return {
        t: content.t,
        manifest_hash: content.manifestHash,
        count: content.count,
        up_to_seq: content.upToSeq,
        ...(content.scope === "all" ? {} : { scope: content.scope }),
      };
    case "released":
      return {
        t: content.t,
        record_id: content.recordId,
        version: content.version,
        case_id: content.caseId,
        state: content.state,
        ...(content.fields.length === 0 ? {} : { fields: content.fields }),
      };
    case "left":
      return content.reason === "" ? { t: content.t } : { t: content.t, reason: content.reason };
  }
}

function attachmentOut({ hash, length, key, size, name, mediaType }: Attachment): Record<string, unknown> {
  return { hash, length, key, size, name, ...(mediaType === "" ? {} : { media_type: mediaType }) };
}

/** What one part says. Throws Malformed, also for a form with a value that no template can have. */
export function decodeContent(plaintext: Uint8Array): Content {
  const from = fields(unpack(plaintext));
  const read = typeof from["t"] === "string" ? READERS.get(from["t"]) : undefined;
  if (read === undefined) throw new Malformed();
  return read(from);
}

const READERS: ReadonlyMap<string, (from: Fields) => Content> = new Map<string, (from: Fields) => Content>([
  ["chat", readChat],
  ["form", readForm],
  ["template", (from) => ({ t: "template", document: bytes(from["document"]) })],
  ["profile", readProfile],
  ["history_keys", (from) => ({ t: "history_keys", keys: listOf(readHistoryKey)(from["keys"]) })],
  ["history_request", (from) => ({ t: "history_request", epochs: field(from, "epochs", listOf(readEpoch), []) })],
  ["extraction", readExtraction],
  ["released", readReleased],
  ["left", (from) => ({ t: "left", reason: field(from, "reason", text, "") })],
]);

function readChat(from: Fields): Chat {
  const files = field(from, "files", listOf(readAttachment), []);
  if (files.length > MAX_ATTACHMENTS) throw new Malformed();
  return {
    t: "chat",
    text: text(from["text"]),
    lang: field(from, "lang", language, ""),
    replyTo: orNull(id16)(from["reply_to"]),
    mentions: field(from, "mentions", listOf(shortName), []),
    ...(files.length === 0 ? {} : { files }),
  };
}

function readAttachment(value: unknown): Attachment {
  const from = fields(value);
  return {
    hash: hash32(from["hash"]),
    length: count(from["length"]),
    key: hash32(from["key"]),
    size: count(from["size"]),
    name: fileLabel(from["name"]),
    mediaType: field(from, "media_type", fileLabel, ""),
  };
}

function readForm(from: Fields): Form {
  const answers = fields(from["answers"]);
  requirePlain(answers, MAX_ANSWER_DEPTH);
  return {
    t: "form",
    templateHash: hash32(from["template_hash"]),
    templateId: shortName(from["template_id"]),
    version: shortName(from["version"]),
    recordId: id16(from["record_id"]),
    answers: answers as Answers,
    replaces: orNull(id16)(from["replaces"]),
  };
}

function readProfile(from: Fields): Profile {
  return {
    t: "profile",
    title: shortName(from["title"]),
    operationCode: field(from, "operation_code", shortName, ""),
    about: field(from, "about", text, ""),
  };
}

function readHistoryKey(value: unknown): HistoryKey {
  const [groupId, epoch, key] = array(value, 3);
  return { groupId: id16(groupId), epoch: count(epoch), key: hash32(key) };
}

function readEpoch(value: unknown): { groupId: Uint8Array; epoch: number } {
  const [groupId, epoch] = array(value, 2, 2);
  return { groupId: id16(groupId), epoch: count(epoch) };
}

function readExtraction(from: Fields): Extraction {
  return {
    t: "extraction",
    manifestHash: hash32(from["manifest_hash"]),
    count: count(from["count"]),
    upToSeq: count(from["up_to_seq"]),
    scope: field(from, "scope", shortName, "all"),
  };
}

function readReleased(from: Fields): Released {
  const released = field(from, "fields", listOf(shortName), []);
  if (released.length > MAX_RELEASED) throw new Malformed();
  return {
    t: "released",
    recordId: id16(from["record_id"]),
    version: id16(from["version"]),
    caseId: shortName(from["case_id"]),
    state: shortName(from["state"]),
    fields: released,
  };
}

function requirePlain(value: unknown, depth: number): void {
  if (typeof value === "string" || typeof value === "boolean" || Number.isSafeInteger(value)) return;
  if (depth === 0) throw new Malformed("answers_depth");
  if (Array.isArray(value)) {
    for (const inner of value) requirePlain(inner, depth - 1);
  } else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    for (const inner of Object.values(value)) requirePlain(inner, depth - 1);
  } else {
    throw new Malformed("answers_value");
  }
}
