"""The whole examination, from what everything else stands on to what stands on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from cencomm.errors import DomainError
from cencomm.server.doctor.address import examine_address
from cencomm.server.doctor.database import examine_database
from cencomm.server.doctor.files import examine_files
from cencomm.server.doctor.finding import Finding, ok, wrong
from cencomm.server.doctor.machine import BOUNDS, Bounds, examine_machine
from cencomm.server.doctor.redis import examine_redis
from cencomm.settings import Settings, SettingsInvalid
from cencomm.store.database import DatabaseUrlInvalid
from cencomm.store.diagnosis import diagnose
from cencomm.store.schema import newest_revision
from cencomm.tracing import TracingInvalid, wanted


async def examine(environ: Mapping[str, str], now_ms: Callable[[], int], bounds: Bounds = BOUNDS) -> list[Finding]:
    """Every finding, in order. Reads only."""
    try:
        settings = Settings.from_environment(environ)
        wanted(environ)
        found = await diagnose(settings.database_url)
    except (SettingsInvalid, TracingInvalid) as error:
        return [wrong("settings_invalid", setting=_setting(error))]
    except DatabaseUrlInvalid:
        return [wrong("settings_invalid", setting="CENCOMM_DATABASE_URL")]
    is_current = found is not None and found.revision == newest_revision()
    try:
        files = [finding async for finding in examine_files(settings)] if is_current else []
    except SettingsInvalid as error:
        files = [wrong("settings_invalid", setting=_setting(error))]
    deployment_id = found.deployment[0] if found is not None and found.deployment is not None else None
    return [
        ok("settings_valid"),
        *examine_machine(settings, deployment_id, now_ms(), bounds),
        *examine_database(found, now_ms()),
        *files,
        *[finding async for finding in examine_redis(settings, now_ms)],
        *await asyncio.to_thread(lambda: list(examine_address(settings, deployment_id, now_ms()))),
    ]


def _setting(error: DomainError) -> str:
    return str(error.facts["setting"])
