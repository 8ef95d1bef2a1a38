"""What comes with a commit: Welcome and GroupInfo that are valid. Refusals stand in the table of cases."""

from __future__ import annotations

from cencomm.crypto.mls.public.group import check_group_info, check_welcome_recipients, public_group_from_group_info
from cencomm.crypto.mls.public.proposals import Add
from tests.unit.crypto.mls.public.world import Client, grown, key_package_of, welcome_for


def test_welcome_for_all_who_are_added_in_any_order() -> None:
    first, second = key_package_of(Client("newcomer 1")), key_package_of(Client("newcomer 2"))
    staged = grown().stage(grown().commit(Add(first), Add(second), path=False))
    check_welcome_recipients(staged, welcome_for(first, second))
    check_welcome_recipients(staged, welcome_for(second, first))


def test_group_info_of_the_new_epoch() -> None:
    world = grown()
    world = world.after(world.commit())
    check_group_info(world.group, world.group_info(0))
    check_group_info(world.group, world.group_info(5))
    assert public_group_from_group_info(world.group_info(0)) == world.group
