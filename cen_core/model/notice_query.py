"""What can be asked of the published notices: words in any script, kinds, topics, owners; the newest approval first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cen_core.errors import QueryInvalid
from cen_core.model import codes
from cen_core.model.notice import SECRETARIAT, NoticeKind, topics
from cen_core.model.person import REGIONS
from cen_core.model.text import Clause, clauses

MAX_NOTICES: Final = 100
DEFAULT_NOTICES: Final = 20
_CURSOR: Final = re.compile(r"([0-9]{1,15})\.([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """Everything must hold; of several values of one field any. What is empty asks nothing."""

    clauses: tuple[Clause, ...] = ()
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticePage:
    """At most `limit` notices, after the one that `after` names by its approval and its id."""

    limit: int = DEFAULT_NOTICES
    after: tuple[int, str] | None = None


def notice_filter(given: Mapping[str, Sequence[str]]) -> NoticeFilter:
    """The filter that the fields of a query string ask for.

    Raises:
        QueryInvalid: a field or a value that there is not; a text that is too long.
    """
    unknown = sorted(set(given) - {"text", "kind", "topic", "owner"})
    if unknown:
        raise QueryInvalid(field=unknown[0][:64], reason="unknown_field")
    texts = given.get("text", [])
    if len(texts) > 1:
        raise QueryInvalid(field="text", reason="twice")
    owners = {*codes.codes_of("country"), *(f"rilo-{region}" for region in REGIONS), SECRETARIAT}
    return NoticeFilter(
        clauses("".join(texts)),
        _listed(given, "kind", frozenset(NoticeKind)),
        _listed(given, "topic", topics()),
        _listed(given, "owner", frozenset(owners)),
    )


def _listed(given: Mapping[str, Sequence[str]], field: str, known: frozenset[str]) -> tuple[str, ...]:
    values = sorted(set(given.get(field, [])))
    if not set(values) <= known:
        raise QueryInvalid(field=field, reason="not_in_list")
    return tuple(values)


def notice_page(limit: int, after: str) -> NoticePage:
    """Raises QueryInvalid."""
    if not 1 <= limit <= MAX_NOTICES:
        raise QueryInvalid(field="limit", reason="out_of_range")
    if not after:
        return NoticePage(limit)
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise QueryInvalid(field="after", reason="malformed")
    return NoticePage(limit, (int(found[1]), found[2]))


def cursor(approved_ms: int | None, notice_id: str) -> str:
    """What asks for the page after this notice."""
    return f"{approved_ms}.{notice_id}"
