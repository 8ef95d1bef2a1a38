"""Rules of the encrypted profile.

PR-001 what was written is read back, also by a second connection
PR-002 a wrong password opens nothing and changes nothing
PR-003 the file shows neither names nor values
PR-004 an altered or swapped row is refused as damage
PR-005 a failed transaction leaves nothing behind
PR-006 two processes' read-modify-writes never lose one
PR-007 a holder of cached state learns that somebody else wrote
PR-008 a new password opens the old rows, the old one no longer does
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cencomm.client.errors import ProfileAbsent, ProfileDamaged, ProfileExists, WrongPassword
from cencomm.client.profile import FILE_NAME, PasswordCost, Profile, Table

CHEAP = PasswordCost(ops_limit=1, memory_bytes=8 * 1024)
NOTES = Table("notes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "profile"


def make(folder: Path) -> Profile:
    return Profile.create(folder, "correct horse", cost=CHEAP)


class TestReadingBack:
    def test_what_one_connection_writes_another_reads(self, folder: Path) -> None:
        first = make(folder)
        with first.transaction() as tx:
            tx.put(NOTES, b"a", b"one")
            tx.put(NOTES, b"a", b"two")
            tx.put(NOTES, b"b", b"", number=7)
        second = Profile.open(folder, "correct horse")
        assert second.read().get(NOTES, b"a") == b"two"
        assert second.read().get(NOTES, b"b") == b""
        assert second.read().get(NOTES, b"c") is None
        assert second.read().count(NOTES) == 2

    def test_rows_come_in_the_order_of_their_numbers(self, folder: Path) -> None:
        profile = make(folder)
        with profile.transaction() as tx:
            for number in (3, 1, 2):
                tx.put(NOTES, bytes([number]), b"v%d" % number, number=number)
        assert [row.number for row in profile.read().rows(NOTES)] == [1, 2, 3]
        assert [row.value for row in profile.read().rows(NOTES, after=1, limit=1)] == [b"v2"]
        assert [row.number for row in profile.read().last_rows(NOTES, 2)] == [2, 3]

    def test_deleted_and_cleared_rows_are_gone(self, folder: Path) -> None:
        profile = make(folder)
        with profile.transaction() as tx:
            tx.put(NOTES, b"a", b"1")
            tx.put(NOTES, b"b", b"2")
            tx.delete(NOTES, b"a")
        assert profile.read().get(NOTES, b"a") is None
        with profile.transaction() as tx:
            tx.clear(NOTES)
        assert profile.read().count(NOTES) == 0


class TestPassword:
    def test_wrong_password_opens_nothing(self, folder: Path) -> None:
        make(folder).close()
        before = (folder / FILE_NAME).read_bytes()
        with pytest.raises(WrongPassword):
            Profile.open(folder, "wrong horse")
        assert (folder / FILE_NAME).read_bytes() == before

    def test_composed_and_decomposed_letters_are_one_password(self, folder: Path) -> None:
        Profile.create(folder, "caf\u00e9 noir", cost=CHEAP).close()
        Profile.open(folder, "cafe\u0301 noir").close()

    def test_new_password_replaces_the_old_one(self, folder: Path) -> None:
        profile = make(folder)
        with profile.transaction() as tx:
            tx.put(NOTES, b"a", b"kept")
        profile.change_password("correct horse", "battery staple", cost=CHEAP)
        profile.close()
        with pytest.raises(WrongPassword):
            Profile.open(folder, "correct horse")
        assert Profile.open(folder, "battery staple").read().get(NOTES, b"a") == b"kept"

    def test_changing_with_a_wrong_old_password_changes_nothing(self, folder: Path) -> None:
        profile = make(folder)
        with pytest.raises(WrongPassword):
            profile.change_password("wrong", "battery staple", cost=CHEAP)
        profile.close()
        Profile.open(folder, "correct horse").close()

    def test_absent_and_existing_profiles_are_told_apart(self, folder: Path) -> None:
        with pytest.raises(ProfileAbsent):
            Profile.open(folder, "x")
        make(folder).close()
        with pytest.raises(ProfileExists):
            make(folder)


class TestAtRest:
    def test_neither_names_nor_values_stand_in_the_file(self, folder: Path) -> None:
        profile = make(folder)
        with profile.transaction() as tx:
            tx.put(Table("table-in-clear"), b"name-in-clear", b"value-in-clear" * 9)
        profile.close()
        held = b"".join(path.read_bytes() for path in folder.iterdir())
        for word in (b"in-clear", b"correct horse"):
            assert word not in held

    def test_a_row_moved_under_another_name_is_damage(self, folder: Path) -> None:
        profile = make(folder)
        with profile.transaction() as tx:
            tx.put(NOTES, b"a", b"1")
            tx.put(NOTES, b"b", b"2")
        raw = sqlite3.connect(folder / FILE_NAME)
        (first, one), (second, two) = raw.execute("SELECT name, sealed FROM value").fetchall()
        raw.execute("UPDATE value SET sealed = ? WHERE name = ?", (two, first))
        raw.execute("UPDATE value SET sealed = ? WHERE name = ?", (one, second))
        raw.commit()
        with pytest.raises(ProfileDamaged):
            profile.read().get(NOTES, b"a")

    def test_the_file_is_for_its_owner_only(self, folder: Path) -> None:
        make(folder)
        assert (folder / FILE_NAME).stat().st_mode & 0o077 == 0


class TestTransactions:
    def test_a_failed_transaction_leaves_nothing_behind(self, folder: Path) -> None:
        profile = make(folder)
        with pytest.raises(RuntimeError), profile.transaction() as tx:
            tx.put(NOTES, b"a", b"1")
            raise RuntimeError
        assert profile.read().get(NOTES, b"a") is None

    def test_a_nested_transaction_joins_the_outer_one(self, folder: Path) -> None:
        profile = make(folder)
        with pytest.raises(RuntimeError), profile.transaction() as tx:
            with profile.transaction() as inner:
                inner.put(NOTES, b"a", b"1")
            assert tx.get(NOTES, b"a") == b"1"
            raise RuntimeError
        assert profile.read().count(NOTES) == 0

    def test_a_holder_of_cached_state_learns_of_others_writes(self, folder: Path) -> None:
        first = make(folder)
        second = Profile.open(folder, "correct horse")
        seen = first.generation()
        with first.transaction() as tx:
            tx.put(NOTES, b"own", b"1")
        assert first.generation() == seen
        with second.transaction() as tx:
            tx.put(NOTES, b"other", b"1")
        assert first.generation() != seen

    def test_two_processes_never_lose_an_update(self, folder: Path) -> None:
        profile = make(folder)
        with profile.transaction() as tx:
            tx.put(NOTES, b"count", b"0")
        code = (
            "import sys, pathlib\n"
            "from cencomm.client.profile import Profile, Table\n"
            "profile = Profile.open(pathlib.Path(sys.argv[1]), 'correct horse')\n"
            "for _ in range(200):\n"
            "    with profile.transaction() as tx:\n"
            "        tx.put(Table('notes'), b'count', b'%d' % (int(tx.get(Table('notes'), b'count')) + 1))\n"
        )
        running = [subprocess.Popen([sys.executable, "-c", code, str(folder)]) for _ in range(2)]
        assert [process.wait(60) for process in running] == [0, 0]
        assert profile.read().get(NOTES, b"count") == b"400"
