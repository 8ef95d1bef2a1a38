/** What only members can do and refuse: proposals on their own, private messages, pre-shared keys, stored states. */

import { describe, expect, test } from "vitest";

import { concat, toHex, utf8 } from "../../../src/crypto/bytes.ts";
import { UpdatePathNode } from "../../../src/crypto/mls/public/commit.ts";
import {
  type AuthenticatedContent,
  FramedContentAuthData,
  PrivateMessage,
  decodeMessage,
  encodeMessage,
} from "../../../src/crypto/mls/public/framing.ts";
import { stageAuthenticated, stageCommit } from "../../../src/crypto/mls/public/group.ts";
import { Credential, CredentialType, LeafNodeSource, Lifetime } from "../../../src/crypto/mls/public/leaf_node.ts";
import {
  Add,
  PreSharedKey,
  PreSharedKeyId,
  PskType,
  Remove,
  ResumptionUsage,
} from "../../../src/crypto/mls/public/proposals.ts";
import { MAX_LEAVES, RatchetTree } from "../../../src/crypto/mls/public/tree.ts";
import { MlsError } from "../../../src/crypto/mls/public/validation.ts";
import {
  type PendingCommit,
  createCommit,
  externalCommit,
  processCommit,
} from "../../../src/crypto/mls/secret/commit.ts";
import { GroupState, createGroup } from "../../../src/crypto/mls/secret/group.ts";
import {
  KeyPackageBundle,
  LeafIdentity,
  newKeyPackage,
  signLeaf,
} from "../../../src/crypto/mls/secret/key_package.ts";
import {
  openMessage,
  proposalOf,
  propose,
  proposeUpdate,
  protect,
  unprotect,
} from "../../../src/crypto/mls/secret/messages.ts";
import { NO_PSKS, Psks, pskSecret } from "../../../src/crypto/mls/secret/psk.ts";
import { sealPrivate } from "../../../src/crypto/mls/secret/private_message.ts";
import { RatchetKind, SecretTree } from "../../../src/crypto/mls/secret/secret_tree.ts";
import * as treekem from "../../../src/crypto/mls/secret/treekem.ts";
import { TreeKeys } from "../../../src/crypto/mls/secret/treekem.ts";
import { joinByWelcome, makeWelcome } from "../../../src/crypto/mls/secret/welcome.ts";
import { CipherSuite, Secret, ed25519Public, randomBytes, sha256 } from "../../../src/crypto/primitives.ts";
import { Reader } from "../../../src/crypto/tls.ts";

const LIFETIME = new Lifetime(0n, 2n ** 64n - 1n);
const GROUP_ID = utf8("a group");
const HASH: Uint8Array = new Uint8Array(32).fill(9);
const SUITES = [CipherSuite.X25519_AES128GCM_SHA256_ED25519, CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519] as const;

function identity(name: string): LeafIdentity {
  const seed = new Secret(sha256(utf8(name)));
  return new LeafIdentity(new Credential(CredentialType.BASIC, utf8(name)), seed, ed25519Public(seed));
}

function bundle(name: string, suite: CipherSuite): KeyPackageBundle {
  return newKeyPackage(suite, identity(name), LIFETIME);
}

function world(suite: CipherSuite = SUITES[1]): [GroupState, GroupState, GroupState] {
  const first = createGroup(suite, GROUP_ID, identity("one"), LIFETIME);
  const bundles = [bundle("two", suite), bundle("three", suite)];
  const pending = createCommit(first, bundles.map(({ keyPackage }) => new Add(keyPackage)));
  const [two, three] = bundles.map((each) => joinByWelcome(pending.welcome!, each));
  return [pending.state, two!, three!];
}

function checkOf(run: () => unknown): string | null {
  try {
    run();
  } catch (error) {
    if (error instanceof MlsError) return error.check;
    throw error;
  }
  return null;
}

function agree(...states: readonly GroupState[]): void {
  for (const state of states) {
    expect(toHex(state.epochAuthenticator)).toBe(toHex(states[0]!.epochAuthenticator));
    expect(toHex(GroupState.decode(state.encode()).encode())).toBe(toHex(state.encode()));
  }
}

function taken(state: GroupState, pending: PendingCommit, known?: ReadonlyMap<string, AuthenticatedContent>): GroupState {
  return processCommit(state, stageCommit(state.public, pending.commit, known));
}

function external(nonce: Uint8Array = HASH): PreSharedKeyId {
  return new PreSharedKeyId({ pskType: PskType.EXTERNAL, pskId: utf8("shared") }, nonce);
}

function resumption(usage: ResumptionUsage, epoch: number): PreSharedKeyId {
  return new PreSharedKeyId({ pskType: PskType.RESUMPTION, usage, groupId: GROUP_ID, epoch }, randomBytes(32));
}

function shared(psk: Secret): Psks {
  return new Psks(new Map([[toHex(utf8("shared")), psk]]));
}

describe.each(SUITES)("in suite %i", (suite) => {
  test("application data is said and read, each key once", () => {
    const [one, two] = world(suite);
    const sent = protect(one, utf8("first"), { authenticatedData: utf8("open"), padding: 40 });
    const later = protect(sent.state, utf8("second"));
    const read = unprotect(two, later.message);
    const late = unprotect(read.state, sent.message);
    expect([read.received.data, late.received.data, late.received.authenticatedData]).toEqual(
      [utf8("second"), utf8("first"), utf8("open")],
    );
    expect([late.received.sender, late.received.epoch]).toEqual([0, 1]);
    expect(checkOf(() => unprotect(late.state, sent.message))).toBe("V410");
    agree(one, two, later.state, late.state);
  });

  test.each([false, true])("updates and removals proposed on their own, private: %s", (secretly) => {
    const [one, proposer, three] = world(suite);
    const update = proposeUpdate(proposer, { private: secretly });
    const removal = propose(proposer, new Remove(2), { private: secretly });
    const two = update.state;
    const first = openMessage(one, update.message);
    expect(proposalOf(first.opened)).not.toBeNull();
    const known = new Map([[toHex(update.reference), first.opened]]);
    const pending = createCommit(first.state, [new Remove(2)], { known });
    expect(checkOf(() => createCommit(one, [], { known: new Map([[toHex(removal.reference), first.opened]]) }))).toBe("V315");
    expect(checkOf(() => taken(three, pending))).toBe("V315");
    expect(checkOf(() => taken(three, pending, known))).toBe("V453");
    expect(checkOf(() => taken(two.with({ updates: [] }), pending, known))).toBe("V459");
    const after = taken(two, pending, known);
    agree(pending.state, after);
    const next = createCommit(after, []);
    agree(next.state, taken(pending.state, next));
  });

  test("a commit in a private message, and one without a path", () => {
    const [one, two, three] = world(suite);
    const pending = createCommit(one, [], { private: true });
    const after = [two, three].map((state) => {
      const { opened, state: used } = openMessage(state, pending.commit);
      return processCommit(used, stageAuthenticated(used.public, opened));
    });
    agree(pending.state, ...after);
    expect(checkOf(() => stageCommit(two.public, pending.commit))).toBe("V143");
    expect(checkOf(() => openMessage(one.with({ secretTree: pending.spent! }), pending.commit))).toBe("V410");
    const add = createCommit(two, [new Add(bundle("four", suite).keyPackage)], { path: false });
    agree(add.state, taken(one, add), taken(three, add));
  });

  test("pre-shared keys of the application and of earlier epochs", () => {
    const [one, two, three] = world(suite);
    const next = createCommit(one, []);
    const [second, third] = [taken(two, next), taken(three, next)];
    const proposals = [new PreSharedKey(external()), new PreSharedKey(resumption(ResumptionUsage.APPLICATION, 1))];
    const psks = shared(new Secret(HASH)).withResumption(GROUP_ID, 1, one.resumptionPsk);
    const pending = createCommit(next.state, proposals, { psks });
    const staged = stageCommit(second.public, pending.commit);
    agree(pending.state, processCommit(second, staged, psks), processCommit(third, staged, psks));
    expect(checkOf(() => processCommit(second, staged))).toBe("V430");
    const other = shared(new Secret(32)).withResumption(GROUP_ID, 1, one.resumptionPsk);
    expect(checkOf(() => processCommit(second, staged, other))).toBe("V452");
  });

  test("one who joins from outside replaces his old leaf", () => {
    const [one, two, three] = world(suite);
    const back = externalCommit(one.groupInfo(), identity("three"), { remove: 2 });
    agree(back.state, taken(one, back), taken(two, back));
    expect(checkOf(() => taken(three, back))).toBe("V453");
    expect(checkOf(() => externalCommit(one.groupInfo({ externalPub: false }), identity("four")))).toBe("V502");
    expect(checkOf(() => externalCommit(one.groupInfo({ ratchetTree: false }), identity("four")))).toBe("V209");
    const tree = one.public.tree.encode();
    const joined = externalCommit(one.groupInfo({ ratchetTree: false }), identity("four"), { tree });
    agree(joined.state, taken(one, joined));
    expect(checkOf(() => externalCommit(one.groupInfo(), identity("four"), { remove: 3 }))).toBe("V304");
  });
});

test("the secret tree gives each key once, in any order, within its bounds", () => {
  let tree = SecretTree.fromEncryptionSecret(SUITES[1], 4, new Secret<"encryption">(HASH));
  expect(checkOf(() => tree.takeKey(4, RatchetKind.APPLICATION, 0))).toBe("V412");
  expect(checkOf(() => tree.takeKey(1, RatchetKind.APPLICATION, 1001))).toBe("V411");
  const keys = new Set<string>();
  for (const generation of [1000, 3, 0, 999, 1]) {
    const { key, tree: after } = tree.takeKey(1, RatchetKind.APPLICATION, generation);
    expect(key.generation).toBe(generation);
    keys.add(toHex(key.key));
    tree = SecretTree.read(new Reader(after.encode()), SUITES[1]);
    expect(checkOf(() => tree.takeKey(1, RatchetKind.APPLICATION, generation))).toBe("V410");
  }
  expect(keys.size).toBe(5);
  expect(tree.takeKey(1, RatchetKind.HANDSHAKE, 0).key.generation).toBe(0);
});

test("a private message that is not whole, or of another epoch, is refused", () => {
  const [one, two] = world();
  const sent = decodeMessage(protect(one, utf8("words")).message) as PrivateMessage;
  const { authenticatedData, ciphertext, contentType, encryptedSenderData, epoch, groupId } = sent;
  const altered = (change: Partial<PrivateMessage>): Uint8Array => {
    const fields = { groupId, epoch, contentType, authenticatedData, encryptedSenderData, ciphertext, ...change };
    return encodeMessage(
      new PrivateMessage(
        fields.groupId,
        fields.epoch,
        fields.contentType,
        fields.authenticatedData,
        fields.encryptedSenderData,
        fields.ciphertext,
      ),
    );
  };
  const flipped = (bytes: Uint8Array, place: number): Uint8Array => bytes.map((byte, at) => (at === place ? byte ^ 1 : byte));
  expect(checkOf(() => unprotect(two, altered({ epoch: 2 })))).toBe("V420");
  expect(checkOf(() => unprotect(two, altered({ groupId: utf8("b group") })))).toBe("V420");
  expect(checkOf(() => unprotect(two, altered({ encryptedSenderData: flipped(encryptedSenderData, 0) })))).toBe("V421");
  expect(checkOf(() => unprotect(two, altered({ ciphertext: flipped(ciphertext, ciphertext.length - 1) })))).toBe("V423");
  expect(checkOf(() => unprotect(two, altered({ authenticatedData: utf8("more") })))).toBe("V423");
  expect(checkOf(() => unprotect(two, propose(one, new Remove(2)).message))).toBe("V425");
  expect(checkOf(() => unprotect(two, one.groupInfo()))).toBe("V425");
});

test("padding that is not zero is refused", () => {
  const [one, two] = world();
  const { opened } = openMessage(two, protect(one, utf8("words")).message);
  class Dirty extends FramedContentAuthData {
    override encode(): Uint8Array {
      return concat(super.encode(), Uint8Array.of(0, 1));
    }
  }
  const dirty = { ...opened, content: opened.content, auth: new Dirty(opened.auth.signature) } as AuthenticatedContent;
  const sent = sealPrivate(dirty, one.secretTree, one.secrets.senderDataSecret);
  expect(checkOf(() => unprotect(two, encodeMessage(sent.message)))).toBe("V424");
});

test("pre-shared keys are named once, with a nonce of the right length", () => {
  const psks = shared(new Secret(HASH));
  expect(checkOf(() => pskSecret([external(HASH.slice(1))], psks))).toBe("V431");
  expect(checkOf(() => pskSecret([external(), external()], psks))).toBe("V432");
  expect(checkOf(() => pskSecret([external()], NO_PSKS))).toBe("V430");
});

test("a welcome into a re-initialised group joins alone and at epoch 1", () => {
  const [one] = world();
  const ours = bundle("four", one.suite);
  const ids = [resumption(ResumptionUsage.REINIT, 0), resumption(ResumptionUsage.BRANCH, 0)];
  const psks = new Psks().withResumption(GROUP_ID, 0, new Secret(HASH));
  const options = { pskIds: ids, committer: 0, steps: [], newMembers: [[3, ours.keyPackage]] as const };
  const joiner = new Secret<"joiner">(HASH);
  const welcome = makeWelcome(one.suite, one.signedGroupInfo(), joiner, pskSecret(ids, psks), options);
  expect(checkOf(() => joinByWelcome(encodeMessage(welcome), ours, { psks }))).toBe("V433");
  expect(checkOf(() => joinByWelcome(encodeMessage(welcome), ours))).toBe("V430");
  expect(checkOf(() => joinByWelcome(encodeMessage(welcome), bundle("five", one.suite), { psks }))).toBe("V470");
  expect(checkOf(() => joinByWelcome(encodeMessage(welcome), bundle("four", SUITES[0]), { psks }))).toBe("V471");
  expect(checkOf(() => joinByWelcome(one.groupInfo(), ours))).toBe("V477");
});

test("a path that does not reach us, does not open, or leads elsewhere is refused", () => {
  const [one, two] = world();
  const { tree } = one.public;
  const { steps } = treekem.ladder(tree.filteredDirectPath(0), treekem.newPathSecret());
  const options = { added: [], groupContext: HASH };
  const nodes = treekem.encryptPath(one.suite, tree, 0, steps, options);
  const open = (keys: TreeKeys, received: typeof nodes, given = options): unknown =>
    treekem.decryptPath(one.suite, tree, keys, 0, received, given);
  expect(checkOf(() => open(two.keys, nodes))).toBeNull();
  expect(checkOf(() => open(two.keys, nodes.slice(1)))).toBe("V455");
  expect(checkOf(() => open(two.keys, nodes.map((node) => new UpdatePathNode(node.encryptionKey, []))))).toBe("V455");
  expect(checkOf(() => open(new TreeKeys(1, new Secret(32)), nodes))).toBe("V456");
  expect(checkOf(() => open(two.keys, nodes, { added: [], groupContext: GROUP_ID }))).toBe("V456");
  expect(checkOf(() => open(two.keys, nodes.map((node) => new UpdatePathNode(HASH, node.encryptedPathSecret))))).toBe("V457");
});

test("our own commits, other groups and other secrets are not processed", () => {
  const [one, two, three] = world();
  const pending = createCommit(one, []);
  const staged = stageCommit(two.public, pending.commit);
  expect(checkOf(() => processCommit(one, staged))).toBe("V454");
  expect(checkOf(() => processCommit(pending.state, staged))).toBe("V458");
  const secrets = (changes: object): GroupState => two.with({ secrets: { ...two.secrets, ...changes } });
  expect(checkOf(() => processCommit(secrets({ membershipKey: new Secret<"membership">(32) }), staged))).toBe("V450");
  expect(checkOf(() => processCommit(secrets({ initSecret: new Secret<"init">(32) }), staged))).toBe("V452");
  agree(pending.state, processCommit(two, staged), processCommit(three, staged));
});

test("identities and stored states hold together", () => {
  const [one, two] = world();
  const other = identity("another");
  expect(checkOf(() => createCommit(one, [], { path: false, newIdentity: other }))).toBe("V500");
  const pending = createCommit(one, [], { newIdentity: other });
  agree(pending.state, taken(two, pending));
  const borrowed = new LeafIdentity(other.credential, other.signatureSeed, HASH);
  expect(checkOf(() => newKeyPackage(one.suite, borrowed, LIFETIME))).toBe("V503");
  const mixed: Partial<GroupState>[] = [
    { keys: two.keys },
    { keys: new TreeKeys(0, one.keys.leafPrivate, new Map([[1, new Secret(HASH)]])) },
    { keys: new TreeKeys(7, one.keys.leafPrivate) },
    { signatureSeed: two.signatureSeed },
    { secretTree: SecretTree.fromEncryptionSecret(one.suite, 2, new Secret<"encryption">(HASH)) },
    { secrets: createGroup(one.suite, GROUP_ID, other, LIFETIME).secrets },
  ];
  for (const changes of mixed) expect(checkOf(() => GroupState.decode(one.with(changes).encode()))).toBe("V520");
  const ours = bundle("four", one.suite);
  const wrong = concat(ours.encode().slice(0, -32), HASH);
  expect(checkOf(() => KeyPackageBundle.decode(wrong))).toBe("V520");
});

test("a tree is refused that ends in a blank, mixes leaves and parents, or is full", () => {
  const leaf = signLeaf(identity("one"), HASH, { source: LeafNodeSource.KEY_PACKAGE, lifetime: LIFETIME });
  expect(checkOf(() => RatchetTree.fromNodes([]))).toBe("V204");
  expect(checkOf(() => RatchetTree.fromNodes([leaf, null, null]))).toBe("V204");
  expect(checkOf(() => RatchetTree.fromNodes([leaf, leaf, leaf]))).toBe("V207");
  const full = RatchetTree.fromNodes(
    Array.from({ length: 2 * MAX_LEAVES - 1 }, (_, node) => (node % 2 === 0 ? leaf : null)),
  );
  expect(full.memberCount).toBe(MAX_LEAVES);
  expect(checkOf(() => full.add(leaf))).toBe("V342");
});
