"""Below the full profile nothing that may not leave stands in any file, and the extraction says how much stays."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow.parquet
import pytest

from cencomm.client import bundle
from cencomm.client.bundle import Manifest, RecordEntry
from cencomm.client.extraction_files import Scope
from cencomm.client.extraction_formats import Format
from cencomm.client.extraction_scope import reduced
from cencomm.client.verify import verify
from cencomm.client.verify_log import WITHHELD, examine
from cencomm.export.profiles import Profile
from cencomm.wire.content import Form
from tests.unit.client.verify_world import SECRET, a_marked_operation, extract_to
from tests.unit.crypto.groups import CUG
from tests.unit.crypto.people import OTIENO, TRUST

FORMATS = {
    Profile.NON_NOMINAL: tuple(Format),
    Profile.STATISTICAL: (Format.XLSX, Format.CSV, Format.SQLITE, Format.JSONL, Format.PARQUET),
}


def contents(folder: Path) -> str:
    """Everything that anybody could read in the files, unpacked."""
    found: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.append(path.read_bytes().decode("utf-8", "replace"))
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                found += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        if path.suffix == ".parquet":
            found.append(str(pyarrow.parquet.read_table(path).to_pylist()))
    return "\n".join(found)


@pytest.mark.parametrize("profile", [Profile.NON_NOMINAL, Profile.STATISTICAL])
def test_no_file_names_anybody_and_the_extraction_verifies(tmp_path: Path, profile: Profile) -> None:
    extract_to(tmp_path, a_marked_operation(), scope=Scope(profile, FORMATS[profile]))
    verdict = verify(tmp_path)
    assert verdict.failures == []
    said = contents(tmp_path)
    for secret in (SECRET, "seen at the quay", "Olá", "good bye"):
        assert secret not in said
    manifest = Manifest.decode((tmp_path / bundle.MANIFEST).read_bytes())
    assert manifest.profile == profile
    assert manifest.withheld > 0
    assert f"{manifest.withheld}." in said, "the cover says how many records stay"


def test_statistics_name_no_officer_and_hold_no_log(tmp_path: Path) -> None:
    extract_to(tmp_path, a_marked_operation(), scope=Scope(Profile.STATISTICAL, FORMATS[Profile.STATISTICAL]))
    for name in bundle.PROOFS:
        assert not (tmp_path / name).exists()
    (tmp_path / bundle.ANNOUNCEMENT).unlink()
    (tmp_path / bundle.SIGNATURE).unlink()
    said = contents(tmp_path)
    assert "BR/silva" not in said
    assert "FR/dubois" not in said
    assert "2026-01-02" in said
    assert "03:04" not in said


def test_handling_keeps_every_version_of_a_record(tmp_path: Path) -> None:
    log = a_marked_operation()
    whole = examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id)
    kept = reduced(whole.found, log.entries)
    after = examine(log.events, kept, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id, profile=Profile.NON_NOMINAL)
    assert after.found.failures == []
    shown = [row for row in after.found.records if row.seq > 11]
    assert [row.content.answers.get("handling") for row in shown if isinstance(row.content, Form)] == ["amber"]
    assert after.found.withheld == sum(entry.reason == WITHHELD for entry in kept.values())


def test_a_record_that_may_not_leave_is_found_by_whoever_verifies() -> None:
    """A careless or dishonest extractor puts one entry more into the bundle than its profile has."""
    log = a_marked_operation()
    whole = examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id)
    kept = reduced(whole.found, log.entries)
    unseen = []
    for seq, entry in log.entries.items():
        if kept[seq].reason == WITHHELD:
            more: dict[int, RecordEntry] = {**kept, seq: entry}
            found = examine(
                log.events, more, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id, profile=Profile.NON_NOMINAL
            ).found
            if "beyond_profile" not in {each.check for each in found.failures}:
                unseen.append(seq)
    assert unseen == []


def test_a_withheld_record_in_a_full_extraction_is_a_failure() -> None:
    log = a_marked_operation()
    whole = examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id)
    kept = reduced(whole.found, log.entries)
    found = examine(log.events, kept, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id).found
    assert found.withheld == 0
    assert found.unopened > 0
    assert "part_missing" in {each.check for each in found.failures}
