"""Reads a device code from standard input (a JSON text); says it as Python prints it, and what stands in it."""

from __future__ import annotations

import json
import sys

from cencomm.crypto.device_code import parse_device_code


def main() -> None:
    code = parse_device_code(json.load(sys.stdin))
    said = [code.text(), code.server_url, code.account, code.display_name, code.account_key.hex()]
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
