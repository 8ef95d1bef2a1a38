"""Rules of this device as a member.

DV-001 its leaf says who it is, and holds the chain and the archive key
DV-002 without a chain to the root there is no device
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cencomm.client.engine.device import device_of_account, trust_of
from cencomm.client.errors import NotCertified
from cencomm.crypto.mls.secret.key_package import new_key_package
from cencomm.crypto.policy import chain_of, device_of
from tests.unit.client.stand import NOW_MS, Stand


class TestDevice:
    def test_its_leaf_says_who_it_is(self, tmp_path: Path) -> None:
        """DV-001"""
        device = Stand(tmp_path).device("KE/otieno")
        bundle = new_key_package(device.suite, device.leaf_identity(), lifetime=device.lifetime(NOW_MS))
        leaf = bundle.key_package.leaf_node
        assert device_of(leaf) == "KE/otieno/laptop"
        assert chain_of(leaf) == device.chain
        assert leaf.signature_key == device.signature_key
        assert leaf.lifetime is not None
        assert leaf.lifetime.not_before_s < NOW_MS // 1000 < leaf.lifetime.not_after_s

    def test_it_is_made_from_the_account(self, tmp_path: Path) -> None:
        """DV-002"""
        stand = Stand(tmp_path)
        device = stand.device("KE/otieno")
        row = stand.account(device)
        assert device_of_account(row) == device
        assert trust_of(row) == stand.trust
        with pytest.raises(NotCertified):
            device_of_account(msgspec.structs.replace(row, chain=b""))
        assert bytes(device.signature_seed).hex() not in repr(device)
