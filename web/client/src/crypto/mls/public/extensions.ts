/** Extensions and capabilities (RFC 9420 §7.2, §11.1, §13). */

import { uint } from "../../bytes.ts";
import { type Reader, Writer } from "../../tls.ts";
import { Struct, encoded } from "./struct.ts";
import { refuse } from "./validation.ts";

/** How many extensions one list may have; more is not read. */
const MAX_EXTENSIONS = 256;
const MAX_CAPABILITIES = 1024;

/** The types that every client supports without saying so (§7.2, §17.3). */
export enum ExtensionType {
  APPLICATION_ID = 1,
  RATCHET_TREE = 2,
  REQUIRED_CAPABILITIES = 3,
  EXTERNAL_PUB = 4,
  EXTERNAL_SENDERS = 5,
}

const LAST_DEFAULT_EXTENSION = 5;
const LAST_DEFAULT_PROPOSAL = 7;

/** A typed, opaque piece of data. */
export class Extension extends Struct {
  constructor(
    readonly extensionType: number,
    readonly data: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().u16(this.extensionType).vector(this.data).bytes();
  }

  static read(reader: Reader): Extension {
    return new Extension(reader.u16(), reader.vector());
  }
}

export type Extensions = readonly Extension[];

export function writeExtensions(writer: Writer, extensions: Extensions): Writer {
  return writer.vectorOf(extensions, encoded);
}

export function readExtensions(reader: Reader): Extensions {
  return reader.vectorOf(Extension.read, MAX_EXTENSIONS);
}

/** The data of the extension of this type, if there is one. */
export function find(extensions: Extensions, extensionType: number): Uint8Array | null {
  return extensions.find((extension) => extension.extensionType === extensionType)?.data ?? null;
}

/** Throws `MlsError` V124 if two extensions have one type. */
export function checkUnique(extensions: Extensions): void {
  if (new Set(extensions.map((extension) => extension.extensionType)).size !== extensions.length) throw refuse("V124");
}

function writeTypes(writer: Writer, types: readonly number[]): Writer {
  return writer.vectorOf(types, (type) => uint(type, 2));
}

function readTypes(reader: Reader): readonly number[] {
  return reader.vectorOf((inner) => inner.u16(), MAX_CAPABILITIES);
}

/** What every member of a group must support (§11.1). */
export class RequiredCapabilities extends Struct {
  constructor(
    readonly extensions: readonly number[] = [],
    readonly proposals: readonly number[] = [],
    readonly credentials: readonly number[] = [],
  ) {
    super();
  }

  encode(): Uint8Array {
    const writer = new Writer();
    for (const types of [this.extensions, this.proposals, this.credentials]) writeTypes(writer, types);
    return writer.bytes();
  }

  static read(reader: Reader): RequiredCapabilities {
    return new RequiredCapabilities(readTypes(reader), readTypes(reader), readTypes(reader));
  }

  /** Those in a list of extensions of a group. Throws `DecodeError`. */
  static of(extensions: Extensions): RequiredCapabilities | null {
    const data = find(extensions, ExtensionType.REQUIRED_CAPABILITIES);
    return data === null ? null : RequiredCapabilities.decode(data);
  }
}

/** What a client says that it supports, beyond the defaults (§7.2). */
export class Capabilities extends Struct {
  constructor(
    readonly versions: readonly number[],
    readonly cipherSuites: readonly number[],
    readonly extensions: readonly number[] = [],
    readonly proposals: readonly number[] = [],
    readonly credentials: readonly number[] = [],
  ) {
    super();
  }

  encode(): Uint8Array {
    const writer = new Writer();
    const lists = [this.versions, this.cipherSuites, this.extensions, this.proposals, this.credentials];
    for (const types of lists) writeTypes(writer, types);
    return writer.bytes();
  }

  static read(reader: Reader): Capabilities {
    const [versions, cipherSuites, extensions] = [readTypes(reader), readTypes(reader), readTypes(reader)];
    return new Capabilities(versions, cipherSuites, extensions, readTypes(reader), readTypes(reader));
  }

  supportsExtension(type: number): boolean {
    return (type >= 1 && type <= LAST_DEFAULT_EXTENSION) || this.extensions.includes(type);
  }

  supportsProposal(type: number): boolean {
    return (type >= 1 && type <= LAST_DEFAULT_PROPOSAL) || this.proposals.includes(type);
  }

  satisfies(required: RequiredCapabilities): boolean {
    return (
      required.extensions.every((wanted) => this.supportsExtension(wanted)) &&
      required.proposals.every((wanted) => this.supportsProposal(wanted)) &&
      required.credentials.every((wanted) => this.credentials.includes(wanted))
    );
  }
}
