/**
 * A file that is written bit by bit. Its bytes go into Blobs, which a browser keeps outside the memory of scripts, so
 * that a long file does not need room in memory.
 */

import { concat, utf8 } from "../crypto/bytes.ts";
import { Sha256 } from "../crypto/primitives.ts";

const PIECE_BYTES = 1024 * 1024;

export interface WrittenFile {
  readonly name: string;
  readonly blob: Blob;
  readonly sha256: Uint8Array;
}

export class FileWriter {
  readonly #name: string;
  readonly #hash = new Sha256();
  #pieces: Blob[] = [];
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #size = 0;

  constructor(name: string) {
    this.#name = name;
  }

  get size(): number {
    return this.#size;
  }

  /** `bytes` must not change any more. */
  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#size += bytes.length;
    if (this.#waitingBytes >= PIECE_BYTES) this.#put();
  }

  writeText(text: string): void {
    this.write(utf8(text));
  }

  #put(): void {
    this.#pieces.push(new Blob([concat(...this.#waiting) as Uint8Array<ArrayBuffer>]));
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** The whole; nothing can be written after it. */
  finish(): WrittenFile {
    this.#put();
    return { name: this.#name, blob: new Blob(this.#pieces), sha256: this.#hash.digest() };
  }
}

/** The bytes of a file, piece by piece. */
export async function* piecesOf(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += PIECE_BYTES) yield await bytesOf(blob, at, PIECE_BYTES);
}

async function bytesOf(blob: Blob, start: number, length: number): Promise<Uint8Array> {
  return new Uint8Array(await blob.slice(start, start + length).arrayBuffer());
}

/** Reads short stretches of a file that follow each other, without asking for each of them. */
export class FileReader {
  readonly #blob: Blob;
  #window: Uint8Array = new Uint8Array();
  #start = 0;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  async read(start: number, length: number): Promise<Uint8Array> {
    if (start < this.#start || start + length > this.#start + this.#window.length) {
      this.#window = await bytesOf(this.#blob, start, Math.max(length, PIECE_BYTES));
      this.#start = start;
    }
    return this.#window.subarray(start - this.#start, start - this.#start + length);
  }
}
