"""The organiser's side of the room: a console made of buttons, and the screen that is projected."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from events import live, questions, rooms, testimonies
from events.enums import AnswerState, EventState, Moderation, PollKind, PollState, RegistrationState, RoomMode, Shown
from events.forms.answer import AnswerForm
from events.models import Ballot, Event, Participation, Question, Room
from events.permissions import may_organise
from events.polls import PollRefused, show_text
from events.presenters.room import screen_fragment, shown_poll
from territories import rich_text
from ti_portal.accounts.links import absolute_url
from ti_portal.core.text import whole_number


class ForOrganisers:
    """For anybody else these pages do not exist."""

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        if not may_organise(request.user):
            raise Http404
        # The room and the count of places with it: the console is asked again every few seconds.
        places = Count("registrations", filter=Q(registrations__state=RegistrationState.REGISTERED))
        rows = Event.objects.select_related(
            "room__sequence", "room__poll", "room__question", "room__testimony"
        ).annotate(registered=places)
        self.event = get_object_or_404(rows, slug=kwargs["slug"])
        self.room = getattr(self.event, "room", None) or Room(event=self.event)
        # A rehearsal lists and touches what was written in it, nothing else: it must leave the rest as it was.
        self.is_rehearsal = self.room.mode == RoomMode.REHEARSAL
        self.at = timezone.now()


TEXTS_PER_PAGE = 50


def _number(value: str | None) -> int:
    """An id of a form; 0, which is nobody's, for what is none."""
    return whole_number(value or "") or 0


def _count_of(rows) -> Coalesce:
    """How many of `rows` each poll has, counted apart: joined, thousands would be multiplied by thousands."""
    counted = rows.filter(poll=OuterRef("pk")).order_by().values("poll").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


@method_decorator(never_cache, name="dispatch")
class ConsoleView(ForOrganisers, TemplateView):
    """Every action is a button of its own form: the keyboard is enough, and no script is needed."""

    template_name = "events/console.html"

    def post(self, request, *args, **kwargs):
        action = self.ACTIONS.get(request.POST.get("action", ""))
        if action is None:
            raise Http404
        place, target_id = action[0], _number(request.POST.get("id"))
        if "id" in request.POST:
            get_object_or_404(self.TARGETS[place](self.event), pk=target_id)
        try:
            action[1](self, target_id)
        except (rooms.RoomRefused, PollRefused) as refusal:
            messages.error(request, str(refusal))
        # Back to the very line, so that the next Tab reaches its own buttons; to the part when the line has gone.
        if place in self.LINES and not request.POST["action"].startswith("refuse_"):
            place = f"{self.LINES[place]}-{target_id}"
        return redirect(f"{reverse('events:console', kwargs={'slug': self.event.slug})}#{place}")

    def _show(self, what: str, target_id: int = 0, message: str = "") -> None:
        rooms.show(event_id=self.event.pk, what=what, target_id=target_id, message=message, at=self.at)

    def _moderate(self, module, name: str, target_id: int, **decision: bool) -> None:
        rows = getattr(self.event, name).filter(is_rehearsal=self.is_rehearsal)
        module.moderate(ids=[get_object_or_404(rows, pk=target_id).pk], actor=self.request.user, at=self.at, **decision)

    # Part of the page → what its buttons may name, and how the ids of its lines begin.
    TARGETS = {
        "programme": lambda event: event.sequences,
        "sondages": lambda event: event.polls,
        "questions": lambda event: event.questions,
        "temoignages": lambda event: event.testimonies,
    }
    LINES = {"sondages": "p", "questions": "q", "temoignages": "t"}

    # Name of the button → the part of the page to come back to, and what it does.
    ACTIONS = {
        "open": ("salle", lambda self, pk: rooms.open_room(event_id=self.event.pk, at=self.at)),
        "rehearse": ("salle", lambda self, pk: rooms.open_room(event_id=self.event.pk, at=self.at, is_rehearsal=True)),
        "close": ("salle", lambda self, pk: rooms.close_room(event_id=self.event.pk, at=self.at)),
        "next": ("programme", lambda self, pk: rooms.next_sequence(event_id=self.event.pk, at=self.at)),
        "go_to": ("programme", lambda self, pk: rooms.go_to(event_id=self.event.pk, sequence_id=pk, at=self.at)),
        "open_poll": ("sondages", lambda self, pk: rooms.open_poll(event_id=self.event.pk, poll_id=pk, at=self.at)),
        "close_poll": ("sondages", lambda self, pk: rooms.close_poll(event_id=self.event.pk, poll_id=pk, at=self.at)),
        "publish_poll": (
            "sondages",
            lambda self, pk: rooms.publish_poll(event_id=self.event.pk, poll_id=pk, at=self.at),
        ),
        "show_poll": ("sondages", lambda self, pk: self._show(Shown.POLL, pk)),
        "show_sequence": ("programme", lambda self, pk: self._show(Shown.SEQUENCE)),
        "show_question": ("questions", lambda self, pk: self._show(Shown.QUESTION, pk)),
        "show_testimony": ("temoignages", lambda self, pk: self._show(Shown.TESTIMONY, pk)),
        "show_message": (
            "message",
            lambda self, pk: self._show(Shown.MESSAGE, message=self.request.POST.get("message", "")),
        ),
        "accept_question": ("questions", lambda self, pk: self._moderate(questions, "questions", pk, accept=True)),
        "refuse_question": ("questions", lambda self, pk: self._moderate(questions, "questions", pk, accept=False)),
        "accept_testimony": (
            "temoignages",
            lambda self, pk: self._moderate(testimonies, "testimonies", pk, accept=True),
        ),
        "accept_practice": (
            "temoignages",
            lambda self, pk: self._moderate(testimonies, "testimonies", pk, accept=True, as_practice=True),
        ),
        "refuse_testimony": (
            "temoignages",
            lambda self, pk: self._moderate(testimonies, "testimonies", pk, accept=False),
        ),
    }

    def get_context_data(self, **kwargs):
        event, room = self.event, self.room
        polls = list(
            event.polls.annotate(
                respondents=_count_of(Participation.objects.all()),
                withheld=_count_of(Ballot.objects.filter(is_hidden=True).exclude(text="")),
            ).order_by("position", "pk")
        )
        sequences = list(event.sequences.order_by("position", "pk"))
        asked = event.questions.filter(is_rehearsal=self.is_rehearsal)
        asked = list(asked.annotate(support=Count("upvotes")).order_by("-support", "asked_at", "pk"))
        told = event.testimonies.filter(is_rehearsal=self.is_rehearsal)
        told = told.select_related("territory__place").order_by("told_at", "pk")
        return super().get_context_data(
            event=event,
            room=room,
            is_live=room.mode == RoomMode.LIVE,
            is_rehearsal=self.is_rehearsal,
            is_closed=room.mode == RoomMode.CLOSED,
            is_over=event.state in (EventState.CANCELLED, EventState.FINISHED),
            sequences=sequences,
            is_last_sequence=bool(sequences) and sequences[-1] == room.sequence,
            polls=[(poll, shown_poll(poll, poll.respondents)) for poll in polls],
            has_open_poll=any(poll.state == PollState.OPEN for poll in polls),
            waiting=[one for one in asked if one.moderation == Moderation.QUEUED],
            questions=[one for one in asked if one.moderation == Moderation.ACCEPTED],
            told=[one for one in told if one.moderation == Moderation.QUEUED],
            testimonies=[one for one in told if one.moderation == Moderation.ACCEPTED],
            registered=event.registered,
            **kwargs,
        )


@method_decorator(never_cache, name="dispatch")
class TextsView(ForOrganisers, TemplateView):
    """The free answers of one poll: which show, which are put aside. In the order of the alphabet, not of arrival."""

    template_name = "events/texts.html"

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        rows = self.event.polls.filter(kind=PollKind.TEXT).exclude(state=PollState.DRAFT)
        self.poll = get_object_or_404(rows, pk=kwargs["pk"])

    def post(self, request, *args, **kwargs):
        action, answer = request.POST.get("action", ""), request.POST.get("id", "")
        if action not in ("show", "hide"):
            raise Http404
        try:
            ballot = self.poll.ballots.get(pk=answer)
            show_text(ballot_id=ballot.pk, is_shown=action == "show")
        except (Ballot.DoesNotExist, ValidationError):  # closing gives them other numbers
            messages.warning(request, "Cette réponse a changé de place pendant ce temps : retrouvez-la dans la liste.")
        except PollRefused as refusal:
            messages.error(request, str(refusal))
        else:
            if self.poll.state != PollState.DRAFT:
                rooms.touch(event_id=self.event.pk, at=self.at)
        return redirect(f"{request.path}?page={_number(request.GET.get('page')) or 1}#reponses")

    def get_context_data(self, **kwargs):
        poll = self.poll
        rows = poll.ballots.exclude(text="").order_by("-is_hidden", "text", "pk")
        page = Paginator(rows, TEXTS_PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            event=self.event,
            poll=poll,
            page=page,
            withheld=rows.filter(is_hidden=True).count(),
            is_published=poll.state == PollState.PUBLISHED,
            **kwargs,
        )


@method_decorator(never_cache, name="dispatch")
class AnswerView(ForOrganisers, FormView):
    """The official answer to one question."""

    template_name = "events/answer.html"
    form_class = AnswerForm

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        rows = Question.objects.filter(event=self.event, is_rehearsal=self.is_rehearsal)
        self.question = get_object_or_404(rows, pk=kwargs["pk"])

    def get_initial(self):
        question, link = self.question, self.question.links.order_by("position", "pk").first()
        return {
            "answer": rich_text.to_typed(question.answer),
            "answered_by": question.answered_by or self.request.user.get_full_name(),
            "answer_state": question.answer_state,
            "theme": question.theme,
            "in_faq": question.in_faq,
            "review_on": question.review_on,
            "link_label": link.label if link else "",
            "link_url": link.url if link else "",
        }

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "today": timezone.localdate(self.at)}

    def form_valid(self, form):
        values = dict(form.cleaned_data)
        label, url = values.pop("link_label"), values.pop("link_url")
        others = list(self.question.links.order_by("position", "pk").values("label", "url")[1:])
        links = ([{"label": label, "url": url}] if url else []) + [one for one in others if one["url"] != url]
        try:
            questions.answer(
                question_id=self.question.pk, values=values, links=links, actor=self.request.user, at=self.at
            )
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                form.add_error(name if name in form.fields else None, texts)
            return self.form_invalid(form)
        messages.success(self.request, _said(form.cleaned_data))
        return redirect(f"{reverse('events:console', kwargs={'slug': self.event.slug})}#questions")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        return super().get_context_data(event=self.event, question=self.question, **kwargs)


def _said(values) -> str:
    if values["answer"]:
        return "La réponse est enregistrée."
    if values["answer_state"] == AnswerState.NONE:
        return "La réponse est retirée."
    return f"C’est noté : {AnswerState(values['answer_state']).label.lower()}."


@method_decorator(never_cache, name="dispatch")
class ScreenView(ForOrganisers, TemplateView):
    """What is projected: one thing at a time, in large letters."""

    template_name = "events/screen.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            event=self.event,
            fragment=screen_fragment(self.event.pk, at_least=self.room.version, rehearses=True),
            key=live.key_of(self.event.pk, rehearses=True),
            # To be typed by who reads it on a wall: without what browsers add by themselves.
            room_address=absolute_url("events:room", self.event.slug).partition("://")[2].rstrip("/"),
            **kwargs,
        )
