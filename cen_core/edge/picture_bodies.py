"""What programs send and get about pictures; and what the OpenAPI page says of it."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final

from pydantic import Field

from cen_core.edge.bodies import Body, BucketOut, JudgeBody, LogOut, MoveBody, Revision
from cen_core.edge.picture_form import content_data
from cen_core.errors import PictureRefused, RequestMalformed
from cen_core.model.picture import MAX_BYTES, FoundPicture, Picture, PictureView
from cen_core.model.picture_query import LISTS, MAX_PAGE, PictureResults
from cen_core.services.picture_files import SIZES


class NewPictureBody(Body):
    """`content` as the schema `PictureContent` has it, `picture` the JPEG, PNG or WebP file in base64."""

    content: dict[str, Any]
    picture: str
    submit: bool = False

    @property
    def sent(self) -> bytes:
        """Raises RequestMalformed, PictureRefused."""
        try:
            sent = base64.b64decode(self.picture.encode("ascii"), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            raise RequestMalformed(what="picture") from None
        if len(sent) > MAX_BYTES:
            raise PictureRefused(reason="bytes")
        return sent


class PictureAmendment(Body):
    revision: Revision
    content: dict[str, Any]
    submit: bool = False


class ValidatePictureBody(Body):
    """`looked`: the contact point's word that he looked at the picture and that nothing on it leads to a person."""

    revision: Revision
    looked: bool = False


class PictureOut(Body):
    picture_id: str
    member: str
    state: str
    revision: int
    version: int
    published: int | None
    sha256: str
    width: int
    height: int


class PictureViewOut(Body):
    """For whoever is not of the picture's member, `revision` is 0 and the officers are empty; links to what he may not
    see are left out."""

    picture_id: str
    member: str
    state: str
    revision: int
    version: int
    content: dict[str, Any]
    sha256: str
    dhash: str
    width: int
    height: int
    author: str
    editor: str


class PicturesOut(Body):
    pictures: list[PictureViewOut]


class FoundPictureOut(Body):
    """`distance`: how many of the 64 bits of its hash are others than those of the picture that was asked about."""

    picture_id: str
    member: str
    content: dict[str, Any]
    width: int
    height: int
    distance: Annotated[int, Field(ge=0, le=64)]


class FoundPicturesOut(Body):
    pictures: list[FoundPictureOut]


class PictureResultsOut(Body):
    """`next_after` asks for the next page as `after`; empty at the end."""

    pictures: list[FoundPictureOut]
    total: int
    next_after: str
    facets: dict[str, list[BucketOut]]


def picture_out(picture: Picture) -> PictureOut:
    return PictureOut(
        picture_id=picture.picture_id,
        member=picture.member,
        state=picture.state.value,
        revision=picture.revision,
        version=picture.version,
        published=picture.published,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
    )


def picture_view_out(view: PictureView) -> PictureViewOut:
    return PictureViewOut(
        picture_id=view.picture_id,
        member=view.member,
        state=view.state.value,
        revision=view.revision,
        version=view.version,
        content=content_data(view.content),
        sha256=view.sha256,
        dhash=view.dhash,
        width=view.width,
        height=view.height,
        author=view.author,
        editor=view.editor,
    )


def found_picture_out(found: FoundPicture) -> FoundPictureOut:
    return FoundPictureOut(
        picture_id=found.picture_id,
        member=found.member,
        content=content_data(found.content),
        width=found.width,
        height=found.height,
        distance=found.distance,
    )


def picture_results_out(results: PictureResults) -> PictureResultsOut:
    return PictureResultsOut(
        pictures=[found_picture_out(found) for found in results.pictures],
        total=results.total,
        next_after=results.next_after,
        facets={
            name: [BucketOut(value=bucket.value, cases=bucket.cases) for bucket in buckets]
            for name, buckets in results.facets.items()
        },
    )


REQUESTS: Final[dict[str, type[Body]]] = {
    "api_add_picture": NewPictureBody,
    "api_amend_picture": PictureAmendment,
    "api_submit_picture": MoveBody,
    "api_discard_picture": MoveBody,
    "api_validate_picture": ValidatePictureBody,
    "api_return_picture": JudgeBody,
    "api_withdraw_picture": JudgeBody,
}
ANSWERS: Final[dict[str, tuple[int, type[Body] | None]]] = {
    "api_pictures": (200, PictureResultsOut),
    "api_picture_worklist": (200, PicturesOut),
    "api_add_picture": (201, PictureOut),
    "api_read_picture": (200, PictureViewOut),
    "api_similar_pictures": (200, FoundPicturesOut),
    "api_picture_log": (200, LogOut),
    **dict.fromkeys(
        (
            "api_amend_picture",
            "api_submit_picture",
            "api_discard_picture",
            "api_validate_picture",
            "api_return_picture",
            "api_withdraw_picture",
        ),
        (200, PictureOut),
    ),
}
_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
QUERIES: Final[dict[str, dict[str, Any]]] = {
    "api_pictures": {
        **dict.fromkeys(LISTS, _TEXTS),
        "facet": _TEXTS,
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE},
        "after": {"type": "string"},
    },
}
IN_PATH: Final[dict[str, dict[str, Any]]] = {
    "picture_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "size": {"type": "string", "enum": list(SIZES)},
}
