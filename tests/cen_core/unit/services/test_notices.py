"""Writing, judging, publishing, reading and finding notices; a refusal stores nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from cen_core.errors import (
    AttachmentRefused,
    AttachmentUnknown,
    AuthorMayNotJudge,
    KeyReused,
    NotAllowed,
    NoticeInvalid,
    NoticeUnknown,
    VersionConflict,
    WrongState,
)
from cen_core.model.attachment import MAX_FILES
from cen_core.model.notice import Notice, NoticeKind, NoticeMove, NoticeState
from cen_core.model.notice_content import content_of
from cen_core.model.notice_query import notice_page
from cen_core.model.principal import Level, Principal, Role
from cen_core.services.notices import NewNotice, SeenNotice
from tests.cen_core.world import (
    COLLEAGUE,
    FOREIGN_NCP,
    FOREIGNER,
    LIMITED,
    NCP,
    OFFICER,
    READER,
    RILO,
    SECOND_SECRETARY,
    SECRETARY,
    Stand,
)

ANALYST = replace(RILO, level=Level.UNLIMITED)
OTHER_RILO = Principal("", Level.UNLIMITED, "europe", "rilo-europe/x", Role.RILO)
CONTENT = content_of("en", {"en": ("Ivory in timber", "Look at the *glue*."), "fr": ("Ivoire", "Voyez la colle.")})
LATER = content_of("en", {"en": ("Ivory in timber and stone", "Look at the glue.")})
_KEYS = count(1)


def new(kind: NoticeKind = NoticeKind.BULLETIN, *, submit: bool = True, key: str = "") -> NewNotice:
    return NewNotice(kind, "fauna_flora", CONTENT, key or f"notice-{next(_KEYS):06d}", submit)


def seen(notice: Notice) -> SeenNotice:
    return SeenNotice(notice.notice_id, notice.revision)


async def published(stand: Stand, by: Principal = OFFICER, judge: Principal = NCP) -> Notice:
    notice = await stand.core.cws.create(by, new())
    return await stand.core.cws.move(judge, NoticeMove.APPROVE, seen(notice))


async def listed(stand: Stand, who: Principal, **given: str) -> list[str]:
    asked = {name: [value] for name, value in given.items()}
    return [view.notice_id for view in (await stand.core.cws.find(who, asked, notice_page(20, ""))).notices]


async def test_a_draft_is_seen_by_its_own_and_nobody_else(stand: Stand) -> None:
    notice = await stand.core.cws.create(OFFICER, new(submit=False))
    for own in (OFFICER, COLLEAGUE, READER, NCP, LIMITED):
        assert (await stand.core.cws.read(own, notice.notice_id)).is_own
    for other in (FOREIGNER, FOREIGN_NCP, ANALYST, SECRETARY):
        with pytest.raises(NoticeUnknown):
            await stand.core.cws.read(other, notice.notice_id)
    assert await listed(stand, OFFICER) == []


async def test_published_everybody_sees_it_without_its_officers(stand: Stand) -> None:
    notice = await published(stand)
    for reader in (FOREIGNER, ANALYST, replace(FOREIGNER, level=Level.LIMITED)):
        view = await stand.core.cws.read(reader, notice.notice_id)
        assert (view.author, view.editor, view.revision, view.is_own) == ("", "", 0, False)
        assert view.content == CONTENT
        assert await listed(stand, reader) == [notice.notice_id]


async def test_an_amendment_is_not_seen_before_it_is_approved(stand: Stand) -> None:
    notice = await published(stand)
    stand.now_ms += 1000
    amended = await stand.core.cws.amend(COLLEAGUE, seen(notice), LATER, submit=True)
    assert (await stand.core.cws.read(FOREIGNER, notice.notice_id)).content == CONTENT
    assert (await stand.core.cws.read(NCP, notice.notice_id)).content == LATER
    assert await listed(stand, FOREIGNER, text="stone") == []
    await stand.core.cws.move(NCP, NoticeMove.APPROVE, seen(amended))
    assert (await stand.core.cws.read(FOREIGNER, notice.notice_id)).content == LATER
    assert await listed(stand, FOREIGNER, text="stone") == [notice.notice_id]
    assert await listed(stand, FOREIGNER, text="ivoire") == []


async def test_withdrawn_nobody_else_sees_or_finds_it(stand: Stand) -> None:
    notice = await published(stand)
    await stand.core.cws.move(NCP, NoticeMove.WITHDRAW, seen(notice), "mistake")
    assert await listed(stand, OFFICER) == []
    with pytest.raises(NoticeUnknown):
        await stand.core.cws.read(FOREIGNER, notice.notice_id)
    assert (await stand.core.cws.read(OFFICER, notice.notice_id)).state is NoticeState.WITHDRAWN


async def test_the_secretariat_may_take_anything_published_down_and_approve_nothing_of_a_member(stand: Stand) -> None:
    waiting = await stand.core.cws.create(OFFICER, new())
    with pytest.raises(NoticeUnknown):
        await stand.core.cws.move(SECRETARY, NoticeMove.APPROVE, seen(waiting))
    notice = await published(stand)
    view = await stand.core.cws.read(SECRETARY, notice.notice_id)
    assert (view.is_own, view.revision) == (False, notice.revision)
    await stand.core.cws.move(SECRETARY, NoticeMove.WITHDRAW, SeenNotice(view.notice_id, view.revision), "nominal")
    assert await listed(stand, OFFICER) == []


@pytest.mark.parametrize(
    ("author", "judge"),
    [
        (OFFICER, NCP),
        (ANALYST, replace(ANALYST, officer="rilo-esa/second")),
        (ANALYST, SECRETARY),
        (SECRETARY, SECOND_SECRETARY),
    ],
    ids=["ncp", "rilo", "secretariat-for-rilo", "secretariat"],
)
async def test_it_is_published_by_whom_it_belongs_to(stand: Stand, author: Principal, judge: Principal) -> None:
    notice = await published(stand, author, judge)
    assert notice.state is NoticeState.PUBLISHED
    actions = [entry.action for entry in await stand.core.cws.log(judge, notice.notice_id)]
    assert actions == ["approve_notice", "draft_notice"]


@pytest.mark.parametrize("judge", [NCP, ANALYST, SECRETARY], ids=["ncp", "rilo", "secretariat"])
async def test_nobody_judges_what_he_wrote_or_changed(stand: Stand, judge: Principal) -> None:
    notice = await stand.core.cws.create(judge, new())
    before = await stand.counts()
    for move in (NoticeMove.APPROVE, NoticeMove.RETURN):
        with pytest.raises(AuthorMayNotJudge):
            await stand.core.cws.move(judge, move, seen(notice))
    assert await stand.counts() == before


@pytest.mark.parametrize(
    ("who", "move"),
    [
        (COLLEAGUE, NoticeMove.APPROVE),
        (COLLEAGUE, NoticeMove.WITHDRAW),
        (COLLEAGUE, NoticeMove.DISCARD),
        (READER, NoticeMove.SUBMIT),
        (LIMITED, NoticeMove.SUBMIT),
        (replace(NCP, level=Level.READ_ONLY), NoticeMove.APPROVE),
    ],
    ids=["officer-approves", "officer-withdraws", "other-discards", "reader", "limited", "ncp-who-reads"],
)
async def test_other_moves_are_refused_and_nothing_changes(stand: Stand, who: Principal, move: NoticeMove) -> None:
    notice = await stand.core.cws.create(OFFICER, new(submit=move is not NoticeMove.DISCARD))
    before = await stand.counts()
    with pytest.raises(NotAllowed):
        await stand.core.cws.move(who, move, seen(notice))
    assert await stand.counts() == before
    assert (await stand.core.cws.read(NCP, notice.notice_id)).revision == 1


@pytest.mark.parametrize("who", [READER, LIMITED, RILO], ids=["reader", "limited", "rilo-who-reads"])
async def test_who_only_reads_writes_none(stand: Stand, who: Principal) -> None:
    before = await stand.counts()
    with pytest.raises(NotAllowed):
        await stand.core.cws.create(who, new())
    assert await stand.counts() == before


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        (OFFICER, NoticeKind.RILO_PAGE),
        (NCP, NoticeKind.REFERENCE),
        (SECRETARY, NoticeKind.RILO_PAGE),
    ],
)
async def test_a_kind_that_belongs_to_others_is_refused(stand: Stand, who: Principal, kind: NoticeKind) -> None:
    before = await stand.counts()
    with pytest.raises(NoticeInvalid) as refused:
        await stand.core.cws.create(who, new(kind))
    assert refused.value.facts["field"] == "kind"
    assert await stand.counts() == before


async def test_the_same_key_makes_one_notice(stand: Stand) -> None:
    first = await stand.core.cws.create(OFFICER, new(key="the-same-key"))
    assert await stand.core.cws.create(OFFICER, new(key="the-same-key")) == first
    before = await stand.counts()
    with pytest.raises(KeyReused):
        await stand.core.cws.create(OFFICER, replace(new(key="the-same-key"), content=LATER))
    with pytest.raises(NoticeInvalid):
        await stand.core.cws.create(OFFICER, new(key="short"))
    with pytest.raises(NoticeInvalid):
        await stand.core.cws.create(OFFICER, replace(new(), topic="weather"))
    assert await stand.counts() == before


async def test_of_two_who_edit_the_second_is_told_and_nothing_is_overwritten(stand: Stand) -> None:
    notice = await stand.core.cws.create(OFFICER, new(submit=False))
    await stand.core.cws.amend(COLLEAGUE, seen(notice), LATER)
    before = await stand.counts()
    with pytest.raises(VersionConflict):
        await stand.core.cws.amend(OFFICER, seen(notice), CONTENT)
    assert await stand.counts() == before
    assert (await stand.core.cws.read(OFFICER, notice.notice_id)).content == LATER


async def test_every_version_is_kept_for_its_own(stand: Stand) -> None:
    notice = await published(stand)
    await stand.core.cws.amend(COLLEAGUE, seen(notice), LATER)
    versions = await stand.core.cws.history(READER, notice.notice_id)
    assert [(found.version, found.content, found.editor) for found in versions] == [
        (1, CONTENT, OFFICER.officer),
        (2, LATER, COLLEAGUE.officer),
    ]
    for other in (FOREIGNER, OTHER_RILO, SECRETARY):
        with pytest.raises(NotAllowed):
            await stand.core.cws.history(other, notice.notice_id)
        with pytest.raises(NotAllowed):
            await stand.core.cws.log(other, notice.notice_id)


async def test_who_saw_and_changed_it_is_logged_for_who_judges_it(stand: Stand) -> None:
    notice = await published(stand)
    await stand.core.cws.read(FOREIGNER, notice.notice_id)
    log = await stand.core.cws.log(NCP, notice.notice_id)
    assert [(entry.action, entry.officer) for entry in log] == [
        ("read_notice", FOREIGNER.officer),
        ("approve_notice", NCP.officer),
        ("draft_notice", OFFICER.officer),
    ]
    with pytest.raises(NotAllowed):
        await stand.core.cws.log(OFFICER, notice.notice_id)


async def test_the_worklist_holds_what_waits_of_the_own(stand: Stand) -> None:
    await published(stand)
    waiting = await stand.core.cws.create(OFFICER, new())
    of_rilo = await stand.core.cws.create(ANALYST, new())
    assert [view.notice_id for view in await stand.core.cws.worklist(NCP)] == [waiting.notice_id]
    assert [view.notice_id for view in await stand.core.cws.worklist(SECRETARY)] == [of_rilo.notice_id]
    assert await stand.core.cws.worklist(FOREIGN_NCP) == []
    with pytest.raises(NotAllowed):
        await stand.core.cws.worklist(LIMITED)


async def test_a_wrong_reason_or_state_changes_nothing(stand: Stand) -> None:
    notice = await stand.core.cws.create(OFFICER, new(submit=False))
    before = await stand.counts()
    with pytest.raises(NoticeInvalid):
        await stand.core.cws.move(NCP, NoticeMove.WITHDRAW, seen(notice), "because Ann said so")
    with pytest.raises(WrongState):
        await stand.core.cws.move(NCP, NoticeMove.APPROVE, seen(notice))
    with pytest.raises(NoticeUnknown):
        await stand.core.cws.read(OFFICER, "' OR 1=1 --")
    assert await stand.counts() == before


PDF = b"%PDF-1.7 one"


async def test_a_file_belongs_to_the_version_that_has_it(stand: Stand) -> None:
    notice = await published(stand)
    attached = await stand.core.cws.attach(COLLEAGUE, seen(notice), "map.pdf", PDF)
    (file,) = (await stand.core.cws.read(OFFICER, notice.notice_id)).content.files
    assert attached.state is NoticeState.DRAFT
    with pytest.raises(AttachmentUnknown):
        await stand.core.cws.file_of(FOREIGNER, notice.notice_id, file.file_id)
    waiting = await stand.core.cws.amend(OFFICER, seen(attached), LATER, submit=True)
    approved = await stand.core.cws.move(NCP, NoticeMove.APPROVE, seen(waiting))
    for reader in (FOREIGNER, LIMITED, ANALYST):
        assert await stand.core.cws.file_of(reader, notice.notice_id, file.file_id) == (file, PDF)
    await stand.core.cws.detach(OFFICER, seen(approved), file.file_id)
    assert (await stand.core.cws.file_of(FOREIGNER, notice.notice_id, file.file_id))[1] == PDF
    with pytest.raises(AttachmentUnknown):
        await stand.core.cws.file_of(OFFICER, notice.notice_id, file.file_id)
    assert "take_attachment" in [entry.action for entry in await stand.core.cws.log(NCP, notice.notice_id)]


async def test_a_refused_file_is_not_stored(stand: Stand) -> None:
    notice = await stand.core.cws.create(OFFICER, new(submit=False))
    for number in range(MAX_FILES):
        notice = await stand.core.cws.attach(OFFICER, seen(notice), "a.pdf", PDF + b"%d" % number)
    before = await stand.counts()
    with pytest.raises(AttachmentRefused):
        await stand.core.cws.attach(OFFICER, seen(notice), "a.pdf", PDF)
    notice = await stand.core.cws.detach(
        OFFICER, seen(notice), (await stand.core.cws.read(OFFICER, notice.notice_id)).content.files[0].file_id
    )
    with pytest.raises(AttachmentRefused):
        await stand.core.cws.attach(OFFICER, seen(notice), "again.pdf", PDF + b"5")
    with pytest.raises(AttachmentRefused):
        await stand.core.cws.attach(OFFICER, seen(notice), "a.exe", b"MZ")
    with pytest.raises(VersionConflict):
        await stand.core.cws.attach(OFFICER, SeenNotice(notice.notice_id, 1), "b.pdf", PDF)
    with pytest.raises(NotAllowed):
        await stand.core.cws.attach(READER, seen(notice), "b.pdf", PDF)
    with pytest.raises(NoticeUnknown):
        await stand.core.cws.attach(FOREIGNER, seen(notice), "b.pdf", PDF)
    with pytest.raises(AttachmentUnknown):
        await stand.core.cws.detach(OFFICER, seen(notice), "f" * 32)
    after = await stand.counts()
    assert after["cen_notice_files"] == before["cen_notice_files"] == MAX_FILES


async def test_no_picture_comes_in_under_the_topic_of_abuse_material(stand: Stand) -> None:
    notice = await stand.core.cws.create(OFFICER, replace(new(submit=False), topic="abuse_material"))
    before = await stand.counts()
    with pytest.raises(AttachmentRefused):
        await stand.core.cws.attach(OFFICER, seen(notice), "a.pdf", PDF)
    assert await stand.counts() == before
