"""Every refusal of the client has its own stable code, and carries only facts."""

from __future__ import annotations

from cencomm.client import errors
from cencomm.client.errors import ClientError, FormInvalid, ServerRefused
from cencomm.client.model import FindingRow


def test_codes_are_distinct() -> None:
    found = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ClientError)]
    codes = [kind.code for kind in found if kind is not ClientError]
    assert len(set(codes)) == len(codes) > 25
    assert all(code.startswith("client.") for code in codes)


def test_the_servers_words_are_kept() -> None:
    refused = ServerRefused("accounts.locked_out", {"minutes": 5})
    assert (refused.server_code, refused.server_facts) == ("accounts.locked_out", {"minutes": 5})
    assert refused.facts == {"reason": "accounts.locked_out"}


def test_an_invalid_form_carries_its_findings() -> None:
    refused = FormInvalid(count=1)
    assert refused.findings == ()
    refused.findings = (FindingRow("required", "error", "x"),)
    assert FormInvalid(count=2).findings == ()
