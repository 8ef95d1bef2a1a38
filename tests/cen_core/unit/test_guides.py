"""Every example of docs/api.md and docs/analyst-guide.md is run against the core.

GU-01 the Python of the API's page runs from top to bottom
GU-02 the addresses that both pages name answer
GU-03 the searches of the analyst's page find what they say, and its SQL runs on an export
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from cen_core.api import Question
from cencomm.client import core as client
from tests.cen_core.unit.edge.web import ORIGIN, Web, served
from tests.cen_core.world import NCP, OFFICER, READER, Stand, import_data

DOCS = Path(__file__).parent.parent.parent.parent / "docs"
API = (DOCS / "api.md").read_text(encoding="utf-8")
GUIDE = (DOCS / "analyst-guide.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest_asyncio.fixture
async def web(stand: Stand) -> AsyncIterator[Web]:
    async with served(stand) as made:
        yield made


async def test_gu_01_the_python_runs(web: Web) -> None:
    await web.with_password(OFFICER)
    blocks = _BLOCK.findall(API)
    assert len(blocks) >= 5
    names: dict[str, Any] = {"CoreApi": lambda _: client.CoreApi(ORIGIN, transport=web.transport)}
    for block in blocks:
        source = block.replace("import CoreApi, CoreRow", "import CoreRow")
        code = compile(source, "docs/api.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        done = eval(code, names)
        if inspect.isawaitable(done):
            await done


async def test_gu_02_the_addresses_answer(web: Web) -> None:
    program, browser = await web.program(NCP), await web.browser(NCP)
    named = re.findall(r"GET (/cen/v1/\S+)", API)
    assert len(named) >= 6
    for path in [*named, "/cen/v1/openapi.json"]:
        answer = await program.ask("GET", path.removeprefix("/cen/v1"))
        assert answer.status_code == 200, path
    pages = re.findall(r"`(/cen/search\?[^`]+)`", GUIDE)
    assert pages
    for path in pages:
        assert (await browser.get(path)).status_code == 200, path


async def test_gu_03_the_searches_and_the_sql_run(web: Web, tmp_path: Path) -> None:
    await web.stand.published(import_data("KE", "BR"))
    block = next(part for part in re.findall(r"(?:^    .*\n)+", GUIDE, re.MULTILINE) if "cocaine container" in part)
    asked = [re.split(r"\s{3,}", line.strip())[0] for line in block.splitlines()]
    assert len(asked) == 4
    for text in asked:
        await web.stand.core.search(READER, Question({"text": [text]}))
    sql = next(part for part in re.findall(r"(?:^    .*\n)+", GUIDE, re.MULTILINE) if "SELECT" in part)
    answer = await (await web.browser(READER)).get("/cen/export.sqlite")
    path = tmp_path / "base.sqlite"
    path.write_bytes(answer.content)
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute(sql).fetchall() == []
        assert database.execute(sql.replace("ivory_raw", "cocaine")).fetchall() == [("KE", 1.0)]
