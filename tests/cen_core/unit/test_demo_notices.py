"""The demonstration's notices keep every rule and show every kind and every language."""

from __future__ import annotations

from cen_core import demo_notices
from cen_core.model.notice import NoticeKind
from cen_core.model.notice_query import notice_page
from cencomm.i18n import LANGUAGES
from tests.cen_core.world import OFFICER, Stand


async def test_they_fill_an_empty_core(stand: Stand) -> None:
    await demo_notices.fill(stand.core.cws)
    found = await stand.core.cws.find(OFFICER, {}, notice_page(50, ""))
    assert {view.kind for view in found.notices} == set(NoticeKind) - {NoticeKind.BULLETIN}
    assert {language for view in found.notices for language in view.content.texts} == set(LANGUAGES)
    assert len(await stand.core.cws.worklist(OFFICER)) == 2
    proposed, _ = await stand.core.cws.proposals(OFFICER)
    assert [(view.votes, view.answers) for view in proposed] == [(3, 1), (0, 0)]
