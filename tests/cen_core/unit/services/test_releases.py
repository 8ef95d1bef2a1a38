"""What CENcomm lets out: a case follows its record.

RE-01 the same key is harmless, also after the case was amended in the core
RE-02 what the contact point added in the core stays, and sending the same again changes nothing
RE-03 a withdrawal follows: who released takes back what nobody validated, the contact point what is published
RE-04 a refused withdrawal changes nothing
RE-05 a key used for something else is refused
"""

from __future__ import annotations

import pytest

from cen_core.errors import AuthorMayNotJudge, CaseMalformed, CaseUnknown, CenError, KeyReused, NotAllowed
from cen_core.model.case import State
from cen_core.model.principal import Level, Principal, Role
from tests.cen_core.world import COLLEAGUE, FOREIGNER, NCP, OFFICER, READER, SECRETARY, Stand, change, data, entry, line

KEY = "5c" * 32
SECOND_NCP = Principal("KE", Level.UNLIMITED, "esa", "KE/ncp2", Role.NCP)
NARRATIVE = {"narrative": "In a hull.", "narrative_language": "en"}


async def test_re_01_a_resend_is_harmless(stand: Stand) -> None:
    sent = entry(source_key=KEY)
    case = await stand.core.release(OFFICER, sent)
    amended = await stand.core.amend(COLLEAGUE, change(case), data(detection_method="random"))
    before = await stand.counts()
    assert await stand.core.release(OFFICER, sent) == amended
    assert await stand.counts() == before


async def test_re_02_words_of_the_contact_point_stay(stand: Stand) -> None:
    other = [line(product="other")]
    case = await stand.core.release(OFFICER, entry(data(goods=other), source_key=KEY))
    worded = await stand.core.add_words(NCP, change(case), NARRATIVE | {"goods[0].product_other": "tusks"})
    assert await stand.core.release(OFFICER, entry(data(goods=other), source_key=KEY)) == worded
    changed = data(goods=other, detection_method="random")
    amended = await stand.core.release(OFFICER, entry(changed, source_key=KEY))
    seen = await stand.core.read(NCP, case.case_id)
    assert (amended.version, seen.content.narrative, seen.read_by) == (3, "In a hull.", NCP.officer)
    assert (seen.content.goods[0].product_other, seen.content.detection_method) == ("tusks", "random")


async def test_re_03_who_released_takes_it_back_once(stand: Stand) -> None:
    case = await stand.core.release(OFFICER, entry(source_key=KEY))
    gone = await stand.core.withdraw_release(OFFICER, KEY, "mistake")
    assert (gone.case_id, gone.state) == (case.case_id, State.WITHDRAWN)
    before = await stand.counts()
    assert await stand.core.withdraw_release(OFFICER, KEY, "mistake") == gone
    assert await stand.counts() == before


async def test_re_03_the_contact_point_takes_back_what_is_published(stand: Stand) -> None:
    case = await stand.core.release(OFFICER, entry(source_key=KEY))
    await stand.core.validate(NCP, change(case))
    assert (await stand.counts())["cen_facts"] == 1
    gone = await stand.core.withdraw_release(NCP, KEY)
    assert (gone.state, gone.published) == (State.WITHDRAWN, None)
    assert (await stand.counts())["cen_facts"] == 0


@pytest.mark.parametrize(
    ("who", "key", "reason", "error"),
    [
        (COLLEAGUE, KEY, "", NotAllowed),
        (READER, KEY, "", NotAllowed),
        (SECRETARY, KEY, "", NotAllowed),
        (FOREIGNER, KEY, "", CaseUnknown),
        (OFFICER, "6d" * 32, "", CaseUnknown),
        (OFFICER, "x", "", CaseMalformed),
        (OFFICER, KEY, "John Smith", CaseMalformed),
    ],
)
async def test_re_04_refused(stand: Stand, who: Principal, key: str, reason: str, error: type[CenError]) -> None:
    await stand.core.release(OFFICER, entry(source_key=KEY))
    before = await stand.counts()
    with pytest.raises(error):
        await stand.core.withdraw_release(who, key, reason)
    assert await stand.counts() == before


async def test_re_04_four_eyes_for_what_is_published(stand: Stand) -> None:
    case = await stand.core.release(NCP, entry(source_key=KEY))
    await stand.core.validate(SECOND_NCP, change(case))
    before = await stand.counts()
    with pytest.raises(AuthorMayNotJudge):
        await stand.core.withdraw_release(NCP, KEY)
    with pytest.raises(NotAllowed):
        await stand.core.withdraw_release(OFFICER, KEY)
    assert await stand.counts() == before


async def test_re_05_another_content_under_a_used_key(stand: Stand) -> None:
    sent = entry(source_key=KEY)
    await stand.core.release(OFFICER, sent)
    before = await stand.counts()
    with pytest.raises(KeyReused):
        await stand.core.release(OFFICER, entry(data(detection_method="random"), key=sent.key, source_key=KEY))
    assert await stand.counts() == before
