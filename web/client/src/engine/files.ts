/**
 * Files of a CUG in this browser: sealed once, uploaded in chunks, fetched and opened (PROTOCOL §3.7).
 *
 *     attach ─> sealed into rows of the profile, and the message that names them into the outbox, held (also offline)
 *            ─> every chunk at the server, after as many cuts as it takes
 *            ─> the message is let go
 *
 * What lies in the rows is ciphertext. It is never sealed again: the same key over other bytes would reveal both.
 */

import { concat, toHex } from "../crypto/bytes.ts";
import { DomainError } from "../crypto/errors.ts";
import { CHUNK_BYTES, FileOpener, FileRefused, type FileName, SEALED_CHUNK_BYTES, chunkCount, newFileKey, sealChunks, sealedLength } from "../crypto/files.ts";
import { Secret, Sha256 } from "../crypto/primitives.ts";
import type { Profile } from "../store/profile.ts";
import { type Attachment, type Chat, encodeContent } from "../wire/content.ts";
import { EventKind } from "../wire/frames.ts";
import type { UploadSaid } from "../wire/http.ts";
import type { FileProgress, FetchedFile } from "./api.ts";
import { jittered, sleep } from "./clock.ts";
import { type CugEngine, LATER } from "./engine.ts";
import { ServerMisbehaved, ServerRefused } from "./errors.ts";
import { safeName } from "./file_names.ts";
import type { Api } from "./http.ts";
import { newId } from "./ids.ts";
import { type AttachingFile, type OutboxRow, numberKey, tables } from "./model.ts";
import { pictureType } from "./pictures.ts";

const RETRY_SECONDS = 1;
const ATTEMPTS = 20;
const TEMPORARY: ReadonlySet<string> = new Set([...LATER, "files.not_stored", "internal"]);
/** Families of refusals that no later attempt changes. */
const FINAL = ["files.", "groups.", "wire."];
const MAX_BEGUN = 3;
/** The upload lay too long and was removed, or was begun anew elsewhere. */
const BEGIN_AGAIN: ReadonlySet<string> = new Set(["files.unknown", "files.out_of_order"]);

/** What is attached: a file of the browser's. */
export type Source = Blob & { readonly name?: string };

/** The files of one CUG. */
export class Files {
  readonly #engine: CugEngine;
  readonly #api: Api;
  readonly #profile: Profile;
  readonly #tell: (progress: FileProgress) => void;
  readonly #underWay = new Map<string, AbortController>();
  #sealing = 0;

  constructor(engine: CugEngine, api: Api, profile: Profile, tell: (progress: FileProgress) => void) {
    this.#engine = engine;
    this.#api = api;
    this.#profile = profile;
    this.#tell = tell;
  }

  get #table(): string {
    return tables.sealed(this.#engine.cugId);
  }

  // -------------------------------------------------------------- attaching

  /** Sealed and kept when this resolves; what becomes of it is seen in the outbox. Throws FileRefused, FileChanged. */
  async attach(message: Chat, sources: readonly Source[]): Promise<Uint8Array> {
    const held: AttachingFile[] = [];
    this.#sealing++;
    try {
      const files: Attachment[] = [];
      for (const source of sources) files.push(await this.#seal(source, held));
      const clientRef = newId();
      const personal = encodeContent({ ...message, files });
      await this.#engine.changing((tx) => {
        this.#engine.memory.outbox.add(tx, EventKind.RECORD, { clientRef, personal, attaching: held });
      }, true);
      return clientRef;
    } catch (error) {
      await this.#drop(held);
      throw error;
    } finally {
      this.#sealing--;
    }
  }

  async #seal(source: Source, held: AttachingFile[]): Promise<Attachment> {
    const id = newId();
    const key = newFileKey();
    const hashed = new Sha256();
    const length = sealedLength(source.size);
    held.push({ id, hash: new Uint8Array(), length });
    const read = async (start: number, end: number) => new Uint8Array(await source.slice(start, end).arrayBuffer());
    let index = 0;
    for await (const chunk of sealChunks(key, source.size, read)) {
      hashed.update(chunk);
      const row = chunkKey(id, index++);
      await this.#profile.transaction((tx) => tx.put(this.#table, row, chunk));
      this.#tell({ hash: "", clientRef: "", step: "sealing", done: Math.min(index * CHUNK_BYTES, source.size), total: source.size });
    }
    const hash = hashed.digest();
    held[held.length - 1] = { id, hash, length };
    return { hash, length, key: new Uint8Array(key), size: source.size, name: safeName(source.name ?? ""), mediaType: source.type.slice(0, 255) };
  }

  /** Go on with what is held, after a cut or a restart; and forget what a crash left of a sealing. */
  async takeUp(): Promise<void> {
    const { outbox } = this.#engine.memory;
    const held = outbox.rows().filter((row) => row.attaching.length > 0);
    if (held.length === 0 && this.#sealing === 0) await this.#profile.transaction((tx) => tx.clear(this.#table));
    if (this.#engine.caughtUpSeq < 0) return;
    for (const row of held) if (row.failed === "") await this.#deliver(row);
  }

  /** Try a message again that was refused. */
  async resend(clientRef: Uint8Array): Promise<void> {
    const { outbox } = this.#engine.memory;
    await this.#engine.changing((tx) => {
      const row = outbox.row(clientRef);
      if (row !== undefined && row.failed !== "") outbox.put(tx, { ...row, failed: "" });
    });
    await this.takeUp();
    await this.#engine.push();
  }

  /** The message is not wanted any more: nothing of it stays, here or at the server. */
  async cancel(row: OutboxRow): Promise<void> {
    this.#underWay.get(toHex(row.clientRef))?.abort();
    await this.#drop(row.attaching);
    for (const { hash } of row.attaching) {
      await this.#api.cancelUpload(this.#engine.cugId, hash).catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error; // the server removes it by itself after a day
      });
    }
  }

  async #deliver(row: OutboxRow): Promise<void> {
    const name = toHex(row.clientRef);
    if (this.#underWay.has(name)) return;
    const stop = new AbortController();
    this.#underWay.set(name, stop);
    try {
      for (const file of row.attaching) await this.#upload(name, file, stop.signal);
      await this.#letGo(row.clientRef);
    } catch (error) {
      if (stop.signal.aborted) return;
      const code = error instanceof ServerRefused ? error.serverCode : error instanceof FileRefused ? error.code : "";
      if (TEMPORARY.has(code) || !FINAL.some((family) => code.startsWith(family))) throw error;
      await this.#engine.changing((tx) => this.#engine.memory.outbox.refused(tx, row.clientRef, code));
    } finally {
      this.#underWay.delete(name);
    }
  }

  async #letGo(clientRef: Uint8Array): Promise<void> {
    const { outbox } = this.#engine.memory;
    let done: readonly AttachingFile[] = [];
    await this.#engine.changing((tx) => {
      const row = outbox.row(clientRef);
      if (row === undefined) return;
      done = row.attaching;
      outbox.put(tx, { ...row, attaching: [] });
    });
    await this.#engine.push();
    await this.#drop(done);
  }

  async #upload(clientRef: string, file: AttachingFile, signal: AbortSignal): Promise<void> {
    const { cugId } = this.#engine;
    const count = chunkCount(file.length);
    const begin = () => this.#api.beginUpload(cugId, file);
    let state = await patiently(begin);
    for (let begun = 1; !state.stored && state.received < count; ) {
      signal.throwIfAborted();
      const index = state.received;
      this.#tell({ hash: toHex(file.hash), clientRef, step: "uploading", done: index * SEALED_CHUNK_BYTES, total: file.length });
      const chunk = await this.#profile.read().get(this.#table, chunkKey(file.id, index));
      if (chunk === null) throw new FileRefused("cut");
      try {
        state = await patiently(() => this.#api.uploadChunk(cugId, file.hash, index, chunk));
      } catch (error) {
        if (!(error instanceof ServerRefused) || !BEGIN_AGAIN.has(error.serverCode) || begun++ > MAX_BEGUN) throw error;
        state = await patiently(begin);
        continue;
      }
      if (!state.stored && state.received <= index) throw new ServerMisbehaved({ reason: "upload_stands_still" });
    }
    signal.throwIfAborted();
    if (!state.stored) state = await patiently(() => this.#api.finishUpload(cugId, file.hash));
    if (!state.stored) throw new ServerMisbehaved({ reason: "upload_not_stored" });
    this.#tell({ hash: toHex(file.hash), clientRef, step: "uploading", done: file.length, total: file.length });
  }

  async #drop(files: readonly AttachingFile[]): Promise<void> {
    await this.#profile.transaction((tx) => {
      for (const { id, length } of files) {
        for (let index = 0; index < chunkCount(length); index++) tx.delete(this.#table, chunkKey(id, index));
      }
    });
  }

  // -------------------------------------------------------------- fetching

  /** The file, opened and checked whole; nothing of it is handed out before. Throws FileRefused, ServerRefused … */
  async fetch(file: Attachment): Promise<FetchedFile> {
    const name: FileName = file;
    const opener = new FileOpener(new Secret<"file">(file.key), name, file.size);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const hash = toHex(file.hash);
    for (let index = 0; index < chunkCount(file.length); index++) {
      this.#tell({ hash, clientRef: "", step: "fetching", done: index * SEALED_CHUNK_BYTES, total: file.length });
      parts.push(new Uint8Array(opener.take(await patiently(() => this.#api.fileChunk(this.#engine.cugId, file.hash, index)))));
    }
    opener.finish();
    this.#tell({ hash, clientRef: "", step: "fetching", done: file.length, total: file.length });
    const picture = pictureType(parts[0] ?? new Uint8Array());
    return { name: safeName(file.name), picture, blob: new Blob(parts, { type: picture === "" ? "application/octet-stream" : picture }) };
  }
}

function chunkKey(id: Uint8Array, index: number): Uint8Array {
  return concat(id, numberKey(index));
}

/** The answer, after what passes by itself has passed; a line that breaks is waited for elsewhere. */
async function patiently<T extends UploadSaid | Uint8Array>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ServerRefused) || !TEMPORARY.has(error.serverCode) || attempt === ATTEMPTS) throw error;
      const wait = error.serverFacts["retry_after_seconds"];
      await sleep(jittered(typeof wait === "number" ? wait : RETRY_SECONDS));
    }
  }
}
