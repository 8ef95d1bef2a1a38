"""Markdown becomes HTML that can do nothing."""

from __future__ import annotations

import pytest

from cen_core.edge.markdown import rendered
from tests.cen_core.harmless import harms
from tests.unit.export.hostile import bad_lines


def test_the_usual_marks() -> None:
    html = rendered("# One\n\n**bold** *it* `code`\n\n- a\n- b\n\n> said\n\n[w](https://example.org/x?a=b&c)", under=1)
    marks = "<h2>One</h2>|<strong>bold</strong>|<em>it</em>|<code>code</code>|<li>a</li>|<blockquote>"
    assert all(mark in html for mark in marks.split("|"))
    assert 'href="https://example.org/x?a=b&amp;c"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_headings_leave_no_level_out() -> None:
    html = rendered("### a\n\n# b\n\n#### c\n\n## d", under=2)
    assert html == "<h3>a</h3>\n<h3>b</h3>\n<h4>c</h4>\n<h4>d</h4>\n"
    assert rendered("# a\n## b\n### c\n#### d\n##### e", under=3).count("<h6>") == 3


def test_a_table_has_the_pages_own_look() -> None:
    assert '<table class="list">' in rendered("| a | b |\n|---|---|\n| 1 | 2 |", under=1)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "![x](https://example.org/x.png)",
        "[x](javascript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](//example.org)",
        "[x](/cen/sign-out)",
        "<https://example.org>",
        "[x][1]\n\n[1]: javascript:alert(1)",
        "[x][1]\n\n[1]: https://example.org 'title'",
        '[x](https://example.org/ "onmouseover=alert(1)")',
        "```html\n<img src=x onerror=alert(1)>\n```",
    ],
    ids=range(12),
)
def test_nothing_else_is_a_mark(text: str) -> None:
    html = rendered(text, under=1)
    assert harms(html) == []
    assert "<img" not in html and "<script" not in html


def test_what_would_run_is_found_by_the_test_itself() -> None:
    for html in (
        "<script>",
        "<img src=x>",
        "<p onclick=x>",
        "<a href='javascript:x'>",
        "<p style=x>",
        "<svg><animate>",
    ):
        assert harms(html) != []


def test_no_known_payload_becomes_anything() -> None:
    lines = bad_lines()
    assert len(lines) > 5_000
    assert [line for line in lines if harms(rendered(line, under=1))] == []


def test_deep_nesting_ends() -> None:
    assert len(rendered(">" * 9_000 + "a", under=1)) < 100_000
    assert len(rendered("*" * 9_000, under=1)) < 100_000
    assert len(rendered("[" * 9_000, under=1)) < 100_000
