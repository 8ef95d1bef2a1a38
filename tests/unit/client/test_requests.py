"""A request for certification survives being carried; nothing else is taken for one."""

from __future__ import annotations

import pytest

from cencomm.client.requests import PendingRequest
from cencomm.crypto.certificates import Kind
from cencomm.crypto.enrolment import new_request
from cencomm.crypto.primitives import new_signature_key
from cencomm.crypto.tls import DecodeError


def test_it_is_read_back_and_nothing_else_is() -> None:
    seed, _ = new_signature_key()
    asked = new_request(seed, deployment_id=bytes(16), kind=Kind.NCP, subject="KE")
    request = PendingRequest("KE", "ncp", "Point de contact «KE»", asked, 5)
    data = request.encode()
    assert PendingRequest.decode(data) == request
    for wrong in [data[:length] for length in range(len(data))] + [data + b"\0", b"\0\2" + data[2:]]:
        with pytest.raises(DecodeError):
            PendingRequest.decode(wrong)
