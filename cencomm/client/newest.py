"""The forms of a group as they stand, each record in its newest version, of which chains and situations are made."""

from __future__ import annotations

from collections.abc import Iterable

from cencomm.client.model import Item, ItemKind, Standing
from cencomm.templates_forms.chain import Entry
from cencomm.templates_forms.errors import PartsDisagree
from cencomm.wire.content import Form


def newest(items: Iterable[Item]) -> tuple[Item, ...]:
    """The verified forms that no later one of the same officer replaces, in the order of the log."""
    forms: dict[tuple[str, bytes], Item] = {}
    for item in items:
        content = _form_of(item)
        if content is None:
            continue
        if content.replaces is not None:
            forms.pop((item.officer, content.replaces), None)
        forms[item.officer, item.client_ref] = item
    return tuple(forms.values())


def _form_of(item: Item) -> Form | None:
    if item.kind is not ItemKind.FORM or item.standing is not Standing.VERIFIED:
        return None
    try:
        content = item.content
    except PartsDisagree:
        return None
    return content if isinstance(content, Form) else None


def entry_of(item: Item) -> Entry:
    """A form as a chain has it."""
    content = item.content
    assert isinstance(content, Form)
    return Entry(item.client_ref.hex(), content.template_id, item.at, item.answers)
