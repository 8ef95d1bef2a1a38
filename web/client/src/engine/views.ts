/** Rows as screens are shown them (`api.ts`). */

import { toHex } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { type Attachment, type Content, decodeContent } from "../wire/content.ts";
import { Malformed } from "../wire/encoding.ts";
import type * as api from "./api.ts";
import { safeName } from "./file_names.ts";
import { merged } from "./forms.ts";
import { officerOf } from "./ids.ts";
import type { AccountRow, AlarmRow, ItemRow, OutboxRow } from "./model.ts";
import type { Template } from "./template.ts";

export function accountView(row: AccountRow): api.Account {
  return {
    account: row.account,
    kind: row.kind,
    displayName: row.displayName,
    serverUrl: row.serverUrl,
    deploymentId: toHex(row.deploymentId),
    rootPublicKey: toHex(row.rootPublicKey),
    deviceId: row.deviceId,
    certified: row.chain.length > 0,
  };
}

export function itemView(row: ItemRow, ownOfficer: string): api.Item {
  const officerId = officerOf(row.sender);
  return {
    seq: row.seq,
    atMs: row.atMs,
    kind: row.kind,
    standing: row.standing,
    sender: row.sender,
    officerId,
    own: officerId === ownOfficer,
    clientRef: toHex(row.clientRef),
    groupId: toHex(row.groupId),
    epoch: row.epoch,
    sentAtMs: row.sentAtMs,
    reason: row.reason,
    content: row.members === null ? contentOf(row) : { kind: "members", change: row.members },
    findings: row.findings,
  };
}

export function waitingView(row: OutboxRow): api.Waiting {
  return {
    clientRef: toHex(row.clientRef),
    state: row.failed !== "" ? "failed" : row.storedSeq > 0 ? "stored" : "waiting",
    content: contentOf({ public: row.public, personal: row.personal, kind: "chat" }),
    sentAtMs: row.sentAtMs,
    reason: row.failed,
    ...(row.attaching.length === 0 ? {} : { attaching: true }),
  };
}

/** What the parts say: of a form, with the answers of both; null where there is nothing to read. */
export function contentOf(row: Pick<ItemRow, "public" | "personal" | "kind">): api.ItemContent | null {
  const first = row.public.length > 0 ? row.public : row.personal;
  if (first.length === 0 || row.kind === "refused" || row.kind === "locked" || row.kind === "unknown") return null;
  try {
    const content = decodeContent(first);
    const second = row.public.length > 0 && row.personal.length > 0 ? decodeContent(row.personal) : null;
    return contentView(content, second);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return null;
  }
}

function contentView(content: Content, second: Content | null): api.ItemContent | null {
  switch (content.t) {
    case "chat":
      return {
        kind: "chat",
        text: content.text,
        lang: content.lang,
        replyTo: content.replyTo === null ? "" : toHex(content.replyTo),
        mentions: content.mentions,
        ...(content.files === undefined ? {} : { files: content.files.map(fileView) }),
      };
    case "form":
      return {
        kind: "form",
        templateHash: toHex(content.templateHash),
        templateId: content.templateId,
        version: content.version,
        recordId: toHex(content.recordId),
        replaces: content.replaces === null ? "" : toHex(content.replaces),
        // Where the parts disagree, a finding says so; the public one is shown.
        answers: (merged(content, second?.t === "form" ? second : null) ?? content.answers) as api.Answers,
      };
    case "template":
      return { kind: "template", templateHash: toHex(sha256(content.document)) };
    case "profile":
      return { kind: "profile", title: content.title, operationCode: content.operationCode, about: content.about };
    case "extraction":
      return {
        kind: "extraction",
        manifestHash: toHex(content.manifestHash),
        count: content.count,
        upToSeq: content.upToSeq,
        scope: content.scope,
      };
    case "released":
      return {
        kind: "released",
        recordId: toHex(content.recordId),
        version: toHex(content.version),
        caseId: content.caseId,
        state: content.state,
      };
    case "left":
      return { kind: "left", reason: content.reason };
    default:
      return null;
  }
}

/** Without the key: no page needs it. */
function fileView({ hash, size, name, mediaType }: Attachment): api.FileView {
  return { hash: toHex(hash), size, name: safeName(name), mediaType };
}

/** The files that a record names. */
export function filesOf(row: ItemRow): readonly Attachment[] {
  if (row.kind !== "chat" || row.personal.length === 0) return [];
  const content = decodeContent(row.personal);
  return content.t === "chat" ? (content.files ?? []) : [];
}

export function alarmView(row: AlarmRow): api.Alarm {
  return { kind: row.code, seq: row.seq, atMs: row.atMs, facts: row.facts };
}

export function templateView(template: Template): api.TemplateView {
  return {
    hash: toHex(template.hash),
    id: template.id,
    version: template.version,
    document: new TextDecoder().decode(template.document),
    seq: template.seq,
  };
}
