"""What a request has at hand. How the edge is put together, for whoever adds a route:

- `wire.http.ROUTES` names every endpoint; `HANDLERS: dict[str, Handler]` in `http_accounts`, `http_keys`, `http_vault`,
  `http_cugs` and `http_files` gives the function for each name. It is called as

      await handler(context, [request,] **parameters) -> answer model, bytes or None

  with `request` where the route has a request model or takes bytes, and as keywords the path's parameters
  (`cug_id: CugId`, `file_hash: bytes`, `chunk_index: int`) and the route's query parameters (`after: str | None`,
  `limit: int`, already bounded; others `str | None`).
- Before it runs, `app` has checked size, rate, Origin, session, device and `accounts.access`; whatever DomainError a
  handler raises becomes an answer in `server.errors`.
- The websocket is `cencomm.server.websocket.endpoint(websocket)` with `websocket.app.state.services`; it signs in by
  `security.authenticate_device`.
- `Delivery` (`cencomm.server.fanout`) is the running Delivery Service: opened once with the `Foundation`, closed at
  shutdown. Besides what the CUG routes use it offers, for the accounts side:

      Delivery.open(foundation) (async, class method), close() (async)
      end_session(token_hash), end_device(device_id), end_account(account_id, except_token_hash=None)
      revocations_published(), key_packages_low(device_id, count)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cencomm.accounts.errors import NoDevice, NotSignedIn
from cencomm.accounts.model import Deployment, Session
from cencomm.accounts.ports import NewUnitOfWork, UnitOfWork
from cencomm.ids import DeviceId, OfficerId
from cencomm.settings import Settings
from cencomm.store.database import Database
from cencomm.wire.frames import RECORD_BYTES, Limits
from cencomm.wire.http import Body

if TYPE_CHECKING:
    from cencomm.server.fanout import Delivery
    from cencomm.server.files import Files
    from cencomm.server.limits import RateLimits

Handler = Callable[..., Awaitable[Body | bytes | None]]

LIMITS = Limits(record_bytes=RECORD_BYTES, handshake_bytes=2 * 1024 * 1024, key_packages=200, subscriptions=200)
"""What this server takes: bytes of a record, bytes of a commit or group start, packages a device, CUGs a session."""


@dataclass(frozen=True, slots=True)
class Foundation:
    """What stands before any service runs; everything else is built on it."""

    settings: Settings
    database: Database
    new_unit_of_work: NewUnitOfWork
    """Of the accounts side: `async with new_unit_of_work() as uow`."""
    deployment: Deployment
    now_ms: Callable[[], int]
    """Milliseconds since 1970, UTC."""
    limits: Limits = LIMITS


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that lives as long as the process; `app.state.services`."""

    foundation: Foundation
    delivery: Delivery
    rates: RateLimits
    files: Files

    @property
    def now_ms(self) -> Callable[[], int]:
        return self.foundation.now_ms

    @property
    def new_unit_of_work(self) -> NewUnitOfWork:
        return self.foundation.new_unit_of_work


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request: who asks, from where, and the services."""

    services: Services
    address: str
    """The peer's IP address, for rate limits and lockout only; never logged with an account."""
    signed_in: Session | None

    @property
    def session(self) -> Session:
        """Raises NotSignedIn."""
        if self.signed_in is None:
            raise NotSignedIn
        return self.signed_in

    @property
    def now_ms(self) -> int:
        return self.services.now_ms()

    @property
    def session_hours(self) -> int:
        return self.services.foundation.settings.session_hours

    def unit_of_work(self, *, read_only: bool = False) -> UnitOfWork:
        """A fresh one of the accounts side."""
        return self.services.new_unit_of_work(read_only=read_only)

    @property
    def account_id(self) -> str:
        return self.session.account_id

    @property
    def officer_id(self) -> OfficerId:
        """The session's account as a member of CUGs."""
        return OfficerId(self.session.account_id)

    @property
    def device_id(self) -> DeviceId:
        """Raises NoDevice where the session is not bound to one."""
        if self.session.device_id is None:
            raise NoDevice
        return self.session.device_id
