"""Revocations in an extraction put records in doubt, and only lists of their issuers count."""

from __future__ import annotations

from cencomm.client.verify_log import Examination, examine
from cencomm.client.verify_revocations import doubtful
from cencomm.crypto.primitives import Secret
from cencomm.crypto.revocation import Revoked, sign_list
from tests.unit.client.verify_world import an_operation
from tests.unit.crypto.groups import CUG
from tests.unit.crypto.people import DEPLOYMENT, DUBOIS, NOW_MS, OTIENO, ROOT, SILVA, TRUST, seed


def an_examination() -> Examination:
    log = an_operation()
    return examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id)


def a_list(issuer: str, signer: Secret, *entries: Revoked) -> bytes:
    made = sign_list(signer, deployment_id=DEPLOYMENT, issuer=issuer, number=1, issued_at_ms=NOW_MS, entries=entries)
    return made.encode()


def silva(since_ms: int) -> Revoked:
    return Revoked(SILVA.chain.officer.serial, SILVA.officer_id, since_ms)


def test_records_after_the_compromise_are_in_doubt() -> None:
    found = list(doubtful([a_list("BR", seed("BR"), silva(NOW_MS + 6500))], an_examination(), TRUST))
    assert [(each.check, each.where) for each in found] == [("revoked", "no. 7"), ("revoked", "no. 10")]


def test_a_device_and_a_whole_administration_can_be_revoked() -> None:
    device = Revoked(DUBOIS.chain.device.serial, DUBOIS.device_id, 0)
    ncp = Revoked(SILVA.chain.ncp.serial, "BR", 0)
    found = doubtful([a_list("FR", seed("FR"), device), a_list("", ROOT, ncp)], an_examination(), TRUST)
    assert [each.where for each in found] == ["no. 5", "no. 6", "no. 7", "no. 8", "no. 10"]


def test_a_list_of_somebody_else_is_a_failure() -> None:
    found = list(doubtful([a_list("BR", seed("FR"), silva(0)), b"junk"], an_examination(), TRUST))
    assert [each.check for each in found] == ["revocation_list", "revocation_list"]


def test_a_list_of_an_administration_that_sent_nothing_is_nobodys_doubt() -> None:
    assert list(doubtful([a_list("CN", seed("CN"))], an_examination(), TRUST)) == []
