"""Items of a CUG as lines of text: who, when, what, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from cencomm.client.cug import Cug
from cencomm.client.model import Alarm, Item, ItemKind, Standing
from cencomm.i18n import message
from cencomm.i18n.messages import MESSAGES
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Chat, Content, Extraction, Form, HistoryKeys, Left, Profile
from cencomm.wire.content import Template as TemplateContent

_MARKS = {
    Standing.VERIFIED: "",
    Standing.NOT_YET_VERIFIED: " (not yet verified)",
    Standing.REFUSED: " (REFUSED)",
    Standing.LOCKED: " (sealed)",
}

_SHOWN_ANSWERS = 6
"""How many answers of a form a line shows; `--json` and `extract` show all."""


_SAID = {
    ItemKind.LOCKED: "sealed under a key that this device does not have",
    ItemKind.REFUSED: "breaks a rule of the protocol",
    ItemKind.UNKNOWN: "something that this version does not know",
    ItemKind.CLOSED: "closed the group",
    ItemKind.GROUP: "started the group",
    ItemKind.REJECTION: "could not apply a change of the group",
}


def moment(at_ms: int) -> str:
    """A point in time for people: local date and minute."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def line(item: Item, name: Callable[[str], str], templates: dict[bytes, Template], language: str) -> str:
    """One item as one line (a message may have several)."""
    who = f"{name(item.officer)} [{item.officer}]" if item.officer else "group"
    text = describe(item, templates, language)
    return f"{item.seq:>5}  {moment(item.at_ms)}  {who}{_MARKS[item.standing]}: {text}"


def describe(item: Item, templates: dict[bytes, Template], language: str) -> str:
    """What the item says, without who and when."""
    content = item.content
    if isinstance(content, Form):
        return _form(item, content, templates, language)
    return _event(item) if content is None else _plain(content, language)


def _plain(content: Content, language: str) -> str:
    match content:
        case Chat():
            said = content.text
        case TemplateContent():
            said = f"template {_template_name(content.document, language)}"
        case Profile():
            said = f"names the operation {content.title} {content.operation_code}".rstrip()
        case HistoryKeys():
            said = f"hands over the keys of {len(content.keys)} earlier epochs"
        case Extraction():
            said = f"EXTRACTED {content.count} records up to no. {content.up_to_seq}"
        case Left():
            said = f"wishes to leave {content.reason}".rstrip()
        case _:
            said = content.__class__.__name__
    return said


def _form(item: Item, form: Form, templates: dict[bytes, Template], language: str) -> str:
    template = templates.get(form.template_hash)
    errors = sum(finding.level == "error" for finding in item.findings)
    valid = f", breaks {errors} rules" if errors else ""
    if template is None:
        return f"form {form.template_id} {form.version}, template unknown"
    shown = [
        f"{template.label(key, language)}: {_answer(template, key, value, language)}"
        for key, value in form.answers.items()
        if key in template.fields and not isinstance(value, list)
    ]
    more = " …" if len(shown) > _SHOWN_ANSWERS or len(shown) < len(form.answers) else ""
    return f"{template.title(language)}{valid} | " + " | ".join(shown[:_SHOWN_ANSWERS]) + more


def _answer(template: Template, key: str, value: object, language: str) -> str:
    field = template.fields[key]
    if field.code_list and isinstance(value, str) and template.code(field.code_list, value) is not None:
        return template.code_word(field.code_list, value, language)
    return str(value)


def _template_name(document: bytes, language: str) -> str:
    template = Template.decode(document)
    return f"{template.title(language)}, version {template.version}"


def _event(item: Item) -> str:
    if item.members is not None:
        return _members(item)
    said = _SAID.get(item.kind, item.kind.value)
    return f"{said} ({item.reason})" if item.reason else said


def _members(item: Item) -> str:
    changed = item.members
    assert changed is not None
    said = [
        *(f"admitted {officer}" for officer in changed.added),
        *(f"removed {officer}" for officer in changed.removed),
        *(f"{officer} is now {role}" for officer, role in changed.roles),
        *(f"IDENTITY CHANGED of {officer}" for officer in changed.identity_changed),
        *(f"new device {device}" for device in changed.devices_added),
        *(f"device gone {device}" for device in changed.devices_removed),
    ]
    return ", ".join(said) or "renewed the keys"


def as_data(item: Item) -> dict[str, object]:
    """Everything of an item, for programs."""
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
        case Form():
            data |= {
                "template_id": content.template_id,
                "version": content.version,
                "answers": content.answers,
                "findings": [{"rule": each.rule, "level": each.level, "path": each.path} for each in item.findings],
            }
        case Extraction():
            data |= {"count": content.count, "up_to_seq": content.up_to_seq, "manifest_hash": content.manifest_hash}
        case _:
            pass
    if item.members is not None:
        data["members"] = describe(item, {}, "en")
    return data


def alarm_sentence(alarm: Alarm, language: str) -> str:
    """What an alarm says; one that this version has no words for is named by its code."""
    key = f"alarm.{alarm.code}"
    facts = {"seq": alarm.seq, **alarm.facts}
    if key in MESSAGES:
        return message(key, facts, language)
    return f"{alarm.code}: " + ", ".join(f"{name} {value}" for name, value in facts.items())


def templates_of(cug: Cug) -> dict[bytes, Template]:
    """The CUG's templates by their hash."""
    return {template.hash: template for template in cug.templates()}
