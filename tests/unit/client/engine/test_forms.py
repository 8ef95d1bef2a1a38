"""Rules of judging forms on receipt (DESIGN §4).

FM-001 the same parts at the same time get the same findings, sender and receiver alike
FM-002 an unknown template, parts that disagree and answers in the wrong part are findings
FM-003 a form that came before its template is judged when the template comes
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client.engine.forms import PARTS_DISAGREE, UNKNOWN_TEMPLATE, findings_of, judge, judge_record
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.parts import split
from cencomm.templates_forms.samples import sample_records
from cencomm.wire.content import Answers, Form, Template, encode_content
from tests.unit.client.engine.test_receive import items
from tests.unit.client.stand import NOW_MS, Stand

TEMPLATE = standard("simplified_seizure")
SAMPLE = sample_records(1, seed=2)[0]


def form(answers: Answers) -> Form:
    return Form(TEMPLATE.hash, TEMPLATE.id, str(TEMPLATE.version), bytes(16), answers)


class TestJudging:
    def test_sender_and_receiver_judge_alike(self) -> None:
        """FM-001"""
        public, personal = split(TEMPLATE, SAMPLE.answers)
        forms = (form(public), form(personal))
        parts = (encode_content(forms[0]), encode_content(forms[1]))
        assert judge_record(TEMPLATE, *parts, forms, NOW_MS) == findings_of(judge(TEMPLATE, SAMPLE.answers, NOW_MS))
        broken = {**SAMPLE.answers, "offence_at": "yesterday"}
        assert any(finding.level == "error" for finding in findings_of(judge(TEMPLATE, broken, NOW_MS)))

    def test_what_cannot_be_judged_is_a_finding(self) -> None:
        """FM-002"""
        whole = form(SAMPLE.answers)
        assert judge_record(None, b"a", b"", (whole, None), NOW_MS) == (UNKNOWN_TEMPLATE,)
        assert judge_record(TEMPLATE, b"a", b"b", (whole, whole), NOW_MS) == (PARTS_DISAGREE,)
        misplaced = judge_record(TEMPLATE, b"c", b"", (whole, None), NOW_MS)
        assert {finding.rule for finding in misplaced} >= {"misplaced"}

    def test_a_form_before_its_template_is_judged_later(self, tmp_path: Path) -> None:
        """FM-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        public, personal = split(TEMPLATE, SAMPLE.answers)
        there.queue(public=encode_content(form(public)), personal=encode_content(form(personal)))
        stand.run()
        assert items(here)[-1].findings == (UNKNOWN_TEMPLATE,)
        here.queue(personal=encode_content(Template(TEMPLATE.encode())))
        stand.run()
        judged = items(here)[-2]
        assert judged.findings == findings_of(judge(TEMPLATE, SAMPLE.answers, judged.at_ms))
        assert judged.answers == SAMPLE.answers
