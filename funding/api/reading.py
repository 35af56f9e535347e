"""Reading calls, rounds and organisations for the API: one page of a list, from a key on."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from funding.enums import EditorialState
from funding.models import Call, Organisation, Round, Scheme, SchemeOrganisation
from territories.models import Place
from territories.perimeters import covering
from ti_portal.core.api.problems import FieldError, unknown

PARIS = ZoneInfo("Europe/Paris")
_PUBLISHED = EditorialState.PUBLISHED
# A page of fifty would otherwise carry fifty long texts that it does not show.
_LONG_TEXTS = ("scheme__description", "scheme__eligibility_text", "scheme__to_prepare", "variant_of__text")
_ROUND_FIELDS = (
    "label", "opens_at", "closes_at", "zone", "announced_for", "committee_on", "results_on", "envelope", "remaining",
    "exhausted_from", "call__slug", "call__name", "call__scheme__slug",
)  # fmt: skip


def scheme_of(slug: str) -> Scheme:
    """A scheme that anyone may open, published or archived. Raises Problem 404."""
    found = Scheme.objects.public().filter(slug=slug).order_by("pk").first()
    if found is None:
        raise unknown("Aucune aide n’a ce nom d’adresse : voyez /schemes.")
    return found


def call_of(scheme_slug: str, call_slug: str) -> Call:
    """A call of a scheme that anyone may open, with its rounds. Raises Problem 404."""
    public = _with_rounds(Call.objects.filter(scheme__in=Scheme.objects.public()))
    found = public.filter(scheme__slug=scheme_slug, slug=call_slug).order_by("pk").first()
    if found is None:
        raise unknown("Cette aide n’a pas d’appel de ce nom.")
    return found


def calls(scheme: str | None, place: Place | None, after: int | None, limit: int) -> Sequence[Call]:
    """Calls of published schemes in the order in which they were created: at most `limit + 1`."""
    found = _with_rounds(Call.objects.filter(scheme__state=_PUBLISHED))
    if scheme:
        found = found.filter(scheme=_known(scheme))
    if place:
        found = found.filter(counting_at(place))
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk")[: limit + 1])


def rounds(
    scheme: str | None,
    place: Place | None,
    closing: tuple[date | None, date | None],
    after: tuple[str | None, int] | None,
    limit: int,
) -> Sequence[Round]:
    """Rounds of published schemes by closing instant, those without one last: at most `limit + 1`.

    `closing` is the first and the last day of closing, in Paris. `after` is the closing and the number of the last one
    shown.
    """
    found = Round.objects.filter(call__scheme__state=_PUBLISHED).select_related("call__scheme").only(*_ROUND_FIELDS)
    if scheme:
        found = found.filter(call__scheme=_known(scheme))
    if place:
        found = found.filter(counting_at(place, "call__"))
    first, last = closing
    if first:
        found = found.filter(closes_at__gte=_midnight(first))
    if last:
        found = found.filter(closes_at__lt=_midnight(last + timedelta(days=1)))
    if after is not None:
        found = found.filter(_beyond(*after))
    return list(found.order_by("closes_at", "pk")[: limit + 1])


def organisations(after: str | None, limit: int) -> Sequence[Organisation]:
    """Organisations that have a role in a published scheme, by slug: at most `limit + 1`."""
    roles = SchemeOrganisation.objects.filter(organisation=OuterRef("pk"), scheme__state=_PUBLISHED)
    found = Organisation.objects.filter(Exists(roles))
    if after is not None:
        found = found.filter(slug__gt=after)
    return list(found.order_by("slug")[: limit + 1])


def counting_at(place: Place, prefix: str = "") -> Q:
    """Calls that count at a place: the scheme applies there, the call too, and no variant hides it, open or closed."""
    variants = Call.objects.filter(covering(place), variant_of=OuterRef(f"{prefix}pk" if prefix else "pk"))
    codes = list(place.ancestor_codes)
    anywhere = Q(**{f"{prefix}included_codes": []}) & ~Q(**{f"{prefix}excluded_codes__overlap": codes})
    here = covering(place, f"{prefix}scheme__") & (anywhere | covering(place, prefix))
    return here & ~Q(Exists(variants))


def _known(slug: str) -> Scheme:
    found = Scheme.objects.published().filter(slug=slug).only("pk").order_by("pk").first()
    if found is None:
        sentence = "Aucune aide publiée n’a ce nom d’adresse : voyez /schemes."
        raise unknown(sentence, FieldError("query", "dispositif", "unknown_scheme", sentence))
    return found


def _with_rounds(found: QuerySet[Call]) -> QuerySet[Call]:
    return (
        found.select_related("scheme", "variant_of")
        .defer(*_LONG_TEXTS)
        .prefetch_related(Prefetch("rounds", Round.objects.order_by("pk")))
    )


def _beyond(closing: str | None, number: int) -> Q:
    if closing is None:
        return Q(closes_at=None, pk__gt=number)
    at = datetime.fromisoformat(closing)
    return Q(closes_at__gt=at) | Q(closes_at=at, pk__gt=number) | Q(closes_at=None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, PARIS)
