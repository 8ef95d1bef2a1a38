"""Makes every file of own vectors; deterministic."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.vectors.own.make_files import files
from tests.vectors.own.make_groups import group_context, policy, replay
from tests.vectors.own.make_identity import certificates, enrolment, revocation, vault
from tests.vectors.own.make_records import archive, events, head, records

Vectors = dict[str, object]

FILES: dict[str, Callable[[], Vectors]] = {
    "certificates.json": certificates,
    "revocation.json": revocation,
    "enrolment.json": enrolment,
    "vault.json": vault,
    "head.json": head,
    "events.json": events,
    "archive.json": archive,
    "records.json": records,
    "files.json": files,
    "group_context.json": group_context,
    "policy.json": policy,
    "replay.json": replay,
}


def text_of(vectors: Vectors) -> str:
    """As it stands in the file."""
    return json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"
