"""What a handler gets: the core, who asks, and what he sent; nothing of it is looked up again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from cen_core.api import CenCore, CenPeople
from cen_core.edge.multipart import SentFile
from cen_core.edge.pages import Pages
from cen_core.edge.rates import Rates
from cen_core.edge.requests import Fields
from cen_core.edge.tables import Tables
from cen_core.errors import NotSignedIn
from cen_core.model.person import Person
from cen_core.model.principal import Principal


@dataclass(frozen=True, slots=True)
class Services:
    core: CenCore
    people: CenPeople
    pages: Pages
    rates: Rates
    origin: str
    tables: Tables


@dataclass(frozen=True, slots=True)
class View:
    """How the reader wants the pages: one of the six languages, and light, dark or as his system has it."""

    language: str
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    services: Services
    request: Request
    view: View
    query: Fields
    token: str = field(default="", repr=False)
    """Of the session; empty where nobody has signed in."""
    person: Person | None = None
    form: Fields = field(default_factory=dict)
    body: bytes = b""
    file: SentFile | None = None

    @property
    def core(self) -> CenCore:
        return self.services.core

    @property
    def people(self) -> CenPeople:
        return self.services.people

    @property
    def principal(self) -> Principal:
        """Raises NotSignedIn."""
        if self.person is None:
            raise NotSignedIn
        return self.person.principal

    @property
    def path(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.request.path_params
        return found


Handler = Callable[[Context], Awaitable[Response]]
