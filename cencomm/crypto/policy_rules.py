"""The rules of the commit policy (PROTOCOL §2.3), each with a number; `crypto.policy` applies them.

Rules about the group after a commit hold for every leaf, whoever committed. Times are the commit's own signed time,
never a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cencomm.errors import DomainError, Fact


@dataclass(frozen=True, slots=True)
class Rule:
    """`stops`: what could be done without it."""

    number: str
    says: str
    stops: str


class PolicyRefused(DomainError):
    """A commit, or the start of a group, that MLS allows and CENcomm does not; `rule` is its number."""

    code: ClassVar[str] = "policy.refused"

    def __init__(self, rule: str, **facts: Fact) -> None:
        super().__init__(rule=rule, **facts)
        self.rule = rule


_TABLE = (
    # The commit
    Rule("P01", "every proposal stands in the commit itself", "a proposal that only some members have seen"),
    Rule("P02", "every commit has a path", "commits that renew no key"),
    Rule("P03", "the authenticated data is the commit's time and the sender's head", "a commit outside of the log"),
    Rule("P04", "the time of commits never runs backwards", "reviving a certificate that has expired"),
    Rule("P05", "only Add, Remove, GroupContextExtensions and, from outside, ExternalInit", "ReInit, PSKs, Updates"),
    # Who may commit what
    Rule("P06", "only an organiser adds devices by a commit of his own", "a member who lets others in"),
    Rule("P07", "another member removes only leaves whose certificates are revoked", "a member who throws others out"),
    Rule("P08", "another member changes nothing but the known revocations", "a member who gives himself a role"),
    Rule("P09", "an external commit removes at most the old leaf of the same device", "a device that evicts another"),
    Rule("P10", "the committer's leaf stays the same device of the same officer", "a member who becomes another"),
    # The group context
    Rule("P11", "the only extension that a commit changes is cencomm_group", "external senders, lower requirements"),
    Rule("P12", "the version of cencomm_group grows by one with each change", "bringing an old roster back"),
    Rule("P13", "cug_id, start and predecessor stay", "passing a group off as another operation's"),
    Rule("P14", "revocation lists are signed by their issuers, only grow, and none is dropped", "undoing a revocation"),
    Rule("P15", "the roster names each officer and identity key once, in order", "two roles or two people in one"),
    Rule("P16", "the roster has an organiser", "an operation that nobody can end or extract"),
    Rule("P17", "archive keys belong to those who may extract, signed by their identity key", "a planted archive key"),
    Rule("P18", "one can encrypt to every archive key", "a key of small order that stops everybody's commits"),
    # The leaves
    Rule("P20", "every leaf has a chain that leads to the pinned root", "a hostile server's ghost device"),
    Rule("P21", "a leaf's credential and key are those of its device certificate", "borrowing somebody's chain"),
    Rule("P22", "certificates of new and changed leaves are valid at the commit's time", "an expired device coming in"),
    Rule("P23", "every leaf's officer stands in the roster", "a device of somebody who was removed"),
    Rule("P24", "every leaf's identity key is the one in the roster", "a re-issued identity taking an officer's place"),
    Rule("P25", "no leaf is revoked", "a stolen device that stays"),
    Rule("P26", "an officer has at most ten devices", "one officer filling the tree"),
    Rule("P27", "a device has one leaf", "two states under one name"),
    Rule("P28", "observers and auditors have no leaf", "personal parts read by those who may not"),
    Rule("P29", "a key package is used within its lifetime", "an old key package served again"),
    # The start
    Rule("P30", "a group starts at epoch 0 with one member, and its id has 16 bytes", "members that nobody added"),
    Rule("P31", "a group starts with cencomm_group and at most required capabilities", "external senders"),
    Rule(
        "P32", "the first group of a CUG has no predecessor, every later one names the last", "two groups side by side"
    ),
    Rule("P33", "who starts the first group is its organiser", "an operation without one"),
    Rule("P34", "a successor is started by an organiser, or after rejections by two officers", "splitting the group"),
    Rule("P35", "a successor takes over roster, history policy and revocations", "a coup by successor"),
)

RULES: dict[str, Rule] = {rule.number: rule for rule in _TABLE}


def refuse(number: str, **facts: Fact) -> PolicyRefused:
    """The error for a broken rule; an unknown number is a fault of ours and a `KeyError`."""
    return PolicyRefused(RULES[number].number, **facts)
