"""Who may do what in the CEN core: one table, one function, and what the table does not name is refused.

    action                              limited  read-only  unlimited  NCP      RILO   secretariat
    search, statistics                  -        yes        yes        yes      yes    yes
    read, read_history: published       -        yes        yes        yes      yes    yes
    read, read_history: unpublished     -        own        own        own      -      -
    list_own                            -        own        own        own      -      -
    create, amend, submit               -        -          own        own      -      -
    discard                             -        -          author     author   -      -
    add_words                           -        -          -          own      -      -
    validate, return, withdraw          -        -          -          own *    -      -
    withdraw_release: unpublished       -        -          author     own      -      -
    read_log                            -        -          -          own      -      -
    upload, uploads                     -        -          own        own      -      any member
    undo_upload                         -        -          uploader   own      -      its own
    validate_upload                     -        -          -          own *    -      its own *
    searches                            -        yes **   yes **     yes **   yes **   yes **
    save_search                         -        its own  its own    its own  its own  its own
    share_search                        -        -        -          its own  its own  its own
    quality                             -        -          -          own      region any
    people                              -        -          -          own      -      any
    invite, change_person               -        -          -          own **   -      any **
    notices, feed, forum, post_forum    yes      yes        yes        yes      yes    yes
    moderate_forum                      -        -          -          -        -      yes
    read_notice: published              yes      yes        yes        yes      yes    yes
    read_notice: unpublished            -        own        own        own      own    own, RILO's
    read_notice_history                 -        own        own        own      own    own, RILO's
    list_own_notices                    -        own        own        own      own    own, RILO's
    draft_notice, amend_, submit_       -        -          own        own      own    own
    discard_notice                      -        -          author     author   author author
    approve_notice, return_notice       -        -          -          own *    own *  own *, RILO's *
    withdraw_notice                     -        -          -          own      own    own, RILO's, published
    read_notice_log                     -        -          -          own      own    own, RILO's
    see_pictures: published             yes      yes        yes        yes      yes    yes
    see_own_pictures: unpublished       -        own        own        own      -      -
    list_own_pictures                   -        own        own        own      -      -
    add_, amend_, submit_picture        -        -          own        own      -      -
    discard_picture                     -        -          author     author   -      -
    validate_, return_, withdraw_picture -       -          -          own *    -      -
    read_picture_log                    -        -          -          own      -      -
    see_albums                          yes      yes        yes        yes      yes    yes
    keep_album                          -        -          -          its own  its own  its own

    own: of the principal's member.   *: never the author (judged by `AUTHOR_NEVER`).
    ** of searches: its own, and what is shared.
    **: an NCP vouches for officers, the secretariat for everybody else; nobody for himself (`services.people`).

An NCP has its row at the levels read-only and unlimited; what changes something needs unlimited. At the level
limited nobody sees a case, whatever the role. A notice is of a member, of a RILO (then it has a region and no member)
or of the secretariat (neither); which kinds each may publish stands in `services.notices.KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from cen_core.errors import AuthorMayNotJudge, NotAllowed
from cen_core.model.principal import Level, Principal, Role


@dataclass(frozen=True, slots=True)
class Resource:
    """What an action is done to: whose it is (a case's member; empty for the secretariat's uploads), who made it
    (the author first, then who made its present content), whether all may see it, and the region of its member where
    that matters."""

    member: str
    authors: tuple[str, ...] = ()
    published: bool = False
    region: str = ""


Target = Callable[[Principal, Resource], bool]


def _own(principal: Principal, resource: Resource) -> bool:
    return principal.member == resource.member


def _own_or_published(principal: Principal, resource: Resource) -> bool:
    return resource.published or _own(principal, resource)


def _published(_: Principal, resource: Resource) -> bool:
    return resource.published


def _author(principal: Principal, resource: Resource) -> bool:
    return _own(principal, resource) and principal.officer in resource.authors[:1]


def _region(principal: Principal, resource: Resource) -> bool:
    return bool(principal.region) and principal.region == resource.region


def _mine(principal: Principal, resource: Resource) -> bool:
    return principal.officer in resource.authors[:1]


def _mine_or_shared(principal: Principal, resource: Resource) -> bool:
    return resource.published or _mine(principal, resource)


def _any(_: Principal, __: Resource) -> bool:
    return True


def _owner(principal: Principal, resource: Resource) -> bool:
    """Of notices: the member's, the RILO's or the secretariat's own."""
    region = principal.region if principal.role is Role.RILO else ""
    whole = principal.role is not Role.RILO or bool(region)
    return whole and (resource.member, resource.region) == (principal.member, region)


def _owner_or_rilo(_: Principal, resource: Resource) -> bool:
    """The secretariat stands in for a RILO with one analyst, who may not judge what he wrote."""
    return not resource.member


def _owner_author(principal: Principal, resource: Resource) -> bool:
    return _owner(principal, resource) and principal.officer in resource.authors[:1]


def _or_published(target: Target) -> Target:
    return lambda principal, resource: resource.published or target(principal, resource)


_EVERY_LEVEL = frozenset(Level)
_READS = frozenset({Level.READ_ONLY, Level.UNLIMITED})
_WRITES = frozenset({Level.UNLIMITED})
_ALL_ROLES = tuple(Role)


@dataclass(frozen=True, slots=True)
class Rule:
    """At which levels, and for each role to what."""

    levels: frozenset[Level]
    targets: Mapping[Role, Target]


def _of_member(levels: frozenset[Level], target: Target) -> Rule:
    return Rule(levels, {Role.OFFICER: target, Role.NCP: target})


def _of_ncp(levels: frozenset[Level], target: Target = _own) -> Rule:
    return Rule(levels, {Role.NCP: target})


_EVERYBODY = Rule(_READS, dict.fromkeys(_ALL_ROLES, _any))
_READ = Rule(
    _READS,
    {
        Role.OFFICER: _own_or_published,
        Role.NCP: _own_or_published,
        Role.RILO: _published,
        Role.SECRETARIAT: _published,
    },
)

_OWNERS: Final[Mapping[Role, Target]] = dict.fromkeys((Role.OFFICER, Role.NCP, Role.RILO), _owner) | {
    Role.SECRETARIAT: _owner_or_rilo
}
_JUDGES: Final[Mapping[Role, Target]] = {role: target for role, target in _OWNERS.items() if role is not Role.OFFICER}
_WRITERS: Final[Mapping[Role, Target]] = dict.fromkeys(_ALL_ROLES, _owner)

CWS_RULES: Final[Mapping[str, Rule]] = {
    "notices": Rule(_EVERY_LEVEL, dict.fromkeys(_ALL_ROLES, _any)),
    "feed": Rule(_EVERY_LEVEL, dict.fromkeys(_ALL_ROLES, _any)),
    "forum": Rule(_EVERY_LEVEL, dict.fromkeys(_ALL_ROLES, _any)),
    "post_forum": Rule(_EVERY_LEVEL, dict.fromkeys(_ALL_ROLES, _any)),
    "moderate_forum": Rule(_WRITES, {Role.SECRETARIAT: _any}),
    "read_notice": Rule(_EVERY_LEVEL, {role: _or_published(target) for role, target in _OWNERS.items()}),
    "read_notice_history": Rule(_READS, _OWNERS),
    "list_own_notices": Rule(_READS, _OWNERS),
    "draft_notice": Rule(_WRITES, _WRITERS),
    "amend_notice": Rule(_WRITES, _WRITERS),
    "submit_notice": Rule(_WRITES, _WRITERS),
    "discard_notice": Rule(_WRITES, dict.fromkeys(_ALL_ROLES, _owner_author)),
    "approve_notice": Rule(_WRITES, _JUDGES),
    "return_notice": Rule(_WRITES, _JUDGES),
    "withdraw_notice": Rule(_WRITES, {**_JUDGES, Role.SECRETARIAT: _or_published(_owner_or_rilo)}),
    "read_notice_log": Rule(_READS, _JUDGES),
}
"""What stands on the website: bulletins and whatever else is no case."""

CPDB_RULES: Final[Mapping[str, Rule]] = {
    "see_pictures": Rule(_EVERY_LEVEL, dict.fromkeys(_ALL_ROLES, _published)),
    "see_own_pictures": _of_member(_READS, _own),
    "list_own_pictures": _of_member(_READS, _own),
    "add_picture": _of_member(_WRITES, _own),
    "amend_picture": _of_member(_WRITES, _own),
    "submit_picture": _of_member(_WRITES, _own),
    "discard_picture": _of_member(_WRITES, _author),
    "validate_picture": _of_ncp(_WRITES),
    "return_picture": _of_ncp(_WRITES),
    "withdraw_picture": _of_ncp(_WRITES),
    "read_picture_log": _of_ncp(_READS),
    "see_albums": Rule(_EVERY_LEVEL, dict.fromkeys(_ALL_ROLES, _any)),
    "keep_album": Rule(_WRITES, dict.fromkeys((Role.NCP, Role.RILO, Role.SECRETARIAT), _mine)),
}
"""The concealment pictures, which the level limited sees too."""

RULES: Final[Mapping[str, Rule]] = {
    "search": _EVERYBODY,
    "statistics": _EVERYBODY,
    "read": _READ,
    "read_history": _READ,
    "list_own": _of_member(_READS, _own),
    "create": _of_member(_WRITES, _own),
    "amend": _of_member(_WRITES, _own),
    "submit": _of_member(_WRITES, _own),
    "discard": _of_member(_WRITES, _author),
    "add_words": _of_ncp(_WRITES),
    "validate": _of_ncp(_WRITES),
    "return": _of_ncp(_WRITES),
    "withdraw": _of_ncp(_WRITES),
    "withdraw_release": Rule(_WRITES, {Role.OFFICER: _author, Role.NCP: _own}),
    "read_log": _of_ncp(_READS),
    "upload": Rule(_WRITES, {Role.OFFICER: _own, Role.NCP: _own, Role.SECRETARIAT: _any}),
    "uploads": Rule(_WRITES, {Role.OFFICER: _own, Role.NCP: _own, Role.SECRETARIAT: _own}),
    "undo_upload": Rule(_WRITES, {Role.OFFICER: _author, Role.NCP: _own, Role.SECRETARIAT: _own}),
    "validate_upload": Rule(_WRITES, {Role.NCP: _own, Role.SECRETARIAT: _own}),
    "searches": Rule(_READS, dict.fromkeys(_ALL_ROLES, _mine_or_shared)),
    "save_search": Rule(_READS, dict.fromkeys(_ALL_ROLES, _mine)),
    "share_search": Rule(_READS, dict.fromkeys((Role.NCP, Role.RILO, Role.SECRETARIAT), _mine)),
    "quality": Rule(_READS, {Role.NCP: _own, Role.RILO: _region, Role.SECRETARIAT: _any}),
    "people": Rule(_READS, {Role.NCP: _own, Role.SECRETARIAT: _any}),
    "invite": Rule(_WRITES, {Role.NCP: _own, Role.SECRETARIAT: _any}),
    "change_person": Rule(_WRITES, {Role.NCP: _own, Role.SECRETARIAT: _any}),
    **CWS_RULES,
    **CPDB_RULES,
}

AUTHOR_NEVER: Final = frozenset(
    {
        *("validate", "return", "withdraw", "validate_upload"),
        *("approve_notice", "return_notice"),
        *("validate_picture", "return_picture", "withdraw_picture"),
    }
)
"""Four eyes: these are never done by who made the case, the upload, the notice or the picture."""


def may(principal: Principal, action: str, on: Resource | None = None) -> bool:
    """Whether the principal may do `action`, and where `on` is given, may do it to that."""
    rule = RULES.get(action)
    if rule is None or principal.level not in rule.levels or not _is_whole(principal):
        return False
    target = rule.targets.get(principal.role)
    if target is None:
        return False
    if on is None:
        return True
    return target(principal, on) and not (action in AUTHOR_NEVER and principal.officer in on.authors)


def _is_whole(principal: Principal) -> bool:
    """An officer or NCP without a member would own what nobody owns; somebody without a name would leave no trace."""
    of_member = principal.role in {Role.OFFICER, Role.NCP}
    return bool(principal.officer) and bool(principal.member) == of_member


def require(principal: Principal, action: str, on: Resource | None = None) -> None:
    """Raises NotAllowed unless the principal may, or AuthorMayNotJudge where only that stands against it."""
    if may(principal, action, on):
        return
    by_another = None if on is None else Resource(on.member, (), on.published, on.region)
    if on is not None and action in AUTHOR_NEVER and may(principal, action, by_another):
        raise AuthorMayNotJudge(action=action)
    raise NotAllowed(action=action)
