"""Becoming somebody on a device: redeeming a sheet, a further device, a forgotten password (PROTOCOL §1.3, §1.4).

The identity key exists in memory only here, while the password has just been typed: it signs the device's certificate
and the archive key, goes into the inner envelope, and is dropped. Devices keep their own key, AK and the vault key.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from cencomm.client import model
from cencomm.client.ceremony import CLOCKS_MAY_DIFFER_SECONDS
from cencomm.client.clock import local_ms
from cencomm.client.errors import (
    IdentityAbsent,
    ProfileExists,
    ServerMisbehaved,
    ServerRefused,
    ServerUnreachable,
    WrongDeployment,
)
from cencomm.client.http import Api, token_in
from cencomm.client.model import AccountRow, pack
from cencomm.client.passwords import (
    Stretched,
    kdf_of,
    new_kdf,
    parameters_of,
    require_strength,
    stretch_password,
)
from cencomm.client.profile import FILE_NAME, PasswordCost, Profile
from cencomm.client.vault_items import INNER_ITEM_ID, inner_item, newest_inner
from cencomm.client.vault_sync import change_account, read_account
from cencomm.crypto.archive import ArchivePrivate, new_archive_key
from cencomm.crypto.certificates import Certificate, Kind, issue
from cencomm.crypto.device_code import DeviceCode
from cencomm.crypto.enrolment import (
    Sheet,
    new_request,
    recovery_authentication_key,
    request_mac,
    request_mac_key,
)
from cencomm.crypto.group_context import sign_archive_key
from cencomm.crypto.primitives import Secret, ed25519_public, forget_signing_keys, new_signature_key
from cencomm.crypto.vault import (
    InnerEnvelope,
    VaultKeys,
    VaultWraps,
    create_wraps,
    new_vault_keys,
    open_inner,
    open_with_recovery,
    rewrap,
    seal_inner,
    seal_item,
)
from cencomm.ids import OfficerId
from cencomm.wire.http import ChangePasswordIn, DeploymentOut, EnrolIn, SignInFinishIn

DEVICE_YEARS = 2
_YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class _Identity:
    """What only an enrolment or a fresh password has in hand."""

    seed: Secret = field(repr=False)
    archive: ArchivePrivate = field(repr=False)

    @property
    def envelope(self) -> InnerEnvelope:
        return InnerEnvelope(self.seed, (self.archive,))


async def enrol(
    folder: Path, sheet: Sheet, password: str, *, device: str = "laptop", cost: PasswordCost | None = None
) -> None:
    """Redeem a sheet: make the profile, the identity key and the vault; for an officer also the device's certificate.

    Raises:
        WeakPassword, ProfileExists, WrongDeployment, ServerRefused, ServerUnreachable. Nothing is left behind then.
    """
    require_strength(password)
    _require_free(folder)
    api = Api(sheet.server_url)
    try:
        deployment = await require_deployment(api, sheet.deployment_id, sheet.root_public_key)
        stretched = await stretch_password(password, new_kdf(deployment))
        keys, identity = new_vault_keys(), _Identity(new_signature_key()[0], new_archive_key())
        row = _first_row(sheet, stretched, keys, identity, device)
        request = _enrolment(sheet, stretched, keys, identity, row)
        forget_signing_keys()
        profile = await _new_profile(folder, password, cost, row)
        try:
            token = await _redeem(api, request)
            change_account(profile, token=token, inner_uploaded=True)
        except BaseException:
            profile.close()
            _remove(folder)
            raise
        profile.close()
    finally:
        await api.close()


async def sign_in_new_device(
    folder: Path, proof: Sheet | DeviceCode, password: str, *, device: str, cost: PasswordCost | None = None
) -> None:
    """Make a profile on a new device of an enrolled account; needs the password, and the sheet or the code that another
    device shows (PROTOCOL §1.3).

    Afterwards `Client.connect` registers the device, and it joins its CUGs by external commit.

    Raises:
        ProfileExists, WrongDeployment, WrongPassword, ServerRefused, ServerUnreachable. Nothing is left behind then.
    """
    _require_free(folder)
    api = Api(proof.server_url)
    try:
        await require_deployment(api, proof.deployment_id, proof.root_public_key)
        stretched = await stretch_password(password, kdf_of(await api.sign_in_start(proof.account)))
        await _settle_device(api, folder, proof, password, stretched, device, cost)
    finally:
        await api.close()


async def recover(
    folder: Path, sheet: Sheet, new_password: str, *, device: str, cost: PasswordCost | None = None
) -> None:
    """As `sign_in_new_device`, for a forgotten password: the sheet opens the vault and sets a new one.

    Raises:
        WeakPassword, ProfileExists, WrongDeployment, WrongPassword (another sheet), ServerRefused, ServerUnreachable.
    """
    require_strength(new_password)
    _require_free(folder)
    api = Api(sheet.server_url)
    try:
        deployment = await require_deployment(api, sheet.deployment_id, sheet.root_public_key)
        session = await api.sign_in_finish(
            SignInFinishIn(
                account=sheet.account,
                authentication_key=recovery_authentication_key(sheet.secret_r),
                method="recovery",
            )
        )
        api.token = token_in(session)
        stored = await api.vault_wraps()
        wraps = VaultWraps.decode(stored.wraps)
        keys = open_with_recovery(wraps, sheet.account, secret_r=sheet.secret_r)
        stretched = await stretch_password(new_password, new_kdf(deployment))
        ak = sheet.account_key
        again = rewrap(wraps, keys, kdf=stretched.kdf, stretched=stretched.key, account_key=ak)
        await api.change_password(
            ChangePasswordIn(
                new_kdf=parameters_of(stretched.kdf),
                new_authentication_key=stretched.authentication_key(ak),
                expected_wraps_version=stored.version,
                wraps=again.encode(),
            )
        )
        await _settle_device(api, folder, sheet, new_password, stretched, device, cost)
    finally:
        await api.close()


async def require_deployment(api: Api, deployment_id: bytes, root_public_key: bytes) -> DeploymentOut:
    """Raises WrongDeployment unless the server serves the pinned deployment (PROTOCOL §1.2)."""
    said = await api.deployment()
    if said.deployment_id != deployment_id or said.root_public_key != root_public_key:
        raise WrongDeployment(name=said.name)
    return said


async def sign_in_again(api: Api, profile: Profile) -> AccountRow:
    """A session under the password that holds: the old one, or the new one where no answer came when it was changed."""
    row = read_account(profile)
    try:
        token = await sign_in(api, row.account, row.authentication_key)
    except ServerRefused:
        if not row.next_authentication_key:
            raise
        token = await sign_in(api, row.account, row.next_authentication_key)
        adopt_password(profile)
    else:
        if row.next_authentication_key:
            keep_password(profile)
    return change_account(profile, token=token)


def adopt_password(profile: Profile) -> None:
    """The new password is in force at the server: it is the only one here, too."""
    with profile.transaction(durable=True):
        profile.adopt_password()
        row = read_account(profile)
        key = row.next_authentication_key or row.authentication_key
        change_account(profile, authentication_key=key, next_authentication_key=b"")


def keep_password(profile: Profile) -> None:
    """The old password is in force at the server: it stays the only one here."""
    with profile.transaction(durable=True):
        profile.keep_password()
        change_account(profile, next_authentication_key=b"")


async def sign_in(api: Api, account: str, authentication_key: bytes) -> str:
    """A new session's token, which `api` uses from now on."""
    session = await api.sign_in_finish(SignInFinishIn(account=account, authentication_key=authentication_key))
    if session.account != account:
        raise ServerMisbehaved(reason="account")
    api.token = token_in(session)
    return api.token


def device_certificate(
    identity_seed: Secret, deployment_id: bytes, account: str, display_name: str, device: str, public_key: bytes
) -> Certificate:
    """The officer certifies a device of his own."""
    now = local_ms() // 1000
    return issue(
        identity_seed,
        deployment_id=deployment_id,
        kind=Kind.DEVICE,
        subject=f"{account}/{device}",
        display_name=display_name,
        public_key=public_key,
        not_before_s=now - CLOCKS_MAY_DIFFER_SECONDS,
        not_after_s=now + DEVICE_YEARS * _YEAR_SECONDS,
    )


# ---------------------------------------------------------------- the parts


def _enrolment(sheet: Sheet, stretched: Stretched, keys: VaultKeys, identity: _Identity, row: AccountRow) -> EnrolIn:
    ak = sheet.account_key
    wraps = create_wraps(
        keys,
        account=sheet.account,
        kdf=stretched.kdf,
        stretched=stretched.key,
        secret_r=sheet.secret_r,
        account_key=ak,
    )
    kind = _certificate_kind(sheet.account)
    request = (
        None
        if kind is None
        else new_request(identity.seed, deployment_id=sheet.deployment_id, kind=kind, subject=sheet.account)
    )
    return EnrolIn(
        account=sheet.account,
        invitation_code=sheet.invitation_code,
        kdf=parameters_of(stretched.kdf),
        authentication_key=stretched.authentication_key(ak),
        recovery_authentication_key=recovery_authentication_key(sheet.secret_r),
        certificate_request=None if request is None else request.encode(),
        request_mac=None if request is None else request_mac(request_mac_key(sheet.secret_r), request),
        wraps=wraps.encode(),
        inner_envelope=inner_item(row),
    )


def _certificate_kind(account: str) -> Kind | None:
    if account_kind(account) == "secretariat":
        return None
    return Kind.OFFICER if "/" in account else Kind.NCP


def account_kind(account: str) -> str:
    """secretariat, ncp or officer, as the account's name says."""
    administration, _, rest = account.partition("/")
    if administration == "secretariat":
        return "secretariat"
    return "officer" if rest else "ncp"


def _first_row(sheet: Sheet, stretched: Stretched, keys: VaultKeys, identity: _Identity, device: str) -> AccountRow:
    row = _bare_row(sheet, stretched, keys)
    inner = seal_inner(keys.inner_key, identity.envelope, account=sheet.account, version=1)
    item = seal_item(keys.vault_key, account=sheet.account, item_id=INNER_ITEM_ID, version=1, plaintext=inner)
    row = msgspec.structs.replace(row, inner_envelope=item.encode(), inner_version=1)
    return _with_device(row, identity.seed, identity.archive, device)


def _bare_row(proof: Sheet | DeviceCode, stretched: Stretched, keys: VaultKeys) -> AccountRow:
    ak = proof.account_key
    return AccountRow(
        deployment_id=proof.deployment_id,
        root_public_key=proof.root_public_key,
        server_url=proof.server_url,
        account=proof.account,
        kind=account_kind(proof.account),
        display_name=proof.display_name,
        account_key=ak,
        authentication_key=stretched.authentication_key(ak),
        vault_key=keys.vault_key,
    )


def _with_device(row: AccountRow, seed: Secret, archive: ArchivePrivate | None, device: str) -> AccountRow:
    row = msgspec.structs.replace(row, identity_public_key=ed25519_public(seed))
    if row.kind != "officer":
        return row
    device_seed, device_key = new_signature_key()
    certificate = device_certificate(seed, row.deployment_id, row.account, row.display_name, device, device_key)
    signed = sign_archive_key(seed, OfficerId(row.account), archive.public_key).encode() if archive else b""
    return msgspec.structs.replace(
        row,
        device_id=certificate.subject,
        device_seed=bytes(device_seed),
        device_certificate=certificate.encode(),
        archive_key=signed,
    )


async def _settle_device(
    api: Api,
    folder: Path,
    proof: Sheet | DeviceCode,
    password: str,
    stretched: Stretched,
    device: str,
    cost: PasswordCost | None,
) -> None:
    """The account exists and the password is at hand: make this device's key and profile."""
    ak = proof.account_key
    token = await sign_in(api, proof.account, stretched.authentication_key(ak))
    wraps = VaultWraps.decode((await api.vault_wraps()).wraps)
    keys = stretched.vault_keys(wraps, proof.account, ak)
    row = replace_row(_bare_row(proof, stretched, keys), token=token)
    found = await newest_inner(api, keys.vault_key, proof.account)
    if found is not None:
        envelope = open_inner(keys.inner_key, found.sealed, account=proof.account, version=found.version)
        row = replace_row(row, inner_envelope=found.item, inner_version=found.version, inner_uploaded=True)
        archive = envelope.archive_keys[-1] if envelope.archive_keys else None
        row = _with_device(row, envelope.identity_seed, archive, device)
        forget_signing_keys()
    elif row.kind != "secretariat":
        raise IdentityAbsent(account=row.account)
    (await _new_profile(folder, password, cost, row)).close()


def replace_row(row: AccountRow, **fields: object) -> AccountRow:
    return msgspec.structs.replace(row, **fields)


async def _redeem(api: Api, request: EnrolIn) -> str:
    try:
        api.token = token_in(await api.enrol(request))
    except ServerUnreachable:
        # The answer was lost, perhaps not the enrolment: if the account exists now, it is ours.
        return await sign_in(api, request.account, request.authentication_key)
    return api.token


async def _new_profile(folder: Path, password: str, cost: PasswordCost | None, row: AccountRow) -> Profile:
    """With its account from the first moment that it is more than a file."""
    profile = await asyncio.to_thread(Profile.create, folder, password, cost=cost)
    with profile.transaction(durable=True) as tx:
        tx.put(model.ACCOUNT, model.SELF, pack(row))
    return profile


def _require_free(folder: Path) -> None:
    if Profile.exists(folder):
        raise ProfileExists(folder=str(folder))


def _remove(folder: Path) -> None:
    for name in (FILE_NAME, FILE_NAME + "-wal", FILE_NAME + "-shm"):
        (folder / name).unlink(missing_ok=True)
