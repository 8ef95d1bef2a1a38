"""A layout follows from the manifest alone, so whoever verifies lays the tables out alike."""

from __future__ import annotations

from pathlib import Path

from cencomm.client import bundle
from cencomm.client.bundle import Manifest
from cencomm.client.extraction_files import Scope
from cencomm.client.extraction_formats import Format
from cencomm.client.extraction_layout import Layout, column, layout_of, sheet_name, titled
from cencomm.export.profiles import Profile
from tests.unit.client.verify_world import an_operation, extract_to
from tests.unit.crypto.people import OTIENO


def test_the_manifest_says_how_the_tables_are_laid_out(tmp_path: Path) -> None:
    extract_to(tmp_path, an_operation(), scope=Scope(Profile.NON_NOMINAL, (Format.CSV,)), language="pt")
    manifest = Manifest.decode((tmp_path / bundle.MANIFEST).read_bytes())
    made = layout_of(manifest)
    assert made == Layout("pt", Profile.NON_NOMINAL, ("csv",), manifest.basis, OTIENO.device_id, manifest.at_ms)


def test_a_manifest_of_everything_says_nothing_of_profile_and_of_what_stays(tmp_path: Path) -> None:
    extract_to(tmp_path, an_operation())
    encoded = (tmp_path / bundle.MANIFEST).read_bytes()
    assert not any(word in encoded for word in (b"profile", b"withheld"))


def test_titles_and_names_are_in_the_readers_language() -> None:
    assert titled([column("officer")], "ar")[0].title == "الموظف"
    assert sheet_name("chat", "fr") == "Messages"
