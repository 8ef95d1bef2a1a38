"""The door of CWS has an entry for every use."""

from __future__ import annotations

from cen_core.cws import Cws
from tests.cen_core.world import Stand


def test_the_core_has_one(stand: Stand) -> None:
    assert isinstance(stand.core.cws, Cws)
    assert {name for name in vars(Cws) if not name.startswith("_")} == {
        "create",
        "amend",
        "move",
        "read",
        "history",
        "log",
        "worklist",
        "find",
        "attach",
        "detach",
        "file_of",
        "make_feed",
        "end_feed",
        "own_feed",
        "feed_person",
        "propose",
        "answer",
        "vote",
        "judge",
        "hide_answer",
        "proposals",
        "thread",
    }
