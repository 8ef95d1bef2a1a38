"""Vectors of PROTOCOL §1: certificates, revocation, enrolment, vault."""

from __future__ import annotations

from cencomm.crypto import enrolment as en
from cencomm.crypto import vault as va
from cencomm.crypto.archive import new_archive_key
from cencomm.crypto.certificates import Certificate, Kind, key_id
from cencomm.crypto.primitives import Secret, sha256
from cencomm.crypto.revocation import Revoked, sign_list
from tests.unit.crypto.people import DEPLOYMENT, NOW_MS, OTIENO, ROOT, SILVA, TRUST, repeatable, seed


def certificates() -> dict[str, object]:
    chain = OTIENO.chain
    issuers = (ROOT, seed("KE"), OTIENO.identity_seed)
    return {
        "deployment_id": DEPLOYMENT.hex(),
        "root_public_key": TRUST.root_public_key.hex(),
        "chain": chain.encode().hex(),
        "certificates": [
            _certificate(certificate, issuer) for certificate, issuer in zip(chain.certificates, issuers, strict=True)
        ],
    }


def _certificate(certificate: Certificate, issuer_seed: bytes) -> dict[str, object]:
    return {
        "issuer_seed": issuer_seed.hex(),
        "issuer_key_id": certificate.issuer_key_id.hex(),
        "kind": int(certificate.kind),
        "subject": certificate.subject,
        "display_name": certificate.display_name,
        "public_key": certificate.public_key.hex(),
        "key_id": key_id(certificate.public_key).hex(),
        "serial": certificate.serial.hex(),
        "not_before_s": certificate.not_before_s,
        "not_after_s": certificate.not_after_s,
        "encoded": certificate.encode().hex(),
    }


def revocation() -> dict[str, object]:
    cases = []
    for issuer, issuer_seed, revoked in (
        ("KE", seed("KE"), [OTIENO.chain.device, OTIENO.chain.officer]),
        ("", ROOT, [SILVA.chain.ncp]),
        ("BR", seed("BR"), []),
    ):
        entries = [Revoked(certificate.serial, certificate.subject, NOW_MS) for certificate in revoked]
        made = sign_list(
            issuer_seed, deployment_id=DEPLOYMENT, issuer=issuer, number=3, issued_at_ms=NOW_MS, entries=entries
        )
        cases.append(
            {
                "issuer_seed": issuer_seed.hex(),
                "issuer": issuer,
                "number": made.number,
                "issued_at_ms": made.issued_at_ms,
                "entries": [
                    {"serial": e.serial.hex(), "subject": e.subject, "compromised_since_ms": e.compromised_since_ms}
                    for e in entries
                ],
                "encoded": made.encode().hex(),
            }
        )
    return {"deployment_id": DEPLOYMENT.hex(), "lists": cases}


SECRET_R = Secret(sha256(b"secret R"))


def enrolment() -> dict[str, object]:
    sheet = en.Sheet(
        "https://cencomm.example",
        DEPLOYMENT,
        TRUST.root_public_key,
        OTIENO.officer_id,
        "Achieng Otieno · Ачиенг · أتشينغ",
        "invitation-code",
        SECRET_R,
    )
    request = en.new_request(
        OTIENO.identity_seed, deployment_id=DEPLOYMENT, kind=Kind.OFFICER, subject=OTIENO.officer_id
    )
    mac_key = en.request_mac_key(SECRET_R)
    return {
        "secret_r": SECRET_R.hex(),
        "account_key": en.account_key(SECRET_R).hex(),
        "recovery_key": en.recovery_key(SECRET_R).hex(),
        "recovery_inner_key": en.recovery_inner_key(SECRET_R).hex(),
        "recovery_authentication_key": en.recovery_authentication_key(SECRET_R).hex(),
        "request_mac_key": mac_key.hex(),
        "sheet": {
            "server_url": sheet.server_url,
            "account": sheet.account,
            "display_name": sheet.display_name,
            "invitation_code": sheet.invitation_code,
            "text": sheet.text(),
        },
        "request": {
            "seed": OTIENO.identity_seed.hex(),
            "subject": request.subject,
            "encoded": request.encode().hex(),
            "mac": en.request_mac(mac_key, request).hex(),
        },
    }


def vault() -> dict[str, object]:
    password, account = "korrekt Pferd — 密码", OTIENO.officer_id
    kdf = va.Kdf(sha256(b"salt")[:16], va.FLOOR_OPS_LIMIT, va.FLOOR_MEMORY_BYTES)
    stretched, ak = va.stretch(password, kdf), en.account_key(SECRET_R)
    keys = va.new_vault_keys(repeatable("vault keys"))
    wraps = va.create_wraps(
        keys,
        account=account,
        kdf=kdf,
        stretched=stretched,
        secret_r=SECRET_R,
        account_key=ak,
        random=repeatable("wraps"),
    )
    item_id = sha256(b"item")[:16]
    item = va.seal_item(
        keys.vault_key,
        account=account,
        item_id=item_id,
        version=4,
        plaintext=b"an epoch key",
        random=repeatable("item"),
    )
    envelope = va.InnerEnvelope(OTIENO.identity_seed, (new_archive_key(repeatable("archive")),))
    inner = va.seal_inner(keys.inner_key, envelope, account=account, version=1, random=repeatable("inner"))
    return {
        "account": account,
        "password": password,
        "kdf": {"salt": kdf.salt.hex(), "ops_limit": kdf.ops_limit, "memory_bytes": kdf.memory_bytes},
        "secret_r": SECRET_R.hex(),
        "account_key": ak.hex(),
        "stretched": stretched.hex(),
        "wrap_key": va.wrap_key(stretched, ak).hex(),
        "inner_wrap_key": va.inner_wrap_key(stretched, ak).hex(),
        "authentication_key": va.authentication_key(stretched, ak).hex(),
        "vault_key": keys.vault_key.hex(),
        "inner_key": keys.inner_key.hex(),
        "wraps": wraps.encode().hex(),
        "item": {
            "item_id": item_id.hex(),
            "version": 4,
            "plaintext": b"an epoch key".hex(),
            "encoded": item.encode().hex(),
        },
        "inner_envelope": {"version": 1, "plaintext": envelope.encode().hex(), "sealed": inner.hex()},
    }
