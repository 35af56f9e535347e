"""Parameters of addresses about schemes. They bear the names they have in the catalogue's own addresses."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query
from pydantic import StringConstraints

from funding import dates
from funding.catalogue.filters import Wanted
from funding.catalogue.loading import Catalogue
from funding.catalogue.words import LONGEST, read_words
from funding.eligibility.codes import AudienceCode, ExpenseNature, HelpKind, ProjectNature, VerdictState
from territories.api.reading import place_of
from territories.models import Place
from ti_portal.core.api.kinds import Day
from ti_portal.core.api.problems import FieldError, unknown

SLUG_PATTERN = "^[-a-zA-Z0-9_]+$"
_Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=200)]

SchemeSlug = Annotated[
    str, Path(pattern=SLUG_PATTERN, max_length=200, description="Nom d’adresse de l’aide.", examples=["vte-vert"])
]
CallSlug = Annotated[
    str, Path(pattern=SLUG_PATTERN, max_length=200, description="Nom d’adresse de l’appel.", examples=["guichet"])
]
OfScheme = Annotated[
    _Slug | None, Query(description="Nom d’adresse d’une aide : seulement ce qui en dépend.", examples=["vte-vert"])
]
AsOf = Annotated[
    Day | None,
    Query(
        description="Un jour, passé ou à venir : tout est dit tel qu’à midi, heure de Paris.", examples=["2020-12-15"]
    ),
]
Words = Annotated[
    str,
    Query(max_length=LONGEST, description="Mots cherchés, en français, accents libres.", examples=["apprentissage"]),
]
Audience = Annotated[AudienceCode | None, Query(description="Qui porte le projet.", examples=["firm"])]
Help = Annotated[list[HelpKind], Query(max_length=9, description="Natures de l’aide : l’une d’elles.")]
Project = Annotated[ProjectNature | None, Query(description="Nature du projet.")]
Expense = Annotated[ExpenseNature | None, Query(description="Nature des dépenses.")]
Funder = Annotated[_Slug | None, Query(description="Qui finance : nom d’adresse d’un organisme.")]
ShownState = Literal["open", "closing_soon", "permanent", "upcoming", "announced", "exhausted", "suspended", "closed"]
States = Annotated[
    list[ShownState],
    Query(max_length=8, description="États de l’appel : l’un d’eux.", examples=[["open", "closing_soon"]]),
]
Before = Annotated[Day | None, Query(description="Ce qui ferme ce jour-là au plus tard.", examples=["2021-03-31"])]
After = Annotated[Day | None, Query(description="Ce qui ferme ce jour-là au plus tôt.", examples=["2021-01-01"])]
VerdictStates = Annotated[
    list[VerdictState],
    Query(max_length=5, description="Seulement ces verdicts ; sans choix, tous.", examples=[["eligible"]]),
]


def instant_of(request: HttpRequest) -> datetime:
    """The instant that an address asks about: the same reading of `au` as the pages."""
    return dates.read(request.GET, timezone.now()).at


def place_asked(code: str | None) -> Place | None:
    """The place of an address. Raises Problem 404."""
    return place_of(code, "query", "lieu") if code else None


def funder_asked(slug: str | None, catalogue: Catalogue) -> int | None:
    """The organisation of an address. Raises Problem 404."""
    if not slug:
        return None
    found = next((pk for pk, funder in catalogue.funders.items() if funder.slug == slug), None)
    if found is None:
        sentence = "Aucun organisme n’a ce nom d’adresse : voyez /organisations."
        raise unknown(sentence, FieldError("query", "financeur", "unknown_organisation", sentence))
    return found


def wanted_of(catalogue: Catalogue, *, q: str, lieu: str | None, financeur: str | None, **codes) -> Wanted:
    """The filters of an address as the catalogue reads them. Raises Problem for what does not exist."""
    listed = {name: tuple(dict.fromkeys(map(str, codes.pop(name)))) for name in ("aide", "statut")}
    single = {name: str(code) if code else "" for name, code in codes.items() if name != "avant"}
    return Wanted(
        q=q,
        words=read_words(q),
        lieu=place_asked(lieu),
        financeur=funder_asked(financeur, catalogue),
        avant=codes.get("avant"),
        **listed,
        **single,
    )
