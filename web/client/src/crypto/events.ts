/**
 * The bodies of a CUG's events, but for records (`records.ts`); their kinds are `EventKind` of `wire/frames.ts`.
 *
 *     GROUP      GroupStart   a group begins: its first GroupInfo (signed by its creator) and archive seals
 *     COMMIT     CommitBody   an MLS commit and the archive seals of the epoch that it makes
 *     REJECTION  Rejection    "I cannot apply that commit", signed by a leaf of the epoch it was made in
 *     SEAL       SealBody     one archive seal put right, signed by a leaf of the sealed epoch
 *     CLOSED     Closing      the end of the CUG, signed by an organiser's leaf
 *
 * Welcomes do not travel in the log.
 */

import { ArchiveSeal } from "./archive.ts";
import { concat } from "./bytes.ts";
import { DomainError } from "./errors.ts";
import { Head } from "./head.ts";
import { ID_BYTES } from "./ids.ts";
import { isSigned, signWithLabel } from "./labels.ts";
import { Struct, encoded } from "./mls/public/struct.ts";
import { HASH_BYTES, SIGNATURE_BYTES, sha256 } from "./primitives.ts";
import { DecodeError, type Reader, Writer } from "./tls.ts";

const VERSION = 1;
const MAX_SEALS = 256;
const MAX_REASON_BYTES = 200;
const UNSIGNED = new Uint8Array();

/** A signed event whose signature is not its sender's; `kind` names which. */
export class EventInvalid extends DomainError {
  constructor(kind: string) {
    super("events.invalid", { kind });
  }
}

function readVersion(reader: Reader): void {
  if (reader.u16() !== VERSION) throw new DecodeError("event_version");
}

function readSeals(reader: Reader): readonly ArchiveSeal[] {
  return reader.vectorOf(ArchiveSeal.read, MAX_SEALS);
}

/** `groupInfo`: an MLSMessage with the ratchet tree of epoch 0, whose only member is the sender's device. */
export class GroupStart extends Struct {
  constructor(
    readonly groupId: Uint8Array,
    readonly groupInfo: Uint8Array,
    readonly seals: readonly ArchiveSeal[] = [],
  ) {
    super();
  }

  encode(): Uint8Array {
    const writer = new Writer().u16(VERSION).raw(this.groupId).vector(this.groupInfo);
    return writer.vectorOf(this.seals, encoded).bytes();
  }

  static read(reader: Reader): GroupStart {
    readVersion(reader);
    return new GroupStart(reader.raw(ID_BYTES), reader.vector(), readSeals(reader));
  }
}

/** `epoch` is the one the commit was made in; `seals` are of the epoch it makes. */
export class CommitBody extends Struct {
  constructor(
    readonly groupId: Uint8Array,
    readonly epoch: number,
    readonly mlsMessage: Uint8Array,
    readonly seals: readonly ArchiveSeal[] = [],
  ) {
    super();
  }

  /** What a Rejection names. */
  get commitHash(): Uint8Array {
    return sha256(this.mlsMessage);
  }

  encode(): Uint8Array {
    const writer = new Writer().u16(VERSION).raw(this.groupId).u64(this.epoch).vector(this.mlsMessage);
    return writer.vectorOf(this.seals, encoded).bytes();
  }

  static read(reader: Reader): CommitBody {
    readVersion(reader);
    return new CommitBody(reader.raw(ID_BYTES), reader.safeU64(), reader.vector(), readSeals(reader));
  }
}

/** A body that a leaf signs under a label of its own. */
abstract class Signed extends Struct {
  protected abstract readonly label: string;
  protected abstract readonly kindName: string;
  abstract readonly signature: Uint8Array;

  abstract tbs(): Uint8Array;

  protected signatureBy(signatureSeed: Uint8Array): Uint8Array {
    return signWithLabel(signatureSeed, this.label, this.tbs());
  }

  /** Throws EventInvalid. */
  verify(signatureKey: Uint8Array): void {
    if (!isSigned(signatureKey, this.label, this.tbs(), this.signature)) throw new EventInvalid(this.kindName);
  }

  encode(): Uint8Array {
    return concat(this.tbs(), this.signature);
  }
}

/** A member could not apply the hidden parts of a commit; `reason` is the stable code of what failed. */
export class Rejection extends Signed {
  protected readonly label = "CENcommRejection";
  protected readonly kindName = "rejection";

  /** `epoch` is the one the commit was made in; the sender has a leaf there. */
  constructor(
    readonly groupId: Uint8Array,
    readonly epoch: number,
    readonly commitHash: Uint8Array,
    readonly reason: string,
    readonly signature: Uint8Array = UNSIGNED,
  ) {
    super();
  }

  tbs(): Uint8Array {
    const writer = new Writer().u16(VERSION).raw(this.groupId).u64(this.epoch).raw(this.commitHash);
    return writer.text(this.reason).bytes();
  }

  signed(signatureSeed: Uint8Array): Rejection {
    const { commitHash, epoch, groupId, reason } = this;
    return new Rejection(groupId, epoch, commitHash, reason, this.signatureBy(signatureSeed));
  }

  static read(reader: Reader): Rejection {
    readVersion(reader);
    const groupId = reader.raw(ID_BYTES);
    const epoch = reader.safeU64();
    const commitHash = reader.raw(HASH_BYTES);
    const reason = readAscii(reader, MAX_REASON_BYTES, "rejection_reason");
    return new Rejection(groupId, epoch, commitHash, reason, reader.raw(SIGNATURE_BYTES));
  }
}

/** A vector of ASCII letters; `fault` is the reason of the DecodeError for any other byte. */
export function readAscii(reader: Reader, maxBytes: number, fault: string): string {
  const bytes = reader.vector(maxBytes);
  if (bytes.some((byte) => byte > 0x7f)) throw new DecodeError(fault);
  return String.fromCharCode(...bytes);
}

/** The right seal in place of a wrong one of the same epoch and archive key (PROTOCOL §4.1). */
export class SealBody extends Signed {
  protected readonly label = "CENcommSeal";
  protected readonly kindName = "seal";

  /** `epoch` is the one whose content key is sealed; the sender has a leaf there. */
  constructor(
    readonly groupId: Uint8Array,
    readonly epoch: number,
    readonly seal: ArchiveSeal,
    readonly signature: Uint8Array = UNSIGNED,
  ) {
    super();
  }

  tbs(): Uint8Array {
    return new Writer().u16(VERSION).raw(this.groupId).u64(this.epoch).raw(this.seal.encode()).bytes();
  }

  signed(signatureSeed: Uint8Array): SealBody {
    return new SealBody(this.groupId, this.epoch, this.seal, this.signatureBy(signatureSeed));
  }

  static read(reader: Reader): SealBody {
    readVersion(reader);
    const groupId = reader.raw(ID_BYTES);
    return new SealBody(groupId, reader.safeU64(), ArchiveSeal.read(reader), reader.raw(SIGNATURE_BYTES));
  }
}

/** An organiser ends the CUG; no event follows. */
export class Closing extends Signed {
  protected readonly label = "CENcommClosing";
  protected readonly kindName = "closing";

  constructor(
    readonly cugId: Uint8Array,
    readonly timeMs: number,
    readonly seen: Head,
    readonly signature: Uint8Array = UNSIGNED,
  ) {
    super();
  }

  tbs(): Uint8Array {
    return new Writer().u16(VERSION).raw(this.cugId).u64(this.timeMs).raw(this.seen.encode()).bytes();
  }

  signed(signatureSeed: Uint8Array): Closing {
    return new Closing(this.cugId, this.timeMs, this.seen, this.signatureBy(signatureSeed));
  }

  static read(reader: Reader): Closing {
    readVersion(reader);
    const cugId = reader.raw(ID_BYTES);
    return new Closing(cugId, reader.safeU64(), Head.read(reader), reader.raw(SIGNATURE_BYTES));
  }
}
