"""Whether a form keeps its template's rules, judged the same by every client, early or late (DESIGN §4)."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime

from cencomm.client.model import FindingRow
from cencomm.templates_forms.errors import PartsDisagree
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.parts import merge, misplaced
from cencomm.templates_forms.validate import Report, validate
from cencomm.wire.content import Answers, Form

_REMEMBERED = 2048
_Question = tuple[bytes, bytes, bytes, int]
_answers: OrderedDict[_Question, tuple[FindingRow, ...]] = OrderedDict()

UNKNOWN_TEMPLATE = FindingRow("template_unknown", "error")
PARTS_DISAGREE = FindingRow("parts_disagree", "error")


def judge(template: Template, answers: Answers, at_ms: int) -> Report:
    """The template's rules over the merged answers, with `now` = the server's stored time of the record."""
    return validate(template, answers, now=datetime.fromtimestamp(at_ms / 1000, UTC))


def findings_of(report: Report) -> tuple[FindingRow, ...]:
    return tuple([FindingRow(finding.rule, finding.level, finding.path) for finding in report.findings])


def judge_record(
    template: Template | None, public: bytes, personal: bytes, forms: tuple[Form | None, Form | None], at_ms: int
) -> tuple[FindingRow, ...]:
    """Findings of a received form, as they are stored with it.

    The answer follows from the arguments alone, so the newest ones are remembered: several clients in one process ask
    the same question.

    Args:
        public, personal: the parts as they were signed; `forms`: the same, decoded.
    """
    if template is None:
        return (UNKNOWN_TEMPLATE,)
    question = (template.hash, public, personal, at_ms)
    known = _answers.get(question)
    if known is None:
        known = _answers[question] = _judge_parts(template, forms, at_ms)
        while len(_answers) > _REMEMBERED:
            _answers.popitem(last=False)
    return known


def _judge_parts(template: Template, forms: tuple[Form | None, Form | None], at_ms: int) -> tuple[FindingRow, ...]:
    public, personal = (form.answers if form else {} for form in forms)
    try:
        answers = merge(public, personal)
    except PartsDisagree:
        return (PARTS_DISAGREE,)
    outside = tuple([FindingRow("misplaced", "warn", path) for path in misplaced(template, public)])
    return outside + findings_of(judge(template, answers, at_ms))
