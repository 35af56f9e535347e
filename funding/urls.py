"""Schemes, calls, the check and local resources. Words of addresses are French and stable."""

from django.urls import include, path

from funding.views.catalogue import CatalogueView
from funding.views.resources import ResourcesView
from funding.views.scheme import CallView, SchemeView

app_name = "funding"

urlpatterns = [
    path("aides/", CatalogueView.as_view(), name="catalogue"),
    path("aides/", include("funding.export_urls")),
    path("", include("funding.calendar_urls")),
    path("aides/<slug:slug>/", SchemeView.as_view(), name="scheme"),
    path("aides/<slug:slug>/appels/<slug:call>/", CallView.as_view(), name="call"),
    path("eligibilite/", include("funding.check_urls")),
    path("", include("funding.follow_urls")),
    path("ressources/", ResourcesView.as_view(), name="resources"),
    path("", include("funding.project_urls")),
]
