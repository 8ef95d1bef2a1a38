/** npm `ts-mls` in the measured scenario; it uses WebCrypto, which may work in threads of its own. */

import {
  type CiphersuiteImpl,
  type ClientState,
  type KeyPackage,
  type PrivateKeyPackage,
  type Proposal,
  createCommit,
  createGroup,
  decodeMlsMessage,
  defaultCapabilities,
  defaultLifetime,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  processPublicMessage,
} from "ts-mls";

import { utf8 } from "../../../src/crypto/bytes.ts";
import type { Peer } from "./peer.ts";

const SUITE = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";
const GROUP_ID = utf8("bench");

interface Package {
  readonly publicPackage: KeyPackage;
  readonly privatePackage: PrivateKeyPackage;
}

export class Theirs implements Peer {
  readonly name = "ts-mls";
  readonly #suite: CiphersuiteImpl;
  readonly #packages = new Map<number, Package>();
  readonly #states = new Map<number, ClientState>();

  private constructor(suite: CiphersuiteImpl) {
    this.#suite = suite;
  }

  static async ready(): Promise<Theirs> {
    return new Theirs(await getCiphersuiteImpl(getCiphersuiteFromName(SUITE)));
  }

  async keyPackage(number: number): Promise<Uint8Array> {
    const credential = { credentialType: "basic", identity: utf8(`KE/officer-${number}/laptop`) } as const;
    const made = await generateKeyPackage(credential, defaultCapabilities(), defaultLifetime, [], this.#suite);
    this.#packages.set(number, made);
    return encodeMlsMessage({ version: "mls10", wireformat: "mls_key_package", keyPackage: made.publicPackage });
  }

  async create(): Promise<void> {
    await this.keyPackage(0);
    const { privatePackage, publicPackage } = this.#packages.get(0)!;
    this.#states.set(0, await createGroup(GROUP_ID, publicPackage, privatePackage, [], this.#suite));
  }

  async admit(keyPackages: readonly Uint8Array[]): Promise<Uint8Array> {
    const extraProposals = keyPackages.map((message): Proposal => {
      const read = decodeMlsMessage(message, 0)![0];
      if (read.wireformat !== "mls_key_package") throw new TypeError(read.wireformat);
      return { proposalType: "add", add: { keyPackage: read.keyPackage } };
    });
    const made = await this.#commit(extraProposals);
    return encodeMlsMessage({ version: "mls10", wireformat: "mls_welcome", welcome: made.welcome! });
  }

  async join(number: number, welcome: Uint8Array): Promise<void> {
    const read = decodeMlsMessage(welcome, 0)![0];
    if (read.wireformat !== "mls_welcome") throw new TypeError(read.wireformat);
    const { privatePackage, publicPackage } = this.#packages.get(number)!;
    this.#states.set(number, await joinGroup(read.welcome, publicPackage, privatePackage, emptyPskIndex, this.#suite));
  }

  async commit(removed: number | null): Promise<Uint8Array> {
    const made = await this.#commit(removed === null ? [] : [{ proposalType: "remove", remove: { removed } }]);
    return encodeMlsMessage(made.commit);
  }

  async process(number: number, commit: Uint8Array): Promise<void> {
    const read = decodeMlsMessage(commit, 0)![0];
    if (read.wireformat !== "mls_public_message") throw new TypeError(read.wireformat);
    const done = await processPublicMessage(this.#states.get(number)!, read.publicMessage, emptyPskIndex, this.#suite);
    this.#states.set(number, done.newState);
  }

  authenticator(number: number): Uint8Array {
    return this.#states.get(number)!.keySchedule.epochAuthenticator;
  }

  async #commit(extraProposals: Proposal[]): Promise<Awaited<ReturnType<typeof createCommit>>> {
    const options = { wireAsPublicMessage: true, ratchetTreeExtension: true, extraProposals };
    const made = await createCommit({ state: this.#states.get(0)!, cipherSuite: this.#suite }, options);
    this.#states.set(0, made.newState);
    return made;
  }
}
