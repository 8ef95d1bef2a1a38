"""What verifying the records of one epoch needs, taken from its public group state."""

from __future__ import annotations

from dataclasses import dataclass

from cencomm.crypto.certificates import Chain
from cencomm.crypto.group_context import CencommGroup, Role
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.crypto.policy import chain_of
from cencomm.ids import OfficerId


@dataclass(frozen=True, slots=True)
class Leaf:
    """One device in an epoch's tree."""

    device: str
    name: str
    """The officer's display name, from his certificate."""
    signature_key: bytes
    chain: Chain
    role: Role | None


@dataclass(frozen=True, slots=True)
class EpochFacts:
    """One epoch: who could write in it, and how its records are bound to it."""

    group_id: bytes
    epoch: int
    context_hash: bytes
    leaves: dict[int, Leaf]
    group: CencommGroup


def facts_of(group: PublicGroup) -> EpochFacts:
    """Read the facts out of a public group whose policy holds (every leaf has a chain and a place in the roster)."""
    extension = CencommGroup.of(group)
    leaves: dict[int, Leaf] = {}
    for index, leaf in group.tree.leaves():
        chain = chain_of(leaf)
        entry = extension.entry(OfficerId(chain.officer.subject))
        leaves[index] = Leaf(
            device=chain.device.subject,
            name=chain.officer.display_name,
            signature_key=leaf.signature_key,
            chain=chain,
            role=entry.role if entry is not None else None,
        )
    return EpochFacts(group.group_id, group.epoch, group.context_hash(), leaves, extension)
