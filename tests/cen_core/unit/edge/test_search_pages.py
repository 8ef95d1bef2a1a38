"""Search and statistics: the filter stands in the address, and everything on the page comes from it."""

from __future__ import annotations

import re

from cen_core.edge.search_pages import address, chips, given_of, value_word
from cen_core.edge.words import Words
from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import READER, data, import_data, line


async def some_cases(web: Web) -> None:
    await web.stand.published()
    await web.stand.published(data(occurred_on="2024-03-02", goods=[line(), line(quantity="2")]))
    await web.stand.published(import_data("FR", "CO"))


async def test_results_facets_and_chips_follow_the_filter(web: Web) -> None:
    await some_cases(web)
    browser = await web.browser(READER)
    everything = text_of(await browser.get("/cen/search"))
    assert "Seizures: 3" in everything and "1,028 kg" in everything
    page = await browser.get("/cen/search?text=&heading=drugs&since=&country=FR")
    said = text_of(page)
    assert "Seizures: 1" in said and "Cocaine" in said and "Raw ivory" not in said
    assert 'name="heading" value="drugs" checked' in page.text
    others = await browser.get("/cen/search?heading=drugs")
    assert 'name="heading" value="fauna_flora">' in others.text  # what else could be chosen
    assert 'href="/cen/search?country=FR"' in page.text
    assert 'href="/cen/export.csv?heading=drugs&amp;country=FR"' in page.text


async def test_a_filter_that_the_page_does_not_show_is_kept(web: Web) -> None:
    await some_cases(web)
    page = await (await web.browser(READER)).get("/cen/search?route=KE&route=SG&direction=export")
    assert page.text.count('type="hidden" name="route"') == 2
    assert 'type="hidden" name="direction" value="export"' in page.text
    assert "Seizures: 2" in text_of(page)


async def test_a_question_that_cannot_be_asked_is_said_on_the_page(web: Web) -> None:
    browser = await web.browser(READER)
    for path in ("search?since=soon&text=ivory", "statistics?by=colour", "search?colour=red"):
        page = await browser.get(f"/cen/{path}")
        assert (page.status_code, 'role="alert"' in page.text) == (400, True)
    assert 'value="ivory"' in (await browser.get("/cen/search?since=soon&text=ivory")).text


async def test_nothing_found_is_said_with_a_way_back(web: Web) -> None:
    page = await (await web.browser(READER)).get("/cen/search?text=nothing")
    assert "No validated seizure fits these conditions." in text_of(page)


async def test_older_cases_are_a_link_away_until_the_last(web: Web) -> None:
    for day in range(1, 28):
        await web.stand.published(data(occurred_on=f"2024-03-{day:02}"))
    browser = await web.browser(READER)
    first = await browser.get("/cen/search?heading=fauna_flora")
    older = re.search(r'href="(/cen/search\?heading=fauna_flora&amp;after=[^"]+)"', first.text)
    assert older is not None
    second = await browser.get(older[1].replace("&amp;", "&"))
    assert second.text.count("/cen/cases/") == 2
    assert "after=" not in second.text.partition('<nav class="bar"')[2]


async def test_statistics_have_a_bar_and_its_number(web: Web) -> None:
    await some_cases(web)
    page = await (await web.browser(READER)).get("/cen/statistics?by=heading&then=country")
    assert page.text.count('class="value"') == 2
    assert 'width="100"' in page.text and 'width="50"' in page.text
    said = text_of(page)
    assert "1,027 kg" in said and "Seizures: 3" in said
    assert "/cen/search?heading=drugs&amp;country=FR" in page.text
    in_time = text_of(await (await web.browser(READER)).get("/cen/statistics?by=day"))
    assert in_time.index("2024-03-01") < in_time.index("2024-03-02")


async def test_on_a_phone_the_conditions_are_folded(web: Web) -> None:
    browser = await web.browser(READER)
    assert '<details class="filters" open>' in (await browser.get("/cen/search")).text
    phone = await browser.get("/cen/search", **{"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile"})
    assert '<details class="filters">' in phone.text


def test_the_filter_of_an_address() -> None:
    assert given_of({"a": ["", " x "], "b": [""], "after": ["y"]}, "after") == {"a": ["x"]}
    assert address("/p", {"a": ["1", "&"]}, after="") == "/p?a=1&a=%26"
    assert address("/p", {}) == "/p"


def test_words_of_values() -> None:
    words = Words("en")
    assert value_word(words, "country", "-") == "not given"
    assert value_word(words, "form", "long") == "Long form"
    found = chips(words, "/p", {"route": ["KE", "SG"], "quantity_unit": ["KGM"], "text": ["ivory"]})
    assert (found[0].word, found[0].url) == ("Kenya", "/p?route=SG&quantity_unit=KGM&text=ivory")
    assert [chip.word for chip in found] == ["Kenya", "Singapore", "kilogram", "ivory"]
