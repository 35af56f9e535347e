"""Addresses of the check, under /eligibilite/. Included by `funding.urls`, in its namespace."""

from django.urls import path

from funding.views import check, check_documents, check_kept, check_result, check_suggestions

urlpatterns = [
    path("", check.WhoView.as_view(), name="check"),
    path("lieu/", check.WhereView.as_view(), name="check_where"),
    path("projet/", check.WhatView.as_view(), name="check_what"),
    path("montants/", check.HowMuchView.as_view(), name="check_how_much"),
    path("lieux", check_suggestions.PlacesView.as_view(), name="check_places"),
    path("activites", check_suggestions.ActivitiesView.as_view(), name="check_activities"),
    path("resultat/", check_result.ResultView.as_view(), name="check_result"),
    path("resultat.pdf", check_documents.ResultDocumentView.as_view(), name="check_document"),
    path("garder/", check_kept.KeepView.as_view(), name="keep_check"),
    path("resultat/<slug:token>/", check_kept.KeptCheckView.as_view(), name="kept_check"),
    path("resultat/<slug:token>/recalcul/", check_kept.RecomputeView.as_view(), name="recompute_check"),
    path("resultat/<slug:token>/document.pdf", check_documents.KeptDocumentView.as_view(), name="kept_document"),
    path("resultat/<slug:token>/contester/<slug:slug>/", check_kept.ContestView.as_view(), name="contest"),
]
