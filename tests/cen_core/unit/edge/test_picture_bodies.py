"""What programs send as a picture."""

from __future__ import annotations

import base64

import pytest

from cen_core.edge.bodies import parse
from cen_core.edge.picture_bodies import NewPictureBody
from cen_core.edge.routes import LARGE
from cen_core.errors import PictureRefused, RequestMalformed
from cen_core.imaging import clean
from cen_core.model.picture import MAX_BYTES


def body(picture: str) -> NewPictureBody:
    return NewPictureBody(content={}, picture=picture)


def test_every_byte_comes_back() -> None:
    assert body(base64.b64encode(bytes(range(256))).decode()).sent == bytes(range(256))


@pytest.mark.parametrize("picture", ["a", "a===", "ä", "YQ==YQ==", "Y Q=="])
def test_what_is_no_base64_is_refused(picture: str) -> None:
    with pytest.raises(RequestMalformed):
        assert body(picture).sent


def test_the_bound_of_bytes_is_one_and_fits_into_a_request() -> None:
    assert MAX_BYTES == clean.MAX_BYTES
    assert LARGE["api_add_picture"] > len(base64.b64encode(b"\0" * MAX_BYTES))
    with pytest.raises(PictureRefused):
        assert body(base64.b64encode(b"\0" * (MAX_BYTES + 1)).decode()).sent


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(RequestMalformed):
        parse(NewPictureBody, b'{"content": {}, "picture": "", "exif": 1}')
