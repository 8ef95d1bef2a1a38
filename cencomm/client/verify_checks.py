"""What a verification can find, each with its number-free name and its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Finding = str | int | float | bool | None

CHECKS: dict[str, str] = {
    # the bundle
    "file_missing": "a file that the manifest lists is not there",
    "file_unlisted": "a file that the manifest does not list",
    "file_altered": "the file is not the one that the manifest lists",
    "file_unreadable": "the file cannot be read ({reason})",
    "manifest_signature": "the manifest was not signed by the device that it names ({reason})",
    "root_key": "the extraction hangs on another root key than the one you trust",
    "manifest_says_else": "the manifest says {said}, the log says {found}",
    "entry_twice": "one record stands in the file twice",
    "entry_of_nothing": "a plaintext without an event in the log",
    "table_altered": "the table does not say what the records say ({reason})",
    "may_not_extract": "whoever extracted was neither organiser nor OCU analyst",
    "revocation_list": "a revocation list proves nothing ({reason})",
    # the announcement
    "announcement_missing": "the extraction was never announced in the group",
    "announcement": "what was announced in the group is not this extraction ({reason})",
    # the chain
    "sequence": "the log has a gap: no. {expected} should stand here",
    "time_goes_back": "the server's time goes back",
    "hash_instead": "a hash stands in place of an event that never loses anything",
    "head": "the head of the log is not the one that the manifest names",
    # handshakes
    "handshake": "breaks the group's rules, so nobody may follow it ({reason})",
    # records
    "record_missing": "the log has a record of which the extraction says nothing",
    "entry_of_no_record": "the extraction has a plaintext for an event that is no record",
    "signed_record": "the signed plaintext is not one ({reason})",
    "other_header": "the signed plaintext belongs to another record",
    "other_group": "the record was signed for another state of the group",
    "part_missing": "a part of the record is left out",
    "signature": "the sender's device did not sign this ({reason})",
    "certificate": "the sender's certificates do not hold at that time ({reason})",
    "key_id": "sealed under another key than the other records of its epoch",
    "seen": "its sender had seen another log than this (up to no. {seen})",
    "parts_disagree": "its two parts do not belong together",
    "template": "a template that is none ({reason})",
    "beyond_profile": "holds what its profile keeps in the group ({reason})",
    "withheld": "the plaintext is withheld although the extractor could open it",
    "refused_but_given": "does not belong where it stands ({reason})",
    "refusal_unfounded": "said to be refused ({reason}), but nothing shows that",
}

NOTICES: dict[str, str] = {
    "seals_cut": "archive seals were cut out when the group was closed; the hash of the event stands for them",
    "unopened": "not in the extraction: {reason}",
    "no_records": "for statistics only: it holds no records, and its tables stand on the extracting device's signature"
    " alone",
    "not_compared": "its contents were not compared with the records: Parquet support is not installed here",
    "unknown_content": "a content that this version does not know; its signature holds",
    "beyond_role": "its sender was no organiser, so it had no effect",
    "template_unknown": "a form on a template that was not published before it",
    "revoked": "its sender's {subject} was revoked, as compromised before it was sent",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that does not hold: its stable name, where, and a sentence."""

    check: str
    where: str
    says: str
    facts: Mapping[str, Finding] = field(default_factory=dict, compare=False)
    """For the same sentence in another language."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that cannot be known from the bundle alone, or that a reader should know."""

    check: str
    where: str
    says: str
    facts: Mapping[str, Finding] = field(default_factory=dict, compare=False)
    """For the same sentence in another language."""


def failure(check: str, where: str, **facts: Finding) -> Failure:
    return Failure(check, where, _say(CHECKS[check], facts), facts)


def notice(check: str, where: str, **facts: Finding) -> Notice:
    return Notice(check, where, _say(NOTICES[check], facts), facts)


def _say(pattern: str, facts: dict[str, Finding]) -> str:
    """Facts are plain text: nothing in them is read as a pattern."""
    for name, value in facts.items():
        pattern = pattern.replace("{" + name + "}", str(value))
    return pattern
