"""Official vectors: folding pre-shared keys into one secret (psk_secret.json)."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.proposals import ExternalPsk, PreSharedKeyId
from cencomm.crypto.mls.secret.psk import Psks, psk_secret
from cencomm.crypto.primitives import CipherSuite, Secret
from tests.vectors.conftest import VectorCount
from tests.vectors.mls import data, vectors

FILE = "psk_secret.json"


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_psk_secret(suite: CipherSuite, count_vectors: VectorCount) -> None:
    for vector in vectors(FILE, suite):
        psks = Psks({data(each["psk_id"]): Secret(data(each["psk"])) for each in vector["psks"]})
        ids = [PreSharedKeyId(ExternalPsk(data(each["psk_id"])), data(each["psk_nonce"])) for each in vector["psks"]]
        assert psk_secret(ids, psks) == data(vector["psk_secret"])
        count_vectors(FILE, f"suite {suite}")
