"""Places and territories. Folder names come from `territories.addresses`, which pages use to write links."""

from django.urls import path, register_converter

from territories.addresses import CodeConverter, TerritoryCodeConverter
from territories.contribution_urls import urlpatterns as contribution
from territories.invitation_urls import urlpatterns as invitations
from territories.views.listing import TerritoryExportView, TerritoryListView
from territories.views.map import NationalMapView
from territories.views.map_picture import MapPictureView
from territories.views.places import CommuneView, DepartementView, IntercommunaliteView, RegionView
from territories.views.search import SearchView, SuggestionsView
from territories.views.territory import TerritoryView

app_name = "territories"

register_converter(CodeConverter, "code")
register_converter(TerritoryCodeConverter, "territory_code")


def page(folder: str, view, name: str) -> list:
    """Address of one place: `<code>-<slug>`; the code alone leads there too."""
    return [
        path(f"{folder}/<code:code>-<str:slug>/", view.as_view(), name=name),
        path(f"{folder}/<code:code>/", view.as_view()),
    ]


urlpatterns = [
    path("recherche/", SearchView.as_view(), name="search"),
    path("recherche/suggestions", SuggestionsView.as_view(), name="suggest"),
    path("territoires/", TerritoryListView.as_view(), name="list"),
    path("territoires/carte/", NationalMapView.as_view(), name="map"),
    path("territoires/carte.svg", MapPictureView.as_view(), name="map_picture"),
    path("territoires/export.csv", TerritoryExportView.as_view(), {"form": "csv"}, name="export_csv"),
    path("territoires/export.xlsx", TerritoryExportView.as_view(), {"form": "xlsx"}, name="export_xlsx"),
    path("territoires/<territory_code:code>-<str:slug>/", TerritoryView.as_view(), name="territory"),
    path("territoires/<territory_code:code>/", TerritoryView.as_view()),
    *page("regions", RegionView, "region"),
    *page("departements", DepartementView, "departement"),
    *page("communes", CommuneView, "commune"),
    *page("intercommunalites", IntercommunaliteView, "intercommunalite"),
    *contribution,
    *invitations,
]
