"""Accounts over HTTP: what goes in is handed on, what comes out is rendered, sockets of ended sessions are closed."""

from __future__ import annotations

from typing import ClassVar

import pytest

from cencomm.accounts import tokens
from cencomm.client.http import token_in
from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.revocation import Revoked, sign_list
from cencomm.server.fanout import Delivery
from cencomm.wire.http import (
    BY_COOKIE,
    DEVICE_PROOF_LABEL,
    SESSION_COOKIE,
    SESSION_HEADER,
    BindDeviceIn,
    CertificatesOut,
    CertificationRequestsOut,
    CertifyIn,
    ChangePasswordIn,
    DeploymentOut,
    DevicesOut,
    DirectoryOut,
    EnrolIn,
    InvitationOut,
    InvitationsOut,
    InvitationStateIn,
    InviteIn,
    KdfParameters,
    PublishRevocationsIn,
    RegisterDeviceIn,
    RevocationsOut,
    RevokeDeviceIn,
    SessionInfo,
    SessionOut,
    SignInFinishIn,
    SignInStartIn,
)
from tests.accounts_world import KEY, RECOVERY_KEY, World
from tests.unit.server.rig import ORIGIN, Rig, served

KDF = KdfParameters(salt=b"s" * 16, ops_limit=tokens.KDF_OPS_LIMIT, memory_bytes=tokens.KDF_MEMORY_BYTES)
LAPTOP = "KE/otieno/laptop"


class Ended:
    """What the Delivery Service was told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[tuple[object, ...]] = []
        for name in ("end_session", "end_device", "end_account", "revocations_published"):
            monkeypatch.setattr(Delivery, name, self._note(name))

    def _note(self, name: str) -> object:
        def note(_self: Delivery, *arguments: object, **named: object) -> None:
            self.told.append((name, *arguments, *named.values()))

        return note


async def enrol(rig: Rig, account: str, code: str) -> str:
    secretariat = account.startswith("secretariat")
    body = EnrolIn(
        account=account,
        invitation_code=code,
        kdf=KDF,
        authentication_key=KEY,
        recovery_authentication_key=RECOVERY_KEY,
        certificate_request=None if secretariat else b"request",
        request_mac=None if secretariat else b"m" * 32,
        wraps=b"wraps",
    )
    answer = await rig.ask("POST", "/v1/enrolments", body)
    assert answer.status_code == 201, answer.text
    return token_in(SessionOut.model_validate_json(answer.content))


async def invite(rig: Rig, by: str, account: str) -> str:
    answer = await rig.ask("POST", "/v1/invitations", InviteIn(account=account, display_name=f"Name {account}"), by)
    assert answer.status_code == 201, answer.text
    return InvitationOut.model_validate_json(answer.content).invitation_code


async def people(rig: Rig) -> tuple[str, str, str]:
    """Tokens of (secretariat, certified NCP of KE, certified officer KE/otieno)."""
    secretariat = await enrol(rig, "secretariat", await rig.world.invite_first())
    ncp = await enrol(rig, "KE", await invite(rig, secretariat, "KE"))
    await done(
        rig, "POST", "/v1/certificates", CertifyIn(certificate=rig.world.ncp_certificate("KE").encode()), secretariat
    )
    officer = await enrol(rig, "KE/otieno", await invite(rig, ncp, "KE/otieno"))
    certificate = rig.world.officer_certificate("KE/otieno").encode()
    await done(rig, "POST", "/v1/certificates", CertifyIn(certificate=certificate), ncp)
    return secretariat, ncp, officer


async def done(rig: Rig, method: str, path: str, body: object, token: str) -> None:
    answer = await rig.ask(method, path, body, token)  # type: ignore[arg-type]
    assert (answer.status_code, answer.content) == (204, b""), answer.text


def proof(rig: Rig, device_id: str, token: str) -> bytes:
    return sign_with_label(rig.world.device_keys[device_id].seed, DEVICE_PROOF_LABEL, tokens.hash_token(token))


async def register(rig: Rig, token: str, device_id: str = LAPTOP) -> SessionInfo:
    certificate = rig.world.device_certificate(device_id).encode()
    body = RegisterDeviceIn(certificate=certificate, proof=proof(rig, device_id, token))
    answer = await rig.ask("POST", "/v1/devices", body, token)
    assert answer.status_code == 201, answer.text
    return SessionInfo.model_validate_json(answer.content)


async def test_deployment_says_what_new_passwords_are_hashed_with(world: World) -> None:
    async with served(world) as rig:
        said = DeploymentOut.model_validate_json((await rig.ask("GET", "/v1/deployment")).content)
        assert said.deployment_id == world.deployment.deployment_id
        assert said.root_public_key == world.root.public
        assert (said.kdf_ops_limit, said.kdf_memory_bytes) == (tokens.KDF_OPS_LIMIT, tokens.KDF_MEMORY_BYTES)


async def test_from_invitation_to_a_bound_device(world: World) -> None:
    async with served(world) as rig:
        _, _, officer = await people(rig)
        assert await register(rig, officer) == SessionInfo(
            account="KE/otieno",
            kind="officer",
            display_name="Name KE/otieno",
            device_id=LAPTOP,
            session_id=tokens.hash_token(officer),
            expires_at_ms=world.now_ms + 12 * 3_600_000,
            certified=True,
        )
        devices = DevicesOut.model_validate_json((await rig.ask("GET", "/v1/devices", token=officer)).content)
        assert [(device.device_id, device.revoked) for device in devices.devices] == [(LAPTOP, False)]


async def test_holder_of_a_sheet_learns_whether_its_account_has_begun(world: World) -> None:
    async with served(world) as rig:
        code = await world.invite_first()
        body = InvitationStateIn(account="secretariat", invitation_code=code)
        assert (await rig.ask("POST", "/v1/enrolments/state", body)).json() == {"redeemed": False}
        await enrol(rig, "secretariat", code)
        assert (await rig.ask("POST", "/v1/enrolments/state", body)).json() == {"redeemed": True}
        other = InvitationStateIn(account="secretariat", invitation_code="other")
        refused = await rig.ask("POST", "/v1/enrolments/state", other)
        assert (refused.status_code, refused.json()["code"]) == (403, "accounts.invitation_invalid")


async def test_signing_in_on_a_second_session_and_binding_it(world: World) -> None:
    async with served(world) as rig:
        _, _, officer = await people(rig)
        await register(rig, officer)
        start = await rig.ask("POST", "/v1/sign-in/start", SignInStartIn(account="KE/otieno"))
        assert KdfParameters.model_validate_json(start.content) == KDF
        finish = SignInFinishIn(account="KE/otieno", authentication_key=KEY)
        answer = await rig.ask("POST", "/v1/sign-in/finish", finish)
        assert answer.status_code == 201
        token = token_in(SessionOut.model_validate_json(answer.content))
        bind = BindDeviceIn(device_id=LAPTOP, proof=proof(rig, LAPTOP, token))
        bound = await rig.ask("POST", "/v1/session/device", bind, token)
        assert SessionInfo.model_validate_json(bound.content).device_id == LAPTOP
        wrong = BindDeviceIn(device_id=LAPTOP, proof=proof(rig, LAPTOP, officer))
        refused = await rig.ask("POST", "/v1/session/device", wrong, token)
        assert (refused.status_code, refused.json()["code"]) == (400, "crypto.bad_signature")


async def test_wrong_key_is_401_and_locked_is_429(world: World) -> None:
    async with served(world) as rig:
        await people(rig)
        finish = SignInFinishIn(account="KE", authentication_key=b"w" * 32)
        codes = [(await rig.ask("POST", "/v1/sign-in/finish", finish)).status_code for _ in range(7)]
        assert codes == [401] * 6 + [429]
        locked = await rig.ask("POST", "/v1/sign-in/finish", finish)
        assert (locked.json()["code"], locked.headers["retry-after"]) == ("accounts.locked_out", "30")


async def test_lists_of_invitations_requests_certificates_and_the_directory(world: World) -> None:
    async with served(world) as rig:
        secretariat, ncp, _ = await people(rig)
        await enrol(rig, "FR", await invite(rig, secretariat, "FR"))
        await invite(rig, secretariat, "BR")
        page = InvitationsOut.model_validate_json(
            (await rig.ask("GET", "/v1/invitations?limit=2", token=secretariat)).content
        )
        assert ([one.account for one in page.invitations], page.next) == (["BR", "FR"], "FR")
        rest = InvitationsOut.model_validate_json(
            (await rig.ask("GET", "/v1/invitations?limit=9&after=FR", token=secretariat)).content
        )
        assert ([one.account for one in rest.invitations], rest.next) == (["KE", "secretariat"], None)
        waiting = CertificationRequestsOut.model_validate_json(
            (await rig.ask("GET", "/v1/certification-requests", token=secretariat)).content
        )
        assert [(one.account, one.certificate_request) for one in waiting.requests] == [("FR", b"request")]
        found = CertificatesOut.model_validate_json(
            (await rig.ask("GET", "/v1/certificates", token=ncp, params={"account": "KE/otieno"})).content
        )
        assert found.officer_certificate == world.certificates["KE/otieno"].encode()
        directory = DirectoryOut.model_validate_json(
            (await rig.ask("GET", "/v1/directory?administration=KE", token=ncp)).content
        )
        assert [(one.account, one.certified) for one in directory.entries] == [("KE", True), ("KE/otieno", True)]


async def test_revoked_devices_and_published_lists_close_sockets(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Ended(monkeypatch)
    async with served(world) as rig:
        _, ncp, officer = await people(rig)
        await register(rig, officer)
        entry = Revoked(world.certificates[LAPTOP].serial, LAPTOP, 0)
        signed = sign_list(
            world.ncps["KE"].seed,
            deployment_id=world.deployment.deployment_id,
            issuer="KE",
            number=1,
            issued_at_ms=world.now_ms,
            entries=[entry],
        ).encode()
        await done(rig, "POST", "/v1/revocations", PublishRevocationsIn(data=signed), ncp)
        assert ended.told == [("end_device", LAPTOP), ("revocations_published",)]
        lists = RevocationsOut.model_validate_json((await rig.ask("GET", "/v1/revocations", token=ncp)).content)
        assert [(one.issuer, one.number, one.data) for one in lists.lists] == [("KE", 1, signed)]
        await done(rig, "POST", "/v1/devices/revoke", RevokeDeviceIn(device_id=LAPTOP), ncp)
        assert ended.told[-1] == ("end_device", LAPTOP)
        assert (await rig.ask("GET", "/v1/session", token=officer)).status_code == 401


async def test_signing_out_and_a_new_password_close_sockets(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Ended(monkeypatch)
    async with served(world) as rig:
        secretariat, ncp, officer = await people(rig)
        change = ChangePasswordIn(
            authentication_key=KEY,
            new_kdf=KDF,
            new_authentication_key=b"n" * 32,
            expected_wraps_version=1,
            wraps=b"again",
        )
        await done(rig, "PUT", "/v1/account/password", change, officer)
        await done(rig, "DELETE", "/v1/session", None, ncp)
        await done(rig, "DELETE", "/v1/sessions", None, secretariat)
        assert ended.told == [
            ("end_account", "KE/otieno", tokens.hash_token(officer)),
            ("end_session", tokens.hash_token(ncp)),
            ("end_account", "secretariat"),
        ]
        for token in (ncp, secretariat):
            assert (await rig.ask("GET", "/v1/session", token=token)).status_code == 401
        assert (await rig.ask("GET", "/v1/session", token=officer)).status_code == 200


async def test_refused_change_closes_no_socket(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Ended(monkeypatch)
    async with served(world) as rig:
        _, _, officer = await people(rig)
        change = ChangePasswordIn(
            authentication_key=KEY, new_kdf=KDF, new_authentication_key=KEY, expected_wraps_version=9, wraps=b"again"
        )
        answer = await rig.ask("PUT", "/v1/account/password", change, officer)
        assert (answer.status_code, answer.json()["code"]) == (409, "accounts.vault_conflict")
        answer = await rig.ask("POST", "/v1/devices/revoke", RevokeDeviceIn(device_id=LAPTOP), officer)
        assert (answer.status_code, answer.json()["code"]) == (404, "accounts.device_unknown")
        assert ended.told == []


class TestCookie:
    """The session of a browser (ADR 6)."""

    OWN: ClassVar = {"Origin": ORIGIN, SESSION_HEADER: BY_COOKIE}
    FINISH = SignInFinishIn(account="KE/otieno", authentication_key=KEY)

    async def signed_in(self, rig: Rig) -> dict[str, str]:
        """The headers of the own page's requests from now on; the officer's device is bound."""
        _, _, officer = await people(rig)
        await register(rig, officer)
        answer = await rig.ask("POST", "/v1/sign-in/finish", self.FINISH, headers=self.OWN)
        assert answer.status_code == 201, answer.text
        rig.http.cookies.clear()
        return {**self.OWN, "Cookie": answer.headers["set-cookie"].partition(";")[0]}

    async def test_sign_in_answers_with_a_cookie_that_no_script_reads_and_without_a_token(self, world: World) -> None:
        async with served(world) as rig:
            await people(rig)
            answer = await rig.ask("POST", "/v1/sign-in/finish", self.FINISH, headers=self.OWN)
            assert SessionOut.model_validate_json(answer.content).token is None
            value, *attributes = answer.headers["set-cookie"].split("; ")
            assert value.startswith(f"{SESSION_COOKIE}=") and value.partition("=")[2] not in answer.text
            assert {each.lower() for each in attributes} == {"httponly", "path=/", "samesite=strict", "secure"}

    async def test_enrolment_too(self, world: World) -> None:
        async with served(world) as rig:
            code = await world.invite_first()
            body = EnrolIn(account="secretariat", invitation_code=code, kdf=KDF, authentication_key=KEY, wraps=b"w")
            answer = await rig.ask("POST", "/v1/enrolments", body, headers=self.OWN)
            assert (answer.status_code, answer.json()["token"]) == (201, None)
            assert answer.headers["set-cookie"].startswith(f"{SESSION_COOKIE}=")

    async def test_without_asking_there_is_no_cookie(self, world: World) -> None:
        async with served(world) as rig:
            await people(rig)
            answer = await rig.ask("POST", "/v1/sign-in/finish", self.FINISH, headers={"Origin": ORIGIN})
            assert (answer.status_code, "set-cookie" in answer.headers) == (201, False)

    async def test_sign_in_from_another_page_makes_no_session(self, world: World) -> None:
        async with served(world) as rig:
            await people(rig)
            before = await world.snapshot()
            for headers in ({SESSION_HEADER: BY_COOKIE}, {"Origin": ORIGIN, SESSION_HEADER: "x"}):
                answer = await rig.ask("POST", "/v1/sign-in/finish", self.FINISH, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, "server.origin_refused")
                assert "set-cookie" not in answer.headers
            assert await world.snapshot() == before

    async def test_session_says_its_id_and_a_device_is_bound_by_it(self, world: World) -> None:
        async with served(world) as rig:
            headers = await self.signed_in(rig)
            said = SessionInfo.model_validate_json((await rig.ask("GET", "/v1/session", headers=headers)).content)
            token = headers["Cookie"].partition("=")[2]
            assert (said.device_id, said.session_id) == (None, tokens.hash_token(token))
            signed = sign_with_label(world.device_keys[LAPTOP].seed, DEVICE_PROOF_LABEL, said.session_id)
            body = BindDeviceIn(device_id=LAPTOP, proof=signed)
            bound = await rig.ask("POST", "/v1/session/device", body, headers=headers)
            assert SessionInfo.model_validate_json(bound.content).device_id == LAPTOP

    @pytest.mark.parametrize(
        ("without", "status", "code"),
        [
            ({"Origin": None}, 403, "server.origin_refused"),
            ({"Origin": "https://evil.example"}, 403, "server.origin_refused"),
            ({SESSION_HEADER: None}, 403, "server.origin_refused"),
            ({"Authorization": "Bearer other"}, 400, "wire.malformed"),
        ],
    )
    async def test_cookie_that_came_along_changes_nothing(
        self, world: World, without: dict[str, str | None], status: int, code: str
    ) -> None:
        async with served(world) as rig:
            given = {**await self.signed_in(rig), **without}
            headers = {name: value for name, value in given.items() if value is not None}
            before = await world.snapshot()
            body = RevokeDeviceIn(device_id=LAPTOP)
            for method, path, sent in (
                ("POST", "/v1/devices/revoke", body),
                ("DELETE", "/v1/session", None),
                ("DELETE", "/v1/sessions", None),
            ):
                answer = await rig.ask(method, path, sent, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert await world.snapshot() == before

    async def test_sign_out_ends_the_session_and_takes_the_cookie_back(self, world: World) -> None:
        async with served(world) as rig:
            headers = await self.signed_in(rig)
            answer = await rig.ask("DELETE", "/v1/session", headers=headers)
            assert answer.status_code == 204
            assert answer.headers["set-cookie"].startswith(f'{SESSION_COOKIE}=""; ')
            assert "max-age=0" in answer.headers["set-cookie"].lower()
            after = await rig.ask("GET", "/v1/session", headers=headers)
            assert (after.status_code, after.json()["code"]) == (401, "accounts.not_signed_in")
