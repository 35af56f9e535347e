"""Addresses of events: list, page, registration, calendar."""

from django.urls import path

from events.views import meetings

urlpatterns = [
    path("rencontres/", meetings.EventListView.as_view(), name="list"),
    path("rencontres/cycles/<slug:slug>/", meetings.SeriesView.as_view(), name="series"),
    path("rencontres/<slug:slug>/", meetings.EventView.as_view(), name="event"),
]
