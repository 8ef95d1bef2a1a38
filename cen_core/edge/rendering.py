"""A page as its answer: the template with what every page needs, and the sentence of a refusal."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from starlette.responses import HTMLResponse, Response

from cen_core.edge import routes
from cen_core.edge.context import Context
from cen_core.edge.errors import INTERNAL, headers_of, status_of
from cen_core.edge.requests import form_token
from cen_core.edge.words import Words
from cen_core.errors import NotAllowed
from cen_core.model import codes
from cencomm.errors import DomainError
from cencomm.i18n import LANGUAGES, has_message, is_right_to_left, translate

OWN_NAMES: Final = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ru": "Русский",
    "ar": "العربية",
    "pt": "Português",
}
"""Each language by its own name."""
_PLACES: Final = (
    ("search_page", "/cen/search"),
    ("statistics_page", "/cen/statistics"),
    ("saved_page", "/cen/saved"),
    ("worklist_page", "/cen/cases"),
    ("uploads_page", "/cen/uploads"),
    ("notices_page", "/cen/notices"),
    ("pictures_page", "/cen/pictures"),
    ("quality_page", "/cen/quality"),
    ("people_page", "/cen/people"),
)

_IN_WORDS: Final = {"reason": "reason", "action": "action", "state": "state"}
"""Facts that are stable words, with the part of the catalogue that says them to a reader."""


def shown(context: Context, template: str, status: int = 200, **values: Any) -> Response:
    """The page. `place` among the values is where the reader is."""
    words = Words(context.view.language)
    everywhere = {
        "words": words,
        "say": words.say,
        "language": words.language,
        "languages": [(name, OWN_NAMES[name]) for name in LANGUAGES],
        "direction": "rtl" if is_right_to_left(words.language) else "ltr",
        "theme": context.view.theme,
        "person": context.person,
        "places": [(name, url) for name, url in _PLACES if allowed(context, name)],
        "allowed": lambda name: allowed(context, name),
        "form_token": form_token(context.token),
        "here": here(context),
        "place": "",
        "problem": "",
    }
    return HTMLResponse(context.services.pages.render(template, everywhere | values), status)


def here(context: Context) -> str:
    """The address of the page to come back to; for a form that was refused, the page that it stood on."""
    url = context.request.url
    return f"{url.path}?{url.query}" if url.query else url.path


def allowed(context: Context, name: str) -> bool:
    """Whether it makes sense to show the way there."""
    if context.person is None:
        return False
    try:
        routes.require(context.person.principal, name)
    except NotAllowed:
        return False
    return True


def sentence(context: Context, error: DomainError) -> str:
    """What was refused and what to do, with fields and reasons in words."""
    words = Words(context.view.language)
    facts = dict(error.facts)
    for name, prefix in _IN_WORDS.items():
        value = facts.get(name)
        if isinstance(value, str) and has_message(f"cen.{prefix}.{value}"):
            facts[name] = words.say(f"cen.{prefix}.{value}")
    if isinstance(facts.get("field"), str):
        facts["field"] = field_name(words, str(facts["field"]))
    return translate(error.code, facts, words.language)


def field_name(words: Words, path: str) -> str:
    """`goods[1].unit` as "Unit (2)"."""
    name = path.rpartition(".")[2].partition("[")[0]
    number = path.partition("[")[2].partition("]")[0]
    try:
        label = words.field(name)
    except KeyError:
        return path
    return f"{label} ({int(number) + 1})" if number.isdigit() else label


def refused(context: Context, error: DomainError) -> Response:
    """A page that says it."""
    status = status_of(error.code)
    if status == INTERNAL:
        return shown(context, "refused.html", INTERNAL, problem=translate("internal", {}, context.view.language))
    response = shown(context, "refused.html", status, problem=sentence(context, error))
    response.headers.update(headers_of(error))
    return response


def faulted(context: Context, incident: str) -> Response:
    """A page that says that we broke, and under which number it stands in our log; nothing is asked of the store."""
    problem = Words(context.view.language).say("cen.refused.fault", incident=incident)
    return shown(context, "refused.html", INTERNAL, problem=problem)


@cache
def options(code_list: str, language: str) -> tuple[tuple[str, str], ...]:
    """The codes of a list with their words: the form's own lists in the form's order, the rest in that of the words."""
    found = [(code, codes.word(code_list, code, language)) for code in codes.codes_of(code_list)]
    if code_list in codes.FORM_LISTS and code_list != "country":
        order = {code.key: number for number, code in enumerate(codes.form().lists[code_list].codes)}
        return tuple(sorted(found, key=lambda pair: order[pair[0]]))
    return tuple(sorted(found, key=lambda pair: pair[1].casefold()))


@cache
def products(language: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Each heading's word with its products, as `heading:product` and the product's word."""
    listed = options("product", language)
    return tuple(
        (
            word,
            tuple((f"{heading}:{product}", name) for product, name in listed if codes.product_fits(heading, product)),
        )
        for heading, word in options("heading", language)
    )
