/** What members say to each other besides commits: application data and proposals (RFC 9420 §6, §12.1, §15). */

import { equal } from "../../bytes.ts";
import { type Random, constantTimeEqual, hmacSha256, randomBytes } from "../../primitives.ts";
import { Commit } from "../public/commit.ts";
import {
  AuthenticatedContent,
  type Content,
  ContentType,
  FramedContent,
  FramedContentAuthData,
  PrivateMessage,
  PublicMessage,
  Sender,
  SenderType,
  WireFormat,
  authenticatedContentTbm,
  decodeMessage,
  encodeMessage,
  signContent,
} from "../public/framing.ts";
import { LeafNodeSource } from "../public/leaf_node.ts";
import { type Proposal, Update } from "../public/proposals.ts";
import { checkAuthentic } from "../public/senders.ts";
import type { LeafIndex } from "../public/tree_math.ts";
import { type GroupState, OwnUpdate } from "./group.ts";
import { type LeafIdentity, signLeaf } from "./key_package.ts";
import { openPrivate, sealPrivate } from "./private_message.ts";
import { newLeafKey } from "./treekem.ts";
import { refuse } from "./validation.ts";

const NOTHING = new Uint8Array();

/** Application data: who said it, in which epoch, and what rode along readable. */
export interface Received {
  readonly sender: LeafIndex;
  readonly epoch: number;
  readonly authenticatedData: Uint8Array;
  readonly data: Uint8Array;
}

/** An MLSMessage, and our state after it. */
export interface Sent {
  readonly message: Uint8Array;
  readonly state: GroupState;
}

/** A proposal sent on its own, with its reference. */
export interface Proposed extends Sent {
  readonly reference: Uint8Array;
}

/** MAC(membership_key, AuthenticatedContentTBM) (§6.2). */
export function membershipTag(state: GroupState, message: AuthenticatedContent): Uint8Array {
  return hmacSha256(state.secrets.membershipKey, authenticatedContentTbm(message, state.public.context));
}

/** Throws `MlsError` V450 unless a member of this epoch sent the PublicMessage. */
export function checkMembershipTag(state: GroupState, message: AuthenticatedContent, tag: Uint8Array | null): void {
  if (tag === null || !constantTimeEqual(membershipTag(state, message), tag)) throw refuse("V450");
}

function signed(
  state: GroupState,
  wireFormat: WireFormat,
  said: { contentType: ContentType; content: Content; authenticatedData: Uint8Array },
): AuthenticatedContent {
  const sender = Sender.member(state.ownLeafIndex);
  const framed = new FramedContent({ groupId: state.groupId, epoch: state.epoch, sender, ...said });
  const signature = signContent(state.signatureSeed, wireFormat, framed, state.public.context);
  return new AuthenticatedContent(wireFormat, framed, new FramedContentAuthData(signature));
}

function sealed(state: GroupState, message: AuthenticatedContent, padding: number, random: Random): Sent {
  const { senderDataSecret } = state.secrets;
  const sent = sealPrivate(message, state.secretTree, senderDataSecret, { padding, random });
  return { message: encodeMessage(sent.message), state: state.with({ secretTree: sent.tree }) };
}

/**
 * Application data as a PrivateMessage (an MLSMessage), and the state without the key it took.
 *
 * `padding` is the number of zero bytes that hide the length.
 */
export function protect(
  state: GroupState,
  data: Uint8Array,
  options: { authenticatedData?: Uint8Array; padding?: number; random?: Random } = {},
): Sent {
  const { authenticatedData = NOTHING, padding = 0, random = randomBytes } = options;
  const said = { contentType: ContentType.APPLICATION, content: data, authenticatedData };
  return sealed(state, signed(state, WireFormat.PRIVATE_MESSAGE, said), padding, random);
}

/**
 * Application data of a member, and the state without the key it took.
 *
 * Throws `DecodeError`: malformed bytes; `MlsError`: V425 other content, and what `openMessage` throws.
 */
export function unprotect(state: GroupState, message: Uint8Array): { received: Received; state: GroupState } {
  const { opened, state: after } = openMessage(state, message);
  const { authenticatedData, content, epoch, sender } = opened.content;
  if (!(content instanceof Uint8Array) || sender.leafIndex === null) throw refuse("V425");
  return { received: { sender: sender.leafIndex, epoch, authenticatedData, data: content }, state: after };
}

/**
 * What a PublicMessage or PrivateMessage of this epoch says, its sender verified, and the state after it.
 *
 * A commit is then judged with `stageAuthenticated`, a proposal is kept by its reference until it is committed.
 * Throws `DecodeError`: malformed bytes; `MlsError`: V410..V412, V420..V425, V450, and V140..V147 about the sender.
 */
export function openMessage(
  state: GroupState,
  message: Uint8Array,
): { opened: AuthenticatedContent; state: GroupState } {
  const body = decodeMessage(message);
  if (body instanceof PublicMessage) {
    checkAuthentic(state.public, body.authenticated);
    if (body.content.sender.senderType === SenderType.MEMBER) {
      checkMembershipTag(state, body.authenticated, body.membershipTag);
    }
    return { opened: body.authenticated, state };
  }
  if (!(body instanceof PrivateMessage)) throw refuse("V425");
  if (!equal(body.groupId, state.groupId) || body.epoch !== state.epoch) throw refuse("V420", { epoch: body.epoch });
  const { opened, tree } = openPrivate(body, state.secretTree, state.secrets.senderDataSecret);
  checkAuthentic(state.public, opened);
  return { opened, state: state.with({ secretTree: tree }) };
}

/**
 * A proposal sent on its own (§12.1).
 *
 * An Update of our own leaf is made by `proposeUpdate`, which keeps its keys.
 */
export function propose(
  state: GroupState,
  proposal: Proposal,
  options: { authenticatedData?: Uint8Array; private?: boolean; random?: Random } = {},
): Proposed {
  const { authenticatedData = NOTHING, random = randomBytes } = options;
  const wireFormat = options.private === true ? WireFormat.PRIVATE_MESSAGE : WireFormat.PUBLIC_MESSAGE;
  const said = { contentType: ContentType.PROPOSAL, content: proposal, authenticatedData };
  const content = signed(state, wireFormat, said);
  const reference = content.proposalReference();
  if (wireFormat === WireFormat.PRIVATE_MESSAGE) return { reference, ...sealed(state, content, 0, random) };
  const message = new PublicMessage(content.content, content.auth, membershipTag(state, content));
  return { reference, message: encodeMessage(message), state };
}

/** An Update of our own leaf, as `propose` gives it; the state keeps the new keys for its commit (§12.1.2). */
export function proposeUpdate(
  state: GroupState,
  options: { newIdentity?: LeafIdentity; private?: boolean; random?: Random } = {},
): Proposed {
  const { newIdentity: identity = state.identity, random = randomBytes } = options;
  const { privateKey, publicKey } = newLeafKey(random);
  const place = { groupId: state.groupId, leafIndex: state.ownLeafIndex };
  const leaf = signLeaf(identity, publicKey, { source: LeafNodeSource.UPDATE, place });
  const ours = new OwnUpdate(publicKey, privateKey, identity.signatureSeed);
  const sent = propose(state, new Update(leaf), { private: options.private === true, random });
  return { ...sent, state: sent.state.with({ updates: [...sent.state.updates, ours] }) };
}

/** The proposal that a message holds, if it holds one. */
export function proposalOf(message: AuthenticatedContent): Proposal | null {
  const { content } = message.content;
  return content instanceof Uint8Array || content instanceof Commit ? null : content;
}
