"""Sending many records from one file, so that a crash half way loses nothing and sends nothing twice.

Each row has a client_ref that follows from the file and its line under a secret of this device: taken up again, what
is there already is known by it, and the server, which sees client_refs, learns nothing of what is in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cencomm.bulk.rows import BulkRow, Duplicate, duplicates, fingerprint
from cencomm.client.cug import Cug
from cencomm.crypto.primitives import hmac_sha256
from cencomm.ids import ClientRef
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Form

_PAGE = 500
_PORTION = 128
"""How many records may wait for the server at once."""
_PORTION_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent: nothing has been yet."""

    fresh: tuple[BulkRow, ...]
    duplicates: tuple[Duplicate, ...]
    sent_before: int
    """Rows that this device has sent from this very file."""


class BulkSending:
    """The rows of one file on their way into one group. `digest` names the file with all that decides its records."""

    def __init__(self, cug: Cug, template: Template, digest: bytes) -> None:
        self._cug = cug
        self._template = template
        self._key = cug.import_key(digest)

    def reference(self, line: int) -> ClientRef:
        """The client_ref of a line."""
        return ClientRef(self._of(b"client_ref", line))

    def _of(self, what: bytes, line: int) -> bytes:
        return hmac_sha256(self._key, what + b"\0" + str(line).encode())[:16]

    def plan(self, rows: Sequence[BulkRow]) -> Plan:
        """Which rows are new, against the group as this device knows it now."""
        waiting = [row for row in rows if not self._cug.has_sent(self.reference(row.line))]
        found = tuple(duplicates(waiting, self._known()))
        lines = {duplicate.row.line for duplicate in found}
        fresh = tuple(row for row in waiting if row.line not in lines)
        return Plan(fresh, found, len(rows) - len(waiting))

    def _known(self) -> dict[str, int]:
        """The newest record of each case that the group has on this form, in any version of it."""
        known: dict[str, int] = {}
        seq = 0
        while items := self._cug.items(seq, _PAGE):
            seq = items[-1].seq
            for item in items:
                content = item.content
                if isinstance(content, Form) and content.template_id == self._template.id:
                    known[fingerprint(content.answers)] = item.seq
        return known

    async def send(self, rows: Sequence[BulkRow], on_progress: Callable[[int, int], None]) -> int:
        """Send the rows in portions, each at the server before the next; how many were sent.

        Raises:
            FormInvalid, SendRefused, ServerUnreachable: what was sent stays sent, and the rest can be sent again.
        """
        done = 0
        for start in range(0, len(rows), _PORTION):
            portion = rows[start : start + _PORTION]
            for row in portion:
                await self._cug.submit(
                    self._template.hash,
                    row.answers,
                    record_id=self._of(b"record_id", row.line),
                    client_ref=self.reference(row.line),
                )
            await self._cug.flush(_PORTION_SECONDS)
            done += len(portion)
            on_progress(done, len(rows))
        return done
