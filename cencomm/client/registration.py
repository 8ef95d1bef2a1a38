"""This device at the server: its chain to the root, and the session bound to its key (PROTOCOL §1.1)."""

from __future__ import annotations

from cencomm.client.clock import ServerClock
from cencomm.client.engine.device import trust_of
from cencomm.client.errors import IdentityChanged, NotCertified, ServerMisbehaved, ServerRefused
from cencomm.client.http import Api
from cencomm.client.model import AccountRow
from cencomm.client.profile import Profile
from cencomm.client.vault_sync import change_account, read_account
from cencomm.crypto.certificates import Certificate, CertificateInvalid, Chain, verify_chain
from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.primitives import sha256
from cencomm.crypto.tls import DecodeError
from cencomm.wire.http import DEVICE_PROOF_LABEL, BindDeviceIn, RegisterDeviceIn


async def learn_chain(api: Api, profile: Profile, clock: ServerClock) -> AccountRow:
    """Fetch the certificates above this device's own, verify the chain from the pinned root, and keep it.

    Raises:
        NotCertified: they are not there yet; IdentityChanged: another key was certified than this account's;
        ServerMisbehaved: they do not lead to the root. Nothing is kept then.
    """
    row = read_account(profile)
    said = await api.certificates(row.account)
    if said.ncp_certificate is None or said.officer_certificate is None:
        raise NotCertified(account=row.account)
    try:
        chain = Chain(
            Certificate.decode(said.ncp_certificate),
            Certificate.decode(said.officer_certificate),
            Certificate.decode(row.device_certificate),
        )
    except DecodeError:
        raise ServerMisbehaved(reason="certificates") from None
    if chain.officer.subject != row.account or chain.identity_key != row.identity_public_key:
        raise IdentityChanged(officer=row.account)
    try:
        verify_chain(chain, trust_of(row), clock.now_ms() // 1000)
    except CertificateInvalid as error:
        raise ServerMisbehaved(reason=f"certificates:{error.facts.get('reason')}") from None
    return change_account(profile, chain=chain.encode(), display_name=chain.officer.display_name)


async def bind_session(api: Api, row: AccountRow) -> None:
    """Bind the session to this device by its signature over the token; a new device is registered with that."""
    if (await api.session()).device_id == row.device_id:
        return
    proof = sign_with_label(row.device_seed, DEVICE_PROOF_LABEL, sha256(api.token.encode()))
    try:
        await api.bind_device(BindDeviceIn(device_id=row.device_id, proof=proof))
    except ServerRefused as refused:
        if refused.server_code != "accounts.device_unknown":
            raise
        await api.register_device(RegisterDeviceIn(certificate=row.device_certificate, proof=proof))
