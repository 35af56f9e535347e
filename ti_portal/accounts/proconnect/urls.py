"""allauth wants this module of each provider; the addresses themselves are in `ti_portal.accounts.urls`."""

urlpatterns: list = []
