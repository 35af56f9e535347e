"""Events in plain JSON."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from events.enums import Visibility
from events.models import Event, Question, Speaker, Testimony
from events.presenters.agenda import agenda_of, others
from funding.api.presenters import instant


def event(one: Event, request: HttpRequest) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "title": one.title,
        "kind": one.kind,
        "state": one.state,
        "summary": one.summary,
        "page": request.build_absolute_uri(one.get_absolute_url()),
        "starts_at": instant(one.starts_at),
        "ends_at": instant(one.ends_at),
        "zone": one.zone,
        "place": one.place.code if one.place else None,
        "venue": one.venue,
        "is_online": one.is_online,
        "series": one.series.slug if one.series else None,
        "calendar": request.build_absolute_uri(reverse("events:calendar", kwargs={"slug": one.slug})),
        "updated_at": instant(one.updated_at),
    }


def detail(one: Event, request: HttpRequest) -> dict[str, Any]:
    """An event with all that is public of it, as `reading.event_of` reads it."""
    speakers = list(one.speakers.order_by("position", "pk"))
    agenda = agenda_of(one, one.sequences.order_by("position", "pk"), speakers)
    has_report = one.visibility == Visibility.PUBLIC and one.reports.exists()
    report = reverse("events:report", kwargs={"slug": one.slug})
    return {
        **event(one, request),
        "description": one.description,
        "moderator": one.moderator,
        "cancelled_because": one.cancelled_because,
        "attendance": one.attendance,
        "source": one.source,
        "agenda": [
            {
                "title": item.sequence.title,
                "minutes": item.sequence.minutes,
                "text": item.sequence.text,
                "speakers": [_speaker(speaker) for speaker in item.speakers],
            }
            for item in agenda
        ],
        "other_speakers": [_speaker(speaker) for speaker in others(speakers)],
        "documents": [
            {"kind": row.kind, "label": row.label, "url": _address(row, request), "remark": row.remark}
            for row in one.documents.order_by("position", "pk")
        ],
        "partners": list(one.partners.order_by("position", "pk").values("name", "url")),
        "polls": [{"question": row.question, "kind": row.kind, **row.results} for row in one.shown_polls],
        "questions": [_question(row) for row in one.shown_questions],
        "testimonies": [_testimony(row) for row in one.shown_testimonies],
        "report": request.build_absolute_uri(report) if has_report else None,
    }


def _address(document, request: HttpRequest) -> str:
    return document.url or (request.build_absolute_uri(document.file.url) if document.file else "")


def _speaker(speaker: Speaker) -> dict[str, str]:
    return {name: getattr(speaker, name) for name in ("name", "role", "organisation", "text")}


def _question(question: Question) -> dict[str, Any]:
    return {
        "question": question.text,
        "author": question.author,
        "theme": question.theme,
        "answer_state": question.answer_state,
        "answer": question.answer,
        "answered_by": question.answered_by,
        "answered_at": instant(question.answered_at),
        "links": [{"label": link.label, "url": link.url} for link in question.links.all()],
        "schemes": [{"slug": scheme.slug, "name": scheme.name} for scheme in question.schemes.all()],
    }


def _testimony(testimony: Testimony) -> dict[str, Any]:
    return {
        "title": testimony.title,
        "text": testimony.text,
        "topic": testimony.topic,
        "territory": testimony.territory.place.code if testimony.territory else None,
        "author": testimony.author,
        "organisations": testimony.organisations,
    }
