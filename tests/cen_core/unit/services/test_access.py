"""The matrix of the core: role × level × action × what it is done to, written out.

CA-01 every action of the table stands in the matrix, and every action of the matrix in the table
CA-02 exactly what the matrix says is allowed, everything else refused
CA-03 an action that no rule names is refused to everybody
CA-04 level limited sees no case, whatever the role
CA-05 four eyes: the author and the editor never judge
CA-06 a principal without a name, or with a member that does not belong to its role, may nothing
"""

from __future__ import annotations

from itertools import product

import pytest

from cen_core.errors import AuthorMayNotJudge, NotAllowed
from cen_core.model.principal import Level, Principal, Role
from cen_core.services import access
from cen_core.services.access import Resource

ME = "KE/otieno"
OWN, MINE = Resource("KE", ("KE/else",)), Resource("KE", (ME,))
EDITED = Resource("KE", ("KE/else", ME))
FOREIGN, SHARED = Resource("FR", ("FR/x",), region="europe"), Resource("FR", ("FR/x",), published=True, region="europe")
SECRETARIAT_OWN, SECRETARIAT_MINE = Resource("", ("secretariat/x",)), Resource("", (ME,))
REGION = Resource("TZ", ("TZ/x",), region="esa")

RESOURCES = {
    "own": OWN,
    "mine": MINE,
    "edited": EDITED,
    "foreign": FOREIGN,
    "shared": SHARED,
    "secretariat": SECRETARIAT_OWN,
    "secretariat_mine": SECRETARIAT_MINE,
    "region": REGION,
}
EVERYTHING = frozenset(RESOURCES)
OF_MEMBER = frozenset({"own", "mine", "edited"})
READABLE = OF_MEMBER | {"shared"}
OF_SECRETARIAT = frozenset({"secretariat", "secretariat_mine"})

READS = (Level.READ_ONLY, Level.UNLIMITED)
WRITES = (Level.UNLIMITED,)

Row = dict[Role, tuple[tuple[Level, ...], frozenset[str]]]


def members(levels: tuple[Level, ...], to: frozenset[str]) -> Row:
    return {Role.OFFICER: (levels, to), Role.NCP: (levels, to)}


def ncp(levels: tuple[Level, ...], to: frozenset[str]) -> Row:
    return {Role.NCP: (levels, to)}


ALL_READ: Row = dict.fromkeys(Role, (READS, EVERYTHING))
READ: Row = members(READS, READABLE) | {
    Role.RILO: (READS, frozenset({"shared"})),
    Role.SECRETARIAT: (READS, frozenset({"shared"})),
}

MATRIX: dict[str, Row] = {
    "search": ALL_READ,
    "statistics": ALL_READ,
    "read": READ,
    "read_history": READ,
    "list_own": members(READS, OF_MEMBER),
    "create": members(WRITES, OF_MEMBER),
    "amend": members(WRITES, OF_MEMBER),
    "submit": members(WRITES, OF_MEMBER),
    "discard": members(WRITES, frozenset({"mine"})),
    "add_words": ncp(WRITES, OF_MEMBER),
    "validate": ncp(WRITES, frozenset({"own"})),
    "return": ncp(WRITES, frozenset({"own"})),
    "withdraw": ncp(WRITES, frozenset({"own"})),
    "withdraw_release": {
        Role.OFFICER: (WRITES, frozenset({"mine"})),
        Role.NCP: (WRITES, OF_MEMBER),
    },
    "read_log": ncp(READS, OF_MEMBER),
    "upload": members(WRITES, OF_MEMBER) | {Role.SECRETARIAT: (WRITES, EVERYTHING)},
    "uploads": members(WRITES, OF_MEMBER) | {Role.SECRETARIAT: (WRITES, OF_SECRETARIAT)},
    "undo_upload": {
        Role.OFFICER: (WRITES, frozenset({"mine"})),
        Role.NCP: (WRITES, OF_MEMBER),
        Role.SECRETARIAT: (WRITES, OF_SECRETARIAT),
    },
    "validate_upload": {
        Role.NCP: (WRITES, frozenset({"own"})),
        Role.SECRETARIAT: (WRITES, frozenset({"secretariat"})),
    },
    "quality": {
        Role.NCP: (READS, OF_MEMBER),
        Role.RILO: (READS, frozenset({"region"})),
        Role.SECRETARIAT: (READS, EVERYTHING),
    },
    "people": {Role.NCP: (READS, OF_MEMBER), Role.SECRETARIAT: (READS, EVERYTHING)},
    "invite": {Role.NCP: (WRITES, OF_MEMBER), Role.SECRETARIAT: (WRITES, EVERYTHING)},
    "change_person": {Role.NCP: (WRITES, OF_MEMBER), Role.SECRETARIAT: (WRITES, EVERYTHING)},
}


def principal(role: Role, level: Level) -> Principal:
    of_member = role in {Role.OFFICER, Role.NCP}
    return Principal("KE" if of_member else "", level, "esa", ME, role)


def test_ca_01_matrix_and_table_name_the_same_actions() -> None:
    assert set(MATRIX) == set(access.RULES)
    assert set(access.RULES) >= access.AUTHOR_NEVER


@pytest.mark.parametrize("action", sorted(MATRIX))
@pytest.mark.parametrize("role", Role)
def test_ca_02_exactly_the_matrix(action: str, role: Role) -> None:
    levels, to = MATRIX[action].get(role, ((), frozenset()))
    for level, (name, resource) in product(Level, RESOURCES.items()):
        allowed = level in levels and name in to
        assert access.may(principal(role, level), action, resource) is allowed, (level, name)
        if not allowed:
            with pytest.raises((NotAllowed, AuthorMayNotJudge)):
                access.require(principal(role, level), action, resource)


@pytest.mark.parametrize("action", sorted(MATRIX))
@pytest.mark.parametrize("role", Role)
def test_ca_02_before_the_resource_is_known(action: str, role: Role) -> None:
    levels, _ = MATRIX[action].get(role, ((), frozenset()))
    for level in Level:
        assert access.may(principal(role, level), action) is (level in levels)


@pytest.mark.parametrize(("role", "level"), list(product(Role, Level)))
def test_ca_03_unknown_action_is_refused(role: Role, level: Level) -> None:
    with pytest.raises(NotAllowed) as refused:
        access.require(principal(role, level), "delete_everything", OWN)
    assert refused.value.facts == {"action": "delete_everything"}


@pytest.mark.parametrize(("role", "action"), list(product(Role, sorted(MATRIX))))
def test_ca_04_limited_sees_no_case(role: Role, action: str) -> None:
    assert not any(access.may(principal(role, Level.LIMITED), action, on) for on in (None, *RESOURCES.values()))


@pytest.mark.parametrize("action", sorted(access.AUTHOR_NEVER))
@pytest.mark.parametrize("on", [MINE, EDITED])
def test_ca_05_author_and_editor_never_judge(action: str, on: Resource) -> None:
    with pytest.raises(AuthorMayNotJudge):
        access.require(principal(Role.NCP, Level.UNLIMITED), action, on)


@pytest.mark.parametrize(
    "who",
    [
        Principal("", Level.UNLIMITED, "esa", ME),
        Principal("", Level.UNLIMITED, "esa", ME, Role.NCP),
        Principal("KE", Level.UNLIMITED, "esa", ""),
        Principal("KE", Level.UNLIMITED, "esa", ME, Role.RILO),
        Principal("KE", Level.UNLIMITED, "esa", ME, Role.SECRETARIAT),
    ],
)
def test_ca_06_incomplete_principal_may_nothing(who: Principal) -> None:
    assert not any(access.may(who, action, on) for action in MATRIX for on in (None, *RESOURCES.values()))
