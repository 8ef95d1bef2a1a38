/** Every decision that the Python tests make Python take is taken again here, with the same outcome, code and facts. */

import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { expect, test } from "vitest";

import { ArchiveSeal, openSeal } from "../../../src/crypto/archive.ts";
import { fromHex, toHex } from "../../../src/crypto/bytes.ts";
import { Chain, verifyChain } from "../../../src/crypto/certificates.ts";
import { parseDeviceCode } from "../../../src/crypto/device_code.ts";
import { parseSheet } from "../../../src/crypto/enrolment.ts";
import { DomainError } from "../../../src/crypto/errors.ts";
import { AuthenticatedContent } from "../../../src/crypto/mls/public/framing.ts";
import {
  PublicGroup,
  type StagedCommit,
  checkGroupInfo,
  checkWelcomeRecipients,
  publicGroupFromGroupInfo,
  stageCommit,
} from "../../../src/crypto/mls/public/group.ts";
import { KeyPackage, verifyKeyPackage } from "../../../src/crypto/mls/public/key_package.ts";
import { LeafNode, verifyLeaf } from "../../../src/crypto/mls/public/leaf_node.ts";
import { checkAuthentic } from "../../../src/crypto/mls/public/senders.ts";
import { RatchetTree } from "../../../src/crypto/mls/public/tree.ts";
import { checkTree } from "../../../src/crypto/mls/public/tree_checks.ts";
import { CHECKS } from "../../../src/crypto/mls/public/validation.ts";
import { Welcome } from "../../../src/crypto/mls/public/welcome.ts";
import { processCommit } from "../../../src/crypto/mls/secret/commit.ts";
import { GroupState } from "../../../src/crypto/mls/secret/group.ts";
import { KeyPackageBundle } from "../../../src/crypto/mls/secret/key_package.ts";
import { openMessage } from "../../../src/crypto/mls/secret/messages.ts";
import { joinByWelcome } from "../../../src/crypto/mls/secret/welcome.ts";
import { RULES, identityChanged, judgeCommit, judgeStart } from "../../../src/crypto/policy.ts";
import { Secret } from "../../../src/crypto/primitives.ts";
import { openRecord } from "../../../src/crypto/records.ts";
import { Replay, step } from "../../../src/crypto/replay.ts";
import { RevocationList, verifyList, verifyNewer } from "../../../src/crypto/revocation.ts";
import * as vault from "../../../src/crypto/vault.ts";
import type { LogEvent } from "../../../src/wire/frames.ts";
import { PYTHON, ROOT } from "../../python.ts";
import { type Pinned, trustOf } from "../../vectors/own.ts";

interface Staged {
  readonly group: string;
  readonly message: string;
  readonly known: Readonly<Record<string, string>>;
}

interface Given {
  readonly [field: string]: string;
}

interface Decision {
  readonly call: string;
  readonly given: Given;
  readonly ok?: unknown;
  readonly refused?: unknown;
}

const orNull = (value: string | null): Uint8Array | null => (value === null ? null : fromHex(value));

/** Arguments that are more than one string are typed where they are used. */
const part = <T>(given: Given, field: string): T => given[field] as T;

function staged({ group, known, message }: Staged): StagedCommit {
  const proposals = new Map(
    Object.entries(known).map(([reference, content]) => [reference, AuthenticatedContent.decode(fromHex(content))]),
  );
  return stageCommit(PublicGroup.decode(fromHex(group)), fromHex(message), proposals);
}

type EventRow = readonly [number, number, number, string, string, string, string | null];

function eventOf([seq, serverTime, kind, sender, clientRef, body, hash]: EventRow): LogEvent {
  const [ref, content] = [fromHex(clientRef), fromHex(body)];
  return { seq, serverTime, kind, sender, clientRef: ref, body: content, eventHash: orNull(hash) };
}

type Decide = (given: Given, bytes: (field: string) => Uint8Array) => unknown;

const DECIDE: Readonly<Record<string, Decide>> = {
  stage_commit: (given) => toHex(staged(given as unknown as Staged).next().encode()),
  public_group_from_group_info: (given, bytes) =>
    toHex(publicGroupFromGroupInfo(bytes("message"), orNull(part(given, "tree"))).encode()),
  check_group_info: (_, bytes) => checkGroupInfo(PublicGroup.decode(bytes("group")), bytes("message")),
  check_welcome_recipients: (given, bytes) =>
    checkWelcomeRecipients(staged(part(given, "staged")), Welcome.decode(bytes("welcome"))),
  verify_key_package: (given, bytes) => verifyKeyPackage(KeyPackage.decode(bytes("package")), part(given, "suite")),
  verify_leaf: (given, bytes) => {
    const place = part<readonly [string, number] | null>(given, "place");
    const named = place === null ? null : { groupId: fromHex(place[0]), leafIndex: place[1] };
    verifyLeaf(LeafNode.decode(bytes("leaf")), named);
  },
  check_tree: (_, bytes) => checkTree(RatchetTree.decode(bytes("tree"))),
  check_authentic: (_, bytes) =>
    checkAuthentic(PublicGroup.decode(bytes("group")), AuthenticatedContent.decode(bytes("content"))),
  process_commit: (given, bytes) =>
    toHex(processCommit(GroupState.decode(bytes("state")), staged(part(given, "staged"))).epochAuthenticator),
  join_by_welcome: (given, bytes) => {
    const bundle = KeyPackageBundle.decode(bytes("bundle"));
    return toHex(joinByWelcome(bytes("welcome"), bundle, { tree: orNull(part(given, "tree")) }).epochAuthenticator);
  },
  open_message: (_, bytes) =>
    toHex(openMessage(GroupState.decode(bytes("state")), bytes("message")).opened.encode()),
  verify_chain: (given, bytes) =>
    verifyChain(Chain.decode(bytes("chain")), trustOf(part<Pinned>(given, "trust")), part(given, "at_s")),
  judge_commit: (given, bytes) => {
    const before = PublicGroup.decode(bytes("group"));
    const trust = trustOf(part<Pinned>(given, "trust"));
    const judged = judgeCommit(before, staged(part(given, "staged")), trust, part(given, "last_time_ms"));
    return [judged.committer, judged.added, judged.removed, identityChanged(judged)];
  },
  judge_start: (given, bytes) => {
    const predecessor = orNull(part(given, "predecessor"));
    const judged = judgeStart(PublicGroup.decode(bytes("group")), trustOf(part<Pinned>(given, "trust")), {
      predecessor: predecessor === null ? null : PublicGroup.decode(predecessor),
      lastTimeMs: part(given, "last_time_ms"),
      rejectedBy: part<string[]>(given, "rejected_by"),
    });
    return [judged.committer, judged.timeMs];
  },
  step: (given, bytes) => {
    const replay = Replay.decode(bytes("replay"), trustOf(part<Pinned>(given, "trust")));
    const after = step(replay, eventOf(part(given, "event")));
    const error = after.outcome?.outcome === "refused" ? said(after.outcome.error) : null;
    return { outcome: after.outcome?.outcome, error, after: toHex(after.encode()) };
  },
  open_record: (given, bytes) => {
    const named = Object.entries(part<Record<string, string>>(given, "keys"));
    const keys = new Map(named.map(([name, key]) => [name, new Secret<"content">(fromHex(key))]));
    const opening = { keys, contextHash: bytes("context_hash"), signatureKey: bytes("signature_key") };
    return toHex(openRecord(bytes("body"), opening).signed.encode());
  },
  verify_list: (_, bytes) => verifyList(RevocationList.decode(bytes("list")), bytes("key"), bytes("deployment_id")),
  verify_newer: (_, bytes) => verifyNewer(RevocationList.decode(bytes("older")), RevocationList.decode(bytes("newer"))),
  parse_sheet: ({ text = "" }) => parseSheet(text).text(),
  parse_device_code: ({ text = "" }) => parseDeviceCode(text).text(),
  open_seal: (given, bytes) => {
    const holder = { publicKey: bytes("public_key"), privateKey: new Secret<"archive">(bytes("private_key")) };
    const sealedEpoch = { groupId: bytes("group_id"), epoch: part<number>(given, "epoch") };
    return toHex(openSeal(ArchiveSeal.decode(bytes("seal")), holder, sealedEpoch));
  },
  open_item: (given, bytes) => {
    const place = { account: part<string>(given, "account"), itemId: bytes("item_id"), version: part<number>(given, "version") };
    return toHex(vault.openItem(new Secret<"vault">(bytes("key")), vault.VaultItem.decode(bytes("item")), place));
  },
  open_inner: (given, bytes) => {
    const place = { account: part<string>(given, "account"), version: part<number>(given, "version") };
    return toHex(vault.openInner(new Secret<"inner">(bytes("key")), bytes("sealed"), place).encode());
  },
  open_with_password: (given, bytes) => {
    const [stretched, accountKey] = [new Secret<"stretched">(bytes("stretched")), new Secret<"AK">(bytes("account_key"))];
    const wraps = vault.VaultWraps.decode(bytes("wraps"));
    return toHex(vault.openWithPassword(wraps, part(given, "account"), { stretched, accountKey }));
  },
  open_with_recovery: (given, bytes) => {
    const wraps = vault.VaultWraps.decode(bytes("wraps"));
    const keys = vault.openWithRecovery(wraps, part(given, "account"), new Secret<"R">(bytes("secret_r")));
    return [toHex(keys.vaultKey), toHex(keys.innerKey)];
  },
};

function said({ code, facts }: DomainError): unknown {
  return { code, facts };
}

function decide({ call, given }: Decision): Pick<Decision, "ok" | "refused"> {
  const decision = DECIDE[call];
  if (decision === undefined) throw new Error(`nothing decides ${call}`);
  try {
    return { ok: decision(given, (field) => fromHex(given[field] ?? "")) ?? null };
  } catch (error) {
    if (error instanceof DomainError) return { refused: said(error) };
    throw error;
  }
}

/** An epoch of MLS above 2^53 cannot be held here and is refused at once; Python must refuse it too, if later. */
const TOO_LARGE = { code: "crypto.malformed", facts: { reason: "number_too_large" } };

function isSame(decision: Decision, decided: Pick<Decision, "ok" | "refused">): boolean {
  if (isDeepStrictEqual(decided.refused, TOO_LARGE)) return decision.refused !== undefined;
  return isDeepStrictEqual([decided.ok, decided.refused], [decision.ok, decision.refused]);
}

function decisionsOfPython(): readonly Decision[] {
  const script = resolve(import.meta.dirname, "../../python/decisions.py");
  const options = { cwd: ROOT, env: { ...process.env, PYTHONPATH: ROOT }, encoding: "utf8", maxBuffer: 2 ** 28 } as const;
  const run = spawnSync(PYTHON, [script], options);
  if (run.status !== 0) throw new Error(`the Python tests failed: ${run.stderr.slice(-2000)}`);
  return run.stdout.trim().split("\n").map((line) => JSON.parse(line) as Decision);
}

/** Numbers of checks and rules that appear anywhere in the refusals. */
function numbersIn(decisions: readonly Decision[]): ReadonlySet<string> {
  return new Set(decisions.flatMap(({ ok, refused }) => JSON.stringify([refused, ok]).match(/\b[VP]\d{2,3}\b/g) ?? []));
}

test("Python's decisions, taken again", { timeout: 120_000 }, () => {
  const decisions = decisionsOfPython();
  const others = decisions.filter((decision) => !isSame(decision, decide(decision)));
  expect(others.map((decision) => [decision.call, decision.ok ?? decision.refused, decide(decision)])).toEqual([]);
  const seen = numbersIn(decisions);
  const unseen = [...CHECKS.keys(), ...RULES.keys()].filter((number) => !seen.has(number));
  console.info(`decisions: ${decisions.length}, of ${seen.size} numbers; not refused by any: ${unseen.join(", ")}`);
  expect(unseen).toEqual(["V204", "V207", "V342"]);
});
