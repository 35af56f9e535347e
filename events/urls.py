"""Addresses of assemblies."""

from django.urls import include, path

app_name = "events"
urlpatterns = [
    path("", include("events.meeting_urls")),
    path("", include("events.room_urls")),
    path("", include("events.after_urls")),
]
