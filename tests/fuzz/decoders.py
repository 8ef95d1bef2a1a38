"""Every decoder of the program, as one function of bytes: it gives something or raises a DomainError, nothing else.

What a decoder takes, it gives back: where the value can be encoded, decoding its encoding gives the same value again.
MLS and our own TLS structures have one encoding only, so theirs must be the very bytes.
"""

from __future__ import annotations

import hashlib
import operator
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from cen_core.model import content as core_content
from cencomm.client import bundle
from cencomm.client.requests import PendingRequest
from cencomm.crypto import (
    archive,
    certificates,
    device_code,
    enrolment,
    events,
    group_context,
    head,
    policy,
    record_format,
    replay,
    revocation,
    vault,
    vault_items,
)
from cencomm.crypto.mls.public import framing, proposals, public_group, senders
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.welcome import Welcome
from cencomm.crypto.mls.secret.commit import PendingCommit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle
from cencomm.crypto.tls import DecodeError
from cencomm.errors import DomainError
from cencomm.store import backup_file, node_messages, passing_messages
from cencomm.templates_forms import expression, safe_regex, values
from cencomm.templates_forms.model import Template
from cencomm.wire import content, frames
from cencomm.xlsform import convert
from tests.unit.crypto.people import TRUST

Decoder = Callable[[bytes], object]


def canonical(
    decode: Callable[[bytes], Any], encode: Callable[[Any], bytes] = operator.methodcaller("encode")
) -> Decoder:
    """One encoding only: what was decoded is encoded as the bytes that it came from."""

    def decoder(data: bytes) -> object:
        value = decode(data)
        assert encode(value) == data, "another encoding of the same value"
        return value

    return decoder


def repeatable(decode: Callable[[bytes], Any], encode: Callable[[Any], bytes]) -> Decoder:
    """Several encodings (MessagePack, JSON): decoding the program's own gives the same value."""

    def decoder(data: bytes) -> object:
        value = decode(data)
        assert decode(encode(value)) == value, "its own encoding is another value"
        return value

    return decoder


def of_text(read: Callable[[str], object]) -> Decoder:
    """Text from a peer or a person; it has come through a check for UTF-8."""
    return lambda data: read(data.decode(errors="ignore"))


def of_json(parse: Callable[[dict[str, Any]], object]) -> Decoder:
    """An object that somebody else's program made, which is JSON at least."""

    def decoder(data: bytes) -> object:
        try:
            given = msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise DecodeError("json") from None
        return parse(given)

    return decoder


def of_file(read: Callable[[Path], object]) -> Decoder:
    def decoder(data: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(data)
            return read(path)

    return decoder


def _backup(path: Path) -> object:
    """With the checksum that belongs to it: an adversary computes it, too."""
    path.write_bytes(backup_file.ARCHIVE_START + path.read_bytes())
    path.write_bytes(path.read_bytes() + hashlib.sha256(path.read_bytes()).hexdigest().encode())
    with backup_file.open_backup(path) as opened:
        return [list(opened.rows(name)) for name in opened.manifest.tables]


def _bundle(path: Path) -> object:
    with bundle.open_bundle(path) as opened:
        return [opened.read(name) for name in opened.names]


def _pattern(text: str) -> object:
    """A pattern, and what it is matched with: the time may not explode either."""
    pattern, _, subject = text.partition("\x00")
    return safe_regex.compile_pattern(pattern).matches(subject)


DECODERS: Final[dict[str, Decoder]] = {
    "client_frame": repeatable(frames.decode_client_frame, frames.encode_frame),
    "server_frame": repeatable(frames.decode_server_frame, frames.encode_frame),
    "content": repeatable(content.decode_content, content.encode_content),
    "node_message": repeatable(node_messages.decode_message, node_messages.encode_message),
    "passing_message": repeatable(passing_messages.decode_passing, passing_messages.encode_passing),
    "mls_message": canonical(framing.decode_message),
    "mls_proposal": canonical(proposals.decode_proposal, proposals.encode_proposal),
    "mls_group_info": public_group.decode_group_info,
    "mls_external_senders": senders.decode_external_senders,
    "mls_key_package": canonical(KeyPackage.decode),
    "mls_welcome": canonical(Welcome.decode),
    "mls_key_package_bundle": KeyPackageBundle.decode,
    "mls_group_state": GroupState.decode,
    "mls_pending_commit": PendingCommit.decode,
    "record": canonical(record_format.SignedRecord.decode),
    "record_header": record_format.read_header,
    "certificate": canonical(certificates.Certificate.decode),
    "chain": canonical(certificates.Chain.decode),
    "certificate_request": canonical(enrolment.CertificateRequest.decode),
    "revocation_list": canonical(revocation.RevocationList.decode),
    "group_start": canonical(events.GroupStart.decode),
    "commit_body": canonical(events.CommitBody.decode),
    "rejection": canonical(events.Rejection.decode),
    "seal_body": canonical(events.SealBody.decode),
    "closing": canonical(events.Closing.decode),
    "head": canonical(head.Head.decode),
    "archive_key": canonical(group_context.ArchiveKey.decode),
    "archive_seal": canonical(archive.ArchiveSeal.decode),
    "cencomm_group": canonical(group_context.CencommGroup.decode),
    "commit_data": canonical(policy.CommitData.decode),
    "replay": lambda data: replay.Replay.decode(data, TRUST),
    "vault_item": canonical(vault_items.VaultItem.decode),
    "vault_envelope": vault_items.InnerEnvelope.decode,
    "vault_wraps": canonical(vault.VaultWraps.decode),
    "pending_request": PendingRequest.decode,
    "enrolment_sheet": of_text(enrolment.parse_sheet),
    "device_code": of_text(device_code.parse_device_code),
    "template": repeatable(Template.decode, Template.encode),
    "expression": of_text(expression.parse),
    "pattern": of_text(_pattern),
    "number": of_text(values.parse_number),
    "date": of_text(values.parse_date),
    "moment": of_text(values.parse_moment),
    "bundle_manifest": bundle.Manifest.decode,
    "bundle_signature": bundle.ManifestSignature.decode,
    "bundle_announcement": canonical(bundle.Announcement.decode),
    "bundle": of_file(_bundle),
    "backup": of_file(_backup),
    "xlsform": of_file(convert.import_form),
    "core_content": of_json(core_content.parse),
}


def survives(decode: Decoder, data: bytes) -> bool:
    """Whether `data` was taken; refused it may be by a DomainError only."""
    try:
        decode(data)
    except DomainError:
        return False
    return True
