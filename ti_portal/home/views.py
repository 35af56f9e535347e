"""Home. Only the roof may look into every app."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from events.announced import next_and_past
from funding.closing_soon import closing_soon
from territories.enums import PlaceKind, Wave
from territories.models import ListEdition, Place, Territory
from territories.presenters.pages import POPULATION_YEAR

CLOSING_SHOWN = 5
EVENTS_COMING, EVENTS_PAST = 3, 2


@method_decorator(login_not_required, name="dispatch")
class HomeView(TemplateView):
    """What this is, in five seconds, and three ways in."""

    template_name = "home/home.html"

    def get_context_data(self, **kwargs):
        at = timezone.now()
        events = next_and_past(at, coming=EVENTS_COMING, past=EVENTS_PAST)
        members = Count("place__members", filter=Q(place__members__valid_until=None))
        totals = (
            Territory.objects.current()
            .annotate(in_force=members)
            .aggregate(territories=Count("pk"), members=Sum("in_force"), people=Sum("place__population"))
        )
        return super().get_context_data(
            **kwargs,
            territory_count=totals["territories"],
            member_count=totals["members"],
            population=totals["people"],
            population_year=POPULATION_YEAR,
            closing=closing_soon(at, CLOSING_SHOWN),
            events=events,
            has_events=any(events.values()),
            edition=ListEdition.objects.filter(wave=Wave.CURRENT).order_by("-as_of", "-pk").first(),
            regions=Place.objects.in_force()
            .of_kind(PlaceKind.REGION)
            .filter(nature__in=("metro", "drom"))
            .only("code", "kind", "name", "slug")
            .order_by("slug", "pk"),
        )
