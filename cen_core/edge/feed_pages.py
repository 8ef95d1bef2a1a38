"""Feeds of notices: the page where somebody makes and ends his address, and the feeds behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from starlette.responses import RedirectResponse, Response

from cen_core.edge.atom import MEDIA_TYPE, FeedHead, FeedWords, atom
from cen_core.edge.context import Context, Handler
from cen_core.edge.notice_pages import common, listed_topics, owner_word, topic_word
from cen_core.edge.rendering import shown
from cen_core.edge.requests import one
from cen_core.edge.words import Words
from cen_core.errors import NoSuchPage
from cen_core.model.notice import topics
from cen_core.model.notice_query import notice_page as page_of
from cencomm.i18n import LANGUAGES

ALL: Final = "all"
ENTRIES: Final = 50
SEE_OTHER: Final = 303


async def feeds_page(context: Context) -> Response:
    return await _feeds(context)


async def _feeds(context: Context, token: str = "") -> Response:
    """The addresses stand on the page that answers to making them, once; nobody can look them up again."""
    words, language = Words(context.view.language), context.view.language
    start = f"{context.services.origin}/cen/feeds/{token}"
    named = [(ALL, words.say("cen.feed.all")), *listed_topics(words)]
    return shown(
        context,
        "feeds.html",
        feed=await context.core.cws.own_feed(context.principal),
        addresses=[(word, f"{start}/{code}.atom?in={language}") for code, word in named] if token else [],
        **common(language),
    )


async def make_feed(context: Context) -> Response:
    return await _feeds(context, await context.core.cws.make_feed(context.principal))


async def end_feed(context: Context) -> Response:
    await context.core.cws.end_feed(context.principal)
    return RedirectResponse("/cen/notices/feeds", SEE_OTHER)


async def feed(context: Context) -> Response:
    """Notices of a topic, or all, as whoever has the address may see them. An unchanged feed is not sent again."""
    topic = context.path["topic"]
    if topic != ALL and topic not in topics():
        raise NoSuchPage
    wanted = one(context.query, "in")
    language = wanted if wanted in LANGUAGES else context.view.language
    given = {} if topic == ALL else {"topic": [topic]}
    found = await context.core.cws.find(context.principal, given, page_of(ENTRIES, ""))
    body = atom(_head(context, topic, language), found.notices, _words(Words(language)))
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if context.request.headers.get("if-none-match", "") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def _head(context: Context, topic: str, language: str) -> FeedHead:
    words, origin = Words(language), context.services.origin
    about = words.say("cen.feed.all") if topic == ALL else topic_word(words, topic)
    page = f"{origin}/cen/notices" + ("" if topic == ALL else f"?topic={topic}")
    return FeedHead(words.say("cen.feed.title", topic=about), language, origin, page, topic, 0)


def _words(words: Words) -> FeedWords:
    return FeedWords(
        lambda owner: owner_word(words, owner),
        lambda kind: words.say(f"cen.notice.kind.{kind}"),
        lambda topic: topic_word(words, topic),
    )


HANDLERS: Final[Mapping[str, Handler]] = {
    "feeds_page": feeds_page,
    "make_feed": make_feed,
    "end_feed": end_feed,
    "feed": feed,
}
