"""The HTTP models: exact shape, nothing secret in a repr, and a table of routes that agrees with itself."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from cencomm.wire import http
from cencomm.wire.frames import Limits
from cencomm.wire.http import ROUTES, EnrolIn, InviteIn, KdfParameters, LimitsOut, SignInFinishIn, VaultItem

ENROL = EnrolIn(
    account="KE/otieno",
    invitation_code="c0de",
    kdf=KdfParameters(salt=b"s" * 16, ops_limit=3, memory_bytes=8192),
    authentication_key=b"k" * 32,
    wraps=b"\x00\xff wraps",
)


class TestBody:
    def test_round_trip_keeps_bytes(self) -> None:
        assert EnrolIn.model_validate_json(ENROL.model_dump_json()) == ENROL
        assert '"AP8gd3JhcHM="' in ENROL.model_dump_json()

    @pytest.mark.parametrize("length", range(len(ENROL.model_dump_json())))
    def test_cut_anywhere_is_refused(self, length: int) -> None:
        with pytest.raises(ValidationError):
            EnrolIn.model_validate_json(ENROL.model_dump_json()[:length])

    @pytest.mark.parametrize(
        "changed", [{"more": 1}, {"account": 5}, {"account": None}, {"wraps": ""}, {"wraps": "***"}, {"wraps": 3}]
    )
    def test_other_shapes_are_refused(self, changed: dict[str, object]) -> None:
        given = ENROL.model_dump(mode="json") | changed
        with pytest.raises(ValidationError):
            EnrolIn.model_validate(given)

    def test_error_does_not_repeat_the_input(self) -> None:
        with pytest.raises(ValidationError) as refused:
            SignInFinishIn.model_validate_json('{"account": "p4ssw0rd", "authentication_key": "p4ssw0rd"}')
        assert "p4ssw0rd" not in str(refused.value)

    def test_repr_shows_no_bytes_and_no_code(self) -> None:
        for secret in ("kkkk", "c0de", "wraps", "ssss"):
            assert secret not in repr(ENROL)
        assert "KE/otieno" in repr(ENROL)

    def test_frozen(self) -> None:
        with pytest.raises(ValidationError):
            ENROL.account = "FR"


class TestNames:
    @pytest.mark.parametrize("account", ["KE", "KE/otieno", "KE/o-1", "secretariat", "secretariat/second"])
    def test_accounts(self, account: str) -> None:
        assert InviteIn(account=account, display_name="X").account == account

    @pytest.mark.parametrize(
        "account",
        [
            "",
            "ke",
            "KEN",
            "KE/",
            "KE/Otieno",
            "KE/a/b",
            "KE\n",
            "KE/otieno\n",
            "/x",
            "secretariat/",
            "К/x",
            "KE/" + "a" * 65,
        ],
    )
    def test_other_accounts_are_refused(self, account: str) -> None:
        with pytest.raises(ValidationError):
            InviteIn(account=account, display_name="X")

    def test_sizes_are_bounded(self) -> None:
        with pytest.raises(ValidationError):
            VaultItem(item_id=b"1" * 15, version=0, data=b"x")
        with pytest.raises(ValidationError):
            VaultItem(item_id=b"1" * 16, version=-1, data=b"x")
        with pytest.raises(ValidationError):
            VaultItem(item_id=b"1" * 16, version=0, data=bytes(http.MAX_BLOB + 1))


class TestRoutes:
    def test_names_and_endpoints_are_unique(self) -> None:
        assert len({route.name for route in ROUTES}) == len(ROUTES)
        assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)

    def test_page_at_the_top_lists_each_route(self) -> None:
        listed = re.findall(r"^    (GET|POST|PUT|DELETE) +(/v1\S+)", http.__doc__ or "", re.MULTILINE)
        assert set(listed) == {(route.method, route.path) for route in ROUTES} | {("GET", "/v1/openapi.json")}

    def test_status_fits_the_answer(self) -> None:
        for route in ROUTES:
            assert (route.answer is None and not route.gives_bytes) == (route.status == 204)
            assert route.request is None or route.method in ("POST", "PUT")


def test_limits_are_those_of_the_socket() -> None:
    assert LimitsOut.of(Limits(1, 2, 3, 4)) == LimitsOut(
        record_bytes=1, handshake_bytes=2, key_packages=3, subscriptions=4
    )
