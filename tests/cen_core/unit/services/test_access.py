"""The matrix of the core: role × level × action × what it is done to, written out.

CA-01 every action of the table stands in the matrix, and every action of the matrix in the table
CA-02 exactly what the matrix says is allowed, everything else refused
CA-03 an action that no rule names is refused to everybody
CA-04 level limited sees no case, whatever the role
CA-05 four eyes: the author and the editor never judge
CA-06 a principal without a name, or with a member that does not belong to its role, may nothing
CA-07 level limited may exactly what the website is for
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
MINE_OF_ANY = frozenset({"mine", "secretariat_mine"})
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
    "searches": dict.fromkeys(Role, (READS, MINE_OF_ANY | {"shared"})),
    "save_search": dict.fromkeys(Role, (READS, MINE_OF_ANY)),
    "share_search": dict.fromkeys((Role.NCP, Role.RILO, Role.SECRETARIAT), (READS, MINE_OF_ANY)),
    "quality": {
        Role.NCP: (READS, OF_MEMBER),
        Role.RILO: (READS, frozenset({"region"})),
        Role.SECRETARIAT: (READS, EVERYTHING),
    },
    "people": {Role.NCP: (READS, OF_MEMBER), Role.SECRETARIAT: (READS, EVERYTHING)},
    "invite": {Role.NCP: (WRITES, OF_MEMBER), Role.SECRETARIAT: (WRITES, EVERYTHING)},
    "change_person": {Role.NCP: (WRITES, OF_MEMBER), Role.SECRETARIAT: (WRITES, EVERYTHING)},
    "see_pictures": dict.fromkeys(Role, (tuple(Level), frozenset({"shared"}))),
    "see_own_pictures": members(READS, OF_MEMBER),
    "list_own_pictures": members(READS, OF_MEMBER),
    "add_picture": members(WRITES, OF_MEMBER),
    "amend_picture": members(WRITES, OF_MEMBER),
    "submit_picture": members(WRITES, OF_MEMBER),
    "discard_picture": members(WRITES, frozenset({"mine"})),
    "validate_picture": ncp(WRITES, frozenset({"own"})),
    "return_picture": ncp(WRITES, frozenset({"own"})),
    "withdraw_picture": ncp(WRITES, frozenset({"own"})),
    "read_picture_log": ncp(READS, OF_MEMBER),
    "see_albums": dict.fromkeys(Role, (tuple(Level), EVERYTHING)),
    "keep_album": dict.fromkeys(
        (Role.NCP, Role.RILO, Role.SECRETARIAT), (WRITES, frozenset({"mine", "secretariat_mine"}))
    ),
}

BY_RILO, BY_ME = Resource("", ("rilo-esa/x",), region="esa"), Resource("", (ME,), region="esa")
CWS_RESOURCES = {
    "own": OWN,
    "mine": MINE,
    "edited": EDITED,
    "foreign": Resource("FR", ("FR/x",)),
    "shared": Resource("FR", ("FR/x",), published=True),
    "rilo": BY_RILO,
    "rilo_mine": BY_ME,
    "rilo_edited": Resource("", ("rilo-esa/x", ME), region="esa"),
    "other_rilo": Resource("", ("rilo-europe/x",), region="europe"),
    "desk": SECRETARIAT_OWN,
    "desk_mine": SECRETARIAT_MINE,
}
"""Notices: a RILO's has a region and no member, the secretariat's neither."""
LEVELS = tuple(Level)
OF_RILO = frozenset({"rilo", "rilo_mine", "rilo_edited"})
OF_DESK = frozenset({"desk", "desk_mine"})
NOT_OF_MEMBERS = OF_RILO | OF_DESK | {"other_rilo"}
NOT_BY_ME = frozenset({"own", "rilo", "other_rilo", "desk"})


def owners(levels: tuple[Level, ...], **to: frozenset[str]) -> Row:
    """The rows of those that are named, each to his own or what is said."""
    own = {Role.OFFICER: OF_MEMBER, Role.NCP: OF_MEMBER, Role.RILO: OF_RILO, Role.SECRETARIAT: NOT_OF_MEMBERS}
    return {role: (levels, to.get(role.value, own[role])) for role in own}


def without_officers(row: Row) -> Row:
    return {role: cell for role, cell in row.items() if role is not Role.OFFICER}


def four_eyes(row: Row) -> Row:
    return {role: (levels, to & NOT_BY_ME) for role, (levels, to) in row.items()}


CWS_MATRIX: dict[str, Row] = {
    "notices": dict.fromkeys(Role, (LEVELS, frozenset(CWS_RESOURCES))),
    **dict.fromkeys(("feed", "forum", "post_forum"), dict.fromkeys(Role, (LEVELS, frozenset(CWS_RESOURCES)))),
    "moderate_forum": {Role.SECRETARIAT: (WRITES, frozenset(CWS_RESOURCES))},
    "read_notice": owners(
        LEVELS,
        officer=OF_MEMBER | {"shared"},
        ncp=OF_MEMBER | {"shared"},
        rilo=OF_RILO | {"shared"},
        secretariat=NOT_OF_MEMBERS | {"shared"},
    ),
    "read_notice_history": owners(READS),
    "list_own_notices": owners(READS),
    "draft_notice": owners(WRITES, secretariat=OF_DESK),
    "amend_notice": owners(WRITES, secretariat=OF_DESK),
    "submit_notice": owners(WRITES, secretariat=OF_DESK),
    "discard_notice": {
        Role.OFFICER: (WRITES, frozenset({"mine"})),
        Role.NCP: (WRITES, frozenset({"mine"})),
        Role.RILO: (WRITES, frozenset({"rilo_mine"})),
        Role.SECRETARIAT: (WRITES, frozenset({"desk_mine"})),
    },
    "approve_notice": four_eyes(without_officers(owners(WRITES))),
    "return_notice": four_eyes(without_officers(owners(WRITES))),
    "withdraw_notice": without_officers(owners(WRITES, secretariat=NOT_OF_MEMBERS | {"shared"})),
    "read_notice_log": without_officers(owners(READS)),
}
EVERY_RESOURCE = (*RESOURCES.values(), *CWS_RESOURCES.values())
FOR_LIMITED = {"notices", "feed", "forum", "post_forum", "read_notice", "see_pictures", "see_albums"}
"""Written out: whatever level limited may is added here on purpose."""
CELLS = [
    *((action, role, MATRIX[action], RESOURCES) for action, role in product(sorted(MATRIX), Role)),
    *((action, role, CWS_MATRIX[action], CWS_RESOURCES) for action, role in product(sorted(CWS_MATRIX), Role)),
]
CELL_NAMES = [f"{action}-{role.value}" for action, role, _, _ in CELLS]


def principal(role: Role, level: Level) -> Principal:
    of_member = role in {Role.OFFICER, Role.NCP}
    return Principal("KE" if of_member else "", level, "esa", ME, role)


def test_ca_01_matrix_and_table_name_the_same_actions() -> None:
    assert set(MATRIX) | set(CWS_MATRIX) == set(access.RULES)
    assert set(CWS_MATRIX) == set(access.CWS_RULES)
    assert set(access.RULES) >= access.AUTHOR_NEVER


@pytest.mark.parametrize(("action", "role", "row", "resources"), CELLS, ids=CELL_NAMES)
def test_ca_02_exactly_the_matrix(action: str, role: Role, row: Row, resources: dict[str, Resource]) -> None:
    levels, to = row.get(role, ((), frozenset()))
    for level, (name, resource) in product(Level, resources.items()):
        allowed = level in levels and name in to
        assert access.may(principal(role, level), action, resource) is allowed, (level, name)
        if not allowed:
            with pytest.raises((NotAllowed, AuthorMayNotJudge)):
                access.require(principal(role, level), action, resource)


@pytest.mark.parametrize(("action", "role", "row", "resources"), CELLS, ids=CELL_NAMES)
def test_ca_02_before_the_resource_is_known(action: str, role: Role, row: Row, resources: dict[str, Resource]) -> None:
    assert resources
    levels, _ = row.get(role, ((), frozenset()))
    for level in Level:
        assert access.may(principal(role, level), action) is (level in levels)


@pytest.mark.parametrize(("role", "level"), list(product(Role, Level)))
def test_ca_03_unknown_action_is_refused(role: Role, level: Level) -> None:
    with pytest.raises(NotAllowed) as refused:
        access.require(principal(role, level), "delete_everything", OWN)
    assert refused.value.facts == {"action": "delete_everything"}


@pytest.mark.parametrize(("role", "action"), list(product(Role, sorted(set(MATRIX) - FOR_LIMITED))))
def test_ca_04_limited_sees_no_case(role: Role, action: str) -> None:
    assert not any(access.may(principal(role, Level.LIMITED), action, on) for on in (None, *RESOURCES.values()))


@pytest.mark.parametrize("role", Role)
def test_ca_07_limited_may_what_the_website_is_for(role: Role) -> None:
    may = {action for action in access.RULES if access.may(principal(role, Level.LIMITED), action)}
    assert may == FOR_LIMITED


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
    assert not any(access.may(who, action, on) for action in access.RULES for on in (None, *EVERY_RESOURCE))
