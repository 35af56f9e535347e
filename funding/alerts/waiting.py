"""Alerts that wait for their message: which are due, whose they are, what they are about, and whether they still hold.

Rows are locked as they are read; those that another run holds are skipped. An alert of a scheme that is taken back from
the catalogue for a while waits until it is there again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from funding.alerts import moments
from funding.alerts.composing import News
from funding.alerts.known import KnownCall, instant
from funding.alerts.messages import Messages, Part
from funding.eligibility import french
from funding.eligibility.errors import RuleError
from funding.eligibility.wording import typeset
from funding.enums import EditorialState, LinkKind, NewsKind
from funding.models import CallNews, SchemeLink
from territories.enums import PlaceKind
from ti_portal.core.bulk_mail import is_deliverable

_INVITES = moments.REMINDERS | {NewsKind.OPENING, NewsKind.NEW_ROUND, NewsKind.REOPENED, NewsKind.ANNOUNCED}
_NEED_AN_OPEN_CALL = moments.REMINDERS | {NewsKind.OPENING, NewsKind.REOPENED}


@dataclass(frozen=True, slots=True)
class Person:
    pk: int
    email: str
    secret: str
    zone: str
    frequency: str
    is_reached: bool


@dataclass(frozen=True, slots=True)
class StoredNews:
    """A fact with what its message needs; `holds`: nothing happened since that makes it wrong or useless."""

    pk: int
    call_id: int
    news: News
    holds: bool
    due_at: datetime

    @property
    def closing(self) -> str:
        """Names the closing that a reminder is about; empty for another fact."""
        if self.news.kind not in moments.REMINDERS:
            return ""
        return f"{self.call_id}:{self.news.after.get('id')}:{self.news.after['closes_at']}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert. `follow` says why: one of call, scheme, place, check, or empty; `name` or `as_of` tells which.

    `follow_id` is gone when the person follows it no more.
    """

    alert_id: int
    person: Person
    news: StoredNews
    follow: str
    name: str
    place_kind: str
    as_of: datetime | None
    follow_id: int | None


def people_to_write_to(
    slots: Sequence[tuple[str, str, datetime]], *, after: int, limit: int, most_at_once: int
) -> list[tuple[int, int]]:
    """People, in order and past `after`, to whom a grouped message is due, and how many alerts wait for each.

    `slots` gives, by zone and rhythm, the instant before which an alert must have been made.
    """
    zones, frequencies, instants = map(list, zip(*slots, strict=True)) if slots else ([], [], [])
    values = {"after": after, "limit": limit, "most": most_at_once}
    values |= {"zones": zones, "frequencies": frequencies, "instants": instants}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, values)
        return cursor.fetchall()


def of_people(ids: Sequence[int], at: datetime) -> list[Waiting]:
    """Everything that waits for these people, person by person. Locks the alerts."""
    where = "alert.subscriber_id = ANY(%(ids)s)"
    statement = _ALERTS.format(where=where, order="alert.subscriber_id, alert.id")
    return _read(statement, {"ids": list(ids)}, at)


def at_once(*, after: tuple[int, int], limit: int, at: datetime) -> list[Waiting]:
    """What waits for people who want to know at once, fact by fact, past a fact and an alert. Locks the alerts."""
    where = (
        "person.frequency = 'at_once' AND (alert.news_id, alert.id) > (%(news)s, %(alert)s)"
        " AND news.id >= %(news)s"  # says nothing more, but spares the facts of the batches before
    )
    statement = _ALERTS.format(where=where, order="alert.news_id, alert.id LIMIT %(limit)s")
    return _read(statement, {"news": after[0], "alert": after[1], "limit": limit}, at)


def still_holds(one: Waiting) -> bool:
    """Whether the message would be true and wanted: the person has not stopped, the call has not closed meanwhile."""
    return one.person.is_reached and one.news.holds


def worth_telling(of_person: Iterable[Waiting]) -> list[Waiting]:
    """Of what waits for one person, what to tell and in which order: closings first, the nearest first.

    Of several reminders of one closing, only the last.
    """
    holding = sorted((one for one in of_person if still_holds(one)), key=lambda one: (one.news.due_at, one.news.pk))
    nearest = {one.news.closing: one for one in holding if one.news.closing}
    told = [one for one in holding if not one.news.closing or nearest[one.news.closing] is one]
    return sorted(told, key=lambda one: (not one.news.closing, one.news.news.after.get("closes_at") or ""))


def part(one: Waiting, messages: Messages) -> Part:
    """The fact rendered for this person, and why they are told."""
    unfollow = messages.unfollow_url(one.person.secret, one.follow_id) if one.follow_id else ""
    return Part(messages.piece(one.news.pk, one.news.news, one.person.zone), reason(one), unfollow)


def reason(one: Waiting) -> str:
    """Why this person receives it, in a sentence."""
    why = {
        "call": "vous suivez cet appel.",
        "scheme": f"vous suivez l’aide « {one.news.news.scheme} ».",
        "place": f"vous suivez {_place(one)} « {one.name} », où cet appel s’applique.",
        "check": f"vous suivez un test d’éligibilité{_day(one.as_of)}, et ses réponses n’écartent pas cette aide.",
    }.get(one.follow, "vous suivez quelque chose que ce fait concerne.")
    return typeset(f"Pourquoi ce message : {why}")


def _place(one: Waiting) -> str:
    return {PlaceKind.REGION: "la région", PlaceKind.TERRITORY: "le territoire"}.get(one.place_kind, "le lieu")


def _day(as_of: datetime | None) -> str:
    return f" du {french.day(timezone.localtime(as_of).date())}" if as_of else ""


def _read(statement: str, values: Mapping[str, Any], at: datetime) -> list[Waiting]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    news = _news({row[1] for row in rows}, at)
    return [
        Waiting(
            alert_id,
            Person(pk, email, *person, is_reached and is_deliverable(email)),
            news[news_id],
            follow,
            name or "",
            place_kind or "",
            as_of,
            follow_id,
        )
        for alert_id, news_id, pk, email, *person, is_reached, follow, name, place_kind, as_of, follow_id in rows
    ]


def _news(ids: set[int], at: datetime) -> dict[int, StoredNews]:
    rows = list(
        CallNews.objects.filter(pk__in=ids)
        .order_by("pk")
        .values_list(
            *("pk", "call_id", "kind", "before", "after", "due_at", "is_late", "round_id", "call__name", "call__slug"),
            *("call__url", "call__url_dead_since", "call__scheme_id", "call__scheme__name", "call__scheme__slug"),
            "call__snapshot__content",
        )
    )
    official = _official_pages({row[12] for row in rows})
    stored = {}
    for row in rows:
        pk, call_id, kind, before, after, due_at, is_late, _, call, slug, url, dead_since, scheme_id, *rest = row
        scheme, scheme_slug, content = rest
        page = url if url and dead_since is None else official.get(scheme_id, "")
        links = {"call": reverse("funding:call", kwargs={"slug": scheme_slug, "call": slug}), "official": page}
        news = News(kind, scheme, call, after, before, links, due_at, is_late)
        stored[pk] = StoredNews(pk, call_id, news, _holds(kind, after, content, at), due_at)
    return stored


def _official_pages(scheme_ids: set[int]) -> dict[int, str]:
    """The page to go to for each scheme: where one files, else the official one; none that is known to be dead."""
    kinds = (LinkKind.OFFICIAL, LinkKind.APPLY)
    links = SchemeLink.objects.filter(scheme_id__in=scheme_ids, kind__in=kinds, dead_since=None)
    found: dict[int, str] = {}
    for pk, url in links.order_by("kind", "position", "pk").values_list("scheme_id", "url"):
        found.setdefault(pk, url)  # « apply » comes before « official »
    return found


def _holds(kind: str, after: Mapping[str, Any], content: Mapping[str, Any] | None, at: datetime) -> bool:
    closes_at = instant(after.get("closes_at"))
    if kind in _INVITES and closes_at is not None and closes_at < at:
        return False
    if kind not in _NEED_AN_OPEN_CALL or content is None:
        return True
    try:
        call = KnownCall.read(content)
        if not call.is_usable(at):
            return False
    except RuleError:
        return False
    if kind not in moments.REMINDERS or after.get("id") is None:
        return True
    return any(round_.id == after["id"] and round_.closes_at == closes_at for round_ in call.rounds)


_PUBLIC = ", ".join(f"'{state}'" for state in EditorialState.public)

_ALERTS = f"""
    SELECT alert.id, alert.news_id,
        person.id, person.email, person.secret, person.zone, person.frequency,
        person.confirmed_at IS NOT NULL AND person.stopped_at IS NULL,
        CASE WHEN follow.call_id IS NOT NULL THEN 'call' WHEN follow.scheme_id IS NOT NULL THEN 'scheme'
            WHEN follow.place_id IS NOT NULL THEN 'place' WHEN follow.kept_check_id IS NOT NULL THEN 'check'
            ELSE '' END,
        place.name, place.kind, kept.as_of, follow.id
    FROM funding_alert alert
    JOIN funding_subscriber person ON person.id = alert.subscriber_id
    JOIN funding_callnews news ON news.id = alert.news_id
    JOIN funding_call called ON called.id = news.call_id
    JOIN funding_scheme held ON held.id = called.scheme_id
    LEFT JOIN funding_follow follow ON follow.id = alert.follow_id
    LEFT JOIN territories_place place ON place.id = follow.place_id
    LEFT JOIN funding_keptcheck kept ON kept.id = follow.kept_check_id
    WHERE alert.state = 'waiting' AND held.state IN ({_PUBLIC}) AND {{where}}
    ORDER BY {{order}}
    FOR UPDATE OF alert SKIP LOCKED
"""  # noqa: S608 - our own codes

_PEOPLE = """
    SELECT waiting.subscriber_id, waiting.number
    FROM (
        SELECT subscriber_id, count(*) AS number, min(created_at) AS first_at
        FROM funding_alert WHERE state = 'waiting' AND subscriber_id > %(after)s
        GROUP BY subscriber_id
    ) waiting
    JOIN funding_subscriber person ON person.id = waiting.subscriber_id
    LEFT JOIN unnest(%(zones)s::text[], %(frequencies)s::text[], %(instants)s::timestamptz[])
        AS slot (zone, frequency, instant) ON slot.zone = person.zone AND slot.frequency = person.frequency
    WHERE (person.frequency = 'at_once' AND waiting.number > %(most)s) OR waiting.first_at <= slot.instant
    ORDER BY waiting.subscriber_id
    LIMIT %(limit)s
"""
