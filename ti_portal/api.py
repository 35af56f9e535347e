"""The public API, version 1: everything under /api/. Reading only, and a check that keeps nothing."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path

from events.api.routes import router as events
from funding.api.routes import router as funding
from territories.api.routes import router as territories
from ti_portal.api_pages import ApiPageView
from ti_portal.core.api.answers import answer
from ti_portal.core.api.door import public
from ti_portal.core.api.problems import unknown
from ti_portal.core.api.root import PortalAPI

DESCRIPTION = """Lieux, Territoires d’industrie, aides, appels et relèves, le test d’éligibilité, et les rencontres.

Sans compte ni clé. Les identifiants sont des codes officiels (Insee, SIREN, code TI) et des noms d’adresse stables."""

api = PortalAPI(
    title="API du portail des Territoires d’industrie",
    version="1.0.0",
    description=DESCRIPTION,
    servers=[{"url": "/api/v1"}],
    openapi_extra={
        "info": {"license": {"name": "Licence Ouverte 2.0", "identifier": "etalab-2.0"}},
    },
)
api.add_router("", territories)
api.add_router("", funding)
api.add_router("", events)


@cache
def described() -> dict:
    """The published description; it only changes with the code."""
    return api.described()


def openapi(request: HttpRequest) -> HttpResponse:
    return answer(request, (), described)


def nothing_there(request: HttpRequest, **_path) -> HttpResponse:
    raise unknown("Cette adresse n’est pas celle d’une ressource de l’API : voyez /api/.")


app_name = "api"
urlpatterns = [
    path("", ApiPageView.as_view(), name="page"),
    path("v1/openapi.json", public(openapi, ["GET"]), name="openapi"),
    path("v1/", include(api.addresses())),
    re_path("^v1/", public(nothing_there, ["GET", "POST"])),
]
