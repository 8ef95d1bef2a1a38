"""Items of a CUG as lines of text: who, when, what, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from cencomm.cli.output import text
from cencomm.client.cug import Cug
from cencomm.client.file_names import safe_name
from cencomm.client.model import Alarm, Item, ItemKind, MembersChanged, Standing
from cencomm.client.verify_checks import Failure, Notice
from cencomm.i18n import message
from cencomm.i18n.messages import MESSAGES
from cencomm.templates_forms.calculation import derived_values
from cencomm.templates_forms.model import Template
from cencomm.wire.content import (
    Attachment,
    Chat,
    Content,
    Extraction,
    Form,
    HistoryKeys,
    HistoryRequest,
    Left,
    Profile,
    Released,
)
from cencomm.wire.content import Template as TemplateContent

_SHOWN_DERIVED = 3
_SHOWN_ANSWERS = 6
"""How many answers of a form a line shows; `--json` and `extract` show all."""

_WITHOUT_CONTENT = frozenset(
    {ItemKind.LOCKED, ItemKind.REFUSED, ItemKind.UNKNOWN, ItemKind.CLOSED, ItemKind.GROUP, ItemKind.REJECTION}
)


def moment(at_ms: int) -> str:
    """A point in time for people: local date and minute."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def line(item: Item, name: Callable[[str], str], templates: dict[bytes, Template], language: str) -> str:
    """One item as one line (a message may have several)."""
    who = f"{name(item.officer)} [{item.officer}]" if item.officer else text("item.group_itself", language)
    mark = "" if item.standing is Standing.VERIFIED else f" {text(f'mark.{item.standing.value}', language)}"
    return f"{item.seq:>5}  {moment(item.at_ms)}  {who}{mark}: {describe(item, templates, language)}"


def describe(item: Item, templates: dict[bytes, Template], language: str) -> str:
    """What the item says, without who and when."""
    content = item.content
    if isinstance(content, Form):
        return _form(item, content, templates, language)
    return _event(item, language) if content is None else _plain(content, language)


def _plain(content: Content, language: str) -> str:
    match content:
        case Chat():
            said = " ".join([content.text, *(_attachment(file, language) for file in content.files)]).strip()
        case TemplateContent():
            said = text("item.template", language, template=_template_name(content.document, language))
        case Profile():
            named = f"{content.title} {content.operation_code}".rstrip()
            said = text("item.profile", language, operation=named)
        case HistoryKeys():
            said = text("item.history_keys", language, keys=len(content.keys))
        case HistoryRequest():
            said = text("item.history_request", language)
        case Extraction():
            said = text("item.extraction", language, records=content.count, seq=content.up_to_seq)
        case Released():
            said = text("item.released", language, case=content.case_id[:8], state=core_state(content.state, language))
        case Left():
            said = text("item.left", language, reason=content.reason).rstrip()
        case _:
            said = content.__class__.__name__
    return said


def _attachment(file: Attachment, language: str) -> str:
    return text("item.attachment", language, file=safe_name(file.name), bytes=file.size)


def _form(item: Item, form: Form, templates: dict[bytes, Template], language: str) -> str:
    template = templates.get(form.template_hash)
    errors = sum(finding.level == "error" for finding in item.findings)
    valid = f", {text('item.breaks_rules', language, errors=errors)}" if errors else ""
    if template is None:
        return text("item.form_unknown", language, template=form.template_id, version=form.version)
    shown = [
        f"{template.label(key, language)}: {_answer(template, key, value, language)}"
        for key, value in form.answers.items()
        if key in template.fields and not isinstance(value, list)
    ]
    derived = [
        f"{template.label(path, language)}: {value}"
        for path, value in _derived(item, template, language).items()
        if value
    ]
    more = " …" if len(shown) > _SHOWN_ANSWERS or len(shown) < len(form.answers) else ""
    return (
        f"{template.title(language)}{valid} | "
        + " | ".join([*shown[:_SHOWN_ANSWERS], *derived[:_SHOWN_DERIVED]])
        + more
    )


def _derived(item: Item, template: Template, language: str) -> dict[str, str]:
    """What follows from the answers, by path, as of the server's time of the record."""
    return derived_values(template, item.answers, now=item.at, language=language)


def _answer(template: Template, key: str, value: object, language: str) -> str:
    field = template.fields[key]
    if field.code_list and isinstance(value, str) and template.code(field.code_list, value) is not None:
        return template.code_word(field.code_list, value, language)
    return str(value)


def _template_name(document: bytes, language: str) -> str:
    template = Template.decode(document)
    return text("template_version", language, template=template.title(language), version=str(template.version))


def _event(item: Item, language: str) -> str:
    if item.members is not None:
        return _members(item.members, language, lambda role: _role(role, language))
    kind = item.kind if item.kind in _WITHOUT_CONTENT else ItemKind.UNKNOWN
    said = text(f"item.{kind.value}", language)
    return f"{said} ({item.reason})" if item.reason else said


def _members(changed: MembersChanged, language: str, role_word: Callable[[str], str]) -> str:
    said = [
        *(text("item.admitted", language, officer=officer) for officer in changed.added),
        *(text("item.removed", language, officer=officer) for officer in changed.removed),
        *(text("item.role", language, officer=officer, role=role_word(role)) for officer, role in changed.roles),
        *(text("item.identity_changed", language, officer=officer) for officer in changed.identity_changed),
        *(text("item.device_added", language, device=device) for device in changed.devices_added),
        *(text("item.device_removed", language, device=device) for device in changed.devices_removed),
    ]
    return ", ".join(said) or text("item.keys_renewed", language)


def _role(role: str, language: str) -> str:
    """The role in words; one that this version does not know stays as it is."""
    return text(f"role.{role}", language) if f"text.cli.role.{role}" in MESSAGES else role


def core_state(state: str, language: str) -> str:
    """What became of a case in the core, in words; what this version does not know stays as it is."""
    return text(f"core_state.{state}", language) if f"text.cli.core_state.{state}" in MESSAGES else state


def as_data(item: Item, templates: Mapping[bytes, Template] = MappingProxyType({})) -> dict[str, object]:
    """Everything of an item, for programs; derived values where its template is among `templates`."""
    content = item.content
    data: dict[str, object] = {
        "seq": item.seq,
        "at_ms": item.at_ms,
        "sent_at_ms": item.sent_at_ms,
        "kind": item.kind.value,
        "standing": item.standing.value,
        "sender": item.sender,
        "client_ref": item.client_ref,
        "epoch": item.epoch,
    }
    if item.reason:
        data["reason"] = item.reason
    match content:
        case Chat():
            data |= {"text": content.text, "lang": content.lang}
            if content.files:
                data["files"] = [
                    {"name": file.name, "media_type": file.media_type, "bytes": file.size, "hash": file.hash}
                    for file in content.files
                ]
        case Form():
            data |= {
                "template_id": content.template_id,
                "version": content.version,
                "answers": content.answers,
                "findings": [{"rule": each.rule, "level": each.level, "path": each.path} for each in item.findings],
            }
            template = templates.get(content.template_hash)
            if template is not None:
                data["derived"] = _derived(item, template, "")
        case Extraction():
            data |= {"count": content.count, "up_to_seq": content.up_to_seq, "manifest_hash": content.manifest_hash}
        case Released():
            data |= {
                "record_id": content.record_id,
                "version": content.version,
                "case_id": content.case_id,
                "state": content.state,
                "fields": list(content.fields),
            }
        case _:
            pass
    if item.members is not None:
        data["members"] = _members(item.members, "en", str)
    return data


def alarm_sentence(alarm: Alarm, language: str) -> str:
    """What an alarm says; one that this version has no words for is named by its code."""
    key = f"alarm.{alarm.code}"
    facts = {"seq": alarm.seq, **alarm.facts}
    if key in MESSAGES:
        return message(key, facts, language)
    return f"{alarm.code}: " + ", ".join(f"{name} {value}" for name, value in facts.items())


def checked_name(name: str, language: str) -> str:
    """In words, what a verification counted under `name`."""
    key = f"checked.{name.replace(' ', '_')}"
    return text(key, language) if f"text.cli.{key}" in MESSAGES else name


def finding_place(found: Failure | Notice, language: str) -> str:
    """Where a verification found it: a number in the log, or the name of a file as it is."""
    seq = found.where.removeprefix("no. ")
    return message("text.verify.place", {"seq": seq}, language) if seq != found.where else found.where


def finding_sentence(found: Failure | Notice, language: str) -> str:
    """What a verification found, in the reader's language."""
    key = f"text.verify.{found.check}"
    if key not in MESSAGES:
        return found.says
    reason = f"text.verify.reason.{str(found.facts.get('reason', '')).replace(' ', '_')}"
    in_words = {"reason": message(reason, {}, language)} if reason in MESSAGES else {}
    return message(key, {**found.facts, **in_words}, language)


def templates_of(cug: Cug) -> dict[bytes, Template]:
    """The CUG's templates by their hash."""
    return {template.hash: template for template in cug.templates()}
