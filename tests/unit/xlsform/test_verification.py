"""Expressions that do not fit their place are taken out one by one, and the rest stays whole."""

from __future__ import annotations

from tests.unit.xlsform.books import Books, text, values

CHOICES = [{"list_name": "l", "name": "a", "label": "A", "region": "n"}]


def test_each_expression_that_does_not_compile_is_taken_out_and_told(books: Books) -> None:
    rows = [
        text("a", relevant="random() > 1", required="sqrt(4) = 2", constraint=". != 'x'"),
        {"type": "select_one l", "name": "b", "label": "B", "choice_filter": "country = 'x'"},
        {"type": "begin group", "name": "g", "label": "G", "relevant": "sin(1) = 1"},
        {"type": "calculate", "name": "c", "calculation": "random()"},
        text("d", default="uuid()", calculation=""),
        text("e", constraint="uuid() = ."),
        {"type": "end group"},
    ]
    found = books.read(rows, CHOICES)
    template = found.template
    assert (template.fields["a"].relevant, template.fields["a"].required) == ("", "")
    assert template.fields["a"].constraint == ". != 'x'"
    assert template.fields["b"].choice_filter == ""
    assert template.groups[1].relevant == ""
    assert "c" not in template.fields
    assert template.fields["d"].default == "uuid()"
    assert {(row, column, reason) for row, column, _, reason in values(found, "expression_left_out")} == {
        (2, "relevant", "unknown_function"),
        (2, "required", "unknown_function"),
        (3, "choice_filter", "unknown_column"),
        (4, "relevant", "unknown_function"),
        (5, "calculation", "unknown_function"),
        (7, "constraint", "only_in_defaults"),
    }


def test_a_rule_that_does_not_fit_is_left_out_and_told(books: Books) -> None:
    rows = [
        text("a"),
        {"type": "note", "name": "r1", "label": "M", "cencomm_rule": "${a} != 'x'", "cencomm_at": "a"},
        {"type": "note", "name": "r2", "label": "M", "cencomm_rule": "${a} != 'x'", "cencomm_at": "b"},
        {"type": "note", "name": "r3", "label": "M", "cencomm_rule": "${b} != 'x'", "cencomm_at": "a"},
    ]
    found = books.read(rows)
    assert [(rule.key, rule.level, rule.expression) for rule in found.template.rules] == [
        ("r1", "error", "${a} != 'x'")
    ]
    assert [row for row, *_ in values(found, "expression_left_out")] == [4, 5]
