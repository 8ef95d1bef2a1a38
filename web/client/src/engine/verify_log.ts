/**
 * The log of a CUG examined from its first event, with nothing but public data, signed plaintext and the pinned root
 * (twin of `cencomm.client.verify_log`): what an extraction says of each record is what `cencomm verify` will say.
 *
 *     chain       numbers without a gap, times that never go back, the head hash of each event
 *     handshake   group starts and commits by the same rules as server and clients (`crypto/replay.ts`)
 *     record      its clear header is the signed one; epoch in force at its place; the leaf of that epoch's tree is the
 *                 sender's; its certificates lead to the root at the server's time; one key_id for all of an epoch;
 *                 the signature and each part; `seen` is what the chain had; no second one under the same reference
 *     content     both parts say the same kind of thing; the template's rules are run again
 *
 * What does not hold is a failure; what cannot be opened is listed with its reason. Neither stops the examination.
 */

import { equal, fromUtf8, toHex } from "../crypto/bytes.ts";
import { CertificateInvalid, type Trust, verifyChain } from "../crypto/certificates.ts";
import { DomainError } from "../crypto/errors.ts";
import * as heads from "../crypto/head.ts";
import type { Head } from "../crypto/head.ts";
import { officerOf } from "../crypto/ids.ts";
import { RecordRefused, SignedRecord } from "../crypto/records.ts";
import * as replaying from "../crypto/replay.ts";
import { type Outcome, type Recorded, ReplayRefused } from "../crypto/replay.ts";
import { same } from "../crypto/mls/public/struct.ts";
import { DecodeError } from "../crypto/tls.ts";
import { readTemplate } from "../templates_forms/model.ts";
import type { Content } from "../wire/content.ts";
import { Malformed } from "../wire/encoding.ts";
import { EventKind, type LogEvent } from "../wire/frames.ts";
import type { RecordEntry } from "./bundle.ts";
import { judgeRecord } from "./forms.ts";
import { acceptTemplate } from "./template.ts";
import { type EpochFacts, type Leaf, factsOf } from "./verify_epochs.ts";
import { Examined, type FormFacts, type RecordRow, contentsOf, formParts } from "./verify_rows.ts";

export const LOCKED = "locked";
/** Refusals that anybody can see in the log itself; said of a record that stands well, they hide it. */
const SHOWN_BY_THE_LOG: ReadonlySet<string> = new Set(["", "stale_epoch", "other_place", "other_sender", "other_cug", "repeated"]);
const ORGANISERS_ONLY: ReadonlySet<Content["t"]> = new Set(["template", "profile"]);

/** What a record says, as far as its row keeps it. */
interface Said {
  readonly kind: RecordRow["kind"];
  readonly form: FormFacts | null;
}

const NOTHING: Said = { kind: "unknown", form: null };

/** Give it the events in order with `take`; `found` holds what came of it. */
export class Examination {
  readonly found = new Examined();
  head: Head;
  epoch: EpochFacts | null = null;
  readonly #trust: Trust;
  readonly #extractor: string;
  #replay: replaying.Replay;
  readonly #hashes: Uint8Array[];
  #timeMs = 0;
  readonly #taken = new Set<string>();

  constructor(cugId: Uint8Array, trust: Trust, extractor: string) {
    this.head = heads.start(cugId);
    this.#trust = trust;
    this.#extractor = extractor;
    this.#replay = replaying.start(cugId, trust);
    this.#hashes = [this.head.hash];
  }

  /** Examine the next event; `entry` of a record. */
  take(event: LogEvent, entry: RecordEntry | null): void {
    const before = this.found.failures.length;
    const eventHash = this.#chain(event);
    const outcome = this.#follow(event);
    const kind = (EventKind[event.kind] ?? "").toLowerCase();
    let said: string = kind;
    let row: RecordRow | null = null;
    let unopened = "";
    if (entry === null) this.#handshake(event, outcome);
    else {
      const made = this.#record(event, outcome, entry);
      if (typeof made === "string") said = unopened = made;
      else said = (row = made).kind;
    }
    const failed = this.found.failures.length > before;
    const standing = failed ? "failing" : unopened === "" ? "verified" : "unopened";
    if (row !== null) this.found.records.push({ ...row, standing });
    const { sender: device, seq, serverTime: atMs } = event;
    this.found.events.push({ seq, atMs, kind, device, epoch: this.epoch?.epoch ?? 0, standing, says: said, eventHash });
  }

  // -------------------------------------------------------------- chain and handshake

  /** The event's hash; the head goes on even over a gap, so that every later difference is found, too. */
  #chain(event: LogEvent): Uint8Array {
    let made: Uint8Array;
    try {
      made = replaying.hashOf(event);
    } catch (error) {
      if (!(error instanceof ReplayRefused)) throw error;
      this.#fail("hash_instead", event);
      made = heads.eventHash(event.kind, event.sender, event.clientRef, event.body);
    }
    if (event.seq !== this.head.n + 1) this.#fail("sequence", event);
    if (event.serverTime < this.#timeMs) this.#fail("time_goes_back", event);
    this.#timeMs = Math.max(this.#timeMs, event.serverTime);
    this.head = heads.advance(this.head, this.head.n + 1, event.serverTime, made);
    this.#hashes.push(this.head.hash);
    return made;
  }

  /** What the event is by the public rules; one that breaks them changes nothing. */
  #follow(event: LogEvent): Outcome {
    try {
      this.#replay = replaying.follow(this.#replay, event);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { outcome: "refused", error };
    }
    return this.#replay.outcome!;
  }

  #handshake(event: LogEvent, outcome: Outcome): void {
    switch (outcome.outcome) {
      case "refused":
        return this.#fail("handshake", event);
      case "started":
        this.epoch = factsOf(outcome.group);
        return;
      case "committed":
        this.epoch = factsOf(outcome.group);
        return this.#seen(event, outcome.judged.seen);
      case "closed":
        return this.#seen(event, outcome.closing.seen);
      default:
        return;
    }
  }

  // -------------------------------------------------------------- records

  /** The row of a record, or why there is none. */
  #record(event: LogEvent, outcome: Outcome, entry: RecordEntry): RecordRow | string {
    if (outcome.outcome !== "recorded") return this.#unopened(event, entry, outcome.outcome === "refused" ? reasonOf(outcome.error) : "");
    const name = `${event.sender} ${toHex(event.clientRef)}`;
    if (this.#taken.has(name)) return this.#unopened(event, entry, "repeated");
    if (entry.signed.length === 0) return this.#unopened(event, entry, "");
    this.#taken.add(name);
    return this.#opened(event, outcome, entry.signed, this.epoch!.leaves.get(outcome.header.leafIndex)!);
  }

  /** A record without plaintext: does the reason hold? `refused` is the public rule that it breaks, or empty. */
  #unopened(event: LogEvent, entry: RecordEntry, refused: string): string {
    const reason = refused === "" ? entry.reason : refused;
    this.found.unopened.push({ seq: event.seq, reason });
    if (entry.signed.length > 0) this.#fail("refused_but_given", event);
    else if (refused === "" && entry.reason === LOCKED && this.#heldTheKey()) this.#fail("withheld", event);
    else if (refused === "" && SHOWN_BY_THE_LOG.has(entry.reason)) this.#fail("refusal_unfounded", event);
    return `not opened: ${reason}`;
  }

  /** Whether the extractor was in this epoch, or its content key was sealed to his archive key. */
  #heldTheKey(): boolean {
    const { group, leaves } = this.epoch!;
    const own = group.entry(officerOf(this.#extractor))?.archiveKey?.publicKey;
    const wasSealed = own !== undefined && group.archiveKeys.some((key) => equal(key, own));
    return wasSealed || [...leaves.values()].some((leaf) => leaf.device === this.#extractor);
  }

  #opened(event: LogEvent, place: Recorded, data: Uint8Array, leaf: Leaf): RecordRow {
    let said = NOTHING;
    let sentAtMs = 0;
    try {
      const signed = SignedRecord.decode(data);
      sentAtMs = signed.sentAtMs;
      this.#signature(event, place, signed);
      this.#seen(event, signed.seen);
      said = this.#content(event, signed, leaf);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#fail("signed_record", event);
    }
    this.#certificates(event, leaf);
    this.#keyId(event, place);
    const { sender: device, seq, serverTime: atMs } = event;
    const { epoch } = place.header;
    return { seq, atMs, device, name: leaf.name, clientRef: toHex(event.clientRef), sentAtMs, epoch, standing: "verified", ...said };
  }

  #signature(event: LogEvent, place: Recorded, signed: SignedRecord): void {
    if (!same(signed.header, place.header)) this.#fail("other_header", event);
    if (!equal(signed.contextHash, place.contextHash)) this.#fail("other_group", event);
    if (signed.parts.some((part) => part.opened === null)) this.#fail("part_missing", event);
    try {
      signed.verify(place.signatureKey);
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
      this.#fail("signature", event);
    }
  }

  #certificates(event: LogEvent, leaf: Leaf): void {
    try {
      verifyChain(leaf.chain, this.#trust, Math.floor(event.serverTime / 1000));
    } catch (error) {
      if (!(error instanceof CertificateInvalid)) throw error;
      this.#fail("certificate", event);
    }
  }

  #keyId(event: LogEvent, { header }: Recorded): void {
    const ids = header.parts.map((part) => toHex(part.keyId)).sort();
    const name = `${toHex(header.groupId)}/${header.epoch}`;
    const known = this.found.keyIds.get(name) ?? ids[0]!;
    this.found.keyIds.set(name, known);
    if (ids.some((id) => id !== known)) this.#fail("key_id", event);
  }

  /** The sender's head must be the chain's: else he was shown another log, or this one was altered. */
  #seen(event: LogEvent, seen: Head): void {
    const known = this.#hashes[seen.n];
    if (seen.n >= event.seq || known === undefined || !equal(known, seen.hash)) this.#fail("seen", event);
  }

  #content(event: LogEvent, signed: SignedRecord, leaf: Leaf): Said {
    let contents: Content[];
    try {
      contents = contentsOf(signed);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return NOTHING;
    }
    const [content] = contents;
    if (content === undefined || contents.some((one) => one.t !== content.t)) {
      this.#fail("parts_disagree", event);
      return NOTHING;
    }
    if (content.t === "form") return this.#form(event, signed, contents);
    if (!ORGANISERS_ONLY.has(content.t) || leaf.role === "organiser") this.#takeEffect(event, content);
    return { kind: content.t, form: null };
  }

  /** Judged at the server's time, by the template as it is known so far. */
  #form(event: LogEvent, signed: SignedRecord, contents: readonly Content[]): Said {
    const forms = contents.filter((content) => content.t === "form");
    const form = forms[0]!;
    if (forms.some((one) => !equal(one.templateHash, form.templateHash) || !equal(one.recordId, form.recordId))) {
      this.#fail("parts_disagree", event);
      return NOTHING;
    }
    const templateHash = toHex(form.templateHash);
    const template = this.found.templates.get(templateHash)?.rules;
    const [open, personal] = formParts(signed);
    const facts: FormFacts = {
      templateHash,
      templateId: form.templateId,
      version: form.version,
      recordId: toHex(form.recordId),
      replaces: form.replaces === null ? "" : toHex(form.replaces),
      findings: judgeRecord(template, open, personal, event.serverTime),
    };
    return { kind: "form", form: facts };
  }

  #takeEffect(event: LogEvent, content: Content): void {
    if (content.t === "profile") {
      this.found.title = content.title;
      this.found.operationCode = content.operationCode;
    } else if (content.t === "template") {
      try {
        const rules = acceptTemplate(content.document, event.seq);
        const hash = toHex(rules.hash);
        this.found.templates.set(hash, { rules, form: readTemplate(hash, fromUtf8(content.document)) });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        this.#fail("template", event);
      }
    }
  }

  #fail(check: string, { seq }: LogEvent): void {
    this.found.failures.push({ check, seq });
  }
}

/** A stable word: the reason or rule that the error names, else its code. */
function reasonOf({ code, facts }: DomainError): string {
  const said = facts["reason"] || facts["rule"] || facts["check"];
  return said ? `${code}: ${String(said)}` : code;
}
