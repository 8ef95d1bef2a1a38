/** Our own key packages and leaf nodes: who we are, and the private keys behind them (RFC 9420 §7.2, §10). */

import { equal } from "../../bytes.ts";
import { signWithLabel } from "../../labels.ts";
import {
  CipherSuite,
  KEY_BYTES,
  type Random,
  Secret,
  constantTimeEqual,
  ed25519Public,
  randomBytes,
  x25519Public,
} from "../../primitives.ts";
import { type Reader, Writer } from "../../tls.ts";
import { Capabilities, type Extensions } from "../public/extensions.ts";
import { encodeMessage } from "../public/framing.ts";
import { KEY_PACKAGE_LABEL, KeyPackage, MLS10, keyPackageTbs, suiteOf } from "../public/key_package.ts";
import {
  type Credential,
  LEAF_LABEL,
  LeafNode,
  LeafNodeSource,
  type Lifetime,
  type Place,
  leafTbs,
} from "../public/leaf_node.ts";
import { Struct } from "../public/struct.ts";
import { newLeafKey } from "./treekem.ts";
import { refuse } from "./validation.ts";

const OUR_SUITES = [
  CipherSuite.X25519_AES128GCM_SHA256_ED25519,
  CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519,
] as const;

/** What a leaf says of its owner, and the seed that signs for it. */
export class LeafIdentity {
  readonly capabilities: Capabilities;

  /** Without `capabilities`: both suites, the credential's type, and the extensions of this leaf. */
  constructor(
    readonly credential: Credential,
    readonly signatureSeed: Secret,
    readonly signatureKey: Uint8Array,
    capabilities: Capabilities | null = null,
    readonly extensions: Extensions = [],
  ) {
    const types = extensions.map(({ extensionType }) => extensionType);
    this.capabilities = capabilities ?? new Capabilities([MLS10], OUR_SUITES, types, [], [credential.credentialType]);
  }

  /** The identity that stands in a leaf of ours. */
  static of(leaf: LeafNode, seed: Secret): LeafIdentity {
    return new LeafIdentity(leaf.credential, seed, leaf.signatureKey, leaf.capabilities, leaf.extensions);
  }

  /** Throws `MlsError` V503 unless the public key is that of the seed. */
  check(): void {
    if (!constantTimeEqual(ed25519Public(this.signatureSeed), this.signatureKey)) throw refuse("V503");
  }
}

/** Where a leaf of ours comes from, with what stands in it for that. */
export type LeafOrigin =
  | { readonly source: LeafNodeSource.KEY_PACKAGE; readonly lifetime: Lifetime }
  | { readonly source: LeafNodeSource.UPDATE; readonly place: Place }
  | { readonly source: LeafNodeSource.COMMIT; readonly place: Place; readonly parentHash: Uint8Array };

/** A signed leaf node (§7.2); its place is signed for updates and commits only. */
export function signLeaf(identity: LeafIdentity, encryptionKey: Uint8Array, origin: LeafOrigin): LeafNode {
  identity.check();
  const fromPackage = origin.source === LeafNodeSource.KEY_PACKAGE;
  const fields = {
    encryptionKey,
    signatureKey: identity.signatureKey,
    credential: identity.credential,
    capabilities: identity.capabilities,
    source: origin.source,
    lifetime: fromPackage ? origin.lifetime : null,
    parentHash: origin.source === LeafNodeSource.COMMIT ? origin.parentHash : null,
    extensions: identity.extensions,
  };
  const tbs = leafTbs(new LeafNode(fields, new Uint8Array()), fromPackage ? null : origin.place);
  return new LeafNode(fields, signWithLabel(identity.signatureSeed, LEAF_LABEL, tbs));
}

/** A key package and the three private keys that belong to it. */
export class KeyPackageBundle extends Struct {
  constructor(
    readonly keyPackage: KeyPackage,
    readonly initPrivate: Secret,
    readonly encryptionPrivate: Secret,
    readonly signatureSeed: Secret,
  ) {
    super();
  }

  get suite(): CipherSuite {
    return suiteOf(this.keyPackage.cipherSuite);
  }

  /** The KeyPackageRef, 32 bytes. */
  get reference(): Uint8Array {
    return this.keyPackage.reference();
  }

  /** The MLSMessage to publish. */
  message(): Uint8Array {
    return encodeMessage(this.keyPackage);
  }

  /** For sealed storage: it holds the private keys. */
  encode(): Uint8Array {
    const writer = new Writer().vector(this.keyPackage.encode());
    return writer.raw(this.initPrivate).raw(this.encryptionPrivate).raw(this.signatureSeed).bytes();
  }

  /** Throws `DecodeError`, `MlsError` V101, or V520 if the private keys are not those of the package. */
  static read(reader: Reader): KeyPackageBundle {
    const keyPackage = KeyPackage.decode(reader.vector());
    const key = (): Secret => new Secret(reader.raw(KEY_BYTES));
    const bundle = new KeyPackageBundle(keyPackage, key(), key(), key());
    suiteOf(keyPackage.cipherSuite);
    const { encryptionKey, signatureKey } = keyPackage.leafNode;
    const fits =
      equal(x25519Public(bundle.initPrivate), keyPackage.initKey) &&
      equal(x25519Public(bundle.encryptionPrivate), encryptionKey) &&
      equal(ed25519Public(bundle.signatureSeed), signatureKey);
    if (!fits) throw refuse("V520");
    return bundle;
  }
}

/** A fresh key package with its private keys (§10); `extensions` are the package's own, not the leaf's. */
export function newKeyPackage(
  suite: CipherSuite,
  identity: LeafIdentity,
  lifetime: Lifetime,
  options: { extensions?: Extensions; random?: Random } = {},
): KeyPackageBundle {
  const { extensions = [], random = randomBytes } = options;
  const init = newLeafKey(random);
  const encryption = newLeafKey(random);
  const leaf = signLeaf(identity, encryption.publicKey, { source: LeafNodeSource.KEY_PACKAGE, lifetime });
  const unsigned = new KeyPackage(MLS10, suite, init.publicKey, leaf, extensions, new Uint8Array());
  const signature = signWithLabel(identity.signatureSeed, KEY_PACKAGE_LABEL, keyPackageTbs(unsigned));
  const { privateKey: initPrivate } = init;
  return new KeyPackageBundle(unsigned.signed(signature), initPrivate, encryption.privateKey, identity.signatureSeed);
}
