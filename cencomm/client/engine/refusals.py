"""What the engine refuses to believe; the code becomes the `reason` of a refused item."""

from __future__ import annotations

from cencomm.client.errors import ClientError


class RecordRefused(ClientError):
    """A record that does not keep PROTOCOL §3; `reason` is a stable word."""

    code = "client.record_refused"


class EventRefused(ClientError):
    """A handshake, rejection, seal or closing that does not fit its place in the log (`reason`)."""

    code = "client.event_refused"
