"""Everything that the public half of MLS refuses, each rule with its number and its source.

A test stands for every number (tests/unit/crypto/mls/public/test_validation.py holds the list against the tests).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cencomm.errors import DomainError, Fact


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: what must hold, and the section of RFC 9420 that says so."""

    number: str
    says: str
    source: str


class MlsError(DomainError):
    """An MLS object that is well formed but not valid; `check` is the number of the rule that it breaks."""

    code: ClassVar[str] = "mls.refused"

    def __init__(self, check: str, **facts: Fact) -> None:
        super().__init__(check=check, **facts)
        self.check = check


class WrongEpoch(MlsError):
    """A message of another epoch than the one the group is in."""

    code: ClassVar[str] = "mls.wrong_epoch"

    def __init__(self, *, sent: int, current: int) -> None:
        super().__init__("V146", sent=sent, current=current)


_TABLE = (
    # Versions, suites and key packages
    Check("V100", "the protocol version is mls10", "§6, §10.1"),
    Check("V101", "the cipher suite is one that we implement", "§17.1"),
    Check("V102", "a key package has the version and the cipher suite of the group", "§10.1"),
    Check("V103", "a key package is signed by the key in its leaf", "§10.1"),
    Check("V104", "a key package's init key differs from its leaf's encryption key", "§10.1"),
    Check("V105", "a key package's init key is a public key of the suite", "§10.1"),
    # Leaf nodes
    Check("V110", "a leaf is signed by its own signature key, for its place", "§7.3"),
    Check("V111", "a leaf comes from where it stands: key package, update or commit", "§7.3"),
    Check("V112", "a leaf supports the protocol version of the group", "§7.2, §7.3"),
    Check("V113", "a leaf supports the cipher suite of the group", "§7.2, §7.3"),
    Check("V114", "a leaf supports what the group's required_capabilities list", "§7.3, §11.1"),
    Check("V115", "a leaf supports its own type of credential", "§7.2"),
    Check("V116", "every member supports every type of credential in use in the group", "§7.3"),
    Check("V117", "a leaf supports the types of its own extensions", "§7.3"),
    Check("V118", "a lifetime does not end before it begins", "§7.3"),
    Check("V119", "no two leaves have the same encryption key", "§7.3"),
    Check("V120", "no two leaves have the same signature key", "§7.3"),
    Check("V121", "a leaf's encryption key is a public key of the suite", "§7.3"),
    Check("V122", "a leaf's signature key is a public key of the suite", "§7.3"),
    Check("V123", "every member supports the types of the extensions of the group context", "§7.2, §12.1.7, §13.4"),
    Check("V124", "no list of extensions has two of one type", "§13.4"),
    # Messages
    Check("V140", "a message is signed by its sender", "§6.1"),
    Check("V141", "what a message says is what its kind of sender may say", "§6, §12.1.8"),
    Check("V142", "application data does not travel as a PublicMessage", "§6.2"),
    Check("V143", "only a PublicMessage can be checked without the secrets of the group", "§6.3"),
    Check("V144", "the sender is a member", "§6.1"),
    Check("V145", "the message is for this group", "§6"),
    Check("V146", "the message is for this epoch", "§12.4.2, §14"),
    Check("V147", "an external sender is listed in the group context", "§12.1.8.1"),
    Check("V148", "the message is a commit", "§12.4.2"),
    Check("V149", "a confirmation tag is as long as the hash", "§6.1, §8.1"),
    Check("V150", "a membership tag is as long as the hash", "§6.2"),
    # Trees and GroupInfo
    Check("V200", "a GroupInfo is signed by its signer", "§12.4.3.1"),
    Check("V201", "the signer of a GroupInfo is a member", "§12.4.3.1"),
    Check("V202", "the tree has the tree hash of the group context", "§12.4.3.1"),
    Check("V203", "every parent is parent-hash valid", "§7.9.2, §12.4.3.1"),
    Check("V204", "the last node that a tree lists is not blank", "§12.4.3.3"),
    Check("V205", "unmerged leaves are members below their node, in order, each once", "§7.1, §12.4.3.1"),
    Check("V206", "between a parent and its unmerged leaf, every node names the leaf as unmerged", "§12.4.3.1"),
    Check("V207", "leaves stand at even places of a tree and parents at odd ones", "§12.4.3.3"),
    Check("V208", "no two nodes have the same encryption key", "§12.4.3.1"),
    Check("V209", "the ratchet tree is at hand", "§12.4.3.3"),
    Check("V210", "a parent's encryption key is a public key of the suite", "§7.1"),
    Check("V211", "the message is a GroupInfo", "§12.4.3"),
    # What comes with a commit
    Check("V220", "a commit's GroupInfo has the group context of the new epoch", "§12.4.3"),
    Check("V221", "a commit's GroupInfo has the confirmation tag of the commit", "§12.4.3"),
    Check("V222", "a commit's GroupInfo has the tree of the new epoch", "§12.4.3.3"),
    Check("V223", "a commit's GroupInfo lets others join by external commit: it has an external_pub", "§12.4.3.2"),
    Check("V224", "a Welcome has the cipher suite of the group", "§12.4.3.1"),
    Check("V225", "a Welcome is for the members that the commit adds, each once, and for nobody else", "§12.4.3.1"),
    Check("V226", "a Welcome's encrypted group secrets have a KEM output of the suite", "§12.4.3.1"),
    # Lists of proposals
    Check("V300", "a commit does not hold an update of its own sender", "§12.2"),
    Check("V301", "a commit does not remove its own sender", "§12.2"),
    Check("V302", "a leaf is updated or removed at most once", "§12.2"),
    Check("V303", "a client is added at most once", "§12.2"),
    Check("V304", "the leaf that is removed or updated is a member", "§12.1.2, §12.1.3"),
    Check("V305", "a pre-shared key is named at most once", "§12.2"),
    Check("V306", "the extensions of the group are replaced at most once", "§12.2"),
    Check("V307", "a ReInit stands alone", "§12.2"),
    Check("V308", "only an external commit holds an ExternalInit", "§12.2"),
    Check("V311", "a commit has a path unless it only adds, names keys or re-initialises", "§12.4"),
    Check("V312", "a pre-shared key is external or an application's resumption key", "§12.2"),
    Check("V313", "the nonce of a pre-shared key is as long as the hash", "§12.1.4"),
    Check("V314", "a ReInit does not lower the protocol version", "§12.1.5"),
    Check("V315", "a proposal named by reference is known", "§12.4.2"),
    Check("V316", "a proposal is named by reference at most once", "§12.2"),
    Check("V317", "a proposal named by reference was made in this epoch of this group", "§12.4"),
    Check("V318", "an Update changes the leaf's encryption key", "§7.3, §12.1.2"),
    # External commits
    Check("V320", "an external commit has exactly one ExternalInit", "§12.2"),
    Check("V321", "an external commit removes at most one leaf", "§12.2"),
    Check("V322", "an external commit holds only ExternalInit, Remove and PreSharedKey", "§12.2"),
    Check("V323", "an external commit names no proposal by reference", "§12.4.3.2"),
    Check("V324", "an external commit has a path", "§12.4.3.2"),
    Check("V325", "an ExternalInit has a KEM output of the suite", "§12.1.6"),
    # Update paths
    Check("V330", "the leaf of a path comes from a commit", "§7.3, §12.4.2"),
    Check("V331", "the leaf of a path has a new encryption key", "§12.4.2"),
    Check("V332", "a path has one node for each of the sender's filtered direct path", "§7.9, §12.4.2"),
    Check("V333", "a path node has one ciphertext for each node it must reach", "§7.6, §12.4.2"),
    Check("V334", "the leaf of a path has the parent hash of the path", "§7.9.2"),
    Check("V335", "the public keys of a path stand nowhere in the tree", "§12.4.2"),
    Check("V336", "the public keys of a path are public keys of the suite", "§7.6"),
    Check("V337", "a ciphertext of a path has the size of an encrypted path secret", "§7.6"),
    # The group
    Check("V340", "the epoch can still be counted", "§8"),
    Check("V341", "a group that was re-initialised takes no more commits", "§11.2"),
    Check("V342", "a tree has room for the leaf", "§7.7"),
)

CHECKS: dict[str, Check] = {check.number: check for check in _TABLE}
"""Every rule by its number."""


def refuse(number: str, **facts: Fact) -> MlsError:
    """The error for a broken rule; an unknown number is a fault of ours and a `KeyError`."""
    return MlsError(CHECKS[number].number, **facts)
