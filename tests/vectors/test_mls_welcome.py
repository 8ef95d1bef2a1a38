"""Official vectors: opening a Welcome with nothing but its own keys (welcome.json)."""

from __future__ import annotations

import pytest

from cencomm.crypto.labels import decrypt_with_label
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.welcome import Welcome, verify_group_info
from cencomm.crypto.mls.secret.key_schedule import confirmation_tag, derive_epoch, epoch_secret
from cencomm.crypto.mls.secret.psk import NO_PSKS, psk_secret
from cencomm.crypto.mls.secret.welcome import GroupSecrets, open_group_info
from cencomm.crypto.primitives import CipherSuite
from tests.vectors.conftest import VectorCount
from tests.vectors.mls import data, vectors

FILE = "welcome.json"


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_welcome(suite: CipherSuite, count_vectors: VectorCount) -> None:
    for vector in vectors(FILE, suite):
        package, welcome = (
            decode_message(data(vector["key_package"])).body,
            decode_message(data(vector["welcome"])).body,
        )
        assert isinstance(package, KeyPackage)
        assert isinstance(welcome, Welcome)
        (ours,) = [each for each in welcome.secrets if each.new_member == package.reference()]
        box = ours.encrypted_group_secrets
        opened = decrypt_with_label(
            suite,
            data(vector["init_priv"]),
            "Welcome",
            welcome.encrypted_group_info,
            box.kem_output,
            box.ciphertext,
        )
        secrets = GroupSecrets.decode(opened)
        assert secrets.encode() == opened
        psk = psk_secret(secrets.psks, NO_PSKS)
        group_info = open_group_info(suite, welcome, secrets.joiner_secret, psk)
        verify_group_info(group_info, data(vector["signer_pub"]))
        context = group_info.group_context
        epoch, _ = derive_epoch(epoch_secret(secrets.joiner_secret, psk, context.encode()))
        assert (
            confirmation_tag(epoch.confirmation_key, context.confirmed_transcript_hash) == group_info.confirmation_tag
        )
        count_vectors(FILE, f"suite {suite}")
