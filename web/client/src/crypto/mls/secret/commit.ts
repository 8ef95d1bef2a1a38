/**
 * Commits, made by members and by those who join from outside (RFC 9420 §12.4); `receiving` takes those of others.
 *
 * Making a commit changes nothing: `PendingCommit` holds the state to go on with once the server has accepted it.
 */

import { fromHex } from "../../bytes.ts";
import { KEY_BYTES, type Random, randomBytes } from "../../primitives.ts";
import { type Reader, Writer, decodeAll, vector } from "../../tls.ts";
import { Commit } from "../public/commit.ts";
import { ExtensionType, find } from "../public/extensions.ts";
import {
  type AuthenticatedContent,
  PublicMessage,
  Sender,
  SenderType,
  WireFormat,
  encodeMessage,
} from "../public/framing.ts";
import { NO_PROPOSALS, groupFrom, stageAuthenticated } from "../public/group.ts";
import { LeafNodeSource } from "../public/leaf_node.ts";
import {
  type Applied,
  type KnownProposals,
  type SentProposal,
  apply,
  checkMemberList,
  ofType,
  resolve,
} from "../public/proposal_list.ts";
import { Add, ExternalInit, type PreSharedKey, type Proposal, ProposalRef, Remove } from "../public/proposals.ts";
import { decodeGroupInfo } from "../public/public_group.ts";
import { isPublicKey } from "../public/public_keys.ts";
import { Struct, encoded } from "../public/struct.ts";
import type { LeafIndex } from "../public/tree_math.ts";
import { refuse as refusePublic } from "../public/validation.ts";
import type { GroupInfo } from "../public/welcome.ts";
import {
  type Draft,
  type NewMember,
  type Path,
  type SealedCommit,
  freshPath,
  sealCommit,
  withoutPath,
} from "./draft.ts";
import { GroupState, enterEpoch } from "./group.ts";
import { type LeafIdentity, signLeaf } from "./key_package.ts";
import { type PskSecret, sendExternalInit } from "./key_schedule.ts";
import { membershipTag } from "./messages.ts";
import { sealPrivate } from "./private_message.ts";
import { NO_PSKS, type Psks, pskSecret } from "./psk.ts";
import { withOwn } from "./receiving.ts";
import { SecretTree } from "./secret_tree.ts";
import { refuse } from "./validation.ts";
import { makeWelcome } from "./welcome.ts";

export { processCommit } from "./receiving.ts";

const NOTHING = new Uint8Array();
const PLACEHOLDER_KEY = new Uint8Array(KEY_BYTES);

/**
 * A commit that the server has not accepted yet; `state` is ours once it has.
 *
 * `commit`, `welcome` and `groupInfo` are MLSMessages. `spent` is the secret tree of the epoch that ends, without the
 * key that a commit sent as PrivateMessage took; give it to the old state before sending more in that epoch.
 */
export class PendingCommit extends Struct {
  constructor(
    readonly commit: Uint8Array,
    readonly welcome: Uint8Array | null,
    readonly groupInfo: Uint8Array,
    readonly state: GroupState,
    readonly spent: SecretTree | null = null,
  ) {
    super();
  }

  /** For sealed storage: it holds every secret of the next epoch. */
  encode(): Uint8Array {
    const writer = new Writer().vector(this.commit).optional(this.welcome, vector);
    return writer.vector(this.groupInfo).vector(this.state.encode()).optional(this.spent, encoded).bytes();
  }

  /** Throws `DecodeError` or `MlsError`. */
  static read(reader: Reader): PendingCommit {
    const commit = reader.vector();
    const welcome = reader.optional((inner) => inner.vector());
    const groupInfo = reader.vector();
    const state = GroupState.decode(reader.vector());
    const spent = reader.optional((inner) => SecretTree.read(inner, state.suite));
    return new PendingCommit(commit, welcome, groupInfo, state, spent);
  }
}

export interface CommitOptions {
  /** What everybody can read and our signature covers. */
  readonly authenticatedData?: Uint8Array;
  /** Whether to renew our keys; without it only additions, pre-shared keys and ReInit are possible. */
  readonly path?: boolean;
  /** Another identity for our leaf; needs the path. */
  readonly newIdentity?: LeafIdentity | null;
  /** The pre-shared keys that the proposals name; that of this epoch we have ourselves. */
  readonly psks?: Psks;
  /** Proposals sent on their own; all of them are committed, first. */
  readonly known?: KnownProposals;
  /** Send the commit as PrivateMessage. */
  readonly private?: boolean;
  readonly random?: Random;
}

/**
 * A commit of ours, with the Welcome for those it adds and the GroupInfo of the epoch that it opens.
 *
 * `state` is our present state; it is not changed. `proposals` are those of ours that stand in the commit itself.
 * Throws `MlsError`: the commit would not be valid (V1xx-V3xx), a pre-shared key is missing (V430), or a new identity
 * has no path (V500).
 */
export function createCommit(
  state: GroupState,
  proposals: readonly Proposal[],
  options: CommitOptions = {},
): PendingCommit {
  const { authenticatedData = NOTHING, known = NO_PROPOSALS, newIdentity = null } = options;
  const { path = true, psks = NO_PSKS, random = randomBytes } = options;
  if (newIdentity !== null && !path) throw refuse("V500");
  const before = state.public;
  const sender = Sender.member(state.ownLeafIndex);
  const items = [...Array.from(known.keys(), (reference) => new ProposalRef(fromHex(reference))), ...proposals];
  const resolved = resolve(before, new Commit(items, null), sender, known);
  checkMemberList(before, resolved, state.ownLeafIndex);
  const applied = apply(before, resolved);
  const draft: Draft = {
    before,
    sender,
    ownLeaf: state.ownLeafIndex,
    signatureSeed: state.signatureSeed,
    tree: applied.tree,
    extensions: applied.extensions,
    proposals: items,
    pskIds: applied.psks,
    added: newMembers(resolved, applied),
    authenticatedData,
    wireFormat: options.private === true ? WireFormat.PRIVATE_MESSAGE : WireFormat.PUBLIC_MESSAGE,
  };
  const identity = newIdentity ?? state.identity;
  const renewed = path ? freshPath(draft, identity, random) : withoutPath(draft, state.keys);
  const psk = pskSecret(draft.pskIds, withOwn(psks, state));
  const sealed = sealCommit(draft, renewed, state.secrets.initSecret, psk);
  const staged = stageAuthenticated(before, sealed.authenticated, known);
  const after = enterEpoch(staged.next(), renewed.keys, sealed.derived, identity.signatureSeed);
  return finish(draft, renewed, sealed, psk, after, framed(state, sealed.authenticated, random), random);
}

function newMembers(resolved: readonly SentProposal[], applied: Applied): NewMember[] {
  return ofType(resolved, Add).map(({ keyPackage }, place) => [applied.added[place]![0], keyPackage]);
}

/** A commit in its message, and what is left of the secret tree that a private one took a key from. */
interface Framed {
  readonly message: Uint8Array;
  readonly spent: SecretTree | null;
}

function framed(state: GroupState, commit: AuthenticatedContent, random: Random): Framed {
  if (commit.wireFormat === WireFormat.PRIVATE_MESSAGE) {
    const sent = sealPrivate(commit, state.secretTree, state.secrets.senderDataSecret, { random });
    return { message: encodeMessage(sent.message), spent: sent.tree };
  }
  const message = new PublicMessage(commit.content, commit.auth, membershipTag(state, commit));
  return { message: encodeMessage(message), spent: null };
}

function finish(
  draft: Draft,
  path: Path,
  sealed: SealedCommit,
  psk: PskSecret,
  after: GroupState,
  { message, spent }: Framed,
  random: Random,
): PendingCommit {
  const groupInfo = after.signedGroupInfo();
  let welcome: Uint8Array | null = null;
  if (draft.added.length > 0) {
    const { added: joining, ownLeaf: committer, pskIds } = draft;
    const options = { pskIds, committer, steps: path.steps, newMembers: joining, random };
    welcome = encodeMessage(makeWelcome(after.suite, groupInfo, sealed.joiner, psk, options));
  }
  return new PendingCommit(message, welcome, encodeMessage(groupInfo), after, spent);
}

export interface ExternalCommitOptions {
  /** An earlier leaf of ours to remove. */
  readonly remove?: LeafIndex | null;
  readonly authenticatedData?: Uint8Array;
  /** The encoded ratchet tree, where the GroupInfo has none. */
  readonly tree?: Uint8Array | null;
  readonly pskProposals?: readonly PreSharedKey[];
  readonly psks?: Psks;
  readonly random?: Random;
}

/**
 * A commit by which we join a group from outside (§12.4.3.2).
 *
 * `groupInfo` is an MLSMessage with the external public key, and the ratchet tree unless `tree` gives it.
 * Throws `DecodeError`: malformed bytes; `MlsError`: V502 without an external public key, V304 no member at `remove`,
 * V1xx-V3xx for the rest.
 */
export function externalCommit(
  groupInfo: Uint8Array,
  identity: LeafIdentity,
  options: ExternalCommitOptions = {},
): PendingCommit {
  const { authenticatedData = NOTHING, psks = NO_PSKS, random = randomBytes, remove = null, tree = null } = options;
  const info = decodeGroupInfo(groupInfo);
  const before = groupFrom(info, tree);
  const { kemOutput, initSecret } = sendExternalInit(before.suite, externalPub(info), random);
  if (remove !== null && before.tree.leaf(remove) === null) throw refusePublic("V304", { leaf_index: remove });
  const removes = remove === null ? [] : [new Remove(remove)];
  const proposals = [new ExternalInit(kemOutput), ...removes, ...(options.pskProposals ?? [])];
  const sender = new Sender(SenderType.NEW_MEMBER_COMMIT);
  const applied = apply(before, proposals.map((proposal) => ({ proposal, sender })));
  const joined = applied.tree.add(placeholder(identity, before.groupId));
  const draft: Draft = {
    before,
    sender,
    ownLeaf: joined.index,
    signatureSeed: identity.signatureSeed,
    tree: joined.tree,
    extensions: applied.extensions,
    proposals,
    pskIds: applied.psks,
    added: [],
    authenticatedData,
    wireFormat: WireFormat.PUBLIC_MESSAGE,
  };
  const path = freshPath(draft, identity, random);
  const psk = pskSecret(draft.pskIds, psks);
  const sealed = sealCommit(draft, path, initSecret, psk);
  const staged = stageAuthenticated(before, sealed.authenticated);
  const after = enterEpoch(staged.next(), path.keys, sealed.derived, identity.signatureSeed);
  const { auth, content } = sealed.authenticated;
  const message = encodeMessage(new PublicMessage(content, auth));
  return finish(draft, path, sealed, psk, after, { message, spent: null }, random);
}

/** Holds our place in the tree until the path gives us our real leaf. */
function placeholder(identity: LeafIdentity, groupId: Uint8Array): ReturnType<typeof signLeaf> {
  const place = { groupId, leafIndex: 0 };
  return signLeaf(identity, PLACEHOLDER_KEY, { source: LeafNodeSource.COMMIT, place, parentHash: NOTHING });
}

function externalPub(info: GroupInfo): Uint8Array {
  const data = find(info.extensions, ExtensionType.EXTERNAL_PUB);
  const key = data === null ? NOTHING : decodeAll(data, (reader) => reader.vector());
  if (!isPublicKey(key)) throw refuse("V502");
  return key;
}
