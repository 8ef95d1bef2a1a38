"""The store has what the forum asks for."""

from __future__ import annotations

from cen_core.services.forum_ports import Forum
from cen_core.store.forum import SqlForum


def test_the_store_offers_every_question() -> None:
    asked = {name for name in vars(Forum) if not name.startswith("_")}
    assert asked and asked <= set(dir(SqlForum))
