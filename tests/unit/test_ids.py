"""Names of things."""

from __future__ import annotations

from cencomm import ids
from cencomm.ids import DeviceId, OfficerId


def test_new_ids_are_sixteen_random_bytes() -> None:
    made = [make() for make in (ids.new_cug_id, ids.new_group_id, ids.new_client_ref) for _ in range(50)]
    assert {len(one) for one in made} == {ids.ID_BYTES}
    assert len(set(made)) == len(made)


def test_officer_and_administration_of_a_device() -> None:
    device = DeviceId("KE/otieno/laptop")
    assert ids.officer_of(device) == "KE/otieno"
    assert ids.administration_of(device) == ids.administration_of(OfficerId("KE/otieno")) == "KE"
