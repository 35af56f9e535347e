"""Filters that several pages share. A status is asked to `funding.statuses`, never written again in SQL."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from funding import statuses
from funding.eligibility.codes import CallState
from funding.eligibility.errors import RuleError
from funding.eligibility.labels import CALL_STATES
from funding.models import Call, Listing, Round, Scheme, SchemeLink
from territories.admin.filters import RegionFilter
from ti_portal.core.admin_bases import ChoiceFilter

SOON = timedelta(days=30)
STATES = [(str(state), label) for state, label in CALL_STATES.items()]


class SchemeStatusFilter(ChoiceFilter):
    """Published schemes by the state of their call today, wherever it shows without a place."""

    title = "statut aujourd’hui"
    parameter_name = "statut"
    choices_in_words = STATES

    def filtered(self, queryset: QuerySet[Scheme], value: str) -> QuerySet[Scheme]:
        at, wanted = timezone.now(), CallState(value)
        rows = Listing.objects.main().order_by("pk").values_list("scheme_id", "phases")
        found = [scheme for scheme, phases in rows if statuses.phase_at(phases, at).state is wanted]
        return queryset.filter(pk__in=found)


class CallStatusFilter(ChoiceFilter):
    title = "statut aujourd’hui"
    parameter_name = "statut"
    choices_in_words = STATES

    def filtered(self, queryset: QuerySet[Call], value: str) -> QuerySet[Call]:
        at, wanted = timezone.now(), CallState(value)
        calls = Call.objects.select_related("scheme", "variant_of").prefetch_related("rounds").order_by("pk")
        found = []
        for call in calls.defer("text", "scheme__description", "scheme__eligibility_text", "scheme__to_prepare"):
            try:
                if statuses.status_of(call, at).state is wanted:
                    found.append(call.pk)
            except RuleError:
                continue
        return queryset.filter(pk__in=found)


class LinkFilter(ChoiceFilter):
    """Schemes nobody can read more about, and those whose page no longer answers."""

    title = "liens"
    parameter_name = "liens"
    choices_in_words = [("sans", "Sans aucun lien"), ("mort", "Avec un lien sans réponse")]

    def filtered(self, queryset: QuerySet[Scheme], value: str) -> QuerySet[Scheme]:
        links = SchemeLink.objects.filter(scheme=OuterRef("pk"))
        if value == "sans":
            return queryset.filter(~Exists(links))
        dead_call = Call.objects.filter(scheme=OuterRef("pk"), url_dead_since__isnull=False)
        return queryset.filter(Exists(links.filter(dead_since__isnull=False)) | Exists(dead_call))


class PageFilter(ChoiceFilter):
    """Calls and resources without a page, or whose page no longer answers."""

    title = "page"
    parameter_name = "page_officielle"
    choices_in_words = [("sans", "Sans page"), ("morte", "Sans réponse")]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(url="") if value == "sans" else queryset.filter(url_dead_since__isnull=False)


class ClosingFilter(ChoiceFilter):
    """By closing instant of the rounds."""

    title = "clôture"
    parameter_name = "cloture"
    choices_in_words = [
        ("30j", "Dans les 30 jours"), ("avenir", "À venir"), ("passee", "Passée"), ("sans", "Sans date"),
    ]  # fmt: skip

    def filtered(self, queryset: QuerySet[Round], value: str) -> QuerySet[Round]:
        now = timezone.now()
        conditions = {
            "30j": Q(closes_at__gte=now, closes_at__lte=now + SOON),
            "avenir": Q(closes_at__gte=now),
            "passee": Q(closes_at__lt=now),
            "sans": Q(closes_at=None),
        }
        return queryset.filter(conditions[value])


class PerimeterRegionFilter(RegionFilter):
    """Rows whose perimeter names the région itself."""

    title = "région nommée"

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(included_codes__contains=[value])


def perimeter_in_short(row) -> str:
    """« France entière », or the first codes: a list has no time for names."""
    codes = list(row.included_codes)
    if not codes:
        return "partout" if hasattr(row, "variant_of_id") else "–"
    if "PAYS-99100" in codes:
        shown = "France entière"
    else:
        shown = ", ".join(codes[:3]) + (f" et {len(codes) - 3} autres" if len(codes) > 3 else "")
    return f"{shown}, sauf {len(row.excluded_codes)}" if row.excluded_codes else shown
