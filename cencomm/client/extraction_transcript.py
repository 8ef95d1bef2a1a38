"""The transcript: everything that was said and reported, in order, as a page that people read and print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from cencomm.client.extraction_cover import cover_table
from cencomm.client.extraction_layout import Layout
from cencomm.client.extraction_tables import answers_shown, calendar_time, superseded_by, visible_template
from cencomm.client.file_names import safe_name
from cencomm.client.verify_rows import Examined, RecordRow
from cencomm.crypto.primitives import sha256
from cencomm.errors import Fact
from cencomm.export.forms import as_json, words_of
from cencomm.export.html import definitions, page_head, plain, text
from cencomm.export.profiles import Profile
from cencomm.i18n import message
from cencomm.templates_forms.model import Field, Group, Template
from cencomm.wire.content import Chat, Content, Extraction, Form, HistoryKeys, HistoryRequest, Left
from cencomm.wire.content import Profile as ProfileContent
from cencomm.wire.content import Template as TemplateContent


def transcript(found: Examined, layout: Layout) -> Iterator[str]:
    """The page, piece by piece."""
    language = layout.language
    title = message("text.transcript.title", {"title": found.title or found.operation_code or "?"}, language)
    yield page_head(title, language)
    yield f"<body>\n<h1>{text(title)}</h1>\n"
    yield definitions((str(name), str(value)) for name, value in cover_table(found, layout).rows) + "\n<main>\n"
    superseded = superseded_by(found.records)
    day = ""
    for row in found.records:
        today = str(calendar_time(row.at_ms) or "")[: len("2024-03-01")]
        if today != day:
            day = today
            yield f"<h2>{plain(day)}</h2>\n"
        yield _article(found, row, superseded, layout)
    yield "</main>\n</body>\n</html>\n"


def _article(found: Examined, row: RecordRow, superseded: Mapping[tuple[str, bytes], int], layout: Layout) -> str:
    later = superseded.get((row.officer, row.client_ref))
    classes = [name for name, holds in (("failing", row.standing != "verified"), ("superseded", later)) if holds]
    marks = [message("text.transcript.failing", {}, layout.language)] if row.standing != "verified" else []
    if later:
        marks.append(message("text.transcript.superseded", {"seq": later}, layout.language))
    who = row.officer if layout.profile is not Profile.FULL else f"{row.name} [{row.officer}]"
    head = f"{row.seq} · {_clock(row.at_ms)} · {text(who)}" + "".join(f" · {text(mark)}" for mark in marks)
    return (
        f'<article id="no-{row.seq}" class="{" ".join(classes)}">\n<header>{head}</header>\n'
        f"{_says(found, row, layout)}\n</article>\n"
    )


def _clock(at_ms: int) -> str:
    at = calendar_time(at_ms)
    return at.astimezone(UTC).strftime("%H:%M:%S UTC") if isinstance(at, datetime) else str(at_ms)


def _says(found: Examined, row: RecordRow, layout: Layout) -> str:
    content = row.content
    match content:
        case Chat():
            return _chat(content, layout.language)
        case Form():
            return _form(found, row, content, layout)
        case _:
            key, facts = _event(found, content, layout.language)
            about = content.about if isinstance(content, ProfileContent) else ""
            return _paragraph(message(f"text.cli.item.{key}", facts, layout.language)) + _paragraph(about)


def _chat(content: Chat, language: str) -> str:
    files = [f"{safe_name(file.name)} ({file.size}, {file.hash.hex()})" for file in content.files]
    attached = message("text.column.attachments", {}, language)
    return _paragraph(content.text) + definitions((attached, file) for file in files)


def _event(found: Examined, content: Content | None, language: str) -> tuple[str, Mapping[str, Fact]]:
    """Key and facts of the sentence for what is neither talk nor a form."""
    match content:
        case ProfileContent():
            return "profile", {"operation": f"{content.title} {content.operation_code}".rstrip()}
        case TemplateContent():
            return "template", {"template": _named(found, content, language)}
        case Extraction():
            return "extraction", {"records": content.count, "seq": content.up_to_seq}
        case Left():
            return "left", {"reason": content.reason}
        case HistoryKeys():
            return "history_keys", {"keys": len(content.keys)}
        case _:
            return ("history_request" if isinstance(content, HistoryRequest) else "unknown"), {}


def _named(found: Examined, content: TemplateContent, language: str) -> str:
    """Title and version; the hash of a document that is no template, or was not published by who may."""
    name = sha256(content.document)
    template = found.templates.get(name)
    return name.hex() if template is None else f"{template.title(language)} {template.version}"


def _paragraph(said: str) -> str:
    return f'<p dir="auto">{plain(said)}</p>' if said else ""


def _form(found: Examined, row: RecordRow, form: Form, layout: Layout) -> str:
    template = found.templates.get(form.template_hash)
    visible = visible_template(template, layout) if template is not None else None
    if template is None or visible is None:
        said = definitions((str(key), _plain(value)) for key, value in form.answers.items())
        return _paragraph(f"{form.template_id} {form.version}") + said
    answers = answers_shown(row, template, layout)
    head = f"<h3>{text(template.title(layout.language))}</h3>"
    errors = [each for each in row.findings if each.level == "error"]
    broken = message("text.cli.item.breaks_rules", {"errors": len(errors)}, layout.language) if errors else ""
    return head + _paragraph(broken) + definitions(_answers(visible, answers, layout.language))


def _answers(
    template: Template, answers: Mapping[str, object], language: str, place: str = ""
) -> Iterator[tuple[str, str]]:
    """Label and words of each answer, in the order of the form; rows of a list numbered."""
    order = _order(template)
    for key, value in sorted(answers.items(), key=lambda answer: order.get(answer[0], len(order))):
        field = template.fields.get(key)
        if field is not None:
            yield place + template.label(key, language), _words(template, field, value, language)
        elif key in order and isinstance(value, list):
            for number, inner in enumerate(value, start=1):
                around = f"{place}{template.label(key, language)} {number} · "
                if isinstance(inner, Mapping):
                    yield from _answers(template, inner, language, around)
                else:
                    yield around, _plain(inner)
        else:
            yield place + str(key), _plain(value)


@lru_cache(maxsize=64)
def _order(template: Template) -> Mapping[str, int]:
    """The place of each question and group in the form."""
    found: dict[str, int] = {}
    pending: list[Field | Group] = list(reversed(template.groups))
    while pending:
        node = pending.pop()
        found[node.key] = len(found)
        if isinstance(node, Group):
            pending.extend(reversed(node.children))
    return found


def _words(template: Template, field: Field, value: object, language: str) -> str:
    return words_of(template, field, value, language) or _plain(value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else as_json(value)
