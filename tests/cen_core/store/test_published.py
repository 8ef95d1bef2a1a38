"""Questions to published cases, the same on both databases.

CP-01 only published versions are found, whatever is asked
CP-02 full text in any script: case, accents and points do not matter
CP-03 a word of a code, in any of the six languages, finds the cases with that code
CP-04 phrases, beginnings, exclusions
CP-05 pages have an end and no gaps; the stream is all pages
CP-06 facets count without their own condition
CP-07 an amended case is found by what was validated, not by the draft
CP-08 hostile texts and values find nothing and break nothing
"""

from __future__ import annotations

import contextlib

import pytest

from cen_core.api import Entry, Principal, Question, Role
from cen_core.errors import NotAllowed, QueryInvalid
from cen_core.model.query import page_of
from tests.cen_core.world import (
    FOREIGNER,
    LIMITED,
    NCP,
    OFFICER,
    READER,
    RILO,
    Stand,
    change,
    data,
    entry,
    import_data,
    line,
)

TEXTS = {
    "fr": "Saisie d’héroïne dissimulée à Orléans",
    "es": "Ocultación en el doble fondo de un camión, señuelo",
    "ru": "Контрабанда сигарет в ёмкости, Кёльн",
    "ar": "تهريبُ السَّجائرِ مُخبَّأةٌ في إطارات",
    "pt": "Apreensão de aves em caixões",
    "zh": "海关在集装箱夹层中查获象牙",
    "ja": "コンテナの二重底に隠された",
    "th": "ซุกซ่อนในตู้คอนเทนเนอร์",
    "hi": "कंटेनर में छिपाया गया",
    "el": "Λαθραία τσιγάρα",
    "ko": "컨테이너에 숨겨진 담배",
    "he": "סיגריות מוברחות",
    "en": "Hidden under scrap-metal; seal no. broken",
}


async def total(stand: Stand, **given: str | list[str]) -> int:
    asked = {name: [value] if isinstance(value, str) else value for name, value in given.items()}
    found = await stand.core.search(READER, Question(asked))
    assert len(found.cases) == min(found.total, 50)
    return found.total


async def with_text(stand: Stand, text: str, language: str = "en") -> None:
    given = data(narrative=text, narrative_language=language)
    case = await stand.core.create(NCP, Entry(given, f"text-{text.__hash__()}", words_read=True, submit=True))
    await stand.core.validate(Principal("KE", NCP.level, "", "KE/second", Role.NCP), change(case))


async def test_cp_01_drafts_are_not_found(both: Stand) -> None:
    await both.core.create(OFFICER, entry())
    await both.submitted()
    assert await total(both) == 0
    assert (await both.core.statistics(OFFICER, {}, ("country",))).cells == ()
    case = await both.published(data(occurred_on="2024-04-01"))
    assert await total(both) == 1
    await both.core.withdraw(NCP, change(case), "mistake")
    assert await total(both) == 0
    for who in (LIMITED,):
        with pytest.raises(NotAllowed):
            await both.core.search(who, Question({}))
    assert (await both.core.search(RILO, Question({}))).total == 0


async def test_cp_02_any_script(both: Stand) -> None:
    for language, text in TEXTS.items():
        await with_text(both, text, language)
    for asked in (
        "héroïne", "HEROINE", "orléans", "camion", "CAMIÓN", "контрабанда", "КОНТРАБАНДА", "кельн", "Кёльн", "السجائر",
        "مخبأة", "مخبأه", "apreensao", "aves", "海关", "象牙", "夹层中查获", "关", "牙", "二重底", "コンテナ", "คอนเทน",
        "ซุก", "कंटेनर", "छिपाया", "ΤΣΙΓΆΡΑ", "τσιγαρα", "컨테이너에", "숨겨진", "סיגריות", "scrap metal", "scrap-metal",
        "SEAL",
    ):  # fmt: skip
        assert await total(both, text=asked) == 1, asked
    for absent in ("关海", "象", "牙象", "heroin" + "x", "кельнский", "二底"):
        assert await total(both, text=absent) == (1 if absent == "象" else 0), absent


async def test_cp_03_words_of_codes_in_six_languages(both: Stand) -> None:
    await both.published(import_data("ES", "BR"))
    await both.published(data(concealment=["false_bottom"]))
    for asked in ("cocaine", "cocaína", "кокаин", "الكوكايين", "Бразилия", "البرازيل", "España", "Brésil", "BR"):
        assert await total(both, text=asked) == 1, asked
    for asked in ("double fond", "дно", "KEMBA", "Кения", "Vietnam", "ivory"):
        assert await total(both, text=asked) == 1, asked
    assert await total(both, text="cocaine Vietnam") == 0


async def test_cp_04_phrases_beginnings_exclusions(both: Stand) -> None:
    await with_text(both, "red boxes under blue tarpaulin")
    await with_text(both, "blue boxes under red tarpaulin")
    assert await total(both, text="red boxes") == 2
    assert await total(both, text='"red boxes"') == 1
    assert await total(both, text="tarp*") == 2
    assert await total(both, text='"under red tar*"') == 1
    assert await total(both, text="tarp") == 0
    assert await total(both, text='boxes -"red boxes"') == 1
    assert await total(both, text='-"red boxes"') == 1
    assert await total(both, text="-boxes") == 0
    assert await total(both, text='- -- "" * ( ) \' \\') == 2


async def test_cp_05_pages_have_an_end_and_no_gaps(both: Stand) -> None:
    for day in (1, 2, 2, 2, 3, 3, 4):
        await both.published(data(occurred_on=f"2024-03-0{day}"))
    seen: list[str] = []
    after = ""
    for _ in range(10):
        found = await both.core.search(READER, Question({}, page=page_of(2, after)))
        assert found.total == 7
        seen += [case.case_id for case in found.cases]
        after = found.next_after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 7
    streamed = [case async for case in both.core.export(READER, {})]
    assert [case.case_id for case in streamed] == seen
    days = [case.content.occurred_on for case in streamed]
    assert days == sorted(days, reverse=True)


async def test_cp_05_export_is_refused_before_anything_is_read(both: Stand) -> None:
    with pytest.raises(NotAllowed):
        _ = [case async for case in both.core.export(LIMITED, {})]
    with pytest.raises(QueryInvalid):
        _ = [case async for case in both.core.export(READER, {"colour": ["red"]})]


async def test_cp_06_facets_count_without_their_own_condition(both: Stand) -> None:
    await both.published(data(goods=[line(), line(heading="drugs", product="cocaine")]))
    await both.published(import_data("ES", "BR"))
    await both.published(import_data("PT", "BR", concealment=["in_body", "baggage"]))
    facets = ("heading", "country", "concealment", "transit", "product")
    found = await both.core.search(READER, Question({"country": ["ES"]}, facets))
    counts = {name: {b.value: b.cases for b in buckets} for name, buckets in found.facets.items()}
    assert found.total == 1
    assert counts["country"] == {"ES": 1, "KE": 1, "PT": 1}
    assert counts["heading"] == {"drugs": 1}
    everything = (await both.core.search(READER, Question({}, facets))).facets
    assert {b.value: b.cases for b in everything["heading"]} == {"drugs": 3, "fauna_flora": 1}
    assert {b.value: (b.cases, b.is_unknown) for b in everything["concealment"]} == {
        "": (2, True),
        "in_body": (1, False),
        "baggage": (1, False),
    }
    assert {b.value: b.cases for b in everything["transit"]} == {"": 2, "SG": 1}


async def test_cp_07_amendment_is_not_found_before_it_is_validated(both: Stand) -> None:
    case = await both.published()
    draft = await both.core.amend(OFFICER, change(case), data(detection_method="random"), submit=True)
    assert await total(both, detection_method="random") == 0
    assert await total(both, detection_method="risk_profile") == 1
    await both.core.validate(Principal("KE", NCP.level, "", "KE/second", Role.NCP), change(draft))
    assert await total(both, detection_method="random") == 1
    assert await total(both, detection_method="risk_profile") == 0
    assert await total(both) == 1


HOSTILE = (
    "' OR 1=1 --", '" OR 1 --', "a' UNION SELECT 1", "NEAR(a b, 10)", "a AND", "OR", "NOT", "AND OR NOT", "^a", "a:b",
    "body:x", "{a b}:c", "a*b*", "**", '"', '"""', "a & | ! <-> b", ":*", "\\", "'", "%", "_", "\x00",
    "a\x00b", "\ud800", "()", "(((((", ";DROP TABLE cen_cases;", "{}", "$1", ":text_all", ":text_all_1", "-" * 50,
    "\u202e\u200b", "😀",
    "a" * 500, "- " * 240, '"' * 400, "ﷺ" * 100, "İ" * 100, "\u0301" * 100,
)  # fmt: skip


@pytest.mark.parametrize("asked", HOSTILE)
async def test_cp_08_hostile_text(stand: Stand, asked: str) -> None:
    await stand.published()
    before = await stand.counts()
    with contextlib.suppress(QueryInvalid):
        await stand.core.search(FOREIGNER, Question({"text": [asked]}))
    assert await stand.counts() == before


async def test_cp_08_hostile_text_on_both(both: Stand) -> None:
    await both.published()
    before = await both.counts()
    for asked in HOSTILE:
        try:
            await both.core.search(FOREIGNER, Question({"text": [asked]}, ("country",)))
        except QueryInvalid:
            continue
    assert await both.counts() == before


async def test_cp_08_hostile_values(both: Stand) -> None:
    await both.published()
    for name in ("location", "species", "operation_code", "territory", "year", "month", "day", "currency", "form"):
        for value in ("' OR 1=1 --", "x; DROP", "\x00", "\ud800", "%"):
            with pytest.raises(QueryInvalid):
                await both.core.search(READER, Question({name: [value]}))
