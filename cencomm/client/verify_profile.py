"""What may stand in an extraction below the full profile; used to make one, and again to verify it."""

from __future__ import annotations

from collections.abc import Mapping

from cencomm.crypto.records import Audience, SignedRecord
from cencomm.export.profiles import is_clean, stays
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Content, Form, Profile
from cencomm.wire.content import Template as TemplateContent


def beyond_profile(signed: SignedRecord, content: Content, templates: Mapping[bytes, Template]) -> str:
    """Why this record may not leave the group as it stands here; empty where it may.

    The operation's title and its templates leave, they explain the rest. A form leaves with its public part only, if
    that holds what its template says and handling lets it go. Everything else is talk or keys.
    """
    if isinstance(content, Profile | TemplateContent):
        return ""
    if not isinstance(content, Form):
        return "no form"
    template = templates.get(content.template_hash)
    if template is None:
        return "template unknown"
    if any(part.audience is not Audience.PUBLIC and part.content is not None for part in signed.parts):
        return "personal part"
    if not is_clean(template, content.answers):
        return "not clean"
    return "handling" if stays(template, content.answers) else ""
