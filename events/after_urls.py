"""Addresses of what an event leaves: recording, report, questions and answers."""

from django.urls import path

from events.views import after

urlpatterns = [
    path("questions-reponses/", after.FaqView.as_view(), name="faq"),
    path("rencontres/<slug:slug>/enregistrement/", after.ReplayView.as_view(), name="replay"),
    path("rencontres/<slug:slug>/compte-rendu/", after.ReportView.as_view(), name="report"),
    path("rencontres/<slug:slug>/compte-rendu.pdf", after.ReportDocumentView.as_view(), name="report_document"),
]
