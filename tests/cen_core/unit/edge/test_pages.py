"""Templates and styles: found, whole, and with no sentence of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cen_core.edge import pages
from cencomm.i18n.messages import MESSAGES

TEMPLATES = sorted((pages.folder() / "cen").glob("*.html"))
CODE = sorted(Path(pages.__file__).parent.glob("*.py"))
_KEY = re.compile(r'say\("(cen\.[a-z_.]+)"')
_NAMES = re.compile(r"\{% block room %\}.*?\{% endblock %\}|\{% macro marks.*?\{% endmacro %\}")
"""Where a template gives names of styles and attributes, not words."""
_BEGINNING = re.compile(r'say\(f?"(cen\.[a-z_.]+\.)(?:"|\{)')


def test_every_sentence_that_a_page_says_is_there() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*TEMPLATES, *CODE)]
    said = {key for text in texts for key in _KEY.findall(text) if not key.endswith(".")}
    beginnings = {key for text in texts for key in _BEGINNING.findall(text)}
    assert said <= set(MESSAGES)
    assert {key for key in MESSAGES if key.startswith("cen.")} - said == {
        key for key in MESSAGES if key.startswith(tuple(beginnings | {"cen.field.", "cen.reason.", "cen.action."}))
    } - said


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_a_script_a_style_or_unescaped_text(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|\|\s*safe|autoescape", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_sentence(template: Path) -> None:
    text = _NAMES.sub(" ", template.read_text(encoding="utf-8"))
    text = re.sub(r"<[^>]*>", " ", re.sub(r"\{[{%#].*?[}%#]\}", " ", text, flags=re.DOTALL))
    assert re.findall(r"[A-Za-z]{3,}", text) == []


@pytest.mark.parametrize("name", ["cen.css", "notices.css"])
def test_the_style_says_neither_left_nor_right_and_has_colours_by_token_only(name: str) -> None:
    own = (pages.folder() / "styles" / name).read_text(encoding="utf-8")
    assert not re.search(r"\b(left|right)\b", own)
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(", own)


def test_typefaces_come_from_the_built_client_or_not_at_all(tmp_path: Path) -> None:
    assert b"@font-face" not in pages.style(None)
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "noto-sans-latin-wght-normal-abc123.woff2").touch()
    style = pages.style(tmp_path).decode()
    assert style.count("@font-face") == 1
    assert 'url("/assets/noto-sans-latin-wght-normal-abc123.woff2")' in style
    assert "fontsource" not in style
