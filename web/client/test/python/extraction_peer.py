"""`world_peer.py` with extractions: the Python client's own, and what `cencomm verify` says of the browser's."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import sys
from pathlib import Path
from typing import Any

import msgspec
import python_calamine

from cencomm.client import bundle
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.outbox import new_row
from cencomm.client.errors import SendRefused
from cencomm.client.extraction import extract
from cencomm.client.model import OutboxRow
from cencomm.client.verify import verify
from cencomm.crypto.record_format import Audience, PartHeader, RecordHeader
from cencomm.crypto.records import key_id
from cencomm.crypto.tls import Writer
from cencomm.ids import CugId, GroupId, new_client_ref
from cencomm.templates_forms.samples import sample_records
from cencomm.wire.content import Chat, Form, encode_content
from cencomm.wire.encoding import encode
from cencomm.wire.frames import EventKind
from tests.e2e.world import PASSWORD
from tests.unit.export.hostile import HOSTILE

sys.path.insert(0, str(Path(__file__).parent))
from world_peer import PATIENCE_SECONDS, Peer, main

_SEALED_BYTES = 300
_NO_DAY_MS = 2**52
COVER = f"{bundle.TABLES}/cover.csv"


class ExtractionPeer(Peer):
    """Carries out what the extraction's tests ask for."""

    async def hostile(self) -> list[str]:
        return list(HOSTILE)

    async def submit_many(self, name: str, cug: str, count: int) -> None:
        """Sample forms, then a correction of the last one with a remark that looks like a formula."""
        group = self._cug(name, cug)
        template = group.templates()[0].hash
        samples = [sample.answers for sample in sample_records(count, 3)]
        refs = [await group.submit(template, answers) for answers in samples]
        await group.submit(template, {**samples[-1], "remarks": "=1+1"}, replaces=refs[-1])
        await group.flush(PATIENCE_SECONDS)

    async def send_odd(self, name: str, cug: str) -> None:
        """What no honest client sends: a later version, an unknown template, contradicting parts, no day."""
        engine = self._engine(name, cug)
        form = Form(bytes(32), "mystery", "9", bytes(16), {"b": "=1+1", "a": [{"c": True}]})
        twice = [Form(bytes(32), "mystery", "9", bytes(16), {"a": text}) for text in ("one", "two")]
        engine.queue(personal=encode({"t": "of_a_later_version"}))
        engine.queue(personal=encode_content(form))
        engine.queue(public=encode_content(twice[0]), personal=encode_content(twice[1]))
        engine.queue(personal=b"noise")
        self._add(
            engine, new_row(new_client_ref(), EventKind.RECORD, personal=encode_content(Chat("late"))), _NO_DAY_MS
        )
        await self._cug(name, cug).flush(PATIENCE_SECONDS)

    async def send_garbled(self, name: str, cug: str) -> None:
        """A record whose header is right and whose sealed part is noise: everybody refuses it."""
        engine = self._engine(name, cug)
        state = engine.memory.secret
        assert state is not None
        key = engine.memory.content_key(engine.reading(), GroupId(state.group_id), state.epoch)
        assert key is not None
        ref = new_client_ref()
        parts = (PartHeader(Audience.PERSONAL, key_id(key)),)
        header = RecordHeader(1, engine.cug_id, GroupId(state.group_id), state.epoch, state.own_leaf_index, ref, parts)
        body = Writer().raw(header.encode()).vector(bytes(_SEALED_BYTES)).bytes()
        self._add(engine, new_row(ref, EventKind.RECORD, body=body), 0)
        await self._came_back(name, cug)

    async def _came_back(self, name: str, cug: str) -> None:
        """Stored, whatever the sender's own client says of it."""
        with contextlib.suppress(SendRefused):
            await self._cug(name, cug).flush(PATIENCE_SECONDS)

    def _engine(self, name: str, cug: str) -> CugEngine:
        return self._officers[name]._engines[CugId(bytes.fromhex(cug))]

    def _add(self, engine: CugEngine, row: OutboxRow, sent_at_ms: int) -> None:
        with engine.changing() as tx:
            engine.memory.outbox.add(tx, msgspec.structs.replace(row, sent_at_ms=sent_at_ms))
        engine.push()

    async def extract(self, name: str, cug: str, path: str, language: str) -> Any:
        client, group = self._officers[name], self._cug(name, cug)
        made = await extract(client, group, Path(path), PASSWORD, language=language)
        return {"records": made.records, "forms": made.forms, "up_to_seq": made.up_to_seq}

    async def verify(self, path: str) -> Any:
        verdict = await asyncio.to_thread(verify, Path(path))
        return {
            "failures": [[each.check, each.where, each.says] for each in verdict.failures],
            "notices": sorted({each.check for each in verdict.notices}),
            "extracted_by": verdict.extracted_by,
            "records": len(verdict.records),
            "checked": verdict.checked,
        }

    async def tables(self, path: str, up_to_seq: int) -> Any:
        """Every table's rows up to that event: CSV as text, and the cells of the workbook as text of their types.

        But for the cover, which names its own extraction: `verify` writes it again.
        """
        with bundle.open_bundle(Path(path)) as opened:
            names = sorted(name for name in opened.names if name.startswith(f"{bundle.TABLES}/") and name != COVER)
            texts = {name: opened.read(name).decode("utf-8-sig") for name in names}
            data = opened.read(bundle.XLSX)
        found: dict[str, Any] = {
            name: _until(csv.reader(text.splitlines(True)), up_to_seq) if name.endswith(".csv") else text.splitlines()
            for name, text in texts.items()
        }
        place = Path(path).with_suffix(".xlsx")
        place.write_bytes(data)
        book = python_calamine.CalamineWorkbook.from_path(str(place))
        for sheet in book.sheet_names[1:]:
            rows = book.get_sheet_by_name(sheet).to_python()
            found[f"sheet {sheet}"] = [[repr(cell) for cell in row] for row in _until(iter(rows), up_to_seq)]
        place.unlink()
        return found


def _until(rows: Any, up_to_seq: int) -> list[Any]:
    title = next(rows)
    return [title, *(row for row in rows if not str(row[0]).replace(".0", "").isdigit() or float(row[0]) <= up_to_seq)]


if __name__ == "__main__":
    asyncio.run(main(ExtractionPeer))
