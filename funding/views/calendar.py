"""The calendar of openings and closings: a month, or its dates in a list."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from funding.calendars import scopes
from funding.catalogue.places import CODE, TYPED, read_place
from funding.dates import PARAMETER, as_of
from funding.models import CalendarEntry
from funding.presenters.calendar import SHOWN_A_DAY, WEEKDAYS, Month, by_day, weeks
from funding.presenters.places import kept_query, place_proposals
from funding.views.feeds import site_of
from territories.presenters.pages import Link

MONTH, VIEW, LIST = "mois", "vue", "liste"
PAGE_SIZE = 50


@method_decorator(login_not_required, name="dispatch")
class CalendarView(TemplateView):
    template_name = "funding/calendar/page.html"

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        self.at = as_of(request)
        self.place_choice = read_place(request.GET)
        if TYPED in request.GET and not self.place_choice.error:
            return redirect(self.address(**{CODE: self.place_choice.place.code if self.place_choice.place else None}))
        return super().get(request, *args, **kwargs)

    def address(self, **changes: str | None) -> str:
        """This page with other parameters; None takes one away."""
        names = (CODE, MONTH, VIEW, PARAMETER)
        values = {name: self.request.GET.get(name) for name in names} | changes
        wanted = {name: value for name, value in values.items() if value}
        return f"{self.request.path}?{urlencode(wanted)}" if wanted else self.request.path

    def get_context_data(self, **kwargs):
        place = self.place_choice.place
        scope = scopes.at(place) if place else scopes.everything()
        today = self.request.as_of.today
        month = Month.read(self.request.GET.get(MONTH, ""), today)
        is_list = self.request.GET.get(VIEW) == LIST
        entries = CalendarEntry.objects.confirmed().filter(scope.entries)
        of_month = entries.filter(day__gte=month.first, day__lte=month.last)
        shown = self._list(of_month, today) if is_list else self._table(of_month, month, today)
        if not shown["count"]:
            shown["next_dated"] = self._next_dated(entries, month)
        return super().get_context_data(
            place=self.place_choice,
            proposals=place_proposals(self.request.GET, self.place_choice, self._others()),
            others=self._others(),
            month=month,
            weekdays=WEEKDAYS,
            is_list=is_list,
            today=today,
            links=[Link("Aides et appels", reverse("funding:catalogue"))],
            ways={
                "previous": month.previous and self.address(**{MONTH: month.previous.text}),
                "following": month.following and self.address(**{MONTH: month.following.text}),
                "today": self.address(**{MONTH: None}) if month != Month.read("", today) else "",
                "table": self.address(**{VIEW: None}),
                "list": self.address(**{VIEW: LIST, MONTH: month.text}),
                "everywhere": self.address(**{CODE: None}),
            },
            scope=scope,
            **subscription(scope, self.request),
            **shown,
            **kwargs,
        )

    def _others(self) -> list[tuple[str, str]]:
        return [(name, value) for name in (MONTH, VIEW, PARAMETER) if (value := self.request.GET.get(name))]

    @property
    def suffix(self) -> str:
        return kept_query(self.request.GET, self.place_choice.place)

    def _table(self, of_month, month: Month, today) -> dict:
        """The first dates of each day: two queries, however many there are."""
        counts = dict(of_month.order_by("day").values_list("day").annotate(Count("pk")))
        rank = Window(RowNumber(), partition_by=F("day"), order_by=("moment", "instant", "pk"))
        first = of_month.annotate(rank=rank).filter(rank__lte=SHOWN_A_DAY).order_by("day", "rank", "pk")
        table = weeks(month, list(first), counts, today, self.suffix, PAGE_SIZE)
        return {"weeks": table, "count": sum(counts.values())}

    def _list(self, of_month, today) -> dict:
        page = Paginator(of_month.order_by("day", "moment", "instant", "pk"), PAGE_SIZE).get_page(
            self.request.GET.get("page")
        )
        page.elided = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        return {"days": by_day(page.object_list, self.suffix, today), "page": page, "count": page.paginator.count}

    def _next_dated(self, entries, month: Month) -> tuple[str, str] | None:
        """The name and the address of the next month that has dates, or of the last one that had."""
        following = entries.filter(day__gt=month.last).order_by("day", "pk").values_list("day", flat=True).first()
        found = following or (
            entries.filter(day__lt=month.first).order_by("-day", "-pk").values_list("day", flat=True).first()
        )
        if found is None:
            return None
        other = Month(found.replace(day=1))
        return other.name, self.address(**{MONTH: other.text})


def subscription(scope: scopes.Scope, request: HttpRequest) -> dict[str, str]:
    """Addresses of the calendar and of the news of a scope, as programmes want them."""
    address = site_of(request).rstrip("/") + scope.calendar_path
    return {
        "feed": address,
        "webcal": "webcal:" + address.partition(":")[2],
        "calendar_path": scope.calendar_path,
        "news_path": scope.news_path,
        "my_calendar": reverse("funding:my_calendar"),
    }
