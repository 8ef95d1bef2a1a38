"""The files of an extraction: written whole or not at all, read strictly, the manifest bound to a device."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from cencomm.client import bundle
from cencomm.client.bundle import (
    Bundle,
    FileEntry,
    Manifest,
    ManifestSignature,
    RecordEntry,
    describe_files,
    new_bundle,
    open_bundle,
    pack_all,
    sign_manifest,
    unpack_all,
    verify_manifest,
)
from cencomm.client.errors import BundleDamaged
from cencomm.crypto.certificates import Chain, Kind, issue
from cencomm.crypto.primitives import BadSignature, ed25519_public

DEPLOYMENT = bytes(16)
SEEDS = [bytes([number]) * 32 for number in range(1, 5)]


def a_manifest(**changes: object) -> Manifest:
    fields: dict[str, object] = {
        "format": 1,
        "cug_id": "00" * 16,
        "deployment_id": DEPLOYMENT.hex(),
        "root_public_key": ed25519_public(SEEDS[0]).hex(),
        "title": "Операция «Тигр» \u202e",
        "operation_code": "OT26",
        "extracted_by": "KE/otieno/laptop",
        "at_ms": 1_790_000_000_000,
        "up_to_seq": 7,
        "head": "11" * 32,
        "language": "en",
        "records": 3,
        "forms": 2,
        "unopened": 0,
        "key_ids": {"22": "33"},
        "files": (FileEntry("log.bin", 3, "44" * 32),),
    } | changes
    return Manifest(**fields)  # type: ignore[arg-type]


def a_chain() -> Chain:
    names = [(Kind.NCP, "KE"), (Kind.OFFICER, "KE/otieno"), (Kind.DEVICE, "KE/otieno/laptop")]
    made = [
        issue(
            SEEDS[number],
            deployment_id=DEPLOYMENT,
            kind=kind,
            subject=subject,
            display_name=subject,
            public_key=ed25519_public(SEEDS[number + 1]),
            not_before_s=0,
            not_after_s=2**40,
        )
        for number, (kind, subject) in enumerate(names)
    ]
    return Chain(*made)


def test_a_manifest_comes_back_as_it_was() -> None:
    manifest = a_manifest()
    assert Manifest.decode(manifest.encode()) == manifest


@pytest.mark.parametrize("spoil", [b" ", b"{}", b"[]", b"\xff", b"[" * 100_000])
def test_bytes_that_are_no_canonical_manifest_are_refused(spoil: bytes) -> None:
    for data in (spoil, a_manifest().encode() + spoil, spoil + a_manifest().encode()):
        with pytest.raises(BundleDamaged):
            Manifest.decode(data)


def test_a_later_format_is_refused() -> None:
    with pytest.raises(BundleDamaged, match="format"):
        Manifest.decode(a_manifest(format=2).encode())


def test_only_the_device_itself_can_sign_a_manifest() -> None:
    data = a_manifest().encode()
    made = ManifestSignature.decode(sign_manifest(data, a_chain().encode(), SEEDS[3]).encode())
    assert verify_manifest(data, made).device_id == "KE/otieno/laptop"
    with pytest.raises(BadSignature):
        verify_manifest(data + b" ", made)
    with pytest.raises(BadSignature):
        verify_manifest(data, sign_manifest(data, a_chain().encode(), SEEDS[2]))


def test_a_cut_signature_is_refused_at_every_byte() -> None:
    whole = sign_manifest(b"x", a_chain().encode(), SEEDS[3]).encode()
    for end in range(0, len(whole), 7):
        with pytest.raises(BundleDamaged):
            ManifestSignature.decode(whole[:end])
    with pytest.raises(BundleDamaged):
        ManifestSignature.decode(whole + b"\x00")


def test_values_come_back_in_order_and_a_cut_is_noticed() -> None:
    entries = [RecordEntry(1, b"signed"), RecordEntry(2, reason="locked")]
    data = b"".join(pack_all(entries))
    assert unpack_all(RecordEntry, data, "records") == entries
    first = len(next(pack_all(entries)))
    for end in (*range(1, first), *range(first + 1, len(data))):
        with pytest.raises(BundleDamaged):
            unpack_all(RecordEntry, data[:end], "records")


@pytest.mark.parametrize("name", ["made", "made.zip"])
def test_a_bundle_is_read_back_as_folder_and_as_zip(tmp_path: Path, name: str) -> None:
    with new_bundle(tmp_path / name) as work:
        (work / "manifest.json").write_bytes(b"{}")
        (work / "tables").mkdir()
        (work / "tables" / "chat.csv").write_bytes(b"a,b")
        files = describe_files(work)
    assert [file.name for file in files] == ["tables/chat.csv"]
    with open_bundle(tmp_path / name) as found:
        assert found.names == {"manifest.json", "tables/chat.csv"}
        assert found.read("tables/chat.csv") == b"a,b"
        with pytest.raises(BundleDamaged, match="missing"):
            found.read("log.bin")
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("name", ["made", "made.zip"])
def test_a_bundle_that_fails_half_way_leaves_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyError), new_bundle(tmp_path / name) as work:
        (work / "manifest.json").write_bytes(b"{}")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_an_existing_target_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("mine")
    with pytest.raises(BundleDamaged, match="target_exists"), new_bundle(tmp_path / "made"):
        pass
    assert (tmp_path / "made").read_text() == "mine"


def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no")
    with pytest.raises(BundleDamaged, match="neither_folder_nor_zip"), open_bundle(tmp_path / "text"):
        pass
    (tmp_path / "empty").mkdir()
    with pytest.raises(BundleDamaged, match="manifest_missing"), open_bundle(tmp_path / "empty"):
        pass


def test_a_zip_with_one_name_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("manifest.json", b"one")
        with pytest.warns(UserWarning):
            archive.writestr("manifest.json", b"two")
    with pytest.raises(BundleDamaged, match="file_twice"), open_bundle(tmp_path / "twice.zip"):
        pass


def test_a_file_beyond_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_FILE_BYTES", 3)
    (tmp_path / "a").write_bytes(b"four")
    with pytest.raises(BundleDamaged, match="too_large"):
        Bundle(frozenset({"a"}), tmp_path, None).read("a")
