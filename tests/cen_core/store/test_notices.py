"""Notices on both databases: stored and read back, and found alike."""

from __future__ import annotations

import asyncio

import pytest

from cen_core.errors import VersionConflict
from cen_core.model.notice import NoticeKind, NoticeMove, NoticeState
from cen_core.model.notice_content import content_of
from cen_core.model.notice_query import notice_page
from cen_core.services.notices import NewNotice, SeenNotice
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import COLLEAGUE, FOREIGNER, NCP, OFFICER, Stand

TEXTS = {
    "en": ("Ivory in hollow timber", "Look at the **glue** of each log."),
    "ru": ("Слоновая кость в брёвнах", "Смотрите на клей."),
    "ar": ("العاج في الأخشاب", "انظروا إلى الغراء."),
}


async def _published(stand: Stand, key: str, topic: str, kind: NoticeKind = NoticeKind.ALERT) -> str:
    texts = {name: (f"{title} {key}", body) for name, (title, body) in TEXTS.items()}
    given = NewNotice(kind, topic, content_of("en", texts), f"key-{key}-0000", submit=True)
    notice = await stand.core.cws.create(OFFICER, given)
    await stand.core.cws.move(NCP, NoticeMove.APPROVE, SeenNotice(notice.notice_id, 1))
    return notice.notice_id


async def test_published_notices_are_found_by_words_of_every_script(both: Stand) -> None:
    first = await _published(both, "one", "fauna_flora")
    both.now_ms += 1
    second = await _published(both, "two", "general", NoticeKind.BULLETIN)

    async def found(**given: str) -> list[str]:
        asked = {name: [value] for name, value in given.items()}
        answer = await both.core.cws.find(FOREIGNER, asked, notice_page(20, ""))
        assert answer.total == len(answer.notices)
        return [view.notice_id for view in answer.notices]

    assert await found() == [second, first]
    for words in ("ivory", '"hollow timber"', "брёвнах", "бревнах", "أخشاب", "glu*", "one two -nothing"):
        assert set(await found(text=words)) <= {first, second}, words
    assert await found(text="ivory one") == [first]
    assert await found(text="слоновая -one") == [second]
    assert await found(text="أخشاب two") == [second]
    assert await found(text="timber hollow", kind="alert") == [first]
    assert await found(topic="general") == [second]
    assert await found(owner="KE", topic="fauna_flora") == [first]
    assert await found(owner="FR") == []
    assert await found(text="' OR 1=1 -- \" * ( NEAR") == []


async def test_pages_follow_each_other_without_gap_or_repetition(both: Stand) -> None:
    wanted = [await _published(both, f"n{number}", "general") for number in range(5)]
    got: list[str] = []
    after = ""
    while True:
        page = await both.core.cws.find(FOREIGNER, {}, notice_page(2, after))
        got += [view.notice_id for view in page.notices]
        after = page.next_after
        if not after:
            break
    assert sorted(got) == sorted(wanted)
    assert len(got) == len(wanted)


async def test_of_two_changes_at_once_one_is_a_conflict(both: Stand) -> None:
    given = NewNotice(NoticeKind.ALERT, "general", content_of("en", TEXTS), "key-at-once")
    notice = await both.core.cws.create(OFFICER, given)
    other = content_of("en", {"en": ("Other", "text")})
    seen = SeenNotice(notice.notice_id, 1)
    done = await asyncio.gather(
        both.core.cws.amend(OFFICER, seen, other), both.core.cws.amend(COLLEAGUE, seen, other), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["Notice", "VersionConflict"]
    assert len(await both.core.cws.history(OFFICER, notice.notice_id)) == 2


async def test_a_head_of_another_revision_is_not_overwritten(both: Stand) -> None:
    given = NewNotice(NoticeKind.ALERT, "general", content_of("en", TEXTS), "key-revision")
    notice = await both.core.cws.create(OFFICER, given)
    async with sql_units_of_work(both.engine)() as uow:
        with pytest.raises(VersionConflict):
            await uow.notices.update(notice.moved(NoticeMove.SUBMIT, 1, 2).moved(NoticeMove.WITHDRAW, 2, 3))
        assert await uow.notices.get(notice.notice_id) == notice
        assert await uow.notices.get("f" * 32) is None
    assert notice.state is NoticeState.DRAFT


async def test_a_files_bytes_come_back_as_they_are(both: Stand) -> None:
    given = NewNotice(NoticeKind.ALERT, "general", content_of("en", TEXTS), "key-of-a-file")
    notice = await both.core.cws.create(OFFICER, given)
    sent = b"%PDF-" + bytes(range(256)) * 20
    await both.core.cws.attach(OFFICER, SeenNotice(notice.notice_id, 1), "a.pdf", sent)
    (file,) = (await both.core.cws.read(OFFICER, notice.notice_id)).content.files
    assert await both.core.cws.file_of(OFFICER, notice.notice_id, file.file_id) == (file, sent)
