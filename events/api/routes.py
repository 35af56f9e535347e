"""Addresses of events in the API."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from events.api import presenters, reading
from events.api.schemas import EventDetail, EventPage
from events.enums import EventKind
from funding.api.parameters import SLUG_PATTERN, place_asked
from territories.api.schemas import AtPlace
from ti_portal.core.api.answers import Volatile, answer
from ti_portal.core.api.cursors import DEFAULT_LIMIT, Cursors, cut, next_address
from ti_portal.core.api.kinds import Cursor, Day, Limit

router = Router()

_MAY_BE_UNKNOWN = {"x-may-be-unknown": True}
_EVENTS = Cursors("events", (str, int))

Kind = Annotated[EventKind | None, Query(description="Nature de la rencontre.", examples=["seminar"])]
Since = Annotated[Day | None, Query(description="Ce qui commence ce jour-là au plus tôt.", examples=["2020-01-01"])]
Until = Annotated[Day | None, Query(description="Ce qui commence ce jour-là au plus tard.", examples=["2027-12-31"])]
EventSlug = Annotated[
    str, Path(pattern=SLUG_PATTERN, max_length=200, description="Nom d’adresse.", examples=["assemblee-generale"])
]


@router.get(
    "/events",
    response=EventPage,
    tags=["Rencontres"],
    summary="Lister les rencontres",
    operation_id="list_events",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def list_events(
    request: HttpRequest,
    nature: Kind = None,
    lieu: AtPlace = None,
    apres: Since = None,
    avant: Until = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
):
    """Les rencontres publiques, passées et à venir, par date. Avec un lieu : les nationales et celles de ce lieu."""
    after = _EVENTS.read(cursor)

    def build():
        found = reading.events(nature, place_asked(lieu), (apres, avant), after, limit)
        page, is_followed = cut(found, limit)
        last = (page[-1].starts_at.isoformat(), page[-1].pk) if is_followed else None
        return Volatile(
            {
                "items": [presenters.event(one, request) for one in page],
                "next": next_address(request, _EVENTS.write(*last) if last else None),
            }
        )

    return answer(request, (), build)


@router.get(
    "/events/{slug}",
    response=EventDetail,
    tags=["Rencontres"],
    summary="Une rencontre",
    operation_id="get_event",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def get_event(request: HttpRequest, slug: EventSlug):
    """Une rencontre publique : programme, documents, sondages publiés, questions répondues, témoignages."""

    def build():
        return Volatile(presenters.detail(reading.event_of(slug), request))

    return answer(request, (), build)
