"""Addresses of the funded projects of a territory, below its page."""

from django.urls import path

import territories.urls  # noqa: F401 - registers the converter of codes of territories
from funding.views.funded_projects import FOLDER, TerritoryProjectsFileView, TerritoryProjectsView

_PAGE = f"territoires/<territory_code:code>-<str:slug>/{FOLDER}"

urlpatterns = [
    path(_PAGE, TerritoryProjectsView.as_view(), name="territory_projects"),
    path(f"territoires/<territory_code:code>/{FOLDER}", TerritoryProjectsView.as_view()),
    path(f"{_PAGE}export.csv", TerritoryProjectsFileView.as_view(), {"form": "csv"}, name="territory_projects_csv"),
    path(f"{_PAGE}export.xlsx", TerritoryProjectsFileView.as_view(), {"form": "xlsx"}, name="territory_projects_xlsx"),
]
