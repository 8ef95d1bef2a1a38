"""Writes vault items as the Python client does, and reads those of the browser: {"kept": hex} -> {"kept", "same"}."""

from __future__ import annotations

import json
import sys

import msgspec

from cencomm.client.model import CheckpointRow
from cencomm.client.vault_items import EpochKey, Kept

CUG, GROUP, HASH = bytes(range(16)), bytes(range(16, 32)), bytes(range(32))
KEPT = Kept(CUG, (EpochKey(GROUP, 300, HASH),), CheckpointRow(CUG, 70_000, HASH, GROUP, 300))


def main() -> None:
    given = bytes.fromhex(json.load(sys.stdin)["kept"])
    said = {"kept": msgspec.msgpack.encode(KEPT).hex(), "same": msgspec.msgpack.decode(given, type=Kept) == KEPT}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
