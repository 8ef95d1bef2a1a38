"""The life of a picture, and that every refusal leaves rows and files as they were.

PS-01 adding: refused pictures, contents and links store nothing; a resend makes no second one
PS-02 a failure or a crash in mid-upload leaves all or nothing
PS-03 nothing is seen by others before validation, and validation needs the contact point's word
PS-04 four eyes, other members, other levels
PS-05 what is withdrawn is erased
PS-06 who saw and changed what is logged
PS-07 links are shown to those who may follow them
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cen_core.api import CenCore, NewPicture, PictureChange
from cen_core.cpdb import Cpdb
from cen_core.errors import (
    AuthorMayNotJudge,
    CaseMalformed,
    CaseUnknown,
    CenError,
    KeyReused,
    NotAllowed,
    PictureForbidden,
    PictureInvalid,
    PictureRefused,
    PictureUnknown,
    PictureUnseen,
    StorageFailed,
    VersionConflict,
    WrongState,
)
from cen_core.model.case import Move, State
from cen_core.model.picture import Picture
from cen_core.model.principal import Principal
from cen_core.services.pictures import SWEPT_AFTER_SECONDS, Means
from cen_core.store.picture_folder import PictureFolder
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.drawn import SECRET, NearCleaner, bomb, with_marks, written
from tests.cen_core.world import (
    COLLEAGUE,
    FOREIGN_NCP,
    FOREIGNER,
    LIMITED,
    NCP,
    OFFICER,
    READER,
    RILO,
    SECRETARY,
    Stand,
    data,
    entry,
    import_data,
    line,
    new_picture,
    picture_change,
    picture_data,
)

ABUSE = [line(heading="abuse_material", product="device", unit="H87", quantity="1")]
SIZES = ("full.jpg", "screen.jpg", "thumb.jpg")


async def state(stand: Stand) -> tuple[dict[str, int], list[str]]:
    return await stand.counts(), stand.stored()


async def is_refused(stand: Stand, refusal: type[CenError], who: Principal, new: NewPicture) -> CenError:
    before = await state(stand)
    with pytest.raises(refusal) as refused:
        await stand.core.cpdb.add(who, new)
    assert await state(stand) == before
    return refused.value


async def test_ps_01_a_picture_is_stored_without_its_marks(stand: Stand) -> None:
    picture = await stand.core.cpdb.add(OFFICER, new_picture(sent=with_marks()))
    assert (picture.state, picture.member, picture.author) == (State.DRAFT, "KE", "KE/otieno")
    assert stand.stored() == [f"pictures/{picture.picture_id}/{size}" for size in SIZES]
    for path in stand.folder.rglob("*.jpg"):
        assert SECRET not in path.read_bytes() and b"Exif" not in path.read_bytes()
    assert (await stand.counts())["cen_picture_facts"] == 0


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (bomb(), "pixels"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "type"),
        (written() + b"PK\x03\x04", "trailing"),
        (written()[:200], "damaged"),
        (b"", "type"),
    ],
    ids=["bomb", "svg", "polyglot", "truncated", "empty"],
)
async def test_ps_01_a_hostile_picture_stores_nothing(stand: Stand, sent: bytes, reason: str) -> None:
    new = NewPicture(sent, picture_data(), "key-hostile")
    assert (await is_refused(stand, PictureRefused, OFFICER, new)).facts == {"reason": reason}


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"heading": "abuse_material", "product": ""}, PictureForbidden),
        ({"heading": "tobacco"}, PictureInvalid),
        ({"case_id": "f" * 32}, CaseUnknown),
        ({"counterpart": "f" * 32}, PictureInvalid),
        ({"kind": "film"}, CaseMalformed),
    ],
)
async def test_ps_01_what_is_said_is_judged_before_the_picture_is_decoded(
    stand: Stand, given: dict[str, Any], refusal: type[CenError]
) -> None:
    await is_refused(stand, refusal, OFFICER, new_picture(picture_data(**given), bomb()))


async def test_ps_01_a_resend_makes_no_second_one_and_a_key_stands_for_one_picture(stand: Stand) -> None:
    new = new_picture()
    first = await stand.core.cpdb.add(OFFICER, new)
    before = await state(stand)
    assert (await stand.core.cpdb.add(OFFICER, new)).picture_id == first.picture_id
    assert await state(stand) == before
    await is_refused(stand, KeyReused, OFFICER, NewPicture(new.sent, picture_data(kind="xray"), new.key))
    await is_refused(stand, CaseMalformed, OFFICER, NewPicture(new.sent, new.data, "short"))
    await stand.core.create(OFFICER, entry(key="a-key-of-a-case"))
    await is_refused(stand, KeyReused, OFFICER, new_picture(key="a-key-of-a-case"))


@pytest.mark.parametrize("who", [READER, LIMITED, RILO, SECRETARY], ids=lambda who: who.officer)
async def test_ps_01_who_may_not_enter_stores_nothing(stand: Stand, who: Principal) -> None:
    await is_refused(stand, NotAllowed, who, new_picture())


class Broken(PictureFolder):
    """Fails at the second file; or behaves as if the process had ended there."""

    def __init__(self, stand: Stand, error: BaseException) -> None:
        super().__init__(stand.folder)
        self.error = error

    async def put(self, name: str, data: bytes) -> None:
        if name.endswith("screen.jpg"):
            raise self.error
        await super().put(name, data)


def with_files(stand: Stand, files: PictureFolder) -> Cpdb:
    means = Means(sql_units_of_work(stand.engine), files, NearCleaner())
    return Cpdb(means, lambda: stand.now_ms, lambda: "e" * 32)


async def test_ps_02_a_storage_that_fails_leaves_nothing(stand: Stand) -> None:
    before = await state(stand)
    with pytest.raises(StorageFailed):
        await with_files(stand, Broken(stand, StorageFailed())).add(OFFICER, new_picture())
    assert await state(stand) == before


async def test_ps_02_what_a_crash_leaves_is_nobodys_and_is_swept(stand: Stand) -> None:
    kept = await stand.core.cpdb.add(OFFICER, new_picture())
    before = await state(stand)
    with pytest.raises(KeyboardInterrupt):
        await with_files(stand, Broken(stand, KeyboardInterrupt())).add(OFFICER, new_picture())
    assert await stand.counts() == before[0]
    assert len(stand.stored()) == len(before[1]) + 1
    with pytest.raises(PictureUnknown):
        await stand.core.cpdb.image(OFFICER, "e" * 32, "full")
    newest = max(path.stat().st_mtime for path in stand.folder.rglob("*.jpg"))
    stand.now_ms = int((newest + SWEPT_AFTER_SECONDS - 5) * 1000)
    assert await stand.core.cpdb.sweep() == 0
    stand.now_ms = int((newest + SWEPT_AFTER_SECONDS + 5) * 1000)
    assert await stand.core.cpdb.sweep() == 1
    assert await state(stand) == before
    assert (await stand.core.cpdb.image(OFFICER, kept.picture_id, "thumb"))[0].startswith(b"\xff\xd8")


OTHERS = (FOREIGNER, FOREIGN_NCP, LIMITED, RILO, SECRETARY)


async def unseen(core: CenCore, picture: Picture, by: Principal) -> None:
    for size in ("full", "screen", "thumb"):
        with pytest.raises(PictureUnknown):
            await core.cpdb.image(by, picture.picture_id, size)
    with pytest.raises(PictureUnknown):
        await core.cpdb.read(by, picture.picture_id)
    with pytest.raises(PictureUnknown):
        await core.cpdb.similar(by, picture.picture_id)
    with pytest.raises(PictureUnknown):
        await core.cpdb.beside(by, picture.picture_id)


async def test_ps_03_before_validation_nobody_else_sees_it_at_any_door(stand: Stand) -> None:
    picture = await stand.core.cpdb.add(OFFICER, new_picture(submit=True))
    for who in OTHERS:
        await unseen(stand.core, picture, who)
        assert (await stand.core.cpdb.search(who, {})).total == 0
    assert (await stand.core.cpdb.read(READER, picture.picture_id)).state is State.SUBMITTED


async def test_ps_03_validation_needs_the_word_that_it_was_looked_at(stand: Stand) -> None:
    picture = await stand.core.cpdb.add(OFFICER, new_picture(submit=True))
    before = await state(stand)
    with pytest.raises(PictureUnseen):
        await stand.core.cpdb.move(NCP, Move.VALIDATE, picture_change(picture))
    assert await state(stand) == before


async def test_ps_03_validated_it_is_everybodys_without_who_entered_it(stand: Stand) -> None:
    picture = await stand.pictured()
    for who in OTHERS:
        view = await stand.core.cpdb.read(who, picture.picture_id)
        assert (view.author, view.editor, view.revision) == ("", "", 0) or who is LIMITED
        assert (await stand.core.cpdb.search(who, {})).total == 1
        assert (await stand.core.cpdb.image(who, picture.picture_id, "thumb"))[0].startswith(b"\xff\xd8")


async def test_ps_03_an_amendment_waits_while_the_published_version_stays(stand: Stand) -> None:
    picture = await stand.pictured()
    changed = picture_data(concealment=["hull"])
    amended = await stand.core.cpdb.amend(OFFICER, picture_change(picture), changed, submit=True)
    assert (await stand.core.cpdb.read(FOREIGNER, picture.picture_id)).content.concealment == ("container_structure",)
    assert (await stand.core.cpdb.read(OFFICER, picture.picture_id)).content.concealment == ("hull",)
    await stand.core.cpdb.move(NCP, Move.VALIDATE, picture_change(amended), looked=True)
    assert (await stand.core.cpdb.search(FOREIGNER, {"concealment": ["hull"]})).total == 1
    assert (await stand.core.cpdb.search(FOREIGNER, {"concealment": ["container_structure"]})).total == 0


async def move_is_refused(
    stand: Stand, refusal: type[CenError], who: Principal, move: Move, change: PictureChange, **options: Any
) -> None:
    before = await state(stand)
    with pytest.raises(refusal):
        await stand.core.cpdb.move(who, move, change, **options)
    assert await state(stand) == before


async def test_ps_04_no_others_judge(stand: Stand) -> None:
    picture = await stand.core.cpdb.add(NCP, new_picture(submit=True))
    change = picture_change(picture)
    for move in (Move.VALIDATE, Move.RETURN, Move.WITHDRAW):
        await move_is_refused(stand, AuthorMayNotJudge, NCP, move, change, looked=True)
        await move_is_refused(stand, NotAllowed, OFFICER, move, change, looked=True)
        await move_is_refused(stand, PictureUnknown, FOREIGN_NCP, move, change, looked=True)
    await move_is_refused(stand, CaseMalformed, OFFICER, Move.SUBMIT, change, reason="because")
    await move_is_refused(stand, WrongState, OFFICER, Move.SUBMIT, change)
    await move_is_refused(stand, VersionConflict, OFFICER, Move.SUBMIT, PictureChange(picture.picture_id, 7))
    draft = await stand.core.cpdb.add(OFFICER, new_picture())
    await move_is_refused(stand, NotAllowed, COLLEAGUE, Move.DISCARD, picture_change(draft))


async def test_ps_04_amending_is_the_members_and_overwrites_nothing(stand: Stand) -> None:
    picture = await stand.core.cpdb.add(OFFICER, new_picture())
    before = await state(stand)
    refusals: Mapping[Principal, type[CenError]] = {FOREIGNER: PictureUnknown, READER: NotAllowed, LIMITED: NotAllowed}
    for who, refusal in refusals.items():
        with pytest.raises(refusal):
            await stand.core.cpdb.amend(who, picture_change(picture), picture_data())
    with pytest.raises(VersionConflict):
        await stand.core.cpdb.amend(COLLEAGUE, PictureChange(picture.picture_id, 9), picture_data())
    with pytest.raises(PictureForbidden):
        await stand.core.cpdb.amend(
            COLLEAGUE, picture_change(picture), picture_data(heading="abuse_material", product="")
        )
    assert await state(stand) == before


@pytest.mark.parametrize("move", [Move.WITHDRAW, Move.DISCARD])
async def test_ps_05_what_is_withdrawn_is_erased_and_its_log_stays(stand: Stand, move: Move) -> None:
    if move is Move.WITHDRAW:
        picture, who = await stand.pictured(), NCP
    else:
        picture, who = await stand.core.cpdb.add(OFFICER, new_picture()), OFFICER
    await stand.core.cpdb.move(who, move, picture_change(picture), reason="nominal")
    assert stand.stored() == []
    assert (await stand.core.cpdb.search(FOREIGNER, {})).total == 0
    for by in (FOREIGNER, OFFICER, LIMITED):
        await unseen(stand.core, picture, by)
    with pytest.raises(PictureUnknown):
        await stand.core.cpdb.image(NCP, picture.picture_id, "thumb")
    assert (await stand.core.cpdb.log(NCP, picture.picture_id))[-1].action == move.value
    assert await stand.core.cpdb.sweep() == 0


async def test_ps_06_who_saw_and_changed_it_stands_in_the_log_of_the_contact_point(stand: Stand) -> None:
    picture = await stand.pictured()
    await stand.core.cpdb.read(FOREIGNER, picture.picture_id)
    await stand.core.cpdb.image(FOREIGNER, picture.picture_id, "thumb")
    await stand.core.cpdb.image(LIMITED, picture.picture_id, "full")
    found = [(each.action, each.officer) for each in await stand.core.cpdb.log(NCP, picture.picture_id)]
    assert found == [
        ("create", "KE/otieno"),
        ("validate", "KE/ncp"),
        ("read", "FR/martin"),
        ("read_full", "KE/achieng"),
    ]
    for who, refusal in ((OFFICER, NotAllowed), (FOREIGN_NCP, NotAllowed)):
        with pytest.raises(refusal):
            await stand.core.cpdb.log(who, picture.picture_id)


async def test_ps_06_the_worklist_is_the_members_own(stand: Stand) -> None:
    picture = await stand.core.cpdb.add(OFFICER, new_picture())
    assert [view.picture_id for view in await stand.core.cpdb.worklist(READER)] == [picture.picture_id]
    assert await stand.core.cpdb.worklist(FOREIGNER) == []
    for who in (LIMITED, RILO):
        with pytest.raises(NotAllowed):
            await stand.core.cpdb.worklist(who)


async def test_ps_07_the_case_is_shown_to_those_who_may_see_it(stand: Stand) -> None:
    case = await stand.published()
    draft = await stand.submitted(by=OFFICER)
    open_link = await stand.pictured(picture_data(case_id=case.case_id))
    closed_link = await stand.pictured(picture_data(case_id=draft.case_id))
    for who, open_id, closed_id in (
        (FOREIGNER, case.case_id, ""),
        (LIMITED, "", ""),
        (OFFICER, case.case_id, draft.case_id),
    ):
        assert (await stand.core.cpdb.read(who, open_link.picture_id)).content.case_id == open_id
        assert (await stand.core.cpdb.read(who, closed_link.picture_id)).content.case_id == closed_id


async def test_ps_07_only_an_own_case_and_an_own_picture_of_the_other_kind_are_linked(stand: Stand) -> None:
    foreign = await stand.published(import_data("FR", "BR"))
    await is_refused(stand, CaseUnknown, OFFICER, new_picture(picture_data(case_id=foreign.case_id)))
    photo = await stand.pictured()
    same = picture_data(counterpart=photo.picture_id)
    assert (await is_refused(stand, PictureInvalid, OFFICER, new_picture(same))).facts["reason"] == "same_kind"
    other = picture_data(kind="xray", counterpart=photo.picture_id)
    await is_refused(stand, PictureInvalid, FOREIGNER, new_picture(other))
    xray = await stand.core.cpdb.add(OFFICER, new_picture(other))
    assert (await stand.core.cpdb.read(OFFICER, xray.picture_id)).content.counterpart == photo.picture_id


async def test_ps_07_a_counterpart_that_is_not_published_is_not_shown(stand: Stand) -> None:
    photo = await stand.core.cpdb.add(OFFICER, new_picture())
    xray = await stand.pictured(picture_data(kind="xray", counterpart=photo.picture_id))
    assert (await stand.core.cpdb.read(FOREIGNER, xray.picture_id)).content.counterpart == ""


async def test_a_case_of_the_forbidden_heading_is_never_linked(stand: Stand) -> None:
    case = await stand.core.create(OFFICER, entry(data(goods=ABUSE)))
    await is_refused(stand, PictureForbidden, OFFICER, new_picture(picture_data(case_id=case.case_id)))
