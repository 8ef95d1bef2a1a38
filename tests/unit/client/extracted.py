"""Examined logs for tests of what is made from them."""

from __future__ import annotations

from cencomm.client.extraction_scope import reduced
from cencomm.client.verify_log import examine
from cencomm.client.verify_rows import Examined
from cencomm.export.profiles import Profile
from tests.unit.client.verify_world import Log
from tests.unit.crypto.groups import CUG
from tests.unit.crypto.people import OTIENO, TRUST


def examined(log: Log, profile: Profile = Profile.FULL) -> Examined:
    """As an extraction of this profile has it."""
    whole = examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id).found
    if profile is Profile.FULL:
        return whole
    kept = reduced(whole, log.entries)
    return examine(log.events, kept, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id, profile=profile).found
