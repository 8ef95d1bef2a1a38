"""The index itself; what is found is in `test_published`."""

from __future__ import annotations

from cen_core.api import Question
from cen_core.model.text import tokens
from cen_core.store import fulltext
from cen_core.store.fulltext import MAX_POSITION, MAX_POSITIONS
from tests.cen_core.world import READER, Stand


async def _find(stand: Stand, asked: str) -> int:
    return (await stand.core.search(READER, Question({"text": [asked]}))).total


async def test_very_long_texts_are_indexed_whole(both: Stand) -> None:
    case = await both.published()
    words = [f"word{number}" for number in range(MAX_POSITION + 100)] + ["again"] * (MAX_POSITIONS + 100)
    async with both.engine.begin() as connection:
        await fulltext.remove(connection, [case.number])
        await fulltext.put(connection, [(case.number, words)])
    assert await _find(both, f"word{MAX_POSITION + 99}") == 1
    assert await _find(both, "again") == 1
    assert await _find(both, '"word7 word8"') == 1
    assert await _find(both, "Kenya") == 0


async def test_letters_of_every_plane_are_letters_to_both(both: Stand) -> None:
    case = await both.published()
    strange = "𞤀𞤣𞤤𞤢𞤥 𐐨𐑊 ꜱᴛ ⅷ ሰላም ᏣᎳᎩ ⴰⵎⴰⵣⵉⵖ தமிழ் বাংলা"
    async with both.engine.begin() as connection:
        await fulltext.remove(connection, [case.number])
        await fulltext.put(connection, [(case.number, tokens(strange))])
    for word in strange.split():
        assert await _find(both, word) == 1, word


async def test_removing_what_is_not_there_is_harmless(both: Stand) -> None:
    async with both.engine.begin() as connection:
        await fulltext.remove(connection, [12345])
