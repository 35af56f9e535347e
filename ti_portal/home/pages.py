"""The pages that every public service owes its visitors."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import ListView, TemplateView

from events.registrations import CONFIRM_WITHIN
from territories.models import DataSource, ListEdition, Place
from ti_portal.core.retention import KEEP_MESSAGE_BODIES


@method_decorator(login_not_required, name="dispatch")
class PublicPage(TemplateView):
    """A page anyone may read. `heading` is its h1 and its title."""

    heading = ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, heading=self.heading, operator=settings.OPERATOR)


class AccessibilityView(PublicPage):
    template_name = "home/accessibility.html"
    heading = "Déclaration d’accessibilité"


class LegalView(PublicPage):
    template_name = "home/legal.html"
    heading = "Mentions légales"


class PrivacyView(PublicPage):
    """How long things are kept is read where it is decided."""

    template_name = "home/privacy.html"
    heading = "Données personnelles"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **kwargs,
            event_days=settings.EVENTS_KEEP_REGISTRATIONS_DAYS,
            confirm_days=CONFIRM_WITHIN.days,
            mail_days=KEEP_MESSAGE_BODIES.days,
            session_days=settings.SESSION_COOKIE_AGE // (24 * 3600),
        )


class ProjectView(PublicPage):
    template_name = "home/project.html"
    heading = "Mon projet d’entreprise"


class CommunityView(PublicPage):
    template_name = "home/community.html"
    heading = "La communauté des Territoires d’industrie"


class SitePlanView(PublicPage):
    template_name = "home/site_plan.html"
    heading = "Plan du site"

    def get_context_data(self, **kwargs):
        regions = Place.objects.in_force().regions().only("code", "kind", "name", "slug")
        return super().get_context_data(**kwargs, regions=regions.order_by("slug", "pk"))


@method_decorator(login_not_required, name="dispatch")
class SourcesView(ListView):
    template_name = "home/sources.html"
    context_object_name = "sources"
    queryset = DataSource.objects.order_by("title", "pk")

    def get_context_data(self, **kwargs):
        editions = ListEdition.objects.order_by("-as_of", "-pk")
        return super().get_context_data(**kwargs, heading="Sources et licences", editions=editions)


class PlainTextView(PublicPage):
    content_type = "text/plain; charset=utf-8"


class RobotsView(PlainTextView):
    template_name = "home/robots.txt"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, sitemap=self.request.build_absolute_uri("/sitemap.xml"))


class SecurityTextView(PlainTextView):
    """RFC 9116. The expiry moves with the day, and is always less than a year away as the RFC asks."""

    template_name = "home/security.txt"

    def get_context_data(self, **kwargs):
        day = timezone.localdate() + timedelta(days=180)
        midnight = datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
        address = self.request.build_absolute_uri("/.well-known/security.txt")
        return super().get_context_data(**kwargs, expires=midnight.isoformat(), address=address)
