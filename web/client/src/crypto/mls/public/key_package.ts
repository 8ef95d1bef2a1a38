/** Key packages (RFC 9420 §10). */

import { equal } from "../../bytes.ts";
import { refHash, isSigned } from "../../labels.ts";
import { CipherSuite } from "../../primitives.ts";
import { type Reader, Writer } from "../../tls.ts";
import { type Extensions, checkUnique, readExtensions, writeExtensions } from "./extensions.ts";
import { LeafNode, LeafNodeSource, verifyLeaf } from "./leaf_node.ts";
import { isPublicKey } from "./public_keys.ts";
import { Struct } from "./struct.ts";
import { refuse } from "./validation.ts";

/** The only protocol version (§6). */
export const MLS10 = 1;

/** The label under which a key package is signed. */
export const KEY_PACKAGE_LABEL = "KeyPackageTBS";

/** What lets others add a client while it is away. */
export class KeyPackage extends Struct {
  #encoded: Uint8Array | null = null;

  constructor(
    readonly version: number,
    readonly cipherSuite: number,
    readonly initKey: Uint8Array,
    readonly leafNode: LeafNode,
    readonly extensions: Extensions,
    readonly signature: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return (this.#encoded ??= new Writer().raw(keyPackageTbs(this)).vector(this.signature).bytes());
  }

  static read(reader: Reader): KeyPackage {
    return new KeyPackage(
      reader.u16(),
      reader.u16(),
      reader.vector(),
      LeafNode.read(reader),
      readExtensions(reader),
      reader.vector(),
    );
  }

  /** KeyPackageRef, 32 bytes (§5.2). */
  reference(): Uint8Array {
    return refHash("MLS 1.0 KeyPackage Reference", this.encode());
  }

  signed(signature: Uint8Array): KeyPackage {
    return new KeyPackage(this.version, this.cipherSuite, this.initKey, this.leafNode, this.extensions, signature);
  }
}

/** KeyPackageTBS: what the signature covers. */
export function keyPackageTbs(keyPackage: KeyPackage): Uint8Array {
  const writer = new Writer().u16(keyPackage.version).u16(keyPackage.cipherSuite);
  writer.vector(keyPackage.initKey).raw(keyPackage.leafNode.encode());
  return writeExtensions(writer, keyPackage.extensions).bytes();
}

/** The suite with this number. Throws `MlsError` V101 if it is not one of ours. */
export function suiteOf(value: number): CipherSuite {
  if (CipherSuite[value] === undefined) throw refuse("V101", { cipher_suite: value });
  return value;
}

/** Key packages are never changed, and who commits one checks it when he proposes and when he applies it. */
const verified = new WeakMap<KeyPackage, CipherSuite>();

/**
 * The checks of a key package for a group of `suite` (§10.1), without those against its members.
 *
 * Throws `MlsError` V102-V105, V110-V111, V115, V117, V118, V121, V122 or V124.
 */
export function verifyKeyPackage(keyPackage: KeyPackage, suite: CipherSuite): void {
  if (verified.get(keyPackage) === suite) return;
  const { version, cipherSuite, leafNode: leaf } = keyPackage;
  if (version !== MLS10 || cipherSuite !== Number(suite)) throw refuse("V102", { version, cipher_suite: cipherSuite });
  if (leaf.source !== LeafNodeSource.KEY_PACKAGE) throw refuse("V111", { source: leaf.source });
  if (!isPublicKey(keyPackage.initKey)) throw refuse("V105");
  if (equal(keyPackage.initKey, leaf.encryptionKey)) throw refuse("V104");
  checkUnique(keyPackage.extensions);
  verifyLeaf(leaf);
  const holds = isSigned(leaf.signatureKey, KEY_PACKAGE_LABEL, keyPackageTbs(keyPackage), keyPackage.signature);
  if (!holds) throw refuse("V103");
  verified.set(keyPackage, suite);
}
