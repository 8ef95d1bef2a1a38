"""The root ceremony by the command line, with real keys and no network."""

from __future__ import annotations

import json
from pathlib import Path

from cencomm.client.account import PendingRequest
from cencomm.crypto.certificates import Certificate, Kind, verify_certificate
from cencomm.crypto.enrolment import new_request
from tests.unit.cli.fakes import Cli
from tests.unit.crypto.people import seed


def test_a_root_key_certifies_a_contact_point(cli: Cli, tmp_path: Path) -> None:
    key = tmp_path / "root.key"
    made = json.loads(cli("--json", "ceremony", "root", str(key)).out)
    root, deployment = bytes.fromhex(made["root_public_key"]), bytes.fromhex(made["deployment_id"])
    signed = new_request(seed("KE"), deployment_id=deployment, kind=Kind.NCP, subject="KE")
    pending = PendingRequest("KE", "ncp", "Contact point", signed, 0)
    request = tmp_path / "KE.request"
    request.write_bytes(pending.encode())
    assert cli("ceremony", "ncp", str(request), "--root-key", str(key)).code == 0
    certificate = Certificate.decode((tmp_path / "KE.certificate").read_bytes())
    verify_certificate(certificate, root, deployment, certificate.not_before_s)
    assert certificate.subject == "KE"
    assert cli("ceremony", "ncp", str(request), "--root-key", str(key)).code == 2, "never overwritten"


def test_an_existing_key_file_is_kept(cli: Cli, tmp_path: Path) -> None:
    key = tmp_path / "root.key"
    key.write_bytes(b"mine")
    assert cli("ceremony", "root", str(key)).code == 1
    assert key.read_bytes() == b"mine"


def test_what_is_no_request_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.request").write_bytes(b"junk")
    said = cli("ceremony", "ncp", str(tmp_path / "x.request"), "--root-key", str(tmp_path / "none"))
    assert said.code == 1
    assert list(tmp_path.glob("*.certificate")) == []
