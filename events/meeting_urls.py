"""Addresses of events: list, page, registration, calendar."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
