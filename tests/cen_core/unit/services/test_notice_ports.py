"""The store has what the services of CWS ask for."""

from __future__ import annotations

from cen_core.services.notice_ports import Notices
from cen_core.store.notices import SqlNotices


def test_the_store_offers_every_question() -> None:
    asked = {name for name in vars(Notices) if not name.startswith("_")}
    assert asked and asked <= set(dir(SqlNotices))
