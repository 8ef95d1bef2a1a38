"""What leaves and rosters are asked, apart from any commit; commits that break these rules are in `test_policy`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.certificates import Trust
from cencomm.crypto.group_context import CencommGroup, Role
from cencomm.crypto.policy_leaves import (
    MAX_DEVICES,
    check_leaves,
    check_revocations,
    check_roster,
    check_time,
    devices,
)
from cencomm.crypto.policy_rules import PolicyRefused
from cencomm.crypto.revocation import Revoked, sign_list
from tests.unit.crypto.groups import entry, group_of, operation
from tests.unit.crypto.people import DEPLOYMENT, DUBOIS, NOW_MS, OTIENO, ROOT, SILVA, TRUST, YEAR_S, seed

OP = operation()
TREE = OP.public.tree
GROUP = CencommGroup.of(OP.public)


def test_a_good_group_passes_again_and_again() -> None:
    for _ in range(2):
        check_leaves(TREE, GROUP, TRUST)
        check_roster(GROUP)
        check_time([leaf for _, leaf in TREE.leaves()], TRUST, NOW_MS)
    assert devices(TREE) == {OTIENO.device_id, SILVA.device_id, DUBOIS.device_id}


def test_what_was_verified_for_one_root_is_not_for_another() -> None:
    check_leaves(TREE, GROUP, TRUST)
    with pytest.raises(PolicyRefused, match="P20"):
        check_leaves(TREE, GROUP, Trust(DEPLOYMENT, bytes(32)))
    with pytest.raises(PolicyRefused, match="P20"):
        check_leaves(TREE, GROUP, Trust(bytes(16), TRUST.root_public_key))


def test_time_counts_for_the_leaves_that_are_asked_only() -> None:
    check_time([], TRUST, NOW_MS + 2 * YEAR_S * 1000)
    with pytest.raises(PolicyRefused, match="P22"):
        check_time([leaf for _, leaf in TREE.leaves()], TRUST, NOW_MS + 2 * YEAR_S * 1000)


def test_only_those_who_extract_have_archive_keys() -> None:
    organiser = entry(OTIENO, Role.ORGANISER)
    check_roster(group_of(organiser, entry(SILVA)))
    for role in set(Role) - {Role.ORGANISER, Role.OCU}:
        with pytest.raises(PolicyRefused, match="P17"):
            check_roster(group_of(replace(organiser, role=role), replace(entry(SILVA), role=Role.ORGANISER)))


def test_the_root_s_list_needs_no_leaf() -> None:
    revoked = [Revoked(SILVA.chain.ncp.serial, "BR", NOW_MS)]
    root = sign_list(ROOT, deployment_id=DEPLOYMENT, issuer="", number=1, issued_at_ms=NOW_MS, entries=revoked)
    ncp = sign_list(seed("BR"), deployment_id=DEPLOYMENT, issuer="BR", number=1, issued_at_ms=NOW_MS, entries=())
    check_revocations((), (root,), TRUST, [])
    check_revocations((ncp,), (root, ncp), TRUST, [])
    check_revocations((), (root, ncp), TRUST, [SILVA.chain])
    for before, after in (((), (ncp,)), ((), (ncp, root)), ((root,), ())):
        with pytest.raises(PolicyRefused, match="P14"):
            check_revocations(before, after, TRUST, [])


def test_ten_devices_are_enough() -> None:
    assert MAX_DEVICES == 10
