"""Notices of the demonstration, made up here: each kind, several languages, one waiting for approval and one draft."""

from __future__ import annotations

from typing import Final

from cen_core.cws import Cws
from cen_core.model.notice import NoticeKind, NoticeMove
from cen_core.model.notice_content import content_of
from cen_core.model.principal import Level, Principal, Role
from cen_core.model.proposal import ProposalState
from cen_core.services.forum import Post, Verdict
from cen_core.services.notices import NewNotice, SeenNotice

Texts = dict[str, tuple[str, str]]

SECRETARIAT: Final = (
    Principal("", Level.UNLIMITED, "", "secretariat/desk", Role.SECRETARIAT),
    Principal("", Level.UNLIMITED, "", "secretariat/editor", Role.SECRETARIAT),
)
RILO: Final = Principal("", Level.UNLIMITED, "esa", "rilo-esa/analyst", Role.RILO)
SITE: Final = "https://example.org/customs/units"

ALERT: Final[Texts] = {
    "en": (
        "Ivory hidden in hollowed timber",
        "Since the summer raw ivory was found **four times** in sawn logs that had been hollowed out and glued "
        "together again.\n\n## What to look for\n\n- fresh glue or wax at the ends of logs\n- logs of one kind with "
        "different weights\n- papers that name timber of low value with costly freight\n\nX-ray showed the cavity each "
        "time; drilling did not.",
    ),
    "fr": (
        "Ivoire dissimulé dans du bois évidé",
        "Depuis l’été, de l’ivoire brut a été découvert **quatre fois** dans des grumes sciées, évidées puis recollées."
        "\n\n## Points d’attention\n\n- colle ou cire fraîche aux extrémités\n- grumes d’une même essence de poids "
        "différents\n- bois de faible valeur avec un fret coûteux\n\nLa radiographie a montré la cavité à chaque fois, "
        "le forage non.",
    ),
    "ar": (
        "عاج مخبأ في أخشاب مجوّفة",
        "عُثر منذ الصيف على عاج خام **أربع مرات** داخل جذوع منشورة جُوّفت ثم أُعيد لصقها.\n\n## ما ينبغي الانتباه إليه\n\n"
        "- غراء أو شمع حديث عند أطراف الجذوع\n- جذوع من نوع واحد بأوزان مختلفة\n- أخشاب منخفضة القيمة بأجور شحن مرتفعة",
    ),
}
SITUATION: Final[Texts] = {
    "en": (
        "Cocaine in refrigerated containers: half a year in figures",
        "| Half-year | Cases | Kilograms |\n|---|---|---|\n| first | 41 | 6,120 |\n| second | 57 | 9,480 |\n\nThe "
        "share found in the *machinery compartment* rose from a tenth to a third. Made-up figures for a demonstration.",
    ),
    "es": (
        "Cocaína en contenedores refrigerados: medio año en cifras",
        "La parte hallada en el *compartimento de la maquinaria* pasó de una décima parte a un tercio. Cifras "
        "inventadas para una demostración.",
    ),
    "pt": (
        "Cocaína em contentores refrigerados: meio ano em números",
        "A parte encontrada no *compartimento das máquinas* passou de um décimo para um terço. Números inventados para "
        "uma demonstração.",
    ),
}
REFERENCE: Final[Texts] = {
    "en": (
        "How to describe a place of concealment",
        "1. Name the conveyance first.\n2. Then the part of it.\n3. Then how the goods lay there.\n\n> One word for "
        "one thing, or the search finds half of it.",
    ),
    "ru": (
        "Как описывать место сокрытия",
        "1. Сначала транспортное средство.\n2. Затем его часть.\n3. Затем как лежали товары.\n\n> Одно слово для одной "
        "вещи, иначе поиск найдёт половину.",
    ),
}
LINK: Final[Texts] = {
    "en": ("Recommendation No. 20: codes for units of measure", "The codes that quantities are entered with."),
    "fr": ("Recommandation n° 20 : codes des unités de mesure", "Les codes avec lesquels les quantités sont saisies."),
}
RILO_PAGE: Final[Texts] = {
    "en": (
        "East and Southern Africa: this month",
        "The office answers questions of its members about routes and conveyances within two working days.\n\n- Next "
        "meeting of contact points: on line\n- Focus: timber, precursors",
    ),
    "fr": ("Afrique orientale et australe : ce mois-ci", "Le bureau répond en deux jours ouvrables à ses membres."),
    "pt": ("África Oriental e Austral: este mês", "O gabinete responde aos seus membros em dois dias úteis."),
}
RELEASE: Final[Texts] = {
    "fr": ("Trois tonnes de cigarettes saisies au Havre", "Chiffres inventés pour une démonstration."),
    "en": ("Three tonnes of cigarettes seized at Le Havre", "Made-up figures for a demonstration."),
}
WAITING: Final[Texts] = {"en": ("Ephedrine declared as a dye", "Three parcels in a month, all by express.")}
DRAFT: Final[Texts] = {"en": ("Notes for the next bulletin", "Still to be checked.")}


def _of(member: str, name: str, role: Role = Role.OFFICER) -> Principal:
    return Principal(member, Level.UNLIMITED, "", f"{member}/{name}", role)


async def fill(cws: Cws) -> None:
    """Once, on an empty core: everything by the door that everybody uses."""
    desk, editor = SECRETARIAT
    await _published(cws, desk, editor, NoticeKind.REFERENCE, "general", "en", REFERENCE)
    await _published(cws, desk, editor, NoticeKind.LINK, "general", "en", LINK, SITE)
    await _published(cws, RILO, desk, NoticeKind.RILO_PAGE, "general", "en", RILO_PAGE)
    await _of_member(cws, "FR", NoticeKind.MEDIA_RELEASE, "tobacco", "fr", RELEASE)
    await _of_member(cws, "BR", NoticeKind.SITUATION_REPORT, "drugs", "en", SITUATION)
    await _of_member(cws, "KE", NoticeKind.ALERT, "fauna_flora", "en", ALERT)
    analyst = _of("KE", "analyst")
    await cws.create(analyst, _new(NoticeKind.BULLETIN, "precursors", "en", WAITING, submit=True))
    await cws.create(analyst, _new(NoticeKind.BULLETIN, "general", "en", DRAFT))
    await _proposed(cws, analyst, desk)


async def _proposed(cws: Cws, author: Principal, desk: Principal) -> None:
    """A proposal with votes and an answer, and one that nobody has answered yet."""
    body = (
        "A picture of concealment says more than a paragraph. One click from the **case** to its pictures would help."
    )
    first = await cws.propose(author, Post("en", "From a case to its pictures", body, "demo-proposal-one"))
    for member in ("FR", "BR", "EG"):
        await cws.vote(_of(member, "analyst"), first, wanted=True)
    await cws.answer(desk, first, Post("en", "", "Planned for the next version.", "demo-answer-one"))
    await cws.judge(desk, first, Verdict(1, ProposalState.PLANNED, hidden=False))
    body = "Les bulletins du mois dans un seul fichier, à lire hors ligne."
    await cws.propose(_of("FR", "analyst"), Post("fr", "Un recueil mensuel", body, "demo-proposal-two"))


async def _of_member(cws: Cws, member: str, kind: NoticeKind, topic: str, original: str, texts: Texts) -> None:
    await _published(cws, _of(member, "analyst"), _of(member, "ncp", Role.NCP), kind, topic, original, texts)


async def _published(
    cws: Cws,
    author: Principal,
    judge: Principal,
    kind: NoticeKind,
    topic: str,
    original: str,
    texts: Texts,
    url: str = "",
) -> None:
    notice = await cws.create(author, _new(kind, topic, original, texts, url, submit=True))
    await cws.move(judge, NoticeMove.APPROVE, SeenNotice(notice.notice_id, notice.revision))


def _new(
    kind: NoticeKind, topic: str, original: str, texts: Texts, url: str = "", *, submit: bool = False
) -> NewNotice:
    return NewNotice(kind, topic, content_of(original, texts, url), f"demo-{kind}-{topic}", submit)
