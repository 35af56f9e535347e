"""The administration site: for the délégation, in French, signed in through the portal's own door."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator

# Tables of other packages (social accounts, second factors, groups) have screens of their own or none: their rows hold
# secrets, and writing them by hand breaks what those packages keep in step.
OWN_APPS = frozenset({"core", "accounts", "territories", "funding", "events", "admin"})


class PortalAdminSite(admin.AdminSite):
    site_header = "Administration des Territoires d’industrie"
    site_title = "Administration"
    index_title = "Tableau de bord de la délégation"
    index_template = "admin/dashboard.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable, admin_class=None, **options) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        own = [model for model in models if _is_own(model)]
        if own:
            super().register(own, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        apps = super().get_app_list(request, app_label)
        for model in (model for app in apps for model in app["models"] if model["object_name"] == "LogEntry"):
            model["name"] = "Qui a fait quoi"
        return apps

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Sign in with the portal's page, which asks for the second factor; whoever is signed in has no right here."""
        if request.user.is_authenticated:
            if self.has_permission(request):
                return HttpResponseRedirect(reverse("admin:index"))
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")

    def logout(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def index(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        from ti_portal.administration.dashboard import dashboard

        context = {"dashboard": dashboard(request.user, at=timezone.now()), **(extra_context or {})}
        return super().index(request, context)


def _is_own(model: type[Model]) -> bool:
    return model._meta.app_label in OWN_APPS
