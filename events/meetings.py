"""Writing events: their facts, agenda, speakers, documents, partners; publishing, cancelling, finishing.

Always through these functions. Each locks the event, compares with what is there and writes what differs; for a
published event, what changes for people who registered is kept as an `EventChange` and told to them after commit, and
what a calendar shows raises `calendar_sequence`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from events import changes, registrations, replays, rooms
from events.enums import EventState
from events.models import Document, Event, EventChange, Partner, Sequence, Speaker
from funding import parts
from territories import rich_text
from territories.history import sign
from territories.names import slug as slug_of
from ti_portal.core.integrity import refused_by_constraints

SEQUENCES = parts.Part("sequences", "Séquence", Sequence, "event", ("title", "minutes", "text", "chapter_at"))
SPEAKERS = parts.Part(
    "speakers", "Intervention", Speaker, "event", ("sequence_id", "name", "role", "organisation", "text")
)
DOCUMENTS = parts.Part("documents", "Document", Document, "event", ("kind", "label", "url", "file", "remark"))
PARTNERS = parts.Part("partners", "Partenaire", Partner, "event", ("name", "url"), key=lambda row: row.name)
LISTS = {part.name: part for part in (SEQUENCES, SPEAKERS, DOCUMENTS, PARTNERS)}

FIELDS = (
    "slug", "title", "kind", "series_id", "summary", "description", "visibility", "starts_at", "ends_at", "zone",
    "place_id", "venue", "is_online", "access_url", "doors_open_minutes", "moderator", "takes_registrations",
    "capacity", "registration_closes_at", "attendance", "recording_url", "recording_file", "recording_code",
    "recording_starts", "recording_ends", "transcript", "source",
)  # fmt: skip
RICH_FIELDS = frozenset({"description"})
SLUG_LENGTH = 190
_SAME_EACH_TIME = (
    "title", "kind", "series_id", "summary", "description", "visibility", "zone", "place_id", "venue", "is_online",
    "doors_open_minutes", "moderator", "takes_registrations", "capacity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """`changed` names the fields and lists that were written; `told` is what those registered are told, if anything."""

    event: Event
    changed: tuple[str, ...] = ()
    is_new: bool = False
    told: EventChange | None = None


@transaction.atomic
def save_event(
    *,
    actor,
    at: datetime,
    event_id: int | None = None,
    values: Mapping[str, Any] | None = None,
    rows: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    based_on_version: int | None = None,
) -> Outcome:
    """Create a draft or change an event. `values` holds some of FIELDS, `rows` whole lists for some of LISTS.

    Raises ValidationError by field or list, in French; `stale` when `based_on_version` is no longer the current one.
    """
    values, rows = dict(values or {}), {name: list(given) for name, given in (rows or {}).items()}
    if unknown := (set(values) - set(FIELDS)) | (set(rows) - set(LISTS)):
        raise TypeError(f"unknown names: {sorted(unknown)}")
    event = registrations.locked_event(event_id) if event_id is not None else Event(version=0)
    is_new = event.pk is None
    if based_on_version is not None and not is_new and event.version != based_on_version:
        raise ValidationError(
            "Une autre personne a modifié cette rencontre entre-temps : rouvrez-la pour voir sa version.", code="stale"
        )
    before = None if is_new else changes.facts_of(event)
    capacity, code = event.capacity, event.recording_code
    changed = list(_fill(event, values))
    if event.recording_code.strip() != code.strip():
        event.recording_secret = replays.new_secret(event.recording_code)
    if is_new or changed:
        _check(event)
    if is_new:
        _keep(event, actor=actor, at=at)
    for name, given in rows.items():
        if parts.write(LISTS[name], event, [_clean_row(row) for row in given], by=actor, at=at):
            changed.append(name)
    told = None
    if before is not None and changed:
        told = _note_change(event, before, at=at)
    if changed and not is_new:
        _keep(event, actor=actor, at=at)
    if not is_new and event.capacity != capacity:
        registrations.promote(event=event, at=at)
    return Outcome(event, tuple(changed), is_new, told)


@transaction.atomic
def publish_event(*, event_id: int, actor, at: datetime) -> Event:
    """Show an event to those it is open to. Publishing again changes nothing. Raises ValidationError with everything
    that is missing.
    """
    event = registrations.locked_event(event_id)
    if event.state == EventState.PUBLISHED:
        return event
    if event.state == EventState.CANCELLED:
        raise ValidationError("Cette rencontre est annulée : préparez-en une autre.")
    if event.state != EventState.DRAFT:
        raise ValidationError("Cette rencontre est terminée : elle ne se publie plus.")
    if problems := _publication_problems(event):
        raise ValidationError(problems, code="not_publishable")
    event.state = EventState.PUBLISHED
    _keep(event, actor=actor, at=at)
    return event


@transaction.atomic
def cancel_event(*, event_id: int, reason: str, actor, at: datetime) -> Event:
    """Cancel a published event: its page and the calendars say so, and those registered are told why.

    Cancelling again changes nothing. Raises ValidationError for a draft (delete it) or an event that is over.
    """
    event = registrations.locked_event(event_id)
    if event.state == EventState.CANCELLED:
        return event
    if event.state != EventState.PUBLISHED:
        raise ValidationError("Seule une rencontre publiée et à venir peut être annulée.")
    if not reason.strip():
        raise ValidationError({"cancelled_because": "Dites pourquoi : les personnes inscrites le liront."})
    event.state = EventState.CANCELLED
    event.cancelled_because = " ".join(reason.split())[:300]
    event.calendar_sequence += 1
    lines = [{"label": "Annulation", "before": "", "after": event.cancelled_because}]
    _tell_after_commit(EventChange(event=event, is_cancelled=True, lines=lines, created_at=at))
    _keep(event, actor=actor, at=at)
    rooms.close_if_open(event_id=event.pk, at=at)
    return event


@transaction.atomic
def finish_event(*, event_id: int, actor, at: datetime) -> Event:
    """Say that a published event has taken place. Raises ValidationError before it began."""
    event = registrations.locked_event(event_id)
    if event.state == EventState.FINISHED:
        return event
    if event.state != EventState.PUBLISHED or event.starts_at > at:
        raise ValidationError("Une rencontre n’est terminée qu’après avoir commencé.")
    event.state = EventState.FINISHED
    _keep(event, actor=actor, at=at)
    rooms.close_if_open(event_id=event.pk, at=at)
    return event


@transaction.atomic
def delete_draft(*, event_id: int) -> None:
    """Remove a draft that was never published. Raises ValidationError otherwise: an address once public stays."""
    event = registrations.locked_event(event_id)
    if event.state != EventState.DRAFT or event.history.exclude(state=EventState.DRAFT).exists():
        raise ValidationError("Seul un brouillon jamais publié peut être supprimé ; annulez cette rencontre.")
    event.delete()


@transaction.atomic
def next_edition(*, series_id: int, actor, at: datetime) -> Event:
    """Prepare the next edition of a series from its last one, as a draft: same words, agenda and partners, a month
    later on the same day of the week, at the same hour. Raises ValidationError for a series without any edition.
    """
    last = Event.objects.filter(series=series_id).order_by("-starts_at", "-pk").first()
    if last is None:
        raise ValidationError("Ce cycle n’a pas encore d’édition : écrivez la première.")
    starts_at = a_month_later(last.starts_at, last.zone)
    values = {name: getattr(last, name) for name in _SAME_EACH_TIME}
    values |= {"starts_at": starts_at, "ends_at": starts_at + (last.ends_at - last.starts_at)}
    rows = {
        "sequences": last.sequences.order_by("position", "pk").values("title", "minutes"),
        "partners": last.partners.order_by("position", "pk").values("name", "url"),
    }
    return save_event(actor=actor, at=at, values=values, rows=rows).event


def a_month_later(moment: datetime, zone: str) -> datetime:
    """The same hour on the clock of `zone`, on the same weekday of the next month: the second Tuesday gives the second
    Tuesday, a fifth one that the next month lacks gives the last. Pure.
    """
    local = moment.astimezone(ZoneInfo(zone))
    rank = (local.day - 1) // 7
    day = local + timedelta(weeks=4)
    while day.month == local.month or ((day.day - 1) // 7 < rank and (day + timedelta(weeks=1)).month == day.month):
        day += timedelta(weeks=1)
    return day


def _note_change(event: Event, before: changes.Facts, *, at: datetime) -> EventChange | None:
    """Keep what changed for people, and raise what calendars compare. Nothing for a draft or an event that is over."""
    after = changes.facts_of(event)
    if event.state != EventState.PUBLISHED or event.ends_at <= at:
        return None
    if after.calendar != before.calendar:
        event.calendar_sequence += 1
    lines = changes.differences(before, after)
    return _tell_after_commit(EventChange(event=event, lines=lines, created_at=at)) if lines else None


def _tell_after_commit(change: EventChange) -> EventChange:
    from events.tasks import tell_changes_task

    change.revision = change.event.changes.count() + 1  # under the lock of the event
    change.save()
    transaction.on_commit(lambda: tell_changes_task.delay(change_id=change.pk), robust=True)
    return change


def _fill(event: Event, values: Mapping[str, Any]) -> Iterable[str]:
    if event.pk is None and not values.get("slug"):
        values = {**values, "slug": _free_slug(str(values.get("title", "")))}
    for name, value in values.items():
        cleaned = parts.plain(Event, name, value) if name != "recording_file" else value
        if name in RICH_FIELDS:
            cleaned = rich_text.sanitise(cleaned)
        if name == "slug" and event.state in EventState.public and event.pk is not None and cleaned != event.slug:
            raise ValidationError({"slug": "L’adresse d’une rencontre publiée ne change pas."})
        if getattr(event, name) != cleaned:
            setattr(event, name, cleaned)
            yield name


def _clean_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Texts of the agenda are shown as rich text: nothing else gets in."""
    return {**row, "text": rich_text.sanitise(row["text"])} if row.get("text") else row


def _check(event: Event) -> None:
    event.full_clean()
    closes = event.registration_closes_at
    if closes is not None and closes > event.ends_at:
        raise ValidationError({"registration_closes_at": "Les inscriptions ferment au plus tard avec la rencontre."})


def _publication_problems(event: Event) -> list[str]:
    problems = []
    if not event.summary:
        problems.append("Dites la rencontre en une phrase.")
    if not event.is_online and not event.venue:
        problems.append("Dites où elle a lieu, ou qu’elle est à distance.")
    return problems


def _keep(event: Event, *, actor, at: datetime) -> None:
    event.version += 1
    event.updated_at = at
    sign(event, by=actor, at=at)
    with refused_by_constraints(Event):
        event.save()


def _free_slug(title: str) -> str:
    wanted = slug_of(title)[:SLUG_LENGTH] or "rencontre"
    taken = set(Event.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)
