"""Addresses of the live room: participants, console, screen."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
