"""Questions to the organisers: asked, read before they show, supported, answered, published among the frequent ones."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from events import rooms
from events.enums import AnswerState, EventState, Moderation, RoomMode, Visibility
from events.models import AnswerLink, Question, Upvote
from events.participants import Participant, Rehearser, key_of, rows_of
from events.typed import one_line
from territories import rich_text
from territories.history import sign
from ti_portal.core.templatetags.portal import number
from ti_portal.core.text import fold

# Questions of one person that wait to be read: more would crowd the others out.
MOST_WAITING = 5
LONGEST = 1000
ANSWER_FIELDS = ("answer", "answered_by", "answer_state", "theme", "in_faq", "review_on")


class QuestionRefused(Exception):
    """The question or the support cannot be taken; the message is for the person."""


@transaction.atomic
def ask(*, event_id: int, who: Participant, text: str, at: datetime, shows_name: bool = False) -> Question:
    """Put a question in the queue. The same question from the same person is the one they asked already.

    Raises QuestionRefused: the room is closed, nothing is written, too many wait already.
    """
    mode = rooms.mode_for(who, event_id=event_id)
    if mode == RoomMode.CLOSED:
        raise QuestionRefused("La salle est fermée : on ne peut plus y poser de question.")
    words = one_line(text)
    if not words:
        raise QuestionRefused("Écrivez votre question.")
    if len(words) > LONGEST:
        raise QuestionRefused(f"Votre question compte {number(len(words))} signes : {number(LONGEST)} au plus.")
    theirs = rows_of(who, Question.objects.filter(event_id=event_id))
    same = next((one for one in theirs if fold(one.text) == fold(words)), None)
    if same is not None:
        return same
    if sum(one.moderation == Moderation.QUEUED for one in theirs) >= MOST_WAITING:
        raise QuestionRefused(f"{MOST_WAITING} de vos questions attendent d’être relues : attendez un peu.")
    name = f"{who.first_name} {who.last_name}".strip() if shows_name else ""
    if name and who.organisation:
        name = f"{name} ({who.organisation})"
    question = Question(
        event_id=event_id,
        registration=None if isinstance(who, Rehearser) else who,
        text=words,
        author=name[:200],
        is_rehearsal=mode == RoomMode.REHEARSAL,
        asked_at=at,
    )
    sign(question, by=None, at=at)
    question.save()
    return question


@transaction.atomic
def moderate(*, ids: Iterable[int], accept: bool, actor, at: datetime) -> list[Question]:
    """Accept questions, or put them aside; return those that changed. The room shows it, or shows it no more."""
    state = Moderation.ACCEPTED if accept else Moderation.REFUSED
    wanted = Question.objects.filter(pk__in=list(ids))
    rooms.hold(wanted.values_list("event_id", flat=True))
    rows = wanted.select_for_update(of=("self",), no_key=True).exclude(moderation=state)
    changed = list(rows.order_by("pk"))
    for question in changed:
        question.moderation = state
        if not accept:
            question.in_faq = False
        sign(question, by=actor, at=at)
        question.save()
    for event_id in sorted({question.event_id for question in changed}):
        rooms.touch(event_id=event_id, at=at)
    return changed


@transaction.atomic
def support(*, question_id: int, who: Participant) -> bool:
    """Add one voice to a question; False when this person gave theirs already. Raises QuestionRefused for a question
    that is not shown in their event.
    """
    question = _shown(question_id, who)
    try:
        with transaction.atomic():
            Upvote.objects.create(question=question, voter_key=_key(question, who))
    except IntegrityError:
        return False
    return True


@transaction.atomic
def withdraw_support(*, question_id: int, who: Participant) -> bool:
    """Take one's voice back; False when there was none."""
    question = _shown(question_id, who)
    gone, _ = Upvote.objects.filter(question=question, voter_key=_key(question, who)).delete()
    return bool(gone)


def supported_by(who: Participant, questions: Iterable[Question]) -> set[int]:
    """Ids of those questions that this person supports, in one query."""
    keys = {_key(question, who): question.pk for question in questions}
    found = Upvote.objects.filter(question__in=keys.values(), voter_key__in=keys).values_list("voter_key", flat=True)
    return {keys[key] for key in found}


@transaction.atomic
def answer(
    *,
    question_id: int,
    values: Mapping[str, Any],
    actor,
    at: datetime,
    links: Sequence[Mapping[str, str]] | None = None,
    scheme_ids: Iterable[int] | None = None,
) -> Question:
    """Write the official answer (`ANSWER_FIELDS`), with its links ({label, url}) and the schemes it speaks of.

    Answering accepts a question that waited. Raises ValidationError by field, in French.
    """
    unknown = set(values) - set(ANSWER_FIELDS)
    if unknown:
        raise TypeError(f"unknown names: {sorted(unknown)}")
    rooms.hold(Question.objects.filter(pk=question_id).values_list("event_id", flat=True))
    question = Question.objects.select_for_update(of=("self",), no_key=True).get(pk=question_id)
    for name, value in values.items():
        setattr(question, name, rich_text.sanitise(value) if name == "answer" else value)
    if question.answer and question.answer_state == AnswerState.NONE:
        question.answer_state = AnswerState.WRITTEN
    if question.answer and not question.answered_by:
        raise ValidationError({"answered_by": "Dites qui répond : une personne ou un service."})
    if question.answer and question.answered_at is None:
        question.answered_at = at
    if question.answer and question.moderation == Moderation.QUEUED:
        question.moderation = Moderation.ACCEPTED
    question.full_clean(exclude=["event", "registration"])
    sign(question, by=actor, at=at)
    question.save()
    if links is not None:
        _write_links(question, links)
    if scheme_ids is not None:
        question.schemes.set(scheme_ids)
    rooms.touch(event_id=question.event_id, at=at)
    return question


def frequent() -> QuerySet[Question]:
    """Questions of public events whose official answers everyone reads, on the page of frequent questions."""
    return Question.objects.filter(
        in_faq=True,
        moderation=Moderation.ACCEPTED,
        is_rehearsal=False,
        event__state__in=EventState.public,
        event__visibility=Visibility.PUBLIC,
    )


def _write_links(question: Question, links: Sequence[Mapping[str, str]]) -> None:
    rows = [AnswerLink(question=question, position=position, **link) for position, link in enumerate(links)]
    for row in rows:
        row.clean_fields(exclude=["question"])
    question.links.all().delete()
    AnswerLink.objects.bulk_create(rows)


def _shown(question_id: int, who: Participant) -> Question:
    # In a rehearsal, those of the rehearsal only: a support given to another would outlive it.
    mode = rooms.mode_for(who, event_id=who.event_id)
    if mode == RoomMode.CLOSED and isinstance(who, Rehearser):
        raise QuestionRefused("La répétition est finie.")
    found = Question.objects.filter(
        pk=question_id,
        event_id=who.event_id,
        moderation=Moderation.ACCEPTED,
        is_rehearsal=mode == RoomMode.REHEARSAL,
    ).first()
    if found is None:
        raise QuestionRefused("Cette question n’est plus dans la salle.")
    return found


def _key(question: Question, who: Participant) -> str:
    return key_of(who, subject=f"question:{question.pk}")
