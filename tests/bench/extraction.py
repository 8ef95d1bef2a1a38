"""What the formats of an extraction cost beside opening, verifying and writing, and how much memory writing takes.

    python -m tests.bench.extraction --records 100000

The ratio is that of the issue: making and writing the tables of so many long forms with what comes before (each record
opened, its signature and certificates verified, its rules judged), divided by the same with the bare library writing
the same cells. Memory is what Python holds at most while one format is written, beside the records themselves.
"""

from __future__ import annotations

import argparse
import csv
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from xlsxwriter import Workbook

from cencomm.client.extraction_formats import Format, write_formats
from cencomm.client.extraction_layout import Layout
from cencomm.client.extraction_tables import named_tables
from cencomm.client.verify_log import examine
from cencomm.client.verify_rows import Examined, RecordRow
from cencomm.export.table import Cell, as_text
from cencomm.wire.content import Form, Template
from tests.bench.figures import Figure, at_most, table, told, write
from tests.bench.forms import long_records
from tests.unit.client.verify_world import LONG, Log, an_operation
from tests.unit.crypto.groups import CUG
from tests.unit.crypto.people import OTIENO, SILVA, TRUST

RECORDS, MANY = 2_000, 100_000
EXAMINED = 200
"""Records that are really opened and verified; the rest is taken to cost the same."""
MOST_TIMES = 1.3
MOST_MB = 250
FORMATS = (Format.XLSX, Format.CSV, Format.SQLITE)


def figures(full: bool, records: int = 0) -> list[Figure]:
    """Ratio and memory of each format, for a few records or for a hundred thousand."""
    number = records or (MANY if full else RECORDS)
    answers = long_records()
    log = _log(answers)
    begun = time.process_time()
    found = examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id).found
    opened = (time.process_time() - begun) / EXAMINED * number
    many = _many(found, number)
    made = [told(f"open and verify {number} long forms", opened, "s")]
    with tempfile.TemporaryDirectory(prefix="cencomm-bench-") as folder:
        for format_ in FORMATS:
            made += _of(format_, many, opened, Path(folder))
    return made


def _log(answers: list[dict[str, object]]) -> Log:
    log = an_operation()
    log.record(OTIENO, personal=Template(LONG.encode()))
    for each in answers[:EXAMINED]:
        log.form(SILVA, each, template=LONG)
    return log


def _many(found: Examined, number: int) -> Examined:
    """As if so many had been examined: the same answers again and again, each record under its own number."""
    forms = [row for row in found.records if isinstance(row.content, Form) and row.content.template_id == LONG.id]
    rows: list[RecordRow] = []
    for seq in range(1, number + 1):
        rows.append(replace(forms[seq % len(forms)], seq=seq, client_ref=seq.to_bytes(16, "big")))
    events = [replace(found.events[-1], seq=row.seq) for row in rows]
    return Examined(records=rows, events=events, templates={LONG.hash: LONG}, title=found.title)


def _of(format_: Format, many: Examined, opened: float, folder: Path) -> list[Figure]:
    layout = Layout("en", formats=(str(format_),))
    (folder / format_).mkdir()
    whole = _seconds(lambda: write_formats(folder / format_, many, layout))
    cells = [[list(row) for row in each.rows] for _, each in named_tables(many, layout)]
    bare = _bare_seconds(format_, folder / f"bare.{format_}", cells)
    cells.clear()
    (folder / "again" / format_).mkdir(parents=True)
    tracemalloc.start()
    write_formats(folder / "again" / format_, _first(many), layout)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return [
        told(f"{format_}: tables made and written", whole, "s"),
        at_most(f"{format_}: of open + verify + write", (opened + whole) / (opened + bare), "times", MOST_TIMES),
        at_most(f"{format_}: memory while writing", peak, "MB", MOST_MB),
    ]


def _first(many: Examined) -> Examined:
    """Enough records to see that memory does not follow their number; tracing makes everything slow."""
    enough = slice(0, RECORDS)
    return Examined(
        records=many.records[enough], events=many.events[enough], templates=many.templates, title=many.title
    )


def _bare_seconds(format_: Format, path: Path, tables: list[list[list[Cell]]]) -> float:
    return _seconds(lambda: _BARE[format_](path, tables))


def _seconds(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _bare_xlsx(path: Path, tables: list[list[list[Cell]]]) -> None:
    with Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        for rows in tables:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if value is not None:
                        sheet.write_string(number, place, as_text(value))


def _bare_csv(path: Path, tables: list[list[list[Cell]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for rows in tables:
            csv.writer(file).writerows(rows)


def _bare_sqlite(path: Path, tables: list[list[list[Cell]]]) -> None:
    with sqlite3.connect(path) as database:
        for number, rows in enumerate(tables):
            if rows:
                columns = ", ".join(f"c{place}" for place in range(len(rows[0])))
                database.execute(f"CREATE TABLE t{number} ({columns})")
                places = ", ".join("?" * len(rows[0]))
                database.executemany(f"INSERT INTO t{number} VALUES ({places})", _as_texts(rows))


def _as_texts(rows: list[list[Cell]]) -> Iterator[list[str | None]]:
    return ([None if value is None else as_text(value) for value in row] for row in rows)


_BARE: dict[Format, Callable[[Path, list[list[list[Cell]]]], None]] = {
    Format.XLSX: _bare_xlsx,
    Format.CSV: _bare_csv,
    Format.SQLITE: _bare_sqlite,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=RECORDS)
    measured = figures(False, parser.parse_args().records)
    write(measured)
    print(table(measured))
