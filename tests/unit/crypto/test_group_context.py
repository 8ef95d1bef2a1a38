"""The group context extension (PROTOCOL §2.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.archive import new_archive_key
from cencomm.crypto.group_context import (
    ArchiveKey,
    CencommGroup,
    GroupContextInvalid,
    History,
    Predecessor,
    Role,
    holds_leaf,
    may_extract,
    sign_archive_key,
    with_extension,
)
from cencomm.crypto.mls.public.extensions import Extension
from cencomm.crypto.revocation import sign_list
from cencomm.crypto.tls import DecodeError
from cencomm.ids import GroupId
from tests.unit.crypto.groups import ARCHIVE, entry, group_of, started
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import DEPLOYMENT, NOW_MS, OTIENO, ROOT, SILVA

LISTS = (sign_list(ROOT, deployment_id=DEPLOYMENT, issuer="", number=1, issued_at_ms=NOW_MS, entries=()),)
WHOLE = replace(
    group_of(entry(OTIENO, Role.ORGANISER), entry(SILVA, Role.RILO)),
    history=History.FROM_JOIN,
    revocations=LISTS,
    predecessor=Predecessor(GroupId(b"p" * 16), 9, bytes(32)),
)


def test_round_trip_and_hostile_bytes() -> None:
    assert CencommGroup.decode(WHOLE.encode()) == WHOLE
    survives(CencommGroup.decode, WHOLE.encode())


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("history", list(History))
def test_every_role_and_policy_round_trips(role: Role, history: History) -> None:
    group = replace(group_of(replace(entry(SILVA), role=role)), history=history)
    assert CencommGroup.decode(group.encode()) == group


def test_roles_are_the_words_of_the_dictionary() -> None:
    assert {role.value for role in Role} == {
        "organiser", "ocu", "ncp", "officer", "rilo", "observer", "liaison", "auditor",
    }  # fmt: skip
    assert [role for role in Role if may_extract(role)] == [Role.ORGANISER, Role.OCU]
    assert [role for role in Role if not holds_leaf(role)] == [Role.OBSERVER, Role.AUDITOR]


def test_unknown_roles_and_policies_are_not_read() -> None:
    encoded = group_of(entry(SILVA)).encode()
    place = encoded.index(b"BR/silva") + len(b"BR/silva") + 32
    for value in (0, 9, 255):
        with pytest.raises(DecodeError):
            CencommGroup.decode(encoded[:place] + bytes([value]) + encoded[place + 1 :])
    place = 2 + 8 + 16 + 8
    for value in (0, 4):
        with pytest.raises(DecodeError):
            CencommGroup.decode(encoded[:place] + bytes([value]) + encoded[place + 1 :])


def test_the_group_reads_it_from_its_context() -> None:
    state = started()
    assert CencommGroup.of(state.public).entry(OTIENO.officer_id) == entry(OTIENO, Role.ORGANISER)
    assert CencommGroup.of(state.public).entry(SILVA.officer_id) is None
    with pytest.raises(GroupContextInvalid):
        CencommGroup.among([Extension(3, b"")])


def test_a_change_leaves_the_other_extensions_alone() -> None:
    other = Extension(3, b"\x00\x00\x00")
    extensions = (other, WHOLE.extension())
    after = replace(WHOLE, version=1)
    assert with_extension(extensions, after) == (other, after.extension())
    assert with_extension((other,), after) == (other, after.extension())


def test_archive_keys_of_those_who_extract_unless_nothing_is_kept() -> None:
    assert WHOLE.archive_keys == (ARCHIVE.public_key,)
    assert replace(WHOLE, history=History.NONE).archive_keys == ()


def test_an_archive_key_is_its_officer_s() -> None:
    public = new_archive_key().public_key
    signed = sign_archive_key(OTIENO.identity_seed, OTIENO.officer_id, public)
    signed.verify(OTIENO.officer_id, OTIENO.identity_key)
    survives(ArchiveKey.decode, signed.encode())
    for officer_id, identity_key, key in (
        (SILVA.officer_id, OTIENO.identity_key, signed),
        (OTIENO.officer_id, SILVA.identity_key, signed),
        (OTIENO.officer_id, OTIENO.identity_key, replace(signed, public_key=bytes(32))),
    ):
        with pytest.raises(GroupContextInvalid):
            key.verify(officer_id, identity_key)
