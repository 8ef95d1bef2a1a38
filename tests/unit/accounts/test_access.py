"""Who may do what outside a CUG.

AC-01 every route has a rule, and every rule a route (or is the websocket)
AC-02 an action that no rule names is refused
AC-03 a recovery session does nothing but read the wraps and set a password
AC-04 only the secretariat and NCPs invite and certify, each its own
AC-05 devices belong to their officer; an NCP may end those of its officers
AC-06 revocation lists: the root's by the secretariat, an administration's by its NCP
AC-07 only officers take part in CUGs
"""

from __future__ import annotations

import pytest

from cencomm.accounts import access
from cencomm.accounts.errors import NotAllowed
from cencomm.accounts.model import Session, kind_of
from cencomm.wire.http import ROUTES, Auth


def session(account_id: str, method: str = access.PASSWORD) -> Session:
    return Session(b"h" * 32, account_id, kind_of(account_id), method, None, 0)


SECRETARIAT, NCP, OFFICER = session("secretariat"), session("KE"), session("KE/otieno")


def test_ac_01_every_route_that_needs_a_session_has_a_rule() -> None:
    needed = {route.name for route in ROUTES if route.auth is not Auth.NONE}
    assert set(access.RULES) == needed | {"websocket"}


@pytest.mark.parametrize("who", [SECRETARIAT, NCP, OFFICER])
def test_ac_02_unknown_action_is_refused(who: Session) -> None:
    with pytest.raises(NotAllowed) as refused:
        access.require(who, "delete_everything")
    assert refused.value.facts == {"action": "delete_everything"}


@pytest.mark.parametrize("action", sorted(access.RULES))
def test_ac_03_recovery_session(action: str) -> None:
    allowed = {"session", "sign_out", "vault_wraps", "change_password"}
    assert access.may(session("KE/otieno", access.RECOVERY), action) == (action in allowed)


@pytest.mark.parametrize(
    ("who", "on", "allowed"),
    [
        (SECRETARIAT, "KE", True),
        (SECRETARIAT, "secretariat/second", True),
        (SECRETARIAT, "KE/otieno", False),
        (NCP, "KE/otieno", True),
        (NCP, "FR/martin", False),
        (NCP, "FR", False),
        (NCP, "KE", False),
        (NCP, "secretariat/x", False),
        (OFFICER, "KE/wanjiru", False),
    ],
)
def test_ac_04_invites(who: Session, on: str, allowed: bool) -> None:
    assert access.may(who, "invite", on) == allowed


@pytest.mark.parametrize(
    ("who", "on", "allowed"),
    [
        (SECRETARIAT, "KE", True),
        (SECRETARIAT, "secretariat/second", False),
        (SECRETARIAT, "KE/otieno", False),
        (NCP, "KE/otieno", True),
        (NCP, "FR/martin", False),
        (NCP, "KE", False),
        (OFFICER, "KE/otieno", False),
    ],
)
def test_ac_04_certifies(who: Session, on: str, allowed: bool) -> None:
    assert access.may(who, "certify", on) == allowed


@pytest.mark.parametrize(
    ("who", "action", "on", "allowed"),
    [
        (OFFICER, "register_device", "KE/otieno/laptop", True),
        (OFFICER, "register_device", "KE/wanjiru/laptop", False),
        (OFFICER, "bind_device", "KE/otieno/laptop", True),
        (OFFICER, "bind_device", "KE/otieno2/laptop", False),
        (OFFICER, "revoke_device", "KE/otieno/laptop", True),
        (OFFICER, "revoke_device", "KE/wanjiru/laptop", False),
        (NCP, "revoke_device", "KE/otieno/laptop", True),
        (NCP, "revoke_device", "FR/martin/laptop", False),
        (NCP, "register_device", "KE/otieno/laptop", False),
        (SECRETARIAT, "revoke_device", "KE/otieno/laptop", False),
    ],
)
def test_ac_05_devices(who: Session, action: str, on: str, allowed: bool) -> None:
    assert access.may(who, action, on) == allowed


@pytest.mark.parametrize(
    ("who", "issuer", "allowed"),
    [
        (SECRETARIAT, access.ROOT_ISSUER, True),
        (SECRETARIAT, "KE", False),
        (NCP, "KE", True),
        (NCP, "FR", False),
        (NCP, access.ROOT_ISSUER, False),
        (OFFICER, "KE", False),
        (OFFICER, access.ROOT_ISSUER, False),
    ],
)
def test_ac_06_revocation_lists(who: Session, issuer: str, allowed: bool) -> None:
    assert access.may(who, "publish_revocations", issuer) == allowed


@pytest.mark.parametrize("action", ["open_cug", "cugs", "take_key_packages", "upload_key_packages", "websocket"])
def test_ac_07_cugs(action: str) -> None:
    assert [access.may(who, action) for who in (OFFICER, NCP, SECRETARIAT)] == [True, False, False]
