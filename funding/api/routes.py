"""Addresses of schemes, calls, rounds, organisations and of the check in the API."""

from django.http import HttpRequest
from ninja import Body, Router

from funding.api import listing, parameters, presenters, reading, verdicts
from funding.api.facts import Facts, situation_of
from funding.api.parameters import instant_of, place_asked
from funding.api.schemas import (
    CallOut,
    CallPage,
    OrganisationPage,
    RoundPage,
    SchemeDetail,
    SchemePage,
    Vocabularies,
)
from funding.checks import check
from funding.enums import EditorialState
from funding.presenters.check import Writer
from funding.presenters.scheme_rows import SchemeRows
from territories.api.reading import place_of
from territories.api.schemas import AtPlace
from ti_portal.core.api.answers import Volatile, answer, rendered
from ti_portal.core.api.cursors import DEFAULT_LIMIT, Cursors, cut, next_address
from ti_portal.core.api.kinds import Cursor, Limit

router = Router()

_MAY_BE_UNKNOWN = {"x-may-be-unknown": True}
_SCHEMES = Cursors("schemes", (int,))
_CALLS = Cursors("calls", (int,))
_ROUNDS = Cursors("rounds", ((str, type(None)), int))
_ORGANISATIONS = Cursors("organisations", (str,))
_VERDICTS = Cursors("check", (int, str))


@router.get(
    "/schemes",
    response=SchemePage,
    tags=["Aides"],
    summary="Lister les aides",
    operation_id="list_schemes",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def list_schemes(
    request: HttpRequest,
    q: parameters.Words = "",
    lieu: AtPlace = None,
    public: parameters.Audience = None,
    aide: parameters.Help = (),
    projet: parameters.Project = None,
    depense: parameters.Expense = None,
    financeur: parameters.Funder = None,
    statut: parameters.States = (),
    avant: parameters.Before = None,
    au: parameters.AsOf = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
):
    """Les aides publiées, avec les filtres du catalogue et les mêmes noms de paramètres, dans l’ordre de leur création.

    Avec un lieu, l’état est celui de l’appel qui y compte : une variante régionale remplace l’appel national.
    """
    after = _SCHEMES.read(cursor)
    asked = listing.ask(instant_of(request))

    def build():
        wanted = parameters.wanted_of(
            asked.catalogue,
            q=q,
            lieu=lieu,
            financeur=financeur,
            public=public,
            aide=aide,
            projet=projet,
            depense=depense,
            statut=statut,
            avant=avant,
        )
        page, is_followed = cut(listing.page(asked, wanted, after and after[0], limit), limit)
        return {
            "items": listing.items(page, asked, request),
            "next": next_address(request, _SCHEMES.write(page[-1].scheme_id) if is_followed else None),
        }

    return answer(request, asked.version, build)


@router.get(
    "/schemes/{slug}",
    response=SchemeDetail,
    tags=["Aides"],
    summary="Une aide",
    operation_id="get_scheme",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def get_scheme(request: HttpRequest, slug: parameters.SchemeSlug, lieu: AtPlace = None, au: parameters.AsOf = None):
    """Une aide entière : conditions, montants, appels, relèves, organismes, contacts, cumul. Archivée, elle le dit."""
    asked = listing.ask(instant_of(request))

    def build():
        found = reading.scheme_of(slug)
        body = presenters.scheme(SchemeRows(found), asked.at, place_asked(lieu), request)
        # The catalogue does not follow the calls of an archived scheme, so its version says nothing of them.
        return body if found.state == EditorialState.PUBLISHED else Volatile(body)

    return answer(request, asked.version, build)


@router.get(
    "/schemes/{slug}/calls/{call}",
    response=CallOut,
    tags=["Appels et relèves"],
    summary="Un appel",
    operation_id="get_call",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def get_call(request: HttpRequest, slug: parameters.SchemeSlug, call: parameters.CallSlug, au: parameters.AsOf = None):
    """Un appel d’une aide, avec ses relèves et son état."""

    def build():
        found = reading.call_of(slug, call)
        return Volatile(presenters.call(found, instant_of(request), request, _variant_of(found)))

    return answer(request, (), build)


@router.get(
    "/calls",
    response=CallPage,
    tags=["Appels et relèves"],
    summary="Lister les appels",
    operation_id="list_calls",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def list_calls(
    request: HttpRequest,
    dispositif: parameters.OfScheme = None,
    lieu: AtPlace = None,
    au: parameters.AsOf = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
):
    """Les appels des aides publiées, dans l’ordre de leur création. Avec un lieu : ceux qui y comptent."""
    after = _CALLS.read(cursor)
    asked = listing.ask(instant_of(request))

    def build():
        found = reading.calls(dispositif, place_asked(lieu), after and after[0], limit)
        page, is_followed = cut(found, limit)
        return {
            "items": [presenters.call(one, asked.at, request, _variant_of(one)) for one in page],
            "next": next_address(request, _CALLS.write(page[-1].pk) if is_followed else None),
        }

    return answer(request, asked.version, build)


@router.get(
    "/rounds",
    response=RoundPage,
    tags=["Appels et relèves"],
    summary="Lister les relèves",
    operation_id="list_rounds",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def list_rounds(
    request: HttpRequest,
    dispositif: parameters.OfScheme = None,
    lieu: AtPlace = None,
    apres: parameters.After = None,
    avant: parameters.Before = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
):
    """Les relèves des aides publiées, par date de clôture ; celles qui n’en ont pas viennent à la fin."""
    after = _ROUNDS.read(cursor)

    def build():
        found = reading.rounds(dispositif, place_asked(lieu), (apres, avant), after, limit)
        page, is_followed = cut(found, limit)
        return Volatile(
            {
                "items": [presenters.dated_round(one, request) for one in page],
                "next": next_address(request, _ROUNDS.write(*_key_of(page[-1])) if is_followed else None),
            }
        )

    return answer(request, (), build)


@router.get(
    "/organisations",
    response=OrganisationPage,
    tags=["Aides"],
    summary="Lister les organismes",
    operation_id="list_organisations",
)
def list_organisations(request: HttpRequest, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None):
    """Les organismes qui financent, instruisent ou accompagnent une aide publiée."""
    after = _ORGANISATIONS.read(cursor)

    def build():
        found = reading.organisations(after and after[0], limit)
        page, is_followed = cut(found, limit)
        return Volatile(
            {
                "items": [presenters.organisation(one) for one in page],
                "next": next_address(request, _ORGANISATIONS.write(page[-1].slug) if is_followed else None),
            }
        )

    return answer(request, (), build)


@router.get(
    "/vocabularies",
    response=Vocabularies,
    tags=["Nomenclatures"],
    summary="Les codes et leurs libellés",
    operation_id="get_vocabularies",
)
def get_vocabularies(request: HttpRequest):
    """Tous les codes que l’API emploie. Un code ne change jamais de sens ; un libellé peut être récrit."""
    return answer(request, (), presenters.vocabularies)


@router.post(
    "/check",
    response=verdicts.CheckOut,
    tags=["Test d’éligibilité"],
    summary="Quelles aides pour ce projet, et sinon pourquoi ?",
    operation_id="check",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def post_check(
    request: HttpRequest,
    facts: Body[Facts],
    etat: parameters.VerdictStates = (),
    au: parameters.AsOf = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
):
    """Juge toutes les aides publiées d’après les faits donnés. Rien n’est gardé : ni les faits, ni la réponse.

    Aucune réponse n’est obligatoire, et rien de personnel n’est demandé.
    """
    after = _VERDICTS.read(cursor)
    place = place_of(facts.place, "body", "place") if facts.place else None
    checked = check(situation_of(facts, place), instant_of(request))
    found = verdicts.keys_after(checked, frozenset(etat or verdicts.STATES), after, limit)
    page, is_followed = cut(found, limit)
    return rendered(
        {
            **verdicts.summary(checked),
            "items": verdicts.items(checked, page, Writer(checked, {}, place), request),
            "next": next_address(request, _VERDICTS.write(*page[-1]) if is_followed else None),
        }
    )


def _variant_of(call) -> str | None:
    return call.variant_of.slug if call.variant_of_id else None


def _key_of(round_) -> tuple[str | None, int]:
    return round_.closes_at and round_.closes_at.isoformat(), round_.pk
