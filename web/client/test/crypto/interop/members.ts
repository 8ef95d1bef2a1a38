/** One member of a group behind the bytes that travel: run here, or by the project's Python in a process of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

import { sealsFor } from "../../../src/crypto/archive.ts";
import { fromHex, fromUtf8, toHex, utf8 } from "../../../src/crypto/bytes.ts";
import { DomainError, type Fact } from "../../../src/crypto/errors.ts";
import { GroupStart } from "../../../src/crypto/events.ts";
import { CencommGroup, RosterEntry, sortedRoster } from "../../../src/crypto/group_context.ts";
import { start } from "../../../src/crypto/head.ts";
import { decodeMessage } from "../../../src/crypto/mls/public/framing.ts";
import {
  checkGroupInfo,
  checkWelcomeRecipients,
  publicGroupFromGroupInfo,
  stageCommit,
} from "../../../src/crypto/mls/public/group.ts";
import { KeyPackage } from "../../../src/crypto/mls/public/key_package.ts";
import { Add, type Proposal } from "../../../src/crypto/mls/public/proposals.ts";
import { Welcome } from "../../../src/crypto/mls/public/welcome.ts";
import { PendingCommit, createCommit, externalCommit, processCommit } from "../../../src/crypto/mls/secret/commit.ts";
import { GroupState } from "../../../src/crypto/mls/secret/group.ts";
import type { KeyPackageBundle } from "../../../src/crypto/mls/secret/key_package.ts";
import { joinByWelcome } from "../../../src/crypto/mls/secret/welcome.ts";
import { chainOf, deviceOf, judgeCommit } from "../../../src/crypto/policy.ts";
import * as records from "../../../src/crypto/records.ts";
import { PYTHON, ROOT } from "../../python.ts";
import { CUG, NOW_MS, type Person, changed, commitData, groupOf, removalOf, started, trust } from "../people.ts";

/** What goes to the server with a commit. */
export interface Made {
  readonly commit: string;
  readonly welcome: string | null;
  readonly groupInfo: string;
}

export interface Told {
  readonly committer: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Everything in which members of one epoch must agree. */
export interface Status {
  readonly epoch: number;
  readonly members: number;
  readonly contextHash: string;
  readonly authenticator: string;
  readonly exported: string;
  readonly contentKey: string;
  readonly seals: readonly string[];
}

/** Bytes are hexadecimal; a refusal throws a DomainError. */
export interface Member {
  readonly person: Person;
  create(): Promise<string>;
  keyPackage(): Promise<string>;
  join(welcome: string): Promise<void>;
  admit(packages: readonly string[]): Promise<Made>;
  remove(officerId: string, deviceId: string): Promise<Made>;
  renew(): Promise<Made>;
  /** Instead of the old leaf of the same device, where there is one. */
  joinFromOutside(groupInfo: string): Promise<Made>;
  accepted(): Promise<void>;
  lost(): Promise<void>;
  process(made: Made): Promise<Told>;
  status(): Promise<Status>;
  write(clientRef: string, open: string, personal: string): Promise<string>;
  read(body: string): Promise<readonly string[]>;
}

export class LocalMember implements Member {
  #bundle: KeyPackageBundle | null = null;
  #state: GroupState | null = null;
  #pending: PendingCommit | null = null;

  constructor(readonly person: Person) {}

  get state(): GroupState {
    if (this.#state === null) throw new Error("not in a group");
    return this.#state;
  }

  async create(): Promise<string> {
    this.#state = started(groupOf(this.person.entry("organiser")), { by: this.person });
    return toHex(new GroupStart(this.state.groupId, this.state.groupInfo()).encode());
  }

  async keyPackage(): Promise<string> {
    this.#bundle = this.person.keyPackage();
    return toHex(this.#bundle.message());
  }

  async join(welcome: string): Promise<void> {
    if (this.#bundle === null) throw new Error("no key package");
    this.#state = joinByWelcome(fromHex(welcome), this.#bundle);
  }

  async admit(packages: readonly string[]): Promise<Made> {
    const added = packages.map((message) => decodeMessage(fromHex(message)) as KeyPackage);
    const entries = added.map(({ leafNode }) => {
      const { identityKey, officerId } = chainOf(leafNode);
      return new RosterEntry(officerId, identityKey, "officer");
    });
    const roster = sortedRoster([...CencommGroup.of(this.state.public).roster, ...entries]);
    return this.#commit(changed(this.state.public, { roster }), ...added.map((each) => new Add(each)));
  }

  async remove(officerId: string, deviceId: string): Promise<Made> {
    const roster = CencommGroup.of(this.state.public).roster.filter((one) => one.officerId !== officerId);
    return this.#commit(changed(this.state.public, { roster }), removalOf(this.state.public, deviceId));
  }

  async renew(): Promise<Made> {
    return this.#commit();
  }

  async joinFromOutside(groupInfo: string): Promise<Made> {
    const { tree } = publicGroupFromGroupInfo(fromHex(groupInfo));
    const remove = [...tree.leaves()].find(([, leaf]) => deviceOf(leaf) === this.person.deviceId)?.[0] ?? null;
    const options = { authenticatedData: commitData(), remove };
    return this.#made(externalCommit(fromHex(groupInfo), this.person.identity, options));
  }

  #commit(...proposals: readonly Proposal[]): Made {
    return this.#made(createCommit(this.state, proposals, { authenticatedData: commitData() }));
  }

  #made(pending: PendingCommit): Made {
    this.#pending = PendingCommit.decode(pending.encode());
    const { commit, groupInfo, welcome } = pending;
    return { commit: toHex(commit), welcome: welcome === null ? null : toHex(welcome), groupInfo: toHex(groupInfo) };
  }

  async accepted(): Promise<void> {
    this.#state = this.#pending?.state ?? null;
    this.#pending = null;
  }

  async lost(): Promise<void> {
    this.#pending = null;
  }

  async process({ commit, groupInfo, welcome }: Made): Promise<Told> {
    const before = this.state.public;
    const staged = stageCommit(before, fromHex(commit));
    checkGroupInfo(staged.next(), fromHex(groupInfo));
    if (welcome !== null) checkWelcomeRecipients(staged, decodeMessage(fromHex(welcome)) as Welcome);
    const { added, committer, removed } = judgeCommit(before, staged, trust(), NOW_MS);
    this.#state = GroupState.decode(processCommit(this.state, staged).encode());
    return { committer, added, removed };
  }

  async status(): Promise<Status> {
    const { epoch, groupId, public: group } = this.state;
    const exporter = this.state.export.bind(this.state);
    const contentKey = records.contentKey(exporter, groupId);
    const seals = sealsFor(exporter, { groupId, epoch }, contentKey, CencommGroup.of(group).archiveKeys);
    return {
      epoch,
      members: group.tree.memberCount,
      contextHash: toHex(group.contextHash()),
      authenticator: toHex(this.state.epochAuthenticator),
      exported: toHex(exporter("interoperation", utf8("context"), 48)),
      contentKey: toHex(contentKey),
      seals: seals.map((seal) => toHex(seal.encode())),
    };
  }

  async write(clientRef: string, open: string, personal: string): Promise<string> {
    const { epoch, groupId, ownLeafIndex: leafIndex, public: group, signatureSeed } = this.state;
    const contentKey = records.contentKey(this.state.export.bind(this.state), groupId);
    const record = {
      cugId: CUG,
      groupId,
      epoch,
      contextHash: group.contextHash(),
      leafIndex,
      clientRef: fromHex(clientRef),
      public: utf8(open),
      personal: utf8(personal),
      sentAtMs: NOW_MS,
      seen: start(CUG),
    };
    return toHex(records.sealRecord(record, { contentKey, signatureSeed }));
  }

  async read(body: string): Promise<readonly string[]> {
    const { groupId, public: group } = this.state;
    const leaf = group.tree.leaf(records.readHeader(fromHex(body)).leafIndex);
    const keys = records.keyRing(records.contentKey(this.state.export.bind(this.state), groupId));
    const signatureKey = leaf?.signatureKey ?? new Uint8Array();
    const opened = records.openRecord(fromHex(body), { keys, contextHash: group.contextHash(), signatureKey });
    return [opened.public, opened.personal].map((part) => fromUtf8(part ?? new Uint8Array()));
  }
}

interface Refusal {
  readonly code: string;
  readonly facts: Record<string, Fact>;
}

type Answer = { readonly ok: unknown } | { readonly refused: Refusal };

export class PythonMember implements Member {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #said = "";

  constructor(readonly person: Person) {
    const script = resolve(import.meta.dirname, "../../python/mls_peer.py");
    this.#process = spawn(PYTHON, [script], { cwd: ROOT, env: { ...process.env, PYTHONPATH: ROOT } });
    this.#process.stderr?.on("data", (chunk) => (this.#said += String(chunk)));
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  async ask<T = unknown>(command: string, ...given: readonly unknown[]): Promise<T> {
    this.#process.stdin?.write(`${JSON.stringify([command, given])}\n`);
    const { done, value } = await this.#lines.next();
    if (done === true) throw new Error(`the Python member ended: ${this.#said}`);
    const answer = JSON.parse(value) as Answer;
    if ("refused" in answer) throw new DomainError(answer.refused.code, answer.refused.facts);
    return answer.ok as T;
  }

  end(): void {
    this.#process.stdin?.end();
  }

  async create(): Promise<string> {
    return this.ask("create");
  }

  async keyPackage(): Promise<string> {
    return this.ask("key_package");
  }

  async join(welcome: string): Promise<void> {
    await this.ask("join", welcome);
  }

  async admit(packages: readonly string[]): Promise<Made> {
    return this.ask("admit", packages);
  }

  async remove(officerId: string, deviceId: string): Promise<Made> {
    return this.ask("remove", officerId, deviceId);
  }

  async renew(): Promise<Made> {
    return this.ask("renew");
  }

  async joinFromOutside(groupInfo: string): Promise<Made> {
    return this.ask("join_from_outside", groupInfo);
  }

  async accepted(): Promise<void> {
    await this.ask("accepted");
  }

  async lost(): Promise<void> {
    await this.ask("lost");
  }

  async process({ commit, groupInfo, welcome }: Made): Promise<Told> {
    return this.ask("process", commit, groupInfo, welcome);
  }

  async status(): Promise<Status> {
    return this.ask("status");
  }

  async write(clientRef: string, open: string, personal: string): Promise<string> {
    return this.ask("write", clientRef, open, personal);
  }

  async read(body: string): Promise<readonly string[]> {
    return this.ask("read", body);
  }
}
