"""Rules of the past for newcomers (PROTOCOL §4.1, §4.2).

HI-002 a request is answered with what was asked for, and not if somebody has said it
HI-003 who lacks what he is entitled to asks, not more often than once a minute
HI-004 archive seals open with the archive key, and with no other
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client.history import (
    ASK_AGAIN_MS,
    answer_history,
    ask_history,
    open_archive,
)
from cencomm.client.model import ItemKind
from cencomm.crypto.archive import new_archive_key
from cencomm.wire.content import HistoryRequest
from tests.unit.client.engine.test_keys import late
from tests.unit.client.engine.test_receive import items, talk
from tests.unit.client.stand import NOW_MS, Stand, texts


class TestAsking:
    def test_who_lacks_it_asks_and_is_answered_once(self, tmp_path: Path) -> None:
        """HI-002, HI-003"""
        stand = Stand(tmp_path)
        here, newcomer, _ = late(stand)
        assert ask_history(newcomer, NOW_MS)
        assert not ask_history(newcomer, NOW_MS + ASK_AGAIN_MS - 1)
        stand.run()
        request = items(here)[-1]
        assert request.kind is ItemKind.HISTORY_REQUEST
        assert isinstance(request.content, HistoryRequest)
        assert answer_history(here, request.content.epochs)
        stand.run()
        assert texts(newcomer) == ["one", "two"]
        assert not answer_history(here, request.content.epochs)
        assert not ask_history(newcomer, NOW_MS + 2 * ASK_AGAIN_MS)


class TestArchive:
    def test_seals_open_with_the_archive_key_only(self, tmp_path: Path) -> None:
        """HI-004"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        talk(stand, here, "one")
        phone = stand.engine(stand.device("KE/otieno", "phone"))
        stand.run()
        assert texts(phone) == []
        assert open_archive(phone, [new_archive_key()]) == 0
        assert open_archive(phone, [new_archive_key(), stand.people["KE/otieno"].archive]) == 1
        assert texts(phone) == ["one"]
