"""The address plan. Readable, in French, stable."""

from django.contrib import admin
from django.urls import include, path

handler400 = "ti_portal.home.errors.bad_request"
handler403 = "ti_portal.home.errors.forbidden"
handler404 = "ti_portal.home.errors.not_found"
handler500 = "ti_portal.home.errors.server_error"

urlpatterns = [
    path("", include("ti_portal.home.urls")),
    path("", include("territories.urls")),
    path("", include("funding.urls")),
    path("", include("events.urls")),
    path("api/", include("ti_portal.api")),
    path("comptes/", include("ti_portal.accounts.urls")),
    path("administration/", admin.site.urls),
]
