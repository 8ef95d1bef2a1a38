/**
 * The rules of the commit policy (PROTOCOL §2.3), each with a number; `policy.ts` applies them.
 *
 * Rules about the group after a commit hold for every leaf, whoever committed. Times are the commit's own signed time,
 * never a clock.
 */

import { DomainError, type Fact } from "./errors.ts";

/** `stops`: what could be done without it. */
export interface Rule {
  readonly number: string;
  readonly says: string;
  readonly stops: string;
}

/** A commit, or the start of a group, that MLS allows and CENcomm does not; `rule` is its number. */
export class PolicyRefused extends DomainError {
  readonly rule: string;

  constructor(rule: string, facts: Record<string, Fact>) {
    super("policy.refused", { rule, ...facts });
    this.rule = rule;
  }
}

const TABLE: readonly (readonly [string, string, string])[] = [
  // The commit
  ["P01", "every proposal stands in the commit itself", "a proposal that only some members have seen"],
  ["P02", "every commit has a path", "commits that renew no key"],
  ["P03", "the authenticated data is the commit's time and the sender's head", "a commit outside of the log"],
  ["P04", "the time of commits never runs backwards", "reviving a certificate that has expired"],
  ["P05", "only Add, Remove, GroupContextExtensions and, from outside, ExternalInit", "ReInit, PSKs, Updates"],
  // Who may commit what
  ["P06", "only an organiser adds devices by a commit of his own", "a member who lets others in"],
  ["P07", "another member removes only leaves whose certificates are revoked", "a member who throws others out"],
  ["P08", "another member changes nothing but the known revocations", "a member who gives himself a role"],
  ["P09", "an external commit removes at most the old leaf of the same device", "a device that evicts another"],
  ["P10", "the committer's leaf stays the same device of the same officer", "a member who becomes another"],
  // The group context
  ["P11", "the only extension that a commit changes is cencomm_group", "external senders, lower requirements"],
  ["P12", "the version of cencomm_group grows by one with each change", "bringing an old roster back"],
  ["P13", "cug_id, start and predecessor stay", "passing a group off as another operation's"],
  ["P14", "revocation lists are signed by their issuers, only grow, and none is dropped", "undoing a revocation"],
  ["P15", "the roster names each officer and identity key once, in order", "two roles or two people in one"],
  ["P16", "the roster has an organiser", "an operation that nobody can end or extract"],
  ["P17", "archive keys belong to those who may extract, signed by their identity key", "a planted archive key"],
  ["P18", "one can encrypt to every archive key", "a key of small order that stops everybody's commits"],
  // The leaves
  ["P20", "every leaf has a chain that leads to the pinned root", "a hostile server's ghost device"],
  ["P21", "a leaf's credential and key are those of its device certificate", "borrowing somebody's chain"],
  ["P22", "certificates of new and changed leaves are valid at the commit's time", "an expired device coming in"],
  ["P23", "every leaf's officer stands in the roster", "a device of somebody who was removed"],
  ["P24", "every leaf's identity key is the one in the roster", "a re-issued identity taking an officer's place"],
  ["P25", "no leaf is revoked", "a stolen device that stays"],
  ["P26", "an officer has at most ten devices", "one officer filling the tree"],
  ["P27", "a device has one leaf", "two states under one name"],
  ["P28", "observers and auditors have no leaf", "personal parts read by those who may not"],
  ["P29", "a key package is used within its lifetime", "an old key package served again"],
  // The start
  ["P30", "a group starts at epoch 0 with one member, and its id has 16 bytes", "members that nobody added"],
  ["P31", "a group starts with cencomm_group and at most required capabilities", "external senders"],
  ["P32", "the first group of a CUG has no predecessor, every later one names the last", "two groups side by side"],
  ["P33", "who starts the first group is its organiser", "an operation without one"],
  ["P34", "a successor is started by an organiser, or after rejections by two officers", "splitting the group"],
  ["P35", "a successor takes over roster, history policy and revocations", "a coup by successor"],
];

export const RULES: ReadonlyMap<string, Rule> = new Map(
  TABLE.map(([number, says, stops]) => [number, { number, says, stops }]),
);

/** The error for a broken rule; an unknown number is a fault of ours. */
export function refuse(number: string, facts: Record<string, Fact> = {}): PolicyRefused {
  if (!RULES.has(number)) throw new RangeError(`no rule ${number}`);
  return new PolicyRefused(number, facts);
}
