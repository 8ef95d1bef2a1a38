"""Who asks, in a handler's hands."""

from __future__ import annotations

from typing import Any, cast

import pytest
from starlette.requests import Request

from cen_core.edge.context import Context, Services, View
from cen_core.errors import NotSignedIn


def test_nobody_is_not_a_principal_and_no_token_is_shown() -> None:
    request = Request({"type": "http", "path_params": {"case_id": "x"}})
    context = Context(cast("Services", cast("Any", None)), request, View("en"), {}, token="secret")
    with pytest.raises(NotSignedIn):
        _ = context.principal
    assert context.path == {"case_id": "x"}
    assert "secret" not in repr(context)
