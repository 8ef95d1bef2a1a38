/** Leaf nodes and credentials (RFC 9420 §5.3, §7.2, §7.3). */

import { isSigned } from "../../labels.ts";
import { KEY_BYTES } from "../../primitives.ts";
import { DecodeError, Reader, Writer } from "../../tls.ts";
import { Capabilities, type Extensions, checkUnique, readExtensions, writeExtensions } from "./extensions.ts";
import { isPublicKey } from "./public_keys.ts";
import { Struct } from "./struct.ts";
import type { LeafIndex } from "./tree_math.ts";
import { refuse } from "./validation.ts";

/** The label under which a leaf is signed. */
export const LEAF_LABEL = "LeafNodeTBS";
const MAX_CERTIFICATES = 64;

export enum CredentialType {
  BASIC = 1,
  X509 = 2,
}

/** Who a member says it is: a basic identity, or an X.509 chain kept as the bytes of its certificates (§5.3). */
export class Credential extends Struct {
  constructor(
    readonly credentialType: number,
    readonly identity: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().u16(this.credentialType).vector(this.identity).bytes();
  }

  static read(reader: Reader): Credential {
    const credentialType = reader.u16();
    const identity = reader.vector();
    if (credentialType === CredentialType.X509) {
      new Reader(new Writer().vector(identity).bytes()).vectorOf((inner) => inner.vector(), MAX_CERTIFICATES);
    } else if (credentialType !== CredentialType.BASIC) {
      throw new DecodeError("credential_unknown");
    }
    return new Credential(credentialType, identity);
  }
}

export enum LeafNodeSource {
  KEY_PACKAGE = 1,
  UPDATE = 2,
  COMMIT = 3,
}

/** When a key package may be used: seconds since 1970, both ends included. */
export class Lifetime extends Struct {
  constructor(
    readonly notBeforeS: bigint,
    readonly notAfterS: bigint,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().u64(this.notBeforeS).u64(this.notAfterS).bytes();
  }

  static read(reader: Reader): Lifetime {
    return new Lifetime(reader.u64(), reader.u64());
  }

  includes(atS: number): boolean {
    const at = BigInt(atS);
    return this.notBeforeS <= at && at <= this.notAfterS;
  }
}

export interface LeafFields {
  readonly encryptionKey: Uint8Array;
  readonly signatureKey: Uint8Array;
  readonly credential: Credential;
  readonly capabilities: Capabilities;
  readonly source: LeafNodeSource;
  /** Only of a leaf from a key package. */
  readonly lifetime: Lifetime | null;
  /** Only of a leaf from a commit. */
  readonly parentHash: Uint8Array | null;
  readonly extensions: Extensions;
}

/** One member in the tree (§7.2). */
export class LeafNode extends Struct implements LeafFields {
  readonly encryptionKey: Uint8Array;
  readonly signatureKey: Uint8Array;
  readonly credential: Credential;
  readonly capabilities: Capabilities;
  readonly source: LeafNodeSource;
  readonly lifetime: Lifetime | null;
  readonly parentHash: Uint8Array | null;
  readonly extensions: Extensions;
  readonly signature: Uint8Array;
  #unsigned: Uint8Array | null = null;
  #encoded: Uint8Array | null = null;

  constructor(fields: LeafFields, signature: Uint8Array) {
    super();
    this.encryptionKey = fields.encryptionKey;
    this.signatureKey = fields.signatureKey;
    this.credential = fields.credential;
    this.capabilities = fields.capabilities;
    this.source = fields.source;
    this.lifetime = fields.lifetime;
    this.parentHash = fields.parentHash;
    this.extensions = fields.extensions;
    this.signature = signature;
  }

  /** Everything before the signature. */
  get unsigned(): Uint8Array {
    return (this.#unsigned ??= encodeFields(this));
  }

  encode(): Uint8Array {
    return (this.#encoded ??= new Writer().raw(this.unsigned).vector(this.signature).bytes());
  }

  static read(reader: Reader): LeafNode {
    const encryptionKey = reader.vector();
    const signatureKey = reader.vector();
    const credential = Credential.read(reader);
    const capabilities = Capabilities.read(reader);
    const source = readSource(reader);
    const lifetime = source === LeafNodeSource.KEY_PACKAGE ? Lifetime.read(reader) : null;
    const parentHash = source === LeafNodeSource.COMMIT ? reader.vector() : null;
    const extensions = readExtensions(reader);
    const fields = { encryptionKey, signatureKey, credential, capabilities, source, lifetime, parentHash, extensions };
    return new LeafNode(fields, reader.vector());
  }
}

function encodeFields(leaf: LeafFields): Uint8Array {
  const writer = new Writer().vector(leaf.encryptionKey).vector(leaf.signatureKey);
  writer.raw(leaf.credential.encode()).raw(leaf.capabilities.encode()).u8(leaf.source);
  if (leaf.lifetime !== null) writer.raw(leaf.lifetime.encode());
  if (leaf.parentHash !== null) writer.vector(leaf.parentHash);
  return writeExtensions(writer, leaf.extensions).bytes();
}

function readSource(reader: Reader): LeafNodeSource {
  const value = reader.u8();
  if (LeafNodeSource[value] === undefined) throw new DecodeError("leaf_node_source_unknown");
  return value;
}

/** Where a leaf stands: what its signature covers unless it comes from a key package. */
export interface Place {
  readonly groupId: Uint8Array;
  readonly leafIndex: LeafIndex;
}

/** LeafNodeTBS: what a leaf's signature covers (§7.2). A leaf from a key package has no place yet. */
export function leafTbs(leaf: LeafNode, place: Place | null): Uint8Array {
  if (leaf.source === LeafNodeSource.KEY_PACKAGE) return leaf.unsigned;
  if (place === null) throw new RangeError("the signature of this leaf covers its place");
  return new Writer().raw(leaf.unsigned).vector(place.groupId).u32(place.leafIndex).bytes();
}

/**
 * The checks of a leaf that need nothing but itself and its place (§7.3).
 *
 * Throws `MlsError` V110, V115, V117, V118, V121, V122 or V124.
 */
export function verifyLeaf(leaf: LeafNode, place: Place | null = null): void {
  if (!isPublicKey(leaf.encryptionKey)) throw refuse("V121");
  if (leaf.signatureKey.length !== KEY_BYTES) throw refuse("V122");
  checkUnique(leaf.extensions);
  const { credentialType } = leaf.credential;
  if (!leaf.capabilities.credentials.includes(credentialType)) {
    throw refuse("V115", { credential_type: credentialType });
  }
  for (const { extensionType } of leaf.extensions) {
    if (!leaf.capabilities.supportsExtension(extensionType)) throw refuse("V117", { extension_type: extensionType });
  }
  if (leaf.lifetime !== null && leaf.lifetime.notBeforeS > leaf.lifetime.notAfterS) throw refuse("V118");
  const holds = isSigned(leaf.signatureKey, LEAF_LABEL, leafTbs(leaf, place), leaf.signature);
  if (!holds) throw refuse("V110", { leaf_index: place?.leafIndex ?? null });
}
