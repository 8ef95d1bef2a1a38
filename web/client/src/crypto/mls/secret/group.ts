/**
 * A member's state in one epoch: the public group, and the secrets that make us a member (RFC 9420 §8, §11).
 *
 * A state is never changed. Whatever moves on - a commit, a message key that was used - gives another state, and the
 * caller keeps that one and forgets the old.
 */

import { equal } from "../../bytes.ts";
import { signWithLabel } from "../../labels.ts";
import {
  type CipherSuite,
  KEY_BYTES,
  type Random,
  Secret,
  constantTimeEqual,
  ed25519Public,
  randomBytes,
  x25519Public,
} from "../../primitives.ts";
import { DecodeError, type Reader, Writer, vector } from "../../tls.ts";
import { Extension, ExtensionType, type Extensions } from "../public/extensions.ts";
import { encodeMessage } from "../public/framing.ts";
import { PublicGroup } from "../public/group.ts";
import { GroupContext } from "../public/group_context.ts";
import { MLS10 } from "../public/key_package.ts";
import { type LeafNode, LeafNodeSource, type Lifetime } from "../public/leaf_node.ts";
import { Struct, encoded } from "../public/struct.ts";
import { RatchetTree } from "../public/tree.ts";
import type { LeafIndex } from "../public/tree_math.ts";
import { GROUP_INFO_LABEL, GroupInfo, groupInfoTbs } from "../public/welcome.ts";
import { LeafIdentity, signLeaf } from "./key_package.ts";
import {
  type DerivedEpoch,
  type EpochSecrets,
  confirmationTag,
  deriveEpoch,
  exportSecret,
  externalKeyPair,
  newEpochSecret,
  readEpochSecrets,
  writeEpochSecrets,
} from "./key_schedule.ts";
import { SecretTree } from "./secret_tree.ts";
import { TreeKeys, newLeafKey, stands } from "./treekem.ts";
import { refuse } from "./validation.ts";

const STATE_VERSION = 1;
const MAX_UPDATES = 64;

/** The private keys of an Update that we proposed and that nobody has committed yet (§12.1.2). */
export class OwnUpdate extends Struct {
  constructor(
    readonly encryptionKey: Uint8Array,
    readonly encryptionPrivate: Secret,
    readonly signatureSeed: Secret,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().vector(this.encryptionKey).raw(this.encryptionPrivate).raw(this.signatureSeed).bytes();
  }

  static read(reader: Reader): OwnUpdate {
    return new OwnUpdate(reader.vector(), new Secret(reader.raw(KEY_BYTES)), new Secret(reader.raw(KEY_BYTES)));
  }
}

export interface StateFields {
  readonly public: PublicGroup;
  readonly keys: TreeKeys;
  readonly secrets: EpochSecrets;
  readonly secretTree: SecretTree;
  readonly signatureSeed: Secret;
  readonly updates: readonly OwnUpdate[];
}

/** What a GroupInfo of ours carries besides the group context. */
export interface GroupInfoParts {
  readonly externalPub?: boolean;
  readonly ratchetTree?: boolean;
}

/** Everything that one member holds of one epoch. */
export class GroupState extends Struct implements StateFields {
  readonly public: PublicGroup;
  readonly keys: TreeKeys;
  readonly secrets: EpochSecrets;
  readonly secretTree: SecretTree;
  readonly signatureSeed: Secret;
  readonly updates: readonly OwnUpdate[];

  constructor(fields: StateFields) {
    super();
    this.public = fields.public;
    this.keys = fields.keys;
    this.secrets = fields.secrets;
    this.secretTree = fields.secretTree;
    this.signatureSeed = fields.signatureSeed;
    this.updates = fields.updates;
  }

  get suite(): CipherSuite {
    return this.public.suite;
  }

  get groupId(): Uint8Array {
    return this.public.groupId;
  }

  get epoch(): number {
    return this.public.epoch;
  }

  get ownLeafIndex(): LeafIndex {
    return this.keys.ownLeaf;
  }

  get ownLeaf(): LeafNode {
    const leaf = this.public.tree.leaf(this.keys.ownLeaf);
    if (leaf === null) throw refuse("V520", { reason: "leaf" });
    return leaf;
  }

  /** Who we are in this group: what our leaf says, and the seed that signs for it. */
  get identity(): LeafIdentity {
    return LeafIdentity.of(this.ownLeaf, this.signatureSeed);
  }

  /** Equal for all members of an epoch and for nobody else (§8.7). */
  get epochAuthenticator(): Secret {
    return this.secrets.epochAuthenticator;
  }

  /** Proves to others that its holder was a member in this epoch (§8.6). */
  get resumptionPsk(): Secret {
    return this.secrets.resumptionPsk;
  }

  /** MLS-Exporter (§8.5): a secret of `length` bytes for the application. */
  export(label: string, context: Uint8Array, length: number): Secret {
    return exportSecret(this.secrets.exporterSecret, label, context, length);
  }

  /** A GroupInfo of this epoch signed by us, as MLSMessage, with the tree in it (§12.4.3). */
  groupInfo(parts: GroupInfoParts = {}): Uint8Array {
    return encodeMessage(this.signedGroupInfo(parts));
  }

  signedGroupInfo({ externalPub = true, ratchetTree = true }: GroupInfoParts = {}): GroupInfo {
    const extensions: Extension[] = [];
    if (ratchetTree) extensions.push(new Extension(ExtensionType.RATCHET_TREE, this.public.tree.encode()));
    if (externalPub) {
      const { publicKey } = externalKeyPair(this.secrets.externalSecret);
      extensions.push(new Extension(ExtensionType.EXTERNAL_PUB, vector(publicKey)));
    }
    const { confirmationTag: tag, context } = this.public;
    const unsigned = new GroupInfo(context, extensions, tag, this.ownLeafIndex, new Uint8Array());
    return unsigned.signed(signWithLabel(this.signatureSeed, GROUP_INFO_LABEL, groupInfoTbs(unsigned)));
  }

  /** The state with some fields replaced. */
  with(changes: Partial<StateFields>): GroupState {
    return new GroupState({ ...this, ...changes });
  }

  /** Overwrite every secret; only for a state that nobody uses any more. The signing key lives on with its device. */
  wipe(): void {
    for (const secret of Object.values(this.secrets) as Secret[]) secret.fill(0);
    for (const secret of [this.keys.leafPrivate, ...this.keys.nodes.values()]) secret.fill(0);
    for (const update of this.updates) update.encryptionPrivate.fill(0);
    this.secretTree.wipe();
  }

  /** For sealed storage: it holds every secret of the epoch. */
  encode(): Uint8Array {
    const writer = new Writer().u8(STATE_VERSION).vector(this.public.encode());
    this.keys.write(writer);
    writeEpochSecrets(writer, this.secrets);
    return writer.raw(this.secretTree.encode()).raw(this.signatureSeed).vectorOf(this.updates, encoded).bytes();
  }

  /** Throws `DecodeError` or `MlsError`; V520 if the secrets do not belong to the public part. */
  static read(reader: Reader): GroupState {
    if (reader.u8() !== STATE_VERSION) throw new DecodeError("state_version_unknown");
    const group = PublicGroup.decode(reader.vector());
    const state = new GroupState({
      public: group,
      keys: TreeKeys.read(reader),
      secrets: readEpochSecrets(reader),
      secretTree: SecretTree.read(reader, group.suite),
      signatureSeed: new Secret(reader.raw(KEY_BYTES)),
      updates: reader.vectorOf(OwnUpdate.read, MAX_UPDATES),
    });
    checkState(state);
    return state;
  }
}

function checkState({ public: group, keys, secretTree, secrets, signatureSeed }: GroupState): void {
  const { tree } = group;
  const leaf = tree.leaf(keys.ownLeaf);
  const leafKey = leaf?.encryptionKey ?? new Uint8Array();
  if (leaf === null || !equal(x25519Public(keys.leafPrivate), leafKey)) throw refuse("V520", { reason: "leaf" });
  if (!equal(ed25519Public(signatureSeed), leaf.signatureKey)) throw refuse("V520", { reason: "signature_key" });
  for (const [node, key] of keys.nodes) if (!stands(tree, node, key)) throw refuse("V520", { reason: "path_keys" });
  if (secretTree.leafCount !== tree.leafCount) throw refuse("V520", { reason: "secret_tree" });
  checkConfirmationTag(group, secrets, "V520");
}

/** Throws `MlsError` with `number` unless the secrets give the tag that the group shows (§8.1). */
export function checkConfirmationTag(group: PublicGroup, secrets: EpochSecrets, number: string): void {
  const expected = confirmationTag(secrets.confirmationKey, group.context.confirmedTranscriptHash);
  if (!constantTimeEqual(expected, group.confirmationTag)) throw refuse(number);
}

/** The state at the start of an epoch, with no message key used. */
export function enterEpoch(
  group: PublicGroup,
  keys: TreeKeys,
  { secrets, encryption }: DerivedEpoch,
  signatureSeed: Secret,
): GroupState {
  const secretTree = SecretTree.fromEncryptionSecret(group.suite, group.tree.leafCount, encryption);
  return new GroupState({ public: group, keys, secrets, secretTree, signatureSeed, updates: [] });
}

/** A group of one, in epoch 0 (§11); `extensions` are those of the group context. */
export function createGroup(
  suite: CipherSuite,
  groupId: Uint8Array,
  identity: LeafIdentity,
  lifetime: Lifetime,
  options: { extensions?: Extensions; random?: Random } = {},
): GroupState {
  const { extensions = [], random = randomBytes } = options;
  const { privateKey, publicKey } = newLeafKey(random);
  const tree = RatchetTree.of(signLeaf(identity, publicKey, { source: LeafNodeSource.KEY_PACKAGE, lifetime }));
  const context = new GroupContext({
    version: MLS10,
    cipherSuite: suite,
    groupId,
    epoch: 0,
    treeHash: tree.treeHash(),
    confirmedTranscriptHash: new Uint8Array(),
    extensions,
  });
  const derived = deriveEpoch(newEpochSecret(random));
  const tag = confirmationTag(derived.secrets.confirmationKey, context.confirmedTranscriptHash);
  return enterEpoch(new PublicGroup(context, tree, tag), new TreeKeys(0, privateKey), derived, identity.signatureSeed);
}
