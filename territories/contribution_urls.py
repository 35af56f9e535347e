"""Addresses of what the people of a territory do: its page, its versions, their entries, the directory."""

from django.urls import path

from territories.views import changes, contacts, contribution

TERRITORY = "territoires/<str:code>"

urlpatterns = [
    path(f"{TERRITORY}/modifier/", contribution.ProfileEditView.as_view(), name="edit_profile"),
    path(f"{TERRITORY}/versions/", contribution.VersionListView.as_view(), name="versions"),
    path(f"{TERRITORY}/versions/comparer/", contribution.CompareView.as_view(), name="compare_versions"),
    path(f"{TERRITORY}/versions/<int:version>/", contribution.VersionView.as_view(), name="version"),
    path(f"{TERRITORY}/versions/<int:version>/restaurer/", contribution.RestoreView.as_view(), name="restore_version"),
    path(f"{TERRITORY}/modifications/", changes.TerritoryChangesView.as_view(), name="territory_changes"),
    path("modifications/", changes.RecentChangesView.as_view(), name="recent_changes"),
    path("mes-coordonnees/", contacts.MyContactView.as_view(), name="my_contact"),
    path("annuaire/", contacts.DirectoryView.as_view(), name="directory"),
    path("annuaire/annuaire.csv", contacts.DirectoryExportView.as_view(), name="directory_export"),
]
