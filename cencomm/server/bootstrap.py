"""Making a deployment: its identity, and the invitation of the first secretariat account."""

from __future__ import annotations

from cencomm.accounts import enrolment
from cencomm.accounts.model import SECRETARIAT, Deployment
from cencomm.crypto.primitives import random_bytes
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES
from cencomm.server.clock import wall_clock_ms
from cencomm.settings import Settings
from cencomm.store.database import open_database
from cencomm.store.unit_of_work import sql_units_of_work
from cencomm.wire.http import InvitationOut

KEY_BYTES = 32
FIRST_NAME = "Secretariat"


class AlreadyInitialised(DomainError):
    """The database belongs to another deployment, or to this one under another root or name. Nothing is changed."""

    code = "server.already_initialised"


async def initialise(settings: Settings, *, deployment_id: bytes, root_public_key: bytes, name: str) -> InvitationOut:
    """Make the deployment and invite its first secretariat account; again before that account enrolled, the code is
    replaced.

    Raises:
        AlreadyInitialised: this database has another deployment.
        AlreadyEnrolled: the secretariat account exists.
    """
    assert len(deployment_id) == ID_BYTES and len(root_public_key) == KEY_BYTES
    async with open_database(settings.database_url) as database, sql_units_of_work(database.engine)() as uow:
        known = await uow.deployments.get()
        if known is None:
            await uow.deployments.add(Deployment(deployment_id, root_public_key, name, random_bytes(KEY_BYTES)))
        elif (known.deployment_id, known.root_public_key, known.name) != (deployment_id, root_public_key, name):
            raise AlreadyInitialised(name=known.name)
        by = enrolment.BOOTSTRAP
        invited = await enrolment.put_invitation(SECRETARIAT, FIRST_NAME, by, uow, wall_clock_ms())
        await uow.commit()
    return InvitationOut(
        account=invited.invitation.account_id,
        kind=invited.invitation.kind.value,
        display_name=invited.invitation.display_name,
        invitation_code=invited.code,
        expires_at_ms=invited.invitation.expires_ms,
    )
