"""What one epoch gives to verification."""

from __future__ import annotations

from cencomm.client.verify_epochs import facts_of
from cencomm.crypto.group_context import Role
from tests.unit.crypto.groups import operation
from tests.unit.crypto.people import DUBOIS, OTIENO, SILVA


def test_every_leaf_has_its_device_name_role_and_chain() -> None:
    group = operation().public
    facts = facts_of(group)
    assert (facts.group_id, facts.epoch, facts.context_hash) == (group.group_id, 1, group.context_hash())
    assert [leaf.device for leaf in facts.leaves.values()] == [p.device_id for p in (OTIENO, SILVA, DUBOIS)]
    assert [leaf.role for leaf in facts.leaves.values()] == [Role.ORGANISER, Role.OFFICER, Role.OFFICER]
    assert [leaf.signature_key for leaf in facts.leaves.values()] == [p.device_key for p in (OTIENO, SILVA, DUBOIS)]
    assert facts.leaves[1].chain == SILVA.chain
    assert facts.leaves[1].name == "Name of BR/silva"
