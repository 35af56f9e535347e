"""Bring the opening content into the database, or find that it is there already.

An event or a series that exists is left alone, whatever was done to it since.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from events import meetings, reports
from events.enums import AnswerState, Moderation, PollState
from events.models import AnswerLink, Event, Poll, PollOption, Question, Series, Testimony
from events.results import declared
from funding.models import Scheme
from territories import rich_text
from territories.history import sign
from territories.models import Territory

FOLDER = Path(__file__).resolve().parent
SOURCE = "Page de la troisième assemblée générale des Territoires d’industrie (15 décembre 2020)"
ANSWERED_BY = "Organisation de l’assemblée (délégation, AdCF, Régions de France)"
PARIS = ZoneInfo("Europe/Paris")
# The answers are of 2020: the délégation is to read them again.
REVIEW_ON = date(2021, 12, 15)
_LOCK = 7_301_553


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many events and series a load added."""

    events: int = 0
    series: int = 0

    @property
    def is_done_already(self) -> bool:
        return not (self.events or self.series)


@transaction.atomic
def load(*, at: datetime, folder: Path = FOLDER) -> Outcome:
    """Load the assembly and the series of `folder`. Two loads at once: the second waits and finds the work done.

    Needs the reference data and the opening schemes: KeyError names a territory or a scheme that is not there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    tables = read_tables(folder)
    series = _load_series(tables["series"])
    events = 0 if Event.objects.filter(slug=tables["event"]["slug"]).exists() else _load_event(tables, at)
    return Outcome(events, series)


def read_tables(folder: Path = FOLDER) -> dict[str, Any]:
    """The tables of the assembly, as written."""
    return tomllib.loads((folder / "assembly_2020.toml").read_text(encoding="utf-8"))


def _load_series(table: Mapping[str, Any]) -> int:
    if Series.objects.filter(slug=table["slug"]).exists():
        return 0
    made = Series(**table, source=SOURCE)
    made.full_clean()
    made.save()
    return 1


def _load_event(tables: Mapping[str, Any], at: datetime) -> int:
    values = {name: value for name, value in tables["event"].items() if name in meetings.FIELDS}
    for name in ("starts_at", "ends_at"):
        values[name] = datetime.fromisoformat(values[name]).replace(tzinfo=PARIS)
    sequences = tables["sequence"]
    rows = {
        "sequences": [{"title": one["title"], "text": one.get("text", "")} for one in sequences],
        "documents": tables["document"],
        "partners": tables["partner"],
    }
    event = meetings.save_event(actor=None, at=at, values={**values, "source": SOURCE}, rows=rows).event
    by_title = dict(event.sequences.values_list("title", "pk"))
    keys = {one["key"]: by_title[one["title"]] for one in sequences}
    speakers = [{"sequence_id": keys[one["key"]], **speaker} for one in sequences for speaker in one.get("speaker", [])]
    meetings.save_event(actor=None, at=at, event_id=event.pk, rows={"speakers": speakers})
    _load_polls(event, tables["poll"], keys)
    _load_questions(event, tables["question"], at)
    _load_testimonies(event, tables["testimony"], keys, at)
    meetings.publish_event(event_id=event.pk, actor=None, at=at)
    meetings.finish_event(event_id=event.pk, actor=None, at=at)
    reports.publish_report(event_id=event.pk, actor=None, at=at)
    return 1


def _load_polls(event: Event, tables, keys: Mapping[str, int]) -> None:
    for position, table in enumerate(tables, start=1):
        labels, shares = zip(*table["options"], strict=True)
        poll = Poll.objects.create(
            event=event,
            sequence_id=keys[table["sequence"]],
            position=position,
            question=table["question"],
            state=PollState.PUBLISHED,
            results=declared(labels, shares, table["respondents"]),
            source=SOURCE,
        )
        PollOption.objects.bulk_create(
            PollOption(poll=poll, position=rank, label=label) for rank, label in enumerate(labels)
        )


def _load_questions(event: Event, tables, at: datetime) -> None:
    schemes = dict(Scheme.objects.values_list("slug", "pk"))
    for position, table in enumerate(tables, start=1):
        question = Question(
            event=event,
            position=position,
            text=table["text"],
            moderation=Moderation.ACCEPTED,
            answer_state=AnswerState.WRITTEN,
            answer=rich_text.sanitise(table["answer"]),
            answered_by=ANSWERED_BY,
            answered_at=event.ends_at,
            theme=table["theme"],
            in_faq=True,
            review_on=REVIEW_ON,
        )
        sign(question, by=None, at=at)
        question.full_clean()
        question.save()
        question.schemes.set([schemes[slug] for slug in table["schemes"]])
        AnswerLink.objects.bulk_create(
            AnswerLink(question=question, position=rank, label=label, url=url)
            for rank, (label, url) in enumerate(table.get("links", []))
        )


def _load_testimonies(event: Event, tables, keys: Mapping[str, int], at: datetime) -> None:
    codes = [table["territory"] for table in tables if "territory" in table]
    territories = dict(Territory.objects.filter(place__code__in=codes).values_list("place__code", "pk"))
    for position, table in enumerate(tables, start=1):
        values = {name: value for name, value in table.items() if name not in {"sequence", "territory"}}
        testimony = Testimony(
            event=event,
            position=position,
            sequence_id=keys[table["sequence"]],
            territory_id=territories[table["territory"]] if "territory" in table else None,
            moderation=Moderation.ACCEPTED,
            **values,
        )
        sign(testimony, by=None, at=at)
        testimony.full_clean()
        testimony.save()
