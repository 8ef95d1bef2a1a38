/** Welcome: the secrets of an epoch for those whom its commit added, made and read (RFC 9420 §12.4.3). */

import { equal } from "../../bytes.ts";
import { decryptWithLabel, encryptWithLabel, encryptionInfo, expandWithLabel } from "../../labels.ts";
import {
  AEAD_NONCE_BYTES,
  type CipherSuite,
  HASH_BYTES,
  type Random,
  Secret,
  aeadKeyBytes,
  aeadOpen,
  aeadSeal,
  randomBytes,
} from "../../primitives.ts";
import { DecodeError, type Reader, Writer, vector } from "../../tls.ts";
import { HpkeCiphertext } from "../public/commit.ts";
import { decodeMessage } from "../public/framing.ts";
import { type PublicGroup, groupFrom } from "../public/group.ts";
import { PreSharedKeyId, PskType, ResumptionUsage } from "../public/proposals.ts";
import { Struct, encoded } from "../public/struct.ts";
import { type LeafIndex, commonAncestor, leafToNode } from "../public/tree_math.ts";
import { EncryptedGroupSecrets, GroupInfo, Welcome } from "../public/welcome.ts";
import type { NewMember } from "./draft.ts";
import { type GroupState, checkConfirmationTag, enterEpoch } from "./group.ts";
import type { KeyPackageBundle } from "./key_package.ts";
import { type JoinerSecret, type PskSecret, deriveEpoch, epochSecret, welcomeSecret } from "./key_schedule.ts";
import { NO_PSKS, type Psks, pskSecret } from "./psk.ts";
import { type PathSecret, type PathStep, TreeKeys, ladder, openBox } from "./treekem.ts";
import { refuse } from "./validation.ts";

const LABEL = "Welcome";
/** The epoch in which the members of a re-initialised group, or of a branch, join it. */
const FIRST_EPOCH = 1;
const NOTHING = new Uint8Array();

/** What one new member is told; the path secret only if the commit has a path. */
export class GroupSecrets extends Struct {
  constructor(
    readonly joinerSecret: JoinerSecret,
    readonly pathSecret: PathSecret | null,
    readonly psks: readonly PreSharedKeyId[],
  ) {
    super();
  }

  encode(): Uint8Array {
    const writer = new Writer().vector(this.joinerSecret).optional<Uint8Array>(this.pathSecret, vector);
    return writer.vectorOf(this.psks, encoded).bytes();
  }

  static read(reader: Reader): GroupSecrets {
    const joinerSecret = new Secret<"joiner">(readHashSized(reader));
    const pathSecret = reader.optional((inner) => new Secret<"path">(readHashSized(inner)));
    return new GroupSecrets(joinerSecret, pathSecret, reader.vectorOf(PreSharedKeyId.read));
  }
}

function readHashSized(reader: Reader): Uint8Array {
  const value = reader.vector();
  if (value.length !== HASH_BYTES) throw new DecodeError("secret_length");
  return value;
}

/** Key and nonce of the encrypted GroupInfo. */
function groupInfoKey(
  suite: CipherSuite,
  joiner: JoinerSecret,
  psk: PskSecret,
): { key: Uint8Array; nonce: Uint8Array } {
  const secret = welcomeSecret(joiner, psk);
  const key = expandWithLabel(secret, "key", NOTHING, aeadKeyBytes(suite));
  return { key, nonce: expandWithLabel(secret, "nonce", NOTHING, AEAD_NONCE_BYTES) };
}

export interface WelcomeOptions {
  readonly pskIds: readonly PreSharedKeyId[];
  readonly committer: LeafIndex;
  /** Those of the commit's path; none without a path. */
  readonly steps: readonly PathStep[];
  readonly newMembers: readonly NewMember[];
  readonly random?: Random;
}

/** The Welcome for `newMembers`. */
export function makeWelcome(
  suite: CipherSuite,
  groupInfo: GroupInfo,
  joiner: JoinerSecret,
  psk: PskSecret,
  options: WelcomeOptions,
): Welcome {
  const { committer, newMembers, pskIds, random = randomBytes, steps } = options;
  const { key, nonce } = groupInfoKey(suite, joiner, psk);
  const sealedInfo = aeadSeal(suite, key, nonce, NOTHING, groupInfo.encode());
  const info = encryptionInfo(LABEL, sealedInfo);
  const secrets = newMembers.map(([leaf, keyPackage]) => {
    const meeting = commonAncestor(leafToNode(committer), leafToNode(leaf));
    const pathSecret = steps.find(({ node }) => node === meeting)?.pathSecret ?? null;
    const plaintext = new GroupSecrets(joiner, pathSecret, pskIds).encode();
    const box = encryptWithLabel(suite, keyPackage.initKey, info, plaintext, { random });
    return new EncryptedGroupSecrets(keyPackage.reference(), new HpkeCiphertext(box.kemOutput, box.ciphertext));
  });
  return new Welcome(suite, secrets, sealedInfo);
}

/**
 * Our first state in a group to which we were added (§12.4.3.1).
 *
 * `welcome` is the MLSMessage; `bundle` the key package that was used, with its private keys: delete it afterwards;
 * `tree` the encoded ratchet tree, if the GroupInfo does not carry it.
 * Throws `MlsError`: V433, V470..V477 for the welcome, V430..V432 for its pre-shared keys, V1xx and V2xx for the group;
 * `DecodeError`: bytes that are no MLSMessage, or decrypt to something malformed.
 */
export function joinByWelcome(
  welcome: Uint8Array,
  bundle: KeyPackageBundle,
  options: { tree?: Uint8Array | null; psks?: Psks } = {},
): GroupState {
  const { psks = NO_PSKS, tree = null } = options;
  const { suite } = bundle;
  const body = decodeMessage(welcome);
  if (!(body instanceof Welcome)) throw refuse("V477");
  if (body.cipherSuite !== Number(suite)) throw refuse("V471", { cipher_suite: body.cipherSuite });
  const secrets = openGroupSecrets(suite, body, bundle);
  const psk = pskSecret(secrets.psks, psks);
  const groupInfo = openGroupInfo(suite, body, secrets.joinerSecret, psk);
  const { cipherSuite, epoch } = groupInfo.groupContext;
  if (cipherSuite !== Number(suite)) throw refuse("V471", { cipher_suite: cipherSuite });
  checkPskUsage(secrets.psks, epoch);
  const group = groupFrom(groupInfo, tree);
  const keys = ownKeys(group, bundle, groupInfo.signer, secrets.pathSecret);
  const derived = deriveEpoch(epochSecret(secrets.joinerSecret, psk, group.context.encode()));
  checkConfirmationTag(group, derived.secrets, "V476");
  return enterEpoch(group, keys, derived, bundle.signatureSeed);
}

function openGroupSecrets(suite: CipherSuite, welcome: Welcome, bundle: KeyPackageBundle): GroupSecrets {
  const { reference } = bundle;
  const ours = welcome.secrets.find(({ newMember }) => equal(newMember, reference));
  if (ours === undefined) throw refuse("V470");
  const open = (): Uint8Array =>
    decryptWithLabel(suite, bundle.initPrivate, LABEL, welcome.encryptedGroupInfo, ours.encryptedGroupSecrets);
  return GroupSecrets.decode(openBox(open, "V472"));
}

/** Throws `MlsError` V473 if it does not open, `DecodeError` if it is no GroupInfo. */
export function openGroupInfo(suite: CipherSuite, welcome: Welcome, joiner: JoinerSecret, psk: PskSecret): GroupInfo {
  const { key, nonce } = groupInfoKey(suite, joiner, psk);
  return GroupInfo.decode(openBox(() => aeadOpen(suite, key, nonce, NOTHING, welcome.encryptedGroupInfo), "V473"));
}

function checkPskUsage(ids: readonly PreSharedKeyId[], epoch: number): void {
  const special = ids.filter(
    ({ key }) => key.pskType === PskType.RESUMPTION && key.usage !== ResumptionUsage.APPLICATION,
  );
  if (special.length > 0 && (special.length > 1 || epoch !== FIRST_EPOCH)) throw refuse("V433");
}

function ownKeys(
  group: PublicGroup,
  bundle: KeyPackageBundle,
  signer: LeafIndex,
  pathSecret: PathSecret | null,
): TreeKeys {
  const ownLeaf = group.tree.findLeaf(bundle.keyPackage.leafNode);
  if (ownLeaf === null) throw refuse("V474");
  const keys = new TreeKeys(ownLeaf, bundle.encryptionPrivate);
  if (pathSecret === null) return keys;
  const path = group.tree.filteredDirectPath(signer);
  const place = path.indexOf(commonAncestor(leafToNode(signer), leafToNode(ownLeaf)));
  if (place < 0) throw refuse("V475");
  const { steps } = ladder(path.slice(place), pathSecret);
  const stand = steps.every(({ node, publicKey }) => equal(group.tree.encryptionKey(node) ?? NOTHING, publicKey));
  if (!stand) throw refuse("V475");
  return keys.withSteps(steps);
}
