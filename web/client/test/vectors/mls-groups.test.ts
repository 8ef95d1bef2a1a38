import { expect, test } from "vitest";

import { decryptWithLabel } from "../../src/crypto/labels.ts";
import { UpdatePath } from "../../src/crypto/mls/public/commit.ts";
import { PublicMessage, decodeMessage } from "../../src/crypto/mls/public/framing.ts";
import { GroupContext } from "../../src/crypto/mls/public/group_context.ts";
import { PublicGroup, type StagedCommit, stageAuthenticated, stageCommit } from "../../src/crypto/mls/public/group.ts";
import { KeyPackage, MLS10 } from "../../src/crypto/mls/public/key_package.ts";
import { LeafNodeSource } from "../../src/crypto/mls/public/leaf_node.ts";
import type { KnownProposals } from "../../src/crypto/mls/public/proposal_list.ts";
import { RatchetTree } from "../../src/crypto/mls/public/tree.ts";
import { commonAncestor, leafToNode } from "../../src/crypto/mls/public/tree_math.ts";
import { Welcome, verifyGroupInfo } from "../../src/crypto/mls/public/welcome.ts";
import { processCommit } from "../../src/crypto/mls/secret/commit.ts";
import { GroupState } from "../../src/crypto/mls/secret/group.ts";
import { KeyPackageBundle, LeafIdentity, signLeaf } from "../../src/crypto/mls/secret/key_package.ts";
import { confirmationTag, deriveEpoch, epochSecret } from "../../src/crypto/mls/secret/key_schedule.ts";
import { openMessage } from "../../src/crypto/mls/secret/messages.ts";
import { NO_PSKS, Psks, pskSecret } from "../../src/crypto/mls/secret/psk.ts";
import * as treekem from "../../src/crypto/mls/secret/treekem.ts";
import { TreeKeys } from "../../src/crypto/mls/secret/treekem.ts";
import { GroupSecrets, joinByWelcome, openGroupInfo } from "../../src/crypto/mls/secret/welcome.ts";
import { Secret } from "../../src/crypto/primitives.ts";
import { hex, ourVectors, text } from "./mls.ts";

interface LeafPrivate {
  readonly index: number;
  readonly encryption_priv: string;
  readonly signature_priv: string;
  readonly path_secrets: readonly { readonly node: number; readonly path_secret: string }[];
}

interface UpdateVector {
  readonly sender: number;
  readonly update_path: string;
  readonly path_secrets: readonly (string | null)[];
  readonly commit_secret: string;
  readonly tree_hash_after: string;
}

interface TreeKem {
  readonly cipher_suite: number;
  readonly group_id: string;
  readonly epoch: number;
  readonly confirmed_transcript_hash: string;
  readonly ratchet_tree: string;
  readonly leaves_private: readonly LeafPrivate[];
  readonly update_paths: readonly UpdateVector[];
}

function keysOf(member: LeafPrivate): TreeKeys {
  const steps = member.path_secrets.flatMap(({ node, path_secret: secret }) => {
    return treekem.ladder([node], new Secret<"path">(hex(secret))).steps;
  });
  return new TreeKeys(member.index, new Secret(hex(member.encryption_priv))).withSteps(steps);
}

function contextOf(vector: TreeKem, tree: RatchetTree): Uint8Array {
  return new GroupContext({
    version: MLS10,
    cipherSuite: vector.cipher_suite,
    groupId: hex(vector.group_id),
    epoch: vector.epoch,
    treeHash: tree.treeHash(),
    confirmedTranscriptHash: hex(vector.confirmed_transcript_hash),
    extensions: [],
  }).encode();
}

function checkReceived(vector: TreeKem, tree: RatchetTree, members: readonly TreeKeys[], update: UpdateVector): void {
  const path = UpdatePath.decode(hex(update.update_path));
  const merged = tree.mergePath(update.sender, path);
  expect(text(merged.treeHash())).toBe(update.tree_hash_after);
  const options = { added: [], groupContext: contextOf(vector, merged) };
  for (const keys of members) {
    if (keys.ownLeaf === update.sender) continue;
    const { commitSecret, steps } = treekem.decryptPath(vector.cipher_suite, tree, keys, update.sender, path.nodes, options);
    expect(steps[0]?.node).toBe(commonAncestor(leafToNode(update.sender), leafToNode(keys.ownLeaf)));
    expect(text(steps[0]?.pathSecret ?? new Uint8Array())).toBe(update.path_secrets[keys.ownLeaf]);
    expect(text(commitSecret)).toBe(update.commit_secret);
  }
}

function checkMade(vector: TreeKem, tree: RatchetTree, members: readonly TreeKeys[], sender: number): void {
  const { commitSecret, steps } = treekem.ladder(tree.filteredDirectPath(sender), treekem.newPathSecret());
  const fresh = tree.withPath(sender, steps.map(({ publicKey }) => publicKey));
  const seed = vector.leaves_private.find(({ index }) => index === sender)?.signature_priv ?? "";
  const old = tree.leaf(sender);
  if (old === null) throw new Error("no such leaf");
  const identity = LeafIdentity.of(old, new Secret(hex(seed)));
  const place = { groupId: hex(vector.group_id), leafIndex: sender };
  const origin = { source: LeafNodeSource.COMMIT, place, parentHash: fresh.parentHash } as const;
  const leaf = signLeaf(identity, treekem.newLeafKey().publicKey, origin);
  const options = { added: [], groupContext: contextOf(vector, fresh.tree.withLeaf(sender, leaf)) };
  const nodes = treekem.encryptPath(vector.cipher_suite, tree, sender, steps, options);
  const merged = tree.mergePath(sender, new UpdatePath(leaf, nodes));
  for (const keys of members) {
    if (keys.ownLeaf === sender) continue;
    const learned = treekem.decryptPath(vector.cipher_suite, merged, keys, sender, nodes, options);
    expect(text(learned.commitSecret)).toBe(text(commitSecret));
    const standing = treekem.standingKeys(keys.withSteps(learned.steps), merged);
    expect(learned.steps.every(({ node }) => standing.nodes.has(node))).toBe(true);
  }
}

test("treekem", { timeout: 60_000 }, ({ skip }) => {
  for (const vector of ourVectors<TreeKem>("treekem", skip)) {
    const tree = RatchetTree.decode(hex(vector.ratchet_tree));
    const members = vector.leaves_private.map(keysOf);
    for (const keys of members) expect(treekem.standingKeys(keys, tree).nodes.size).toBe(keys.nodes.size);
    for (const update of vector.update_paths) {
      checkReceived(vector, tree, members, update);
      checkMade(vector, tree, members, update.sender);
    }
  }
});

interface WelcomeVector {
  readonly cipher_suite: number;
  readonly init_priv: string;
  readonly key_package: string;
  readonly signer_pub: string;
  readonly welcome: string;
}

test("welcome", ({ skip }) => {
  for (const vector of ourVectors<WelcomeVector>("welcome", skip)) {
    const suite = vector.cipher_suite;
    const keyPackage = decodeMessage(hex(vector.key_package));
    const welcome = decodeMessage(hex(vector.welcome));
    if (!(keyPackage instanceof KeyPackage && welcome instanceof Welcome)) throw new Error("other messages");
    const ours = welcome.secrets.find(({ newMember }) => text(newMember) === text(keyPackage.reference()));
    if (ours === undefined) throw new Error("not for us");
    const info = welcome.encryptedGroupInfo;
    const opened = decryptWithLabel(suite, hex(vector.init_priv), "Welcome", info, ours.encryptedGroupSecrets);
    const secrets = GroupSecrets.decode(opened);
    expect(text(secrets.encode())).toBe(text(opened));
    const psk = pskSecret(secrets.psks, NO_PSKS);
    const groupInfo = openGroupInfo(suite, welcome, secrets.joinerSecret, psk);
    verifyGroupInfo(groupInfo, hex(vector.signer_pub));
    const context = groupInfo.groupContext;
    const epoch = deriveEpoch(epochSecret(secrets.joinerSecret, psk, context.encode()));
    const tag = confirmationTag(epoch.secrets.confirmationKey, context.confirmedTranscriptHash);
    expect(text(tag)).toBe(text(groupInfo.confirmationTag));
  }
});

interface PassiveEpoch {
  readonly proposals: readonly string[];
  readonly commit: string;
  readonly epoch_authenticator: string;
}

interface PassiveClient {
  readonly cipher_suite: number;
  readonly external_psks: readonly { readonly psk_id: string; readonly psk: string }[];
  readonly key_package: string;
  readonly signature_priv: string;
  readonly encryption_priv: string;
  readonly init_priv: string;
  readonly welcome: string;
  readonly ratchet_tree: string | null;
  readonly initial_epoch_authenticator: string;
  readonly epochs: readonly PassiveEpoch[];
}

function join(vector: PassiveClient, psks: Psks): GroupState {
  const keyPackage = decodeMessage(hex(vector.key_package));
  if (!(keyPackage instanceof KeyPackage)) throw new Error("no key package");
  const [init, encryption, seed] = [vector.init_priv, vector.encryption_priv, vector.signature_priv].map(
    (key) => new Secret(hex(key)),
  ) as [Secret, Secret, Secret];
  const bundle = KeyPackageBundle.decode(new KeyPackageBundle(keyPackage, init, encryption, seed).encode());
  const tree = vector.ratchet_tree === null ? null : hex(vector.ratchet_tree);
  return joinByWelcome(hex(vector.welcome), bundle, { tree, psks });
}

function stage(state: GroupState, commit: Uint8Array, known: KnownProposals): StagedCommit {
  if (decodeMessage(commit) instanceof PublicMessage) return stageCommit(state.public, commit, known);
  return stageAuthenticated(state.public, openMessage(state, commit).opened, known);
}

function follow(before: GroupState, epoch: PassiveEpoch, psks: Psks): GroupState {
  let state = before;
  const known = new Map(
    epoch.proposals.map((message) => {
      const received = openMessage(state, hex(message));
      state = received.state;
      return [text(received.opened.proposalReference()), received.opened] as const;
    }),
  );
  return processCommit(state, stage(state, hex(epoch.commit), known), psks);
}

test.for(["passive-client-welcome", "passive-client-handling-commit"])("%s", { timeout: 60_000 }, (file, { skip }) => {
  for (const vector of ourVectors<PassiveClient>(file, skip)) {
    let psks = new Psks(new Map(vector.external_psks.map(({ psk_id: id, psk }) => [id, new Secret(hex(psk))])));
    let state = join(vector, psks);
    expect(text(state.epochAuthenticator)).toBe(vector.initial_epoch_authenticator);
    for (const epoch of vector.epochs) {
      psks = psks.withResumption(state.groupId, state.epoch, state.resumptionPsk);
      const after = follow(state, epoch, psks);
      expect(text(after.epochAuthenticator)).toBe(epoch.epoch_authenticator);
      state = GroupState.decode(after.encode());
      expect(text(state.encode())).toBe(text(after.encode()));
      expect(PublicGroup.decode(state.public.encode()).equals(state.public)).toBe(true);
    }
  }
});
