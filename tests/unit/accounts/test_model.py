"""Names of accounts, and what a repr must not show."""

from __future__ import annotations

import pytest

from cencomm.accounts.model import AccountKind, AccountNameInvalid, Verifier, administration_of_account, kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("secretariat", AccountKind.SECRETARIAT),
        ("secretariat/second", AccountKind.SECRETARIAT),
        ("KE", AccountKind.NCP),
        ("KE/otieno", AccountKind.OFFICER),
    ],
)
def test_name_says_the_kind(name: str, kind: AccountKind) -> None:
    assert kind_of(name) is kind


@pytest.mark.parametrize("name", ["", "KEN", "/x", "other/x"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(AccountNameInvalid):
        kind_of(name)


def test_administration_stands_first() -> None:
    assert administration_of_account("KE/otieno") == "KE"
    assert administration_of_account("secretariat/second") == "secretariat"


def test_verifier_hides_itself() -> None:
    assert repr(Verifier(b"salt", b"digest")) == "Verifier()"
