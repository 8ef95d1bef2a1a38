"""Everything that lives as long as the process: opened in order, closed in the opposite one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cencomm.accounts.model import Deployment
from cencomm.errors import DomainError
from cencomm.server.clock import wall_clock_ms
from cencomm.server.context import LIMITS, Foundation, Services
from cencomm.server.fanout import Delivery
from cencomm.server.files import Files
from cencomm.server.limits import RateLimits
from cencomm.settings import Settings
from cencomm.store.database import Database, open_database
from cencomm.store.unit_of_work import sql_units_of_work
from cencomm.wire.frames import Limits


class NotInitialised(DomainError):
    """The database holds no deployment yet: `cencomm server init` makes one."""

    code = "server.not_initialised"


@dataclass(frozen=True, slots=True)
class Startup:
    """What the services are opened with; tests put other clocks and limits here."""

    settings: Settings
    now_ms: Callable[[], int] = wall_clock_ms
    steady_s: Callable[[], float] = time.monotonic
    limits: Limits = LIMITS

    @asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        """The running services. Raises NotInitialised."""
        async with open_database(self.settings.database_url) as database:
            new_unit_of_work = sql_units_of_work(database.engine)
            foundation = Foundation(
                settings=self.settings,
                database=database,
                new_unit_of_work=new_unit_of_work,
                deployment=await _deployment(database),
                now_ms=self.now_ms,
                limits=self.limits,
            )
            delivery = await Delivery.open(foundation)
            rates = RateLimits(self.settings.requests_per_second, self.steady_s)
            files = Files.open(foundation, delivery)
            services = Services(foundation, delivery, rates, files)
            try:
                async with _shared(foundation, rates):
                    yield services
            finally:
                await files.close()
                await delivery.close()


@asynccontextmanager
async def _shared(foundation: Foundation, rates: RateLimits) -> AsyncIterator[None]:
    url, deployment = foundation.settings.redis_url, foundation.deployment
    if not url:
        yield
        return
    from cencomm.server.shared_rates import sharing  # noqa: PLC0415  only where it is wanted: redis starts slowly
    from cencomm.store.redis_rates import RedisRates  # noqa: PLC0415  only where it is wanted: redis starts slowly

    async with sharing(rates, RedisRates(url, deployment.deployment_id, deployment.disguise_key)):
        yield


async def _deployment(database: Database) -> Deployment:
    async with sql_units_of_work(database.engine)(read_only=True) as uow:
        deployment = await uow.deployments.get()
    if deployment is None:
        raise NotInitialised
    return deployment
