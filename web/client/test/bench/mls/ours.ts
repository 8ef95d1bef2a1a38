/** The product's own MLS in the measured scenario. */

import { utf8 } from "../../../src/crypto/bytes.ts";
import { decodeMessage } from "../../../src/crypto/mls/public/framing.ts";
import { stageCommit } from "../../../src/crypto/mls/public/group.ts";
import { KeyPackage } from "../../../src/crypto/mls/public/key_package.ts";
import { Credential, CredentialType, Lifetime } from "../../../src/crypto/mls/public/leaf_node.ts";
import { Add, Remove } from "../../../src/crypto/mls/public/proposals.ts";
import { createCommit, processCommit } from "../../../src/crypto/mls/secret/commit.ts";
import { type GroupState, createGroup } from "../../../src/crypto/mls/secret/group.ts";
import { type KeyPackageBundle, LeafIdentity, newKeyPackage } from "../../../src/crypto/mls/secret/key_package.ts";
import { joinByWelcome } from "../../../src/crypto/mls/secret/welcome.ts";
import { CipherSuite, newSignatureKey, Secret } from "../../../src/crypto/primitives.ts";
import type { Peer } from "./peer.ts";

const SUITE = CipherSuite.X25519_AES128GCM_SHA256_ED25519;
const FOREVER = new Lifetime(0n, 2n ** 63n - 1n);
const GROUP_ID = utf8("bench");

export class Ours implements Peer {
  readonly name = "CENcomm";
  readonly #bundles = new Map<number, KeyPackageBundle>();
  readonly #states = new Map<number, GroupState>();

  async keyPackage(number: number): Promise<Uint8Array> {
    const bundle = newKeyPackage(SUITE, identity(number), FOREVER);
    this.#bundles.set(number, bundle);
    return bundle.message();
  }

  async create(): Promise<void> {
    this.#states.set(0, createGroup(SUITE, GROUP_ID, identity(0), FOREVER));
  }

  async admit(keyPackages: readonly Uint8Array[]): Promise<Uint8Array> {
    const adds = keyPackages.map((message) => new Add(decodeMessage(message) as KeyPackage));
    const pending = createCommit(this.#state(0), adds, { path: false });
    this.#states.set(0, pending.state);
    return pending.welcome!;
  }

  async join(number: number, welcome: Uint8Array): Promise<void> {
    this.#states.set(number, joinByWelcome(welcome, this.#bundles.get(number)!));
  }

  async commit(removed: number | null): Promise<Uint8Array> {
    const pending = createCommit(this.#state(0), removed === null ? [] : [new Remove(removed)]);
    this.#states.set(0, pending.state);
    return pending.commit;
  }

  async process(number: number, commit: Uint8Array): Promise<void> {
    const state = this.#state(number);
    this.#states.set(number, processCommit(state, stageCommit(state.public, commit)));
  }

  authenticator(number: number): Uint8Array {
    return this.#state(number).epochAuthenticator;
  }

  #state(number: number): GroupState {
    return this.#states.get(number)!;
  }
}

function identity(number: number): LeafIdentity {
  const { seed, publicKey } = newSignatureKey();
  return new LeafIdentity(new Credential(CredentialType.BASIC, utf8(`KE/officer-${number}/laptop`)), new Secret(seed), publicKey);
}
