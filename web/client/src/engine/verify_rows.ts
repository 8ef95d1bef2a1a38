/**
 * What an examination of a log finds: a row for each record and event, and what does not hold (twin of
 * `cencomm.client.verify_rows`). Rows are light: what a record says is read again from its signed plaintext.
 */

import type { SignedRecord } from "../crypto/records.ts";
import type { FormTemplate } from "../templates_forms/model.ts";
import { type Answers, type Chat, type Content, type Form, decodeContent } from "../wire/content.ts";
import type { FindingRow } from "./model.ts";
import { merged } from "./forms.ts";
import type { Template } from "./template.ts";

/** What is known of a form without its answers. */
export interface FormFacts {
  /** Hexadecimal, like the ids. */
  readonly templateHash: string;
  readonly templateId: string;
  readonly version: string;
  readonly recordId: string;
  /** Empty, or the client_ref of the record that this one replaces. */
  readonly replaces: string;
  readonly findings: readonly FindingRow[];
}

/** One record whose signature holds, and what the examination says of it. */
export interface RecordRow {
  readonly seq: number;
  readonly atMs: number;
  readonly device: string;
  readonly name: string;
  readonly clientRef: string;
  readonly sentAtMs: number;
  readonly epoch: number;
  /** `verified`, or `failing` where a check failed. */
  readonly standing: string;
  /** A word for programs, the content's tag; `unknown` where nothing can be read. */
  readonly kind: Content["t"] | "unknown";
  readonly form: FormFacts | null;
}

/** One event of the log, of whatever kind. */
export interface EventRow {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly device: string;
  readonly epoch: number;
  readonly standing: string;
  readonly says: string;
  readonly eventHash: Uint8Array;
}

/** A record that is not in the extraction, and why. */
export interface Unopened {
  readonly seq: number;
  readonly reason: string;
}

export interface PublishedTemplate {
  readonly rules: Template;
  readonly form: FormTemplate;
}

/** What the examination found; grows while it runs. */
export class Examined {
  readonly records: RecordRow[] = [];
  readonly events: EventRow[] = [];
  /** The names of checks that do not hold, each with its seq. */
  readonly failures: { readonly check: string; readonly seq: number }[] = [];
  readonly unopened: Unopened[] = [];
  /** By hash (hexadecimal), in the order in which they were first published. */
  readonly templates = new Map<string, PublishedTemplate>();
  /** By "group_id/epoch", hexadecimal. */
  readonly keyIds = new Map<string, string>();
  title = "";
  operationCode = "";

  get forms(): number {
    return this.records.filter((row) => row.form !== null).length;
  }
}

/** What each part of a record says, the public one first. Throws Malformed. */
export function contentsOf(signed: SignedRecord): Content[] {
  return signed.parts.flatMap(({ opened }) => (opened === null ? [] : [decodeContent(opened.content)]));
}

/** The forms in the public and in the personal part; a part that has nothing to say is no form. */
export function formParts(signed: SignedRecord): readonly [Form | null, Form | null] {
  const [open, personal] = [1, 2].map((audience) => {
    const content = signed.parts.find((part) => part.audience === audience)?.opened?.content ?? new Uint8Array();
    const said = content.length === 0 ? null : decodeContent(content);
    return said?.t === "form" ? said : null;
  });
  return [open ?? null, personal ?? null];
}

/** The answers of both parts together; where they contradict each other, the personal ones as they are. */
export function answersOf([open, personal]: readonly [Form | null, Form | null]): Answers {
  return merged(open, personal) ?? { ...open?.answers, personal_part: personal?.answers ?? {} };
}

/** The message of a record that is one. */
export function chatOf(signed: SignedRecord): Chat | null {
  const [content] = contentsOf(signed);
  return content?.t === "chat" ? content : null;
}
