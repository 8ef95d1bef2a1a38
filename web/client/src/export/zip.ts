/** ZIP archives, written in one go by fflate: what goes in is read piece by piece, and the same files give the same bytes. */

import { Zip, ZipDeflate } from "fflate";

import { utf8 } from "../crypto/bytes.ts";
import { DomainError } from "../crypto/errors.ts";
import type { FileWriter } from "./written_file.ts";

/** Sizes in the archive have 32 bits. */
const MOST_BYTES = 2 ** 32 - 1;
const LEVEL = 6;

/** More than one archive can hold. */
export class ArchiveTooLarge extends DomainError {
  constructor() {
    super("client.archive_too_large", { limit: MOST_BYTES });
  }
}

/** One file after the other into `into`. */
export class ZipWriter {
  readonly #into: FileWriter;
  readonly #zip: Zip;
  #file: ZipDeflate | null = null;
  #written = 0;

  constructor(into: FileWriter) {
    this.#into = into;
    this.#zip = new Zip((error, chunk) => {
      if (error !== null) throw error;
      this.#into.write(chunk);
    });
  }

  /** Begin the next file; the one before is whole. */
  begin(name: string): void {
    this.#end();
    const file = new ZipDeflate(name, { level: LEVEL });
    file.mtime = new Date(1980, 0, 1);
    this.#zip.add(file);
    this.#file = file;
    this.#written = 0;
  }

  /** Throws ArchiveTooLarge. */
  write(bytes: Uint8Array): void {
    this.#written += bytes.length;
    if (this.#written > MOST_BYTES || this.#into.size > MOST_BYTES) throw new ArchiveTooLarge();
    this.#file?.push(bytes);
  }

  writeText(text: string): void {
    this.write(utf8(text));
  }

  #end(): void {
    this.#file?.push(new Uint8Array(), true);
    this.#file = null;
  }

  /** The list of files at the archive's end. */
  finish(): void {
    this.#end();
    this.#zip.end();
  }
}
