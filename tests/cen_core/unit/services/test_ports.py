"""The store on SQL has everything that the services ask for."""

from __future__ import annotations

from cen_core.services import ports
from cen_core.store.cases import SqlCases
from cen_core.store.published import SqlPublished
from cen_core.store.uploads import SqlKeys, SqlUploads


def _names(kind: type) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")}


def test_store_has_every_method() -> None:
    for port, adapter in (
        (ports.Cases, SqlCases),
        (ports.Keys, SqlKeys),
        (ports.Uploads, SqlUploads),
        (ports.Published, SqlPublished),
    ):
        assert _names(port) == _names(adapter)
