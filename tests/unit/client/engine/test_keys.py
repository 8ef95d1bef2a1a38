"""Rules of content keys that come from elsewhere (PROTOCOL §4.2).

KY-001 a key that fits opens what was locked, in the order of the log
KY-002 a key that does not fit is dropped and told
KY-003 a key that is known is not replaced
KY-004 history records of a batch are tried in it
KY-005 the epochs with locked records are known
KY-006 a history record of an epoch whose policy shares nothing, or of an epoch that never was, leaves no key
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client import model
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.keys import learn_keys, missing_epochs
from cencomm.client.model import ItemKind
from cencomm.crypto.group_context import History
from cencomm.crypto.primitives import Secret
from cencomm.wire.content import HistoryKey, HistoryKeys, Profile, encode_content
from tests.unit.client.engine.test_receive import items, talk
from tests.unit.client.stand import Stand, alarms, chat, texts


def late(stand: Stand) -> tuple[CugEngine, CugEngine, Secret]:
    """An organiser who has talked alone, a newcomer without the past, and the key of that past."""
    here = stand.open("KE/otieno")
    here.queue(personal=encode_content(Profile("Tiger")))
    talk(stand, here, "one", "two")
    (newcomer,) = stand.admit(here, "FR/dupont")
    key = here.memory.content_key(here.reading(), here.memory.row.group_id, 0)
    assert key is not None
    return here, newcomer, key


class TestLearning:
    def test_a_key_that_fits_opens_what_was_locked(self, tmp_path: Path) -> None:
        """KY-001, KY-003, KY-005"""
        stand = Stand(tmp_path)
        here, newcomer, key = late(stand)
        name = (here.memory.row.group_id, 0)
        assert missing_epochs(newcomer.memory, newcomer.reading()) == (name,)
        assert [item.kind for item in items(newcomer)].count(ItemKind.LOCKED) == 3
        with newcomer.changing() as tx:
            assert learn_keys(newcomer.memory, tx, {name: key}, source="test") == 1
        assert texts(newcomer) == ["one", "two"]
        assert newcomer.memory.row.title == "Tiger"
        assert missing_epochs(newcomer.memory, newcomer.reading()) == ()
        with newcomer.changing() as tx:
            assert learn_keys(newcomer.memory, tx, {name: Secret(bytes(32))}, source="test") == 0
        assert newcomer.memory.content_key(newcomer.reading(), *name) == key

    def test_a_key_that_does_not_fit_is_dropped_and_told(self, tmp_path: Path) -> None:
        """KY-002"""
        stand = Stand(tmp_path)
        here, newcomer, _ = late(stand)
        name = (here.memory.row.group_id, 0)
        with newcomer.changing() as tx:
            assert learn_keys(newcomer.memory, tx, {name: Secret(bytes(32))}, source="KE/otieno") == 0
        assert alarms(newcomer)["history_key_wrong"]["source"] == "KE/otieno"
        assert newcomer.memory.content_key(newcomer.reading(), *name) is None
        assert newcomer.reading().count(model.locked(stand.cug_id)) == 3

    def test_history_records_are_tried_in_their_batch(self, tmp_path: Path) -> None:
        """KY-004"""
        stand = Stand(tmp_path)
        here, newcomer, key = late(stand)
        said = HistoryKeys((HistoryKey(here.memory.row.group_id, 0, bytes(key)),))
        here.queue(personal=encode_content(said))
        here.queue(personal=chat("three"))
        stand.run()
        assert texts(newcomer) == ["one", "two", "three"]
        assert (here.memory.row.group_id, 0) in newcomer.memory.said_epochs

    def test_what_the_policy_does_not_share_is_not_learned(self, tmp_path: Path) -> None:
        """KY-006"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno", history=History.FROM_JOIN)
        talk(stand, here, "before")
        (newcomer,) = stand.admit(here, "FR/dupont")
        group_id = here.memory.row.group_id
        key = here.memory.content_key(here.reading(), group_id, 0)
        assert key is not None
        said = HistoryKeys((HistoryKey(group_id, 0, bytes(key)), HistoryKey(group_id, 99, bytes(32))))
        here.queue(personal=encode_content(said))
        stand.run()
        assert texts(newcomer) == []
        assert newcomer.memory.content_key(newcomer.reading(), group_id, 0) is None
        assert newcomer.memory.content_key(newcomer.reading(), group_id, 99) is None
