"""What two records name together, however it was typed; the shared cases (`tests/vectors`) hold the rest."""

from __future__ import annotations

from cencomm.analysis.links import links, names_in, plain
from cencomm.analysis.reported import Reported


def record(ref: str, **answers: object) -> Reported:
    return Reported(ref, "KE", 0, answers, 0, 0, {})


def test_names_are_compared_without_spaces_hyphens_and_case() -> None:
    assert plain(" qtmu-581204 0 ") == "QTMU5812040"
    assert plain("٣ب-ج") == "٣بج"


def test_short_words_and_what_is_no_text_link_nothing() -> None:
    for value in ("1", "N/A", "---", 12345, None, ["12345"]):
        assert links([record("a", registration=value), record("b", registration=value)]) == []
    assert list(names_in({"container": "text"}, "container.container_no")) == []
    assert list(names_in({"container": ["text", {"container_no": "ABCD1"}]}, "container.container_no")) == ["ABCD1"]


def test_one_record_that_names_it_twice_is_no_link() -> None:
    twice = record("a", container=[{"container_no": "QTMU5812040"}, {"container_no": "qtmu 5812040"}])
    assert links([twice]) == []
    (link,) = links([twice, record("b", container=[{"container_no": "QTMU5812040"}])])
    assert link.refs == ("a", "b")
