"""Filters and searches that several pages share."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from territories.enums import Wave
from territories.models import Place, PlaceName
from ti_portal.core.admin_bases import ChoiceFilter
from ti_portal.core.text import fold_name

LONGEST_SEARCH = 200


def places_matching(text: str) -> Q | None:
    """Condition on `Place` for a name (folded, from any of its words on), a code, a postcode or a SIREN.

    None when nothing can be searched.
    """
    text = text.strip()[:LONGEST_SEARCH]
    folded = fold_name(text)
    if not folded:
        return None
    digits = text.replace(" ", "").replace("\u00a0", "")
    condition = Q(pk__in=PlaceName.objects.filter(folded__startswith=folded).values("place"))
    if not text.isspace() and " " not in text:
        condition |= Q(code__iexact=text) | Q(code__iendswith=f"-{text}")
    if digits.isdigit() and len(digits) == 5:
        condition |= Q(postcodes__contains=[digits])
    if digits.isdigit() and len(digits) == 9:
        condition |= Q(siren=digits)
    return condition


def prefixed(condition: Q, prefix: str) -> Q:
    """The same condition seen from a table that points at `Place` by `prefix`."""
    return Q(**{f"{prefix}__in": Place.objects.filter(condition).values("pk")})


class RegionFilter(ChoiceFilter):
    """By région touched; a subclass says where the place is."""

    title = "région"
    parameter_name = "region"
    place = "place"

    def lookups(self, request: HttpRequest, model_admin):
        regions = Place.objects.in_force().regions().order_by("slug", "pk")
        return list(regions.values_list("code", "name"))

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        field = f"{self.place}__ancestor_codes" if self.place else "ancestor_codes"
        return queryset.filter(**{f"{field}__contains": [value]})


class InForceFilter(ChoiceFilter):
    """By `valid_until`, for rows of places and memberships, whose state is that of the data in force."""

    title = "état"
    parameter_name = "en_vigueur"
    choices_in_words = [("oui", "En vigueur"), ("non", "Clos")]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(valid_until__isnull=value == "oui")


class WaveFilter(ChoiceFilter):
    title = "vague"
    parameter_name = "vague"
    choices_in_words = [(str(value), label) for value, label in Wave.choices]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(wave=int(value))
