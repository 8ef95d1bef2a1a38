"""Vectors of PROTOCOL §3 and §4.1: head, event bodies, records, archive seals."""

from __future__ import annotations

from cencomm.crypto import events as ev
from cencomm.crypto import head as heads
from cencomm.crypto.archive import ArchiveSeal, new_archive_key, seals_for
from cencomm.crypto.labels import expand_with_label
from cencomm.crypto.primitives import Secret, sha256
from cencomm.crypto.records import content_key, key_id, key_ring, open_record, padded_length, seal_record
from cencomm.ids import ClientRef, CugId, GroupId
from tests.unit.crypto.people import NOW_MS, OTIENO, SILVA, repeatable

CUG, GROUP = CugId(sha256(b"cug")[:16]), GroupId(sha256(b"group")[:16])
EXPORTER_SECRET = Secret(sha256(b"exporter"))
CONTEXT_HASH = sha256(b"group context")


def export(label: str, context: bytes, length: int) -> Secret:
    """MLS-Exporter (RFC 9420 §8.5) of an epoch with this exporter_secret."""
    derived = expand_with_label(EXPORTER_SECRET, label, b"", 32)
    return expand_with_label(derived, "exported", sha256(context), length)


def head() -> dict[str, object]:
    now, steps = heads.start(CUG), []
    for n, (kind, sender, body) in enumerate(
        [(1, OTIENO.device_id, b"start"), (3, SILVA.device_id, b""), (2, OTIENO.device_id, bytes(300))], start=1
    ):
        client_ref, time_ms = ClientRef(sha256(bytes([n]))[:16]), NOW_MS + n
        hashed = heads.event_hash(kind, sender, client_ref, body)
        now = heads.advance(now, n, time_ms, hashed)
        steps.append(
            {
                "n": n,
                "kind": kind,
                "sender": sender,
                "client_ref": client_ref.hex(),
                "server_time_ms": time_ms,
                "body": body.hex(),
                "event_hash": hashed.hex(),
                "head": now.hash.hex(),
                "encoded": now.encode().hex(),
            }
        )
    return {"cug_id": CUG.hex(), "start": heads.start(CUG).hash.hex(), "events": steps}


def _seal() -> ArchiveSeal:
    return ArchiveSeal(sha256(b"id"), sha256(b"kem"), bytes(48))


def events() -> dict[str, object]:
    seed = OTIENO.device_seed
    rejection = ev.Rejection(GROUP, 4, sha256(b"commit"), "mls.refused").signed(seed)
    seal = ev.SealBody(GROUP, 4, _seal()).signed(seed)
    closing = ev.Closing(CUG, NOW_MS, heads.start(CUG)).signed(seed)
    return {
        "signature_seed": seed.hex(),
        "cug_id": CUG.hex(),
        "group_id": GROUP.hex(),
        "seal": _seal().encode().hex(),
        "group_start": ev.GroupStart(GROUP, b"group info", (_seal(),)).encode().hex(),
        "commit_body": ev.CommitBody(GROUP, 4, b"commit", (_seal(), _seal())).encode().hex(),
        "rejection": rejection.encode().hex(),
        "seal_body": seal.encode().hex(),
        "closing": closing.encode().hex(),
    }


def archive() -> dict[str, object]:
    key = content_key(export, GROUP)
    holders = [new_archive_key(repeatable(f"archive {name}")) for name in ("organiser", "analyst")]
    seals = seals_for(
        export, group_id=GROUP, epoch=7, content_key=key, archive_keys=[holder.public_key for holder in holders]
    )
    return {
        "exporter_secret": EXPORTER_SECRET.hex(),
        "group_id": GROUP.hex(),
        "epoch": 7,
        "content_key": key.hex(),
        "seals": [
            {
                "private_key": holder.private_key.hex(),
                "public_key": holder.public_key.hex(),
                "archive_key_id": seal.archive_key_id.hex(),
                "ikm_e": export("CENcomm archive v1", GROUP + sha256(holder.public_key), 32).hex(),
                "encoded": seal.encode().hex(),
            }
            for holder, seal in zip(holders, seals, strict=True)
        ],
    }


def records() -> dict[str, object]:
    key, observers = content_key(export, GROUP), Secret(sha256(b"observers"))
    cases = [
        _record("both parts", b"public", b"personal", key, key),
        _record("personal only", None, b"a message", key, key),
        _record("public only, empty", b"", None, key, key),
        _record("observers have a key of their own", b"public", b"personal", key, observers),
        _record("longer than the floor of the padding", bytes(1000), bytes(5000), key, key),
    ]
    return {
        "exporter_secret": EXPORTER_SECRET.hex(),
        "content_key": key.hex(),
        "key_id": key_id(key).hex(),
        "cug_id": CUG.hex(),
        "group_id": GROUP.hex(),
        "epoch": 7,
        "leaf_index": 2,
        "context_hash": CONTEXT_HASH.hex(),
        "signature_seed": SILVA.device_seed.hex(),
        "signature_key": SILVA.device_key.hex(),
        "sent_at_ms": NOW_MS,
        "seen": heads.start(CUG).encode().hex(),
        "padding": [[length, padded_length(length)] for length in (0, 1, 255, 256, 257, 1000, 4097, 65536, 1_000_001)],
        "records": cases,
    }


def _record(
    name: str, public: bytes | None, personal: bytes | None, key: Secret, public_key: Secret
) -> dict[str, object]:
    client_ref, random = ClientRef(sha256(name.encode())[:16]), repeatable(name)
    drawn: list[bytes] = []

    def recorded(count: int) -> bytes:
        drawn.append(random(count))
        return drawn[-1]

    body = seal_record(
        cug_id=CUG,
        group_id=GROUP,
        epoch=7,
        context_hash=CONTEXT_HASH,
        leaf_index=2,
        client_ref=client_ref,
        content_key=key,
        public=public,
        personal=personal,
        sent_at_ms=NOW_MS,
        seen=heads.start(CUG),
        signature_seed=SILVA.device_seed,
        public_key=public_key,
        random=recorded,
    )
    opened = open_record(
        body, keys=key_ring(key, public_key), context_hash=CONTEXT_HASH, signature_key=SILVA.device_key
    )
    return {
        "name": name,
        "client_ref": client_ref.hex(),
        "public_key": public_key.hex(),
        "random": [part.hex() for part in drawn],
        "public": None if public is None else public.hex(),
        "personal": None if personal is None else personal.hex(),
        "header": opened.header.encode().hex(),
        "signature": opened.signature.hex(),
        "body": body.hex(),
        "signed_record": opened.signed.encode().hex(),
    }
