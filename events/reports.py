"""Reports: what an event leaves to read. Made from what is frozen, numbered once published, never changed after.

A report is a list of blocks in plain JSON; the page and the PDF are two renderings of it. Between the blocks stand the
organiser's own words (`ReportText`).
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from events.changes import where_of
from events.enums import AnswerState, EventState, Moderation, PollState
from events.models import Event, Report, ReportText
from events.presenters.documents import documents_of
from events.presenters.moments import period_in_words
from events.registrations import locked_event
from events.replays import clock, has_recording

# Blocks in their order: the key names where a text of the organiser goes (« after »), the title heads the block.
BLOCKS = {
    "start": "",
    "figures": "En chiffres",
    "agenda": "Programme et interventions",
    "polls": "Sondages",
    "questions": "Questions et réponses",
    "testimonies": "Témoignages",
    "recording": "Enregistrement",
    "documents": "Documents et liens",
}


def content_of(event: Event) -> dict[str, Any]:
    """Everything the report of an event says now, in plain JSON. Polls still open, questions not accepted and what
    belongs to a rehearsal are left out.
    """
    polls, questions, testimonies = _polls(event), _questions(event), _testimonies(event)
    return {
        "title": event.title,
        "kind": event.get_kind_display(),
        "when": period_in_words(event.starts_at, event.ends_at, event.zone),
        "where": where_of(event),
        "summary": event.summary,
        "description": event.description,
        "moderator": event.moderator,
        "partners": list(event.partners.order_by("position", "pk").values_list("name", flat=True)),
        "source": event.source,
        "figures": _figures(event, polls, len(questions), len(testimonies)),
        "agenda": _agenda(event),
        "polls": polls,
        "questions": questions,
        "testimonies": testimonies,
        "recording": _recording(event),
        "documents": documents_of(event),
        "texts": _texts(event),
    }


@transaction.atomic
def publish_report(*, event_id: int, actor, at: datetime, reason: str = "") -> Report:
    """Freeze and publish the report as it stands, as the next version.

    Raises ValidationError: the event is not finished, a poll is still open, or nothing changed since the last version.
    """
    event = locked_event(event_id)
    if event.state != EventState.FINISHED:
        raise ValidationError("Le compte rendu se publie une fois la rencontre terminée.")
    if event.polls.filter(state=PollState.OPEN).exists():
        raise ValidationError("Un sondage est encore ouvert : fermez-le d’abord.")
    content = content_of(event)
    last = latest(event)
    if last is not None and last.content == content:
        raise ValidationError(f"Rien n’a changé depuis la version {last.number}.", code="unchanged")
    return Report.objects.create(
        event=event,
        number=last.number + 1 if last else 1,
        content=content,
        published_at=at,
        published_by=actor,
        reason=" ".join(reason.split())[:300],
    )


def latest(event: Event) -> Report | None:
    """The version in force, None before the first."""
    return event.reports.order_by("-number").first()


def _figures(event: Event, polls: list[dict[str, Any]], questions: int, testimonies: int) -> list[list[str]]:
    """What can be counted: [label, value]."""
    registered = event.registrations.registered()
    came = registered.filter(attended_at__isnull=False)
    territories = registered.exclude(territory=None).values("territory").distinct()
    counted = [
        ("Inscriptions", registered.count()),
        ("Présences notées", came.count()),
        ("Territoires d’industrie représentés", territories.count()),
        ("Séquences", event.sequences.count()),
        ("Interventions", event.speakers.count()),
        ("Réponses aux sondages", sum(poll["results"]["respondents"] for poll in polls)),
        ("Questions avec réponse", questions),
        ("Témoignages", testimonies),
    ]
    declared = [["Participation", event.attendance]] if event.attendance else []
    return declared + [[label, str(number)] for label, number in counted if number]


def _agenda(event: Event) -> list[dict[str, Any]]:
    speakers: dict[int | None, list[dict[str, str]]] = {}
    for one in event.speakers.order_by("position", "pk"):
        row = {"name": one.name, "role": one.role, "organisation": one.organisation, "text": one.text}
        speakers.setdefault(one.sequence_id, []).append(row)
    rows = [
        {"title": one.title, "text": one.text, "speakers": speakers.get(one.pk, [])}
        for one in event.sequences.order_by("position", "pk")
    ]
    alone = speakers.get(None, [])
    return [*rows, {"title": "Autres interventions", "text": "", "speakers": alone}] if alone else rows


def _polls(event: Event) -> list[dict[str, Any]]:
    rows = event.polls.filter(state=PollState.PUBLISHED, is_rehearsal=False).select_related("sequence")
    return [
        {
            "question": poll.question,
            "kind": poll.kind,
            "sequence": poll.sequence.title if poll.sequence else "",
            "results": poll.results,
            "source": poll.source,
        }
        for poll in rows.order_by("position", "pk")
    ]


def _questions(event: Event) -> list[dict[str, Any]]:
    rows = event.questions.filter(moderation=Moderation.ACCEPTED, is_rehearsal=False).exclude(
        answer_state=AnswerState.NONE
    )
    rows = rows.order_by("position", "pk").prefetch_related("links", "schemes")
    return [
        {
            "text": one.text,
            "author": one.author,
            "answer": one.answer,
            "answered_by": one.answered_by,
            "state": one.get_answer_state_display(),
            "theme": one.theme,
            "links": [{"label": link.label, "url": link.url} for link in _ordered(one.links)],
            "schemes": [{"name": scheme.name, "url": scheme.get_absolute_url()} for scheme in _named(one.schemes)],
        }
        for one in rows
    ]


def _testimonies(event: Event) -> list[dict[str, str]]:
    rows = event.testimonies.filter(moderation=Moderation.ACCEPTED, is_rehearsal=False)
    return [
        {
            "title": one.title,
            "text": one.text,
            "topic": one.topic,
            "author": one.author,
            "organisations": one.organisations,
            "territory": one.territory.place.name if one.territory else "",
            "url": one.territory.get_absolute_url() if one.territory else "",
        }
        for one in rows.select_related("territory__place").order_by("position", "pk")
    ]


def _recording(event: Event) -> list[dict[str, Any]]:
    """One row when the event was recorded: its page, and what one needs to know before opening it. Never the code."""
    if not has_recording(event):
        return []
    return [
        {
            "url": reverse("events:replay", kwargs={"slug": event.slug}),
            "asks_code": bool(event.recording_code),
            "starts": clock(event.recording_starts),
            "ends": clock(event.recording_ends),
        }
    ]


def _texts(event: Event) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for one in ReportText.objects.filter(event=event).order_by("position", "pk"):
        found.setdefault(one.after, []).append({"title": one.title, "text": one.text})
    return found


def _ordered(links):
    return sorted(links.all(), key=lambda link: (link.position, link.pk))


def _named(schemes):
    return sorted((scheme for scheme in schemes.all() if scheme.state == "published"), key=lambda scheme: scheme.name)
