"""Feeds of deadlines: each event gives a date to a call of the portal, and nothing else.

Which call: what a person wrote for this event (its UID, its address or its title), or the scheme of the whole feed, or
the scheme of which the event's address is a link. Which round: the one that has this date, or this name, or the only
one that is not over. The rounds that the feed does not tell stay.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from funding.eligibility.calls import first_instant, last_instant
from funding.enums import LineOutcome
from funding.models import Call, Scheme, SchemeLink, Source
from funding.national_schema.drafts import MAX_KEY, CallDraft, Draft, RoundDraft
from funding.national_schema.texts import shortened
from funding.sources.fields import PairsField
from funding.sources.reading import Entry, Problem, Reading
from ti_portal.core.text import fold

MAX_EVENTS = 2_000
MAX_LABEL = 120
_FIRST, _LAST = datetime(1950, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """A date that a feed publishes. `opens` and `closes` are days, or instants with their zone."""

    position: int
    uid: str
    title: str
    url: str = ""
    opens: date | datetime | None = None
    closes: date | datetime | None = None
    is_cancelled: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownCall:
    """A call of the portal and its rounds, each with its `pk`."""

    scheme: str
    scheme_name: str
    slug: str
    url: str = ""
    rounds: tuple[RoundDraft, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.scheme}/{self.slug}"


class DeadlinesForm(forms.Form):
    scheme = forms.CharField(
        label="Dispositif dont parle tout le flux",
        required=False,
        max_length=401,
        help_text="Son nom dans l’adresse, suivi de /appel s’il en a plusieurs. Vide : chaque événement dit le sien.",
    )
    mapping = PairsField(
        label="Dispositif de chaque événement",
        required=False,
        help_text="Une ligne chacun : « identifiant, adresse ou titre = dispositif » ou « = dispositif/appel ».",
    )

    def clean_scheme(self) -> str:
        name = self.cleaned_data["scheme"].strip().strip("/")
        self._check(name)
        return name

    def clean_mapping(self) -> dict[str, str]:
        mapping = self.cleaned_data["mapping"]
        for name in mapping.values():
            self._check(name)
        return mapping

    def _check(self, name: str) -> None:
        slug, _, call = name.partition("/")
        if slug and not Scheme.objects.filter(slug=slug).exists():
            raise ValidationError(f"Aucun dispositif n’a l’adresse « {shortened(slug, 80)} ».")
        if call and not Call.objects.filter(scheme__slug=slug, slug=call).exists():
            raise ValidationError(f"Le dispositif « {slug} » n’a pas d’appel « {shortened(call, 80)} ».")


def reading_of(events: Iterable[Event], source: Source, at: datetime, warnings: tuple[str, ...] = ()) -> Reading:
    """Give each event's date to its call: one entry a call, one problem for each event that has none."""
    events = list(events)
    matcher = _Matcher(source.options, source.mapping, {event.url for event in events if event.url})
    of_call: dict[KnownCall, list[Event]] = defaultdict(list)
    problems = []
    for event in events:
        found = matcher.call_of(event)
        if isinstance(found, str):
            problems.append(_problem(event, found))
        elif event.closes is None and event.opens is None:
            problems.append(_problem(event, "Aucune date n’est lisible dans cet événement."))
        else:
            of_call[found].append(event)
    entries = [_entry(call, told, at) for call, told in of_call.items()]
    items = sorted([*entries, *problems], key=lambda item: item.position)
    return Reading(tuple(items), warnings, is_whole=False)


def _problem(event: Event, reason: str) -> Problem:
    key = f"evenement:{event.uid or event.url or event.title}"[:MAX_KEY]
    return Problem(event.position, key, event.title, LineOutcome.REFUSED, (reason,), event.remarks)


def _entry(call: KnownCall, events: list[Event], at: datetime) -> Entry:
    remarks = [remark for event in events for remark in event.remarks]
    rounds = merged(call.rounds, events, at, remarks)
    draft = Draft(
        key=f"dates:{call.name}"[:MAX_KEY],
        name=call.scheme_name,
        call=CallDraft(tuple(rounds), slug=call.slug) if rounds else None,
        given=frozenset({"calls"}) if rounds else frozenset(),
        target=call.scheme,
    )
    return Entry(events[0].position, call.scheme_name, draft, tuple(remarks))


def merged(kept: Iterable[RoundDraft], events: Iterable[Event], at: datetime, remarks: list[str]) -> list[RoundDraft]:
    """All the rounds of a call, once the feed has been heard. What was not kept is told in `remarks`."""
    free = {one.pk: one for one in kept}
    told: list[tuple[Event, RoundDraft]] = []
    for event in events:
        one = RoundDraft(
            _instant(event.opens, first_instant),
            _instant(event.closes, last_instant),
            shortened(event.title, MAX_LABEL),
        )
        if all(other.closes_at != one.closes_at or other.opens_at != one.opens_at for _, other in told):
            told.append((event, one))
    found: dict[int, RoundDraft] = {}
    tests = (_same_closing, _same_opening, _same_name)
    for test in tests:
        for rank, (_, one) in enumerate(told):
            if rank not in found:
                old = next((old for old in free.values() if test(one, old)), None)
                if old is not None:
                    found[rank] = free.pop(old.pk)
    left = [
        rank
        for rank, (event, one) in enumerate(told)
        if rank not in found and not event.is_cancelled and _to_come(one, at)
    ]
    open_ones = [old for old in free.values() if _to_come(old, at)]
    if len(left) == len(open_ones) == 1:
        # One deadline to come and one round to come: it was moved.
        found[left[0]] = free.pop(open_ones[0].pk)
    rounds = list(free.values())
    for rank, (event, one) in enumerate(told):
        old = found.get(rank)
        if event.is_cancelled:
            remarks.append(
                f"« {event.title} » est annulé chez la source : la relève n’est pas retirée par une machine."
            )
            rounds += [old] if old else []
        elif old is not None:
            rounds.append(_continued(one, old, remarks))
        elif _to_come(one, at):
            rounds.append(one)
        else:
            remarks.append(f"« {event.title} » est passé et le portail n’a pas de relève à cette date : non repris.")
    return rounds


def _continued(one: RoundDraft, old: RoundDraft, remarks: list[str]) -> RoundDraft:
    """The round, with the dates of the event; what the event does not tell stays."""
    opens, closes = one.opens_at or old.opens_at, one.closes_at or old.closes_at
    if opens and closes and closes <= opens:
        remarks.append(f"« {one.label} » : la clôture ne suivrait pas l’ouverture, la relève reste comme elle est.")
        return old
    return replace(old, opens_at=opens, closes_at=closes)


def _instant(value: date | datetime | None, of_day) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return of_day(value)


def _same_closing(one: RoundDraft, old: RoundDraft) -> bool:
    return one.closes_at is not None and one.closes_at == old.closes_at


def _same_opening(one: RoundDraft, old: RoundDraft) -> bool:
    return one.opens_at is not None and one.opens_at == old.opens_at


def _same_name(one: RoundDraft, old: RoundDraft) -> bool:
    return bool(old.label) and fold(one.label) == fold(old.label)


def _to_come(one: RoundDraft, at: datetime) -> bool:
    return one.closes_at is None or one.closes_at >= at


def is_reasonable(value: date | datetime) -> bool:
    """A day or an instant that a deadline may have."""
    instant = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
    return _FIRST <= instant < _LAST


class _Matcher:
    """Finds the call of an event: two queries for the whole feed, and two for the calls."""

    def __init__(self, options: Mapping[str, Any], mapping: Mapping[str, Any], urls: Iterable[str]) -> None:
        self._whole = str(options.get("scheme") or "")
        self._decided = {_plain(key): value for key, value in mapping.items() if isinstance(value, str)}
        bare = {_plain(url) for url in urls}
        links = SchemeLink.objects.order_by("pk").values_list("url", "scheme__slug")
        calls = Call.objects.exclude(url="").order_by("pk").values_list("url", "scheme__slug", "slug")
        self._schemes_of: dict[str, set[str]] = defaultdict(set)
        self._calls_of: dict[str, set[str]] = defaultdict(set)
        if bare:
            for url, slug in links.iterator(chunk_size=5_000):
                if (plain := _plain(url)) in bare:
                    self._schemes_of[plain].add(slug)
            for url, slug, call in calls.iterator(chunk_size=5_000):
                if (plain := _plain(url)) in bare:
                    self._calls_of[plain].add(f"{slug}/{call}")
        named = {self._whole, *self._decided.values(), *(name for found in self._calls_of.values() for name in found)}
        slugs = {name.partition("/")[0] for name in named} | {
            slug for found in self._schemes_of.values() for slug in found
        }
        self._calls = _known_calls(slugs)

    def call_of(self, event: Event) -> KnownCall | str:
        """The call, or in French why there is none."""
        for told in (event.uid, event.url, event.title):
            if told and (name := self._decided.get(_plain(told))):
                return self._named(name)
        if self._whole:
            return self._named(self._whole)
        plain = _plain(event.url)
        calls = self._calls_of.get(plain, set())
        if len(calls) == 1:
            return self._named(*calls)
        schemes = self._schemes_of.get(plain, set()) | {name.partition("/")[0] for name in calls}
        if not schemes:
            return "Aucun dispositif du portail n’a cette adresse : dites duquel parle cet événement."
        if len(schemes) > 1:
            return f"Plusieurs dispositifs ont cette adresse : {', '.join(sorted(schemes)[:5])}."
        return self._named(*schemes)

    def _named(self, name: str) -> KnownCall | str:
        slug, _, wanted = name.partition("/")
        calls = self._calls.get(slug, ())
        if wanted:
            calls = [call for call in calls if call.slug == wanted]
        if len(calls) == 1:
            return calls[0]
        if not calls:
            return f"Le portail n’a pas d’appel « {shortened(name, 120)} »."
        shown = ", ".join(call.name for call in calls[:5])
        return f"Ce dispositif a plusieurs appels : dites duquel parle cet événement ({shown})."


def _known_calls(slugs: Iterable[str]) -> dict[str, list[KnownCall]]:
    found: dict[str, list[KnownCall]] = defaultdict(list)
    calls = Call.objects.filter(scheme__slug__in={slug for slug in slugs if slug}).select_related("scheme")
    for call in calls.prefetch_related("rounds").order_by("scheme__slug", "slug"):
        rounds = sorted(call.rounds.all(), key=lambda one: one.pk)
        found[call.scheme.slug].append(
            KnownCall(
                call.scheme.slug,
                call.scheme.name,
                call.slug,
                call.url,
                tuple(
                    RoundDraft(one.opens_at, one.closes_at, one.label, one.zone, one.announced_for, one.pk)
                    for one in rounds
                ),
            )
        )
    return found


def _plain(text: str) -> str:
    """An address without its scheme, its end and its fragment; any other text folded."""
    text = text.strip()
    if text.startswith(("http://", "https://")):
        return text.partition("://")[2].partition("#")[0].rstrip("/").casefold()
    return fold(text)
