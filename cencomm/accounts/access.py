"""Who may do what outside a CUG: one table, one function, and what the table does not name is refused.

An action has the name of its route (`wire.http.ROUTES`). The edge asks with the session alone, before anything is read;
the service asks again with what the action is done to. What members may do inside a CUG is `groups.access`.

    action                                   officer   ncp                  secretariat        recovery session
    session, sign_out, vault_wraps,
      change_password                        yes       yes                  yes                yes
    everything of the own account            yes       yes                  yes                no
    directory, certificates, revocations     yes       yes                  yes                no
    invite, invitations, certify,
      certification_requests                 no        own officers         ncps, secretariat  no
    publish_revocations                      no        own list             the root's list    no
    register_device, bind_device, packages   own       no                   no                 no
    revoke_device                            own       own officers'        no                 no
    CUGs, presence and the websocket         yes       no                   no                 no
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from cencomm.accounts.errors import NotAllowed
from cencomm.accounts.model import AccountKind, Session, administration_of_account, kind_of

PASSWORD: Final = "password"  # noqa: S105 - the name of a method, not a password
RECOVERY: Final = "recovery"
ROOT_ISSUER: Final = ""
"""The issuer of the root's revocation list, which the secretariat carries."""

ORGANISER: Final = "organiser"
"""The role of `crypto.group_context` that admits and removes."""

_EVERYBODY = frozenset(AccountKind)
_OFFICER = frozenset({AccountKind.OFFICER})
_VOUCHERS = frozenset({AccountKind.NCP, AccountKind.SECRETARIAT})

Target = Callable[[Session, str], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """`target` judges what the action is done to: an account, a device or an issuer of revocations."""

    kinds: frozenset[AccountKind]
    target: Target | None = None
    in_recovery: bool = False


def _vouches_for(session: Session, account_id: str) -> bool:
    """The secretariat for NCPs, an NCP for the officers of its administration."""
    kind = kind_of(account_id)
    if session.kind is AccountKind.SECRETARIAT:
        return kind is AccountKind.NCP
    return kind is AccountKind.OFFICER and administration_of_account(account_id) == session.account_id


def _invites(session: Session, account_id: str) -> bool:
    if session.kind is AccountKind.SECRETARIAT and kind_of(account_id) is AccountKind.SECRETARIAT:
        return True
    return _vouches_for(session, account_id)


def _publishes_for(session: Session, issuer: str) -> bool:
    return issuer == (ROOT_ISSUER if session.kind is AccountKind.SECRETARIAT else session.account_id)


def _holds_device(session: Session, device_id: str) -> bool:
    holder = device_id.rpartition("/")[0]
    if session.kind is AccountKind.OFFICER:
        return holder == session.account_id
    return administration_of_account(holder) == session.account_id


_OWN_ACCOUNT = Rule(_EVERYBODY, in_recovery=True)
_OWN = Rule(_EVERYBODY)
_READS = Rule(_EVERYBODY)
_OWN_DEVICE = Rule(_OFFICER, _holds_device)
_MEMBER = Rule(_OFFICER)

RULES: Final[Mapping[str, Rule]] = {
    "session": _OWN_ACCOUNT,
    "sign_out": _OWN_ACCOUNT,
    "vault_wraps": _OWN_ACCOUNT,
    "change_password": _OWN_ACCOUNT,
    "sign_out_everywhere": _OWN,
    "put_vault_wraps": _OWN,
    "vault_items": _OWN,
    "append_vault_items": _OWN,
    "directory": _READS,
    "certificates": _READS,
    "revocations": _READS,
    "invite": Rule(_VOUCHERS, _invites),
    "invitations": Rule(_VOUCHERS),
    "certification_requests": Rule(_VOUCHERS),
    "certify": Rule(_VOUCHERS, _vouches_for),
    "publish_revocations": Rule(_VOUCHERS, _publishes_for),
    "register_device": _OWN_DEVICE,
    "bind_device": _OWN_DEVICE,
    "devices": _OWN,
    "revoke_device": Rule(frozenset({AccountKind.OFFICER, AccountKind.NCP}), _holds_device),
    "presence": _MEMBER,
    "set_presence": _MEMBER,
    "upload_key_packages": _MEMBER,
    "count_key_packages": _MEMBER,
    "take_key_packages": _MEMBER,
    "open_cug": _MEMBER,
    "cugs": _MEMBER,
    "cug": _MEMBER,
    "members": _MEMBER,
    "group_info": _MEMBER,
    "welcome": _MEMBER,
    "close_cug": _MEMBER,
    "begin_upload": _MEMBER,
    "upload_chunk": _MEMBER,
    "finish_upload": _MEMBER,
    "cancel_upload": _MEMBER,
    "file_chunk": _MEMBER,
    "websocket": _MEMBER,
}


def may(session: Session, action: str, on: str | None = None) -> bool:
    """Whether the session may do `action`, and where `on` is given, may do it to that."""
    rule = RULES.get(action)
    if rule is None or session.kind not in rule.kinds:
        return False
    if session.method != PASSWORD and not rule.in_recovery:
        return False
    return on is None or rule.target is None or rule.target(session, on)


def require(session: Session, action: str, on: str | None = None) -> None:
    """Raises NotAllowed unless the session may; see `may`."""
    if not may(session, action, on):
        raise NotAllowed(action=action)
