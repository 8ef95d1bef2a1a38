"""Makes harmless names of what senders said: a JSON list from standard input, a JSON list to standard output."""

from __future__ import annotations

import json
import sys

from cencomm.client.file_names import safe_name

json.dump([safe_name(name) for name in json.load(sys.stdin)], sys.stdout)
