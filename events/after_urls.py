"""Addresses of what an event leaves: recording, report, questions and answers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
