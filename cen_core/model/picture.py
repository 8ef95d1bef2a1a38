"""A picture of concealment and what is said about it, in the codes of the case's own lists.

Its life is that of a case (`model.case`): drafts, validation by a contact point who did not make it, numbered versions
of what is said; the picture itself never changes. What is withdrawn is erased, its versions and its log stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from cen_core.errors import (
    CaseMalformed,
    NominalField,
    PictureForbidden,
    PictureInvalid,
    UnknownField,
    VersionConflict,
    WrongState,
)
from cen_core.model import codes
from cen_core.model.case import NEW_CONTENT, TRANSITIONS, Move, State
from cen_core.model.content import Code, Content
from cen_core.model.nominal import NOMINAL_FIELDS

NEVER_PICTURED: Final = frozenset({"abuse_material"})
"""Headings of which the picture base holds nothing: not a picture, not a link, not for a moment."""
MAX_BYTES: Final = 20 * 1024 * 1024
"""Of a picture that comes in; `imaging.clean` holds to the same."""
MAX_MARKS: Final = 20
MAX_WORDS: Final = 200
WHOLE: Final = 1000
"""Places on a picture are thousandths of its width and height, so that they fit every size of it."""

Codes = Annotated[tuple[Code, ...], Meta(max_length=10)]
Id = Annotated[str, Meta(pattern=r"^([0-9a-f]{32})?\Z")]
Place = Annotated[int, Meta(ge=0, le=WHOLE)]
Length = Annotated[int, Meta(ge=1, le=WHOLE)]
Words = Annotated[str, Meta(min_length=1, max_length=MAX_WORDS, pattern="^[^\x00-\x1f\x7f]*\\Z")]


class Mark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A region of the picture and what is to be seen there."""

    x: Place
    y: Place
    width: Length
    height: Length
    words: Words


class PictureContent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`concealment` is the place, `detection_method` and `detection_aids` how it was found. `case_id` names a case of
    the same member, `counterpart` a picture of it that shows the same thing by the other kind of radiation."""

    kind: Literal["photo", "xray"]
    heading: Code
    product: Code = ""
    conveyance_type: Code = ""
    concealment: Codes
    detection_method: Code = ""
    detection_aids: Codes = ()
    marks: Annotated[tuple[Mark, ...], Meta(max_length=MAX_MARKS)] = ()
    case_id: Id = ""
    counterpart: Id = ""


KINDS: Final = ("photo", "xray")
_LISTS: Final = {
    "heading": "heading",
    "product": "product",
    "conveyance_type": "conveyance_type",
    "concealment": "concealment",
    "detection_method": "detection_method",
    "detection_aids": "detection_aid",
}
_PLACE = re.compile(r"`\$\.?([^`]*)`$")
_MISSING = re.compile(r"required field `([^`]*)`")


def parse(data: Mapping[str, Any]) -> PictureContent:
    """The content in a mapping of JSON values.

    Raises:
        NominalField, UnknownField, CaseMalformed: as of a case.
        PictureForbidden: a heading that is never pictured.
        PictureInvalid: naming the first field that contradicts a code list or itself.
    """
    for name in data:
        if name not in PictureContent.__struct_fields__:
            raise NominalField(field=name) if name in NOMINAL_FIELDS else UnknownField(field=str(name)[:64])
    try:
        content = msgspec.convert(data, PictureContent)
    except msgspec.ValidationError as error:
        found = _MISSING.search(str(error)) or _PLACE.search(str(error))
        raise CaseMalformed(field=found[1] if found is not None else "") from None
    if content.heading in NEVER_PICTURED:
        raise PictureForbidden
    _check(content)
    return content


def _check(content: PictureContent) -> None:
    for field, code_list in _LISTS.items():
        value: str | tuple[str, ...] = getattr(content, field)
        given = (value,) if isinstance(value, str) else value
        if len(set(given)) != len(given):
            raise PictureInvalid(field=field, reason="twice")
        if any(code and code not in codes.codes_of(code_list) for code in given) or ("" in given and len(given) > 1):
            raise PictureInvalid(field=field, reason="not_in_list")
    for field in ("heading", "concealment"):
        if not getattr(content, field):
            raise PictureInvalid(field=field, reason="missing")
    if content.product and not codes.product_fits(content.heading, content.product):
        raise PictureInvalid(field="product", reason="not_of_heading")
    if "none" in content.concealment and len(content.concealment) > 1:
        raise PictureInvalid(field="concealment", reason="number")
    for number, mark in enumerate(content.marks):
        if mark.x + mark.width > WHOLE or mark.y + mark.height > WHOLE or not mark.words.strip():
            raise PictureInvalid(field=f"marks[{number}]", reason="out_of_range")


def is_never_pictured(case: Content) -> bool:
    """Whether a case has a heading of which there is no picture."""
    return any(line.heading in NEVER_PICTURED for line in case.goods)


def encode(content: PictureContent) -> str:
    """One content has one encoding."""
    return json.dumps(msgspec.to_builtins(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def with_links(content: PictureContent, case_id: str = "", counterpart: str = "") -> PictureContent:
    """The content with these links instead of its own."""
    return msgspec.structs.replace(content, case_id=case_id, counterpart=counterpart)


def decode(text: str) -> PictureContent:
    return _DECODER.decode(text)


_DECODER = msgspec.json.Decoder(PictureContent)


@dataclass(frozen=True, slots=True)
class Picture:
    """The head of a picture, as of a case. `erased` says that its bytes are gone."""

    number: int
    picture_id: str
    member: str
    author: str
    editor: str
    state: State
    revision: int
    version: int
    published: int | None
    sha256: str
    dhash: str
    width: int
    height: int
    erased: bool
    created_ms: int
    changed_ms: int

    def moved(self, move: Move, sent_revision: int, now_ms: int) -> Picture:
        """Raises VersionConflict, WrongState: as a case does."""
        if sent_revision != self.revision:
            raise VersionConflict(sent=sent_revision, current=self.revision)
        state = TRANSITIONS[self.state].get(move)
        if state is None or (move is Move.DISCARD and self.published is not None):
            raise WrongState(state=self.state.value, action=move.value)
        published = {State.VALIDATED: self.version, State.WITHDRAWN: None}.get(state, self.published)
        return replace(
            self,
            state=state,
            revision=self.revision + 1,
            version=self.version + (move in NEW_CONTENT),
            published=published,
            changed_ms=now_ms,
        )

    def withdrawn(self, now_ms: int) -> Picture:
        """Taken out whatever its state; itself where it was already."""
        if self.state is State.WITHDRAWN:
            return self
        return replace(self, state=State.WITHDRAWN, revision=self.revision + 1, published=None, changed_ms=now_ms)


@dataclass(frozen=True, slots=True)
class PictureVersion:
    number: int
    version: int
    content: PictureContent
    editor: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class PictureView:
    """One picture as the reader may see it: whoever is not of its member sees the published version only, neither
    who entered it nor what became of it since (`revision` 0). The content's case and counterpart are left out where
    the reader may not see those."""

    picture_id: str
    member: str
    state: State
    revision: int
    version: int
    content: PictureContent
    sha256: str
    dhash: str
    width: int
    height: int
    is_published: bool
    author: str = ""
    editor: str = ""


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A published picture as a list shows it. `distance` is how many of the 64 bits of its hash are others than those
    of the picture that it was compared with."""

    picture_id: str
    member: str
    content: PictureContent
    width: int
    height: int
    distance: int = 0
