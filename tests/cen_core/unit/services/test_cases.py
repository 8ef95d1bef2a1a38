"""One case, from entry to withdrawal.

CC-01 a refused entry stores nothing
CC-02 a resend with the same key makes one case; another request under the key is refused
CC-03 who saw another revision changes nothing
CC-04 the author, and the editor of the present content, never judge
CC-05 a member's unpublished case is unknown to everybody else
CC-06 what is published stays as it was while it is amended
CC-07 every version is kept; who saw and changed is logged
CC-08 free text needs the contact point's word
CC-09 a release is a new case, an amendment, or nothing new
"""

from __future__ import annotations

from typing import Any

import pytest

from cen_core.api import Change, Principal
from cen_core.errors import (
    AuthorMayNotJudge,
    CaseExists,
    CaseInvalid,
    CaseMalformed,
    CaseUnknown,
    CenError,
    KeyReused,
    NominalField,
    NotAllowed,
    UnknownField,
    VersionConflict,
    WordsUnread,
    WrongState,
)
from cen_core.model.case import State
from tests.cen_core.world import (
    COLLEAGUE,
    FOREIGN_NCP,
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
    line,
)

KEY = "a" * 64
WORDS = {"narrative": "Tusks in a false wall", "narrative_language": "en"}


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (data(family_name="X"), NominalField),
        (data(goods=[line(serial_no="1")]), NominalField),
        (data(colour="red"), UnknownField),
        (data(occurred_on="yesterday"), CaseMalformed),
        (data(occurred_on="2030-01-01"), CaseInvalid),
        (data(**WORDS), WordsUnread),
        (data(reporting_country="FR", country="FR", location=None, direction="unknown"), NotAllowed),
    ],
)
async def test_cc_01_refused_entry_stores_nothing(stand: Stand, given: dict[str, Any], refusal: type[CenError]) -> None:
    before = await stand.counts()
    with pytest.raises(refusal):
        await stand.core.create(OFFICER, entry(given))
    with pytest.raises(refusal):
        await stand.core.release(OFFICER, entry(given, source_key=KEY))
    assert await stand.counts() == before


@pytest.mark.parametrize("who", [LIMITED, READER, FOREIGNER, RILO])
async def test_cc_01_who_may_not_enter_stores_nothing(stand: Stand, who: Principal) -> None:
    with pytest.raises(NotAllowed):
        await stand.core.create(who, entry())
    assert sum((await stand.counts()).values()) == 0


@pytest.mark.parametrize("options", [{"key": "short"}, {"key": "with spaces!"}, {"source_key": "KE-2024-1"}])
async def test_cc_01_malformed_keys_store_nothing(stand: Stand, options: dict[str, Any]) -> None:
    with pytest.raises(CaseMalformed):
        await stand.core.create(OFFICER, entry(**options))
    assert sum((await stand.counts()).values()) == 0


async def test_cc_02_resend_makes_one_case(stand: Stand) -> None:
    sent = entry(key="the-same-key")
    first = await stand.core.create(OFFICER, sent)
    after = await stand.counts()
    assert await stand.core.create(OFFICER, sent) == first
    with pytest.raises(KeyReused):
        await stand.core.create(OFFICER, entry(data(direction="unknown"), key="the-same-key"))
    assert await stand.counts() == after
    assert (await stand.core.create(COLLEAGUE, entry(key="the-same-key"))).case_id != first.case_id


async def test_cc_02_second_case_of_one_record_is_refused(stand: Stand) -> None:
    await stand.core.create(OFFICER, entry(source_key=KEY))
    before = await stand.counts()
    with pytest.raises(CaseExists):
        await stand.core.create(COLLEAGUE, entry(source_key=KEY))
    assert await stand.counts() == before


async def test_cc_03_two_editors_overwrite_nothing(stand: Stand) -> None:
    case = await stand.core.create(OFFICER, entry())
    seen = change(case)
    await stand.core.amend(OFFICER, seen, data(detection_method="random"))
    before = await stand.counts()
    with pytest.raises(VersionConflict) as refused:
        await stand.core.amend(COLLEAGUE, seen, data(detection_method="routine"))
    assert refused.value.facts == {"sent": 1, "current": 2}
    for act in (stand.core.submit, stand.core.discard):
        with pytest.raises(VersionConflict):
            await act(OFFICER, seen)
    assert await stand.counts() == before
    assert (await stand.core.read(OFFICER, case.case_id)).content.detection_method == "random"


async def test_cc_04_author_and_editor_never_judge(stand: Stand) -> None:
    mine = await stand.submitted(by=NCP)
    theirs = await stand.submitted()
    amended = await stand.core.amend(NCP, change(theirs), data(detection_method="random"), submit=True)
    for case in (mine, amended):
        before = await stand.counts()
        with pytest.raises(AuthorMayNotJudge):
            await stand.core.validate(NCP, change(case))
        with pytest.raises(AuthorMayNotJudge):
            await stand.core.send_back(NCP, change(case), "incomplete")
        with pytest.raises(AuthorMayNotJudge):
            await stand.core.withdraw(NCP, change(case), "mistake")
        assert await stand.counts() == before


@pytest.mark.parametrize("who", [OFFICER, COLLEAGUE, READER, RILO, LIMITED])
async def test_cc_04_only_the_contact_point_judges(stand: Stand, who: Principal) -> None:
    case = await stand.submitted()
    before = await stand.counts()
    with pytest.raises(NotAllowed):
        await stand.core.validate(who, change(case))
    with pytest.raises(NotAllowed):
        await stand.core.withdraw(who, change(case), "mistake")
    assert await stand.counts() == before


@pytest.mark.parametrize("who", [FOREIGNER, FOREIGN_NCP])
async def test_cc_05_unpublished_case_is_unknown_elsewhere(stand: Stand, who: Principal) -> None:
    case = await stand.submitted()
    before = await stand.counts()
    for act in (stand.core.read, stand.core.history):
        with pytest.raises(CaseUnknown):
            await act(who, case.case_id)
    with pytest.raises(CaseUnknown):
        await stand.core.amend(who, change(case), data(detection_method="random"))
    with pytest.raises(CaseUnknown):
        await stand.core.submit(who, change(case))
    with pytest.raises(CaseUnknown):
        await stand.core.read(who, "0" * 32)
    assert await stand.counts() == before
    assert await stand.core.worklist(who) == []


async def test_cc_05_rilo_reads_no_draft(stand: Stand) -> None:
    case = await stand.submitted()
    with pytest.raises(CaseUnknown):
        await stand.core.read(RILO, case.case_id)


async def test_cc_05_other_member_may_not_touch_what_it_sees(stand: Stand) -> None:
    case = await stand.published()
    before = await stand.counts()
    with pytest.raises(NotAllowed):
        await stand.core.amend(FOREIGNER, change(case), data(detection_method="random"))
    with pytest.raises(NotAllowed):
        await stand.core.withdraw(FOREIGN_NCP, change(case), "mistake")
    with pytest.raises(NotAllowed):
        await stand.core.log(FOREIGN_NCP, case.case_id)
    assert await stand.counts() == before


async def test_cc_06_published_version_stays_while_it_is_amended(stand: Stand) -> None:
    case = await stand.published()
    draft = await stand.core.amend(OFFICER, change(case), data(detection_method="random"))
    assert (draft.state, draft.version, draft.published) == (State.DRAFT, 2, 1)
    seen = await stand.core.read(FOREIGNER, case.case_id)
    assert (seen.version, seen.content.detection_method, seen.author, seen.revision) == (1, "risk_profile", "", 0)
    own = await stand.core.read(READER, case.case_id)
    assert (own.version, own.content.detection_method, own.author) == (2, "random", "KE/officer")
    submitted = await stand.core.submit(OFFICER, change(draft))
    await stand.core.validate(NCP_TWO, change(submitted))
    assert (await stand.core.read(FOREIGNER, case.case_id)).content.detection_method == "random"


NCP_TWO = Principal("KE", NCP.level, "esa", "KE/ncp-two", NCP.role)


async def test_cc_06_withdrawn_case_is_gone_for_others(stand: Stand) -> None:
    case = await stand.published()
    withdrawn = await stand.core.withdraw(NCP, change(case), "duplicate")
    assert (withdrawn.state, withdrawn.published) == (State.WITHDRAWN, None)
    with pytest.raises(CaseUnknown):
        await stand.core.read(FOREIGNER, case.case_id)
    with pytest.raises(WrongState):
        await stand.core.amend(OFFICER, change(withdrawn), data(detection_method="random"))


async def test_cc_06_published_case_cannot_be_discarded(stand: Stand) -> None:
    case = await stand.submitted()
    case = await stand.core.validate(NCP, change(case))
    draft = await stand.core.amend(OFFICER, change(case), data(detection_method="random"))
    with pytest.raises(WrongState):
        await stand.core.discard(OFFICER, change(draft))
    with pytest.raises(NotAllowed):
        await stand.core.discard(COLLEAGUE, change(draft))


async def test_cc_07_versions_and_log(stand: Stand) -> None:
    case = await stand.submitted()
    back = await stand.core.send_back(NCP, change(case), "incomplete")
    again = await stand.core.amend(COLLEAGUE, change(back), data(detection_method="random"), submit=True)
    await stand.core.validate(NCP, change(again))
    await stand.core.read(FOREIGNER, case.case_id)
    versions = await stand.core.history(OFFICER, case.case_id)
    assert [(v.version, v.content.detection_method, v.editor) for v in versions] == [
        (1, "risk_profile", "KE/otieno"),
        (2, "random", "KE/wanjiru"),
    ]
    assert [(v.version, v.editor) for v in await stand.core.history(FOREIGNER, case.case_id)] == [(2, "")]
    log = await stand.core.log(NCP, case.case_id)
    assert [(e.action, e.officer, e.version, e.reason) for e in log] == [
        ("create", "KE/otieno", 1, ""),
        ("return", "KE/ncp", 1, "incomplete"),
        ("amend", "KE/wanjiru", 2, ""),
        ("validate", "KE/ncp", 2, ""),
        ("read", "FR/martin", 2, ""),
        ("read_history", "KE/otieno", 2, ""),
        ("read_history", "FR/martin", 2, ""),
    ]
    with pytest.raises(NotAllowed):
        await stand.core.log(OFFICER, case.case_id)


async def test_cc_07_reason_is_a_code(stand: Stand) -> None:
    case = await stand.submitted()
    before = await stand.counts()
    with pytest.raises(CaseMalformed):
        await stand.core.send_back(NCP, change(case), "Mr Smith is not the owner")
    assert await stand.counts() == before


async def test_cc_08_contact_point_adds_words_and_may_still_judge(stand: Stand) -> None:
    case = await stand.submitted()
    before = await stand.counts()
    with pytest.raises(NotAllowed):
        await stand.core.add_words(OFFICER, change(case), WORDS)
    for wrong in ({"colour": "red"}, {"goods[7].product_other": "x"}, {"detection_method": "random"}):
        with pytest.raises(UnknownField):
            await stand.core.add_words(NCP, change(case), wrong)
    assert await stand.counts() == before
    worded = await stand.core.add_words(NCP, change(case), WORDS)
    assert (worded.state, worded.version) == (State.SUBMITTED, 2)
    await stand.core.validate(NCP, change(worded))
    view = await stand.core.read(READER, case.case_id)
    assert (view.content.narrative, view.read_by, view.editor) == (WORDS["narrative"], "KE/ncp", "KE/otieno")


async def test_cc_08_officer_keeps_read_words_but_changes_none(stand: Stand) -> None:
    case = await stand.core.create(NCP, entry(data(**WORDS), words_read=True))
    with pytest.raises(WordsUnread) as refused:
        await stand.core.amend(OFFICER, change(case), data(narrative="Another text", narrative_language="en"))
    assert refused.value.facts == {"field": "narrative"}
    with pytest.raises(WordsUnread):
        await stand.core.amend(OFFICER, change(case), data(narrative="Other", narrative_language="en"), words_read=True)
    kept = await stand.core.amend(OFFICER, change(case), data(**WORDS, detection_method="random"))
    assert (await stand.core.history(OFFICER, case.case_id))[-1].read_by == "KE/ncp"
    without = await stand.core.amend(OFFICER, change(kept), data())
    assert (await stand.core.history(OFFICER, case.case_id))[-1].read_by == ""
    assert without.version == 3


async def test_cc_09_release_follows_its_record(stand: Stand) -> None:
    sent = entry(source_key=KEY)
    case = await stand.core.release(OFFICER, sent)
    assert case.state is State.SUBMITTED
    after = await stand.counts()
    assert await stand.core.release(OFFICER, sent) == case
    assert await stand.core.release(COLLEAGUE, sent) == case
    assert await stand.counts() == after
    amended = await stand.core.release(COLLEAGUE, entry(data(detection_method="random"), source_key=KEY))
    assert (amended.case_id, amended.version, amended.state) == (case.case_id, 2, State.SUBMITTED)
    await stand.core.withdraw(NCP, change(amended), "mistake")
    before = await stand.counts()
    with pytest.raises(WrongState):
        await stand.core.release(OFFICER, entry(data(), source_key=KEY))
    assert await stand.counts() == before


async def test_cc_09_release_needs_its_fingerprint(stand: Stand) -> None:
    with pytest.raises(CaseMalformed):
        await stand.core.release(OFFICER, entry())
    assert sum((await stand.counts()).values()) == 0


async def test_case_stays_with_its_member(stand: Stand) -> None:
    case = await stand.core.create(OFFICER, entry())
    elsewhere = data(reporting_country="FR", country="FR", location=None, direction="unknown")
    with pytest.raises(NotAllowed):
        await stand.core.amend(OFFICER, change(case), elsewhere)
    assert (await stand.core.read(OFFICER, case.case_id)).member == "KE"


async def test_worklist_shows_open_cases_of_the_own_member(stand: Stand) -> None:
    draft = await stand.core.create(OFFICER, entry())
    stand.now_ms += 1
    waiting = await stand.submitted()
    await stand.published(data(occurred_on="2024-05-01"))
    found = await stand.core.worklist(READER)
    assert [(view.case_id, view.state) for view in found] == [
        (waiting.case_id, State.SUBMITTED),
        (draft.case_id, State.DRAFT),
    ]
    assert [view.case_id for view in await stand.core.worklist(READER, (State.DRAFT,))] == [draft.case_id]
    with pytest.raises(NotAllowed):
        await stand.core.worklist(RILO)


async def test_unknown_case_is_unknown_to_every_move(stand: Stand) -> None:
    with pytest.raises(CaseUnknown):
        await stand.core.validate(NCP, Change("f" * 32, 1))
