"""Revocations in an extraction: is each list its issuer's, and which records it puts in doubt (PROTOCOL §1.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cencomm.client.bundle import REVOCATIONS
from cencomm.client.verify_checks import Failure, Notice, failure, notice
from cencomm.client.verify_log import Examination
from cencomm.crypto.certificates import Certificate, Chain, Trust
from cencomm.crypto.revocation import ROOT, RevocationInvalid, RevocationList, Revoked, verify_list
from cencomm.crypto.tls import DecodeError


def doubtful(lists: Iterable[bytes], examination: Examination, trust: Trust) -> Iterator[Failure | Notice]:
    """A failure for each list that proves nothing, a notice for each record sent after its sender was compromised."""
    issuers = {chain.ncp.subject: chain.ncp for chain in examination.chains.values()}
    revoked: dict[bytes, Revoked] = {}
    for data in lists:
        try:
            decoded = RevocationList.decode(data)
            key = _issuer_key(decoded.issuer, issuers, trust)
            if key is None:
                continue  # of an administration that sent nothing: it can put nothing in doubt
            verify_list(decoded, key, trust.deployment_id)
        except (DecodeError, RevocationInvalid) as error:
            yield failure("revocation_list", REVOCATIONS, reason=str(error.facts.get("reason", error.code)))
            continue
        revoked |= {entry.serial: entry for entry in decoded.entries}
    yield from _in_doubt(examination, revoked)


def _issuer_key(issuer: str, ncps: dict[str, Certificate], trust: Trust) -> bytes | None:
    if issuer == ROOT:
        return trust.root_public_key
    found = ncps.get(issuer)
    return found.public_key if found is not None else None


def _in_doubt(examination: Examination, revoked: dict[bytes, Revoked]) -> Iterator[Notice]:
    for row in examination.found.records:
        chain = examination.chains.get((row.device, row.group_id, row.epoch))
        for entry in _revoked_of(chain, revoked):
            if row.at_ms >= entry.compromised_since_ms:
                yield notice("revoked", f"no. {row.seq}", subject=entry.subject)


def _revoked_of(chain: Chain | None, revoked: dict[bytes, Revoked]) -> list[Revoked]:
    if chain is None:
        return []
    return [revoked[each.serial] for each in chain.certificates if each.serial in revoked]
