"""A bundle verified offline: honest ones pass, and no byte of any file can be altered unseen."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cencomm.client import bundle, verify_log
from cencomm.client.bundle import FileEntry, Manifest, RecordEntry, describe_files, pack_all, sign_manifest
from cencomm.client.errors import BundleDamaged
from cencomm.client.extraction_files import Collected, Extractor, write_files
from cencomm.client.verify import Verdict, verify
from cencomm.client.verify_log import examine
from cencomm.crypto.primitives import ed25519_public
from cencomm.export import Column, Table, write_xlsx
from tests.unit.client.verify_world import EXTRACTOR, an_operation, extract_to
from tests.unit.crypto.groups import CUG
from tests.unit.crypto.people import OTIENO, ROOT, SILVA, TRUST


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that verifies; copy it before altering."""
    folder = tmp_path_factory.mktemp("bundle") / "made"
    folder.mkdir()
    extract_to(folder, an_operation())
    return folder


@pytest.fixture
def copy(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "copy"))


def checks(verdict: Verdict) -> set[str]:
    return {failure.check for failure in verdict.failures}


def sign_again(folder: Path, **changes: object) -> None:
    """Make the manifest fit the altered files, as a dishonest extractor would."""
    plain = json.loads((folder / bundle.MANIFEST).read_bytes())
    plain |= changes
    fields = {**plain, "files": tuple(FileEntry(**entry) for entry in plain["files"])}
    if "files" not in changes:
        fields["files"] = describe_files(folder)
    encoded = Manifest(**fields).encode()
    (folder / bundle.MANIFEST).write_bytes(encoded)
    signature = sign_manifest(encoded, OTIENO.chain.encode(), OTIENO.device_seed)
    (folder / bundle.SIGNATURE).write_bytes(signature.encode())


def test_an_honest_bundle_verifies(honest: Path) -> None:
    verdict = verify(honest, root_public_key=ed25519_public(ROOT))
    assert verdict.failures == []
    assert verdict.notices == []
    assert verdict.extracted_by == OTIENO.device_id
    assert verdict.root_public_key == TRUST.root_public_key
    assert verdict.checked["files"] == len(list(honest.rglob("*.*"))) - len(bundle.NOT_IN_MANIFEST)
    assert verdict.checked["records"] == 8
    assert len(verdict.records) == 7


def test_a_zip_of_it_verifies_too(honest: Path, tmp_path: Path) -> None:
    made = Path(shutil.make_archive(str(tmp_path / "made"), "zip", honest))
    with zipfile.ZipFile(made) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
    assert "manifest.json" in names
    assert verify(made).ok


def test_progress_is_told(honest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_log, "_PROGRESS_EVENTS", 4)
    told: list[tuple[int, int]] = []
    verify(honest, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(4, 10), (8, 10)]


def test_every_altered_byte_is_found(honest: Path, tmp_path: Path) -> None:
    """A byte in each stretch of each file, each bit pattern that matters; the whole is tried in tests/e2e."""
    for path in sorted(honest.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        for place in sorted(
            {0, 1, len(data) // 3, len(data) // 2, len(data) - 2, len(data) - 1} & set(range(len(data)))
        ):
            altered = bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]])
            assert_found(honest, tmp_path, path.relative_to(honest), altered)
        assert_found(honest, tmp_path, path.relative_to(honest), data + b"\x00")
        assert_found(honest, tmp_path, path.relative_to(honest), data[:-1])


def assert_found(honest: Path, tmp_path: Path, name: Path, altered: bytes) -> None:
    folder = tmp_path / "altered"
    shutil.copytree(honest, folder)
    (folder / name).write_bytes(altered)
    try:
        assert not verify(folder).ok, f"{name} was altered and it was not noticed"
    except BundleDamaged:
        pass
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["log.bin", "records.bin", "tables/chat.csv", "extraction.xlsx", "manifest.signature"])
def test_a_file_that_is_taken_out_is_missed(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert checks(verify(copy)) & {"file_missing", "manifest_signature"}


def test_without_announcement_it_does_not_count(copy: Path) -> None:
    (copy / bundle.ANNOUNCEMENT).unlink()
    assert checks(verify(copy)) == {"announcement_missing"}


def test_a_file_that_was_put_in_is_named(copy: Path) -> None:
    (copy / "tables" / "more.csv").write_text("a")
    assert checks(verify(copy)) == {"file_unlisted", "table_altered"}
    (copy / "tables" / "more.csv").rename(copy / "more.txt")
    assert checks(verify(copy)) == {"file_unlisted", "table_altered"}


def other_csv(folder: Path) -> None:
    path = folder / "tables" / "chat.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Olá", "No"), encoding="utf-8-sig")


def other_xlsx(folder: Path) -> None:
    write_xlsx(folder / bundle.XLSX, [Table("Chat", (Column("a", "A"),), [["no"]])])


def no_xlsx(folder: Path) -> None:
    (folder / bundle.XLSX).write_bytes(b"not a workbook")


def no_chat(folder: Path) -> None:
    (folder / "tables" / "chat.csv").unlink()


def fewer_records(folder: Path) -> None:
    entries = bundle.unpack_all(RecordEntry, (folder / bundle.RECORDS).read_bytes(), "records")
    (folder / bundle.RECORDS).write_bytes(b"".join(pack_all(entries[:-1])))


def doubled_record(folder: Path) -> None:
    entries = bundle.unpack_all(RecordEntry, (folder / bundle.RECORDS).read_bytes(), "records")
    (folder / bundle.RECORDS).write_bytes(b"".join(pack_all([*entries, entries[0]])))


def foreign_record(folder: Path) -> None:
    entries = bundle.unpack_all(RecordEntry, (folder / bundle.RECORDS).read_bytes(), "records")
    (folder / bundle.RECORDS).write_bytes(b"".join(pack_all([*entries, RecordEntry(99, b"junk")])))


def bad_revocations(folder: Path) -> None:
    (folder / bundle.REVOCATIONS).write_bytes(b"".join(pack_all([bundle.Revocations((b"junk",))])))


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (other_csv, "table_altered"),
        (other_xlsx, "table_altered"),
        (no_xlsx, "table_altered"),
        (no_chat, "table_altered"),
        (fewer_records, "record_missing"),
        (doubled_record, "entry_twice"),
        (foreign_record, "entry_of_nothing"),
        (bad_revocations, "revocation_list"),
    ],
)
def test_a_dishonest_extractor_who_signs_again_is_found(copy: Path, change: Callable[[Path], None], check: str) -> None:
    change(copy)
    sign_again(copy)
    found = checks(verify(copy))
    assert check in found
    assert "file_altered" not in found
    assert "announcement" in found


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"records": 6}, "manifest_says_else"),
        ({"title": "Another"}, "manifest_says_else"),
        ({"key_ids": {}}, "manifest_says_else"),
        ({"head": "00" * 32}, "head"),
        ({"files": []}, "file_unlisted"),
        ({"formats": ("xlsx", "docx")}, "manifest_says_else"),
        ({"formats": ()}, "table_altered"),
        ({"extracted_by": str(SILVA.device_id)}, "manifest_signature"),
        ({"root_public_key": "00" * 32}, "manifest_signature"),
        ({"cug_id": "00" * 16}, "handshake"),
    ],
)
def test_a_manifest_that_says_something_else_is_found(copy: Path, changes: dict[str, object], check: str) -> None:
    sign_again(copy, **changes)
    assert check in checks(verify(copy))


def test_another_root_than_the_pinned_one_fails(honest: Path) -> None:
    assert {"root_key", "manifest_signature", "handshake"} <= checks(verify(honest, root_public_key=bytes(32)))


def test_only_organisers_and_analysts_extract(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    by_silva = Extractor(TRUST, SILVA.chain, SILVA.device_seed)
    extract_to(folder, an_operation(), extractor=by_silva)
    found = checks(verify(folder))
    assert "may_not_extract" in found
    assert "announcement" in found


def test_a_log_cut_at_the_end_does_not_reach_its_announcement(tmp_path: Path) -> None:
    """The last record left out and everything signed again: the announcement in the group stands too far away."""
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    log = extract_to(whole, an_operation())
    events, entries = log.events[:9], {seq: entry for seq, entry in log.entries.items() if seq < 10}
    examination = examine(events, entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id)
    write_files(
        cut,
        Collected(events, entries),
        examination,
        cug_id=CUG,
        extractor=EXTRACTOR,
        revocations=(),
        language="en",
    )
    (cut / bundle.ANNOUNCEMENT).write_bytes((whole / bundle.ANNOUNCEMENT).read_bytes())
    assert {"announcement", "sequence"} <= checks(verify(cut))


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b"{}")
    with pytest.raises(BundleDamaged):
        verify(tmp_path)
