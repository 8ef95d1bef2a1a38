"""Welcome and GroupInfo: signature and bounds."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.commit import HpkeCiphertext
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.mls.public.welcome import (
    EncryptedGroupSecrets,
    GroupInfo,
    Welcome,
    group_info_tbs,
    verify_group_info,
)
from cencomm.crypto.tls import DecodeError, vector
from tests.unit.crypto.mls.public.world import grown


def _group_info() -> GroupInfo:
    body = decode_message(grown().group_info(2)).body
    assert isinstance(body, GroupInfo)
    return body


def test_signature_covers_all_but_itself() -> None:
    group_info = _group_info()
    assert group_info.encode() == group_info_tbs(group_info) + vector(group_info.signature)


def test_signature_verifies_only_under_the_signer_s_key() -> None:
    verify_group_info(_group_info(), grown().client(2).signature_key)
    with pytest.raises(MlsError) as refusal:
        verify_group_info(_group_info(), grown().client(1).signature_key)
    assert refusal.value.check == "V200"


def test_number_of_newcomers_is_bounded() -> None:
    entry = EncryptedGroupSecrets(b"", HpkeCiphertext(b"", b""))
    assert len(Welcome.decode(Welcome(3, (entry,) * 4096, b"").encode()).secrets) == 4096
    with pytest.raises(DecodeError, match="too_many_items"):
        Welcome.decode(Welcome(3, (entry,) * 4097, b"").encode())
