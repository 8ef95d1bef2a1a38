"""The engine's refusals carry a stable code and a reason."""

from __future__ import annotations

from cencomm.client.engine.refusals import EventRefused, RecordRefused


def test_codes_are_stable() -> None:
    assert str(RecordRefused(reason="repeated")) == "client.record_refused(reason='repeated')"
    assert EventRefused(reason="other_group").facts == {"reason": "other_group"}
