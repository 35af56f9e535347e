"""« Mon calendrier »: the address of one's own calendar, and how to subscribe to it.

As for follows, in one's own space or by the secret address that is in each mail; forms are sent to the latter.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from funding.calendars import personal
from funding.models import Subscriber
from funding.views.feeds import site_of
from funding.views.subscribers import BySecret

ACTIONS = {"ouvrir": personal.open_feed, "renouveler": personal.renew_feed, "supprimer": personal.revoke_feed}
DONE = {
    "ouvrir": "Votre calendrier est prêt : abonnez-y votre agenda.",
    "renouveler": "Votre calendrier a une nouvelle adresse. L’ancienne ne répond plus.",
    "supprimer": "Votre calendrier n’existe plus : son adresse ne répond plus.",
}


def page_of(subscriber: Subscriber | None, request: HttpRequest) -> dict:
    """What the page shows. The address is in it for its owner alone."""
    context = {"subscriber": subscriber, "done": DONE.get(request.GET.get("fait", ""))}
    if subscriber is None:
        return context
    context["token"] = subscriber.secret
    context["has_follows"] = subscriber.follows.filter(confirmed_at__isnull=False).exists()
    if subscriber.feed_token:
        path = reverse("funding:personal_feed", args=[subscriber.feed_token])
        context["feed"] = site_of(request).rstrip("/") + path
        context["webcal"] = "webcal:" + context["feed"].partition(":")[2]
    return context


@method_decorator(never_cache, name="dispatch")
class MyCalendarView(TemplateView):
    """In one's own space."""

    template_name = "funding/calendar/mine.html"

    def get_context_data(self, **kwargs):
        subscriber = Subscriber.objects.filter(user=self.request.user).order_by("pk").first()
        return super().get_context_data(**page_of(subscriber, self.request), **kwargs)


class CalendarBySecretView(BySecret):
    """The same page by the secret address. POST: make, renew or take away the calendar."""

    def get(self, request, *args, **kwargs) -> HttpResponse:
        return render(request, "funding/calendar/mine.html", page_of(self.subscriber, request))

    def post(self, request, *args, **kwargs) -> HttpResponse:
        action = request.POST.get("action", "")
        if action in ACTIONS:
            ACTIONS[action](subscriber_id=self.subscriber.pk)
        is_own = request.user.is_authenticated and request.user.pk == self.subscriber.user_id
        page = reverse("funding:my_calendar") if is_own else reverse("funding:follows_calendar", args=[self.secret])
        return redirect(f"{page}?fait={action}" if action in ACTIONS else page)
