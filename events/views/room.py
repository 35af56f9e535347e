"""The live room, for participants: plain pages, and one shared fragment that a script asks for again and again."""

import time
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View

from events import live, polls, questions, testimonies
from events.enums import PollState, RoomMode
from events.models import Event, Room
from events.participants import Rehearser, participant_of
from events.permissions import may_organise
from events.presenters.room import accepted_questions, participants_fragment, screen_fragment, shown_poll
from events.views.meetings import EventOf404
from ti_portal.core.text import whole_number

LARGEST_CHOICE = 32_767  # what the columns of a scale hold


class InTheRoom(EventOf404):
    """Someone who has a place, or who organises, in a room that is open to them. `who` takes part; None only looks."""

    with_event = ("room",)
    unsent = ""  # what a closed room says of the text that was sent to it

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.room = getattr(self.event, "room", None) or Room(event=self.event)
        self.who = participant_of(request, self.room)
        self.is_organiser = may_organise(request.user)

    @property
    def is_open(self) -> bool:
        """A rehearsal is for those who organise."""
        if self.room.mode == RoomMode.REHEARSAL:
            return self.is_organiser
        return self.room.mode == RoomMode.LIVE and (self.who is not None or self.is_organiser)

    def dispatch(self, request, *args, **kwargs):
        if not self.is_open:
            return self.closed()
        return super().dispatch(request, *args, **kwargs)

    def closed(self):
        """Elsewhere than on the room's own page one is led back to it, which says why. What somebody was writing when
        the room closed is given back to them.
        """
        if self.unsent and self.request.method == "POST" and self.who is not None:
            return self.closed_page(unsent=self.unsent, text=self.request.POST.get("texte", ""), status=422)
        return redirect("events:room", slug=self.event.slug)

    def closed_page(self, *, status: int = 200, **more):
        was_open = self.room.sequence_id is not None or self.event.starts_at <= timezone.now()
        context = self.context(mode=self.room.mode, was_open=was_open, **more)
        return render(self.request, "events/room_closed.html", context, status=status)

    def back(self):
        return redirect("events:room", slug=self.event.slug)

    def context(self, **more):
        return {"event": self.event, "who": self.who, "is_organiser": self.is_organiser, **more}


@method_decorator([login_not_required, never_cache], name="dispatch")
class RoomView(InTheRoom, TemplateView):
    template_name = "events/room.html"

    def closed(self):
        return self.closed_page()

    def get_context_data(self, **kwargs):
        rehearses = self.is_organiser
        fragment = participants_fragment(self.event.pk, at_least=self.room.version, rehearses=rehearses)
        key = live.key_of(self.event.pk, rehearses=rehearses)
        poll = self.event.polls.filter(state=PollState.OPEN).first() if self.who else None
        answered = poll is not None and polls.has_answered(poll_id=poll.pk, who=self.who)
        return super().get_context_data(
            **self.context(fragment=fragment, key=key, room=self.room, answered=poll if answered else None), **kwargs
        )


class FragmentView(View):
    """The shared fragment. No session, no cookie, nothing of the visitor: any cache may keep it for a second."""

    make = staticmethod(participants_fragment)

    def get(self, request, event_id: int, key: str) -> HttpResponse:
        rehearses = live.is_key_of(event_id, key, rehearses=True)
        if not rehearses and not live.is_key_of(event_id, key):
            raise Http404
        try:
            fragment = type(self).make(event_id, rehearses=rehearses)
        except Event.DoesNotExist:
            raise Http404 from None
        tag = f'"{fragment.tag}"'
        response = get_conditional_response(request, etag=tag) or HttpResponse(fragment.html)
        if not isinstance(response, HttpResponseNotModified):
            response["ETag"] = tag
        response["Cache-Control"] = "public, max-age=1"
        # nginx counts in whole seconds: « one second » is up to two. « Until this very second ends » is at most one.
        response["X-Accel-Expires"] = f"@{int(time.time())}"
        return response


class ScreenFragmentView(FragmentView):
    make = staticmethod(screen_fragment)


def shared(view: type[View]) -> Callable[..., HttpResponse]:
    """The view for an address that asks nobody who they are: its answers say so to caches."""
    opened = login_not_required(view.as_view())
    opened.knows_nobody = True
    return opened


@method_decorator([login_not_required, never_cache], name="dispatch")
class VoteView(InTheRoom, TemplateView):
    """One poll, to answer. An organiser without a place looks without voting."""

    template_name = "events/vote.html"

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.poll = get_object_or_404(self.event.polls.exclude(state=PollState.DRAFT), pk=kwargs["pk"])

    def post(self, request, *args, **kwargs):
        if self.who is None:
            messages.error(request, "Seules les personnes inscrites répondent aux sondages.")
            return self.back()
        sent = [whole_number(value, most=LARGEST_CHOICE) for value in request.POST.getlist("choix")[:50]]
        choices = [number for number in sent if number is not None]
        text = request.POST.get("texte", "")
        try:
            self.vote(choices=choices, text=text)
        except (polls.AlreadyVoted, polls.NotOpen) as refusal:
            messages.warning(request, str(refusal))
            return self.back()
        except polls.PollRefused as refusal:
            return self.render_to_response(
                self.get_context_data(error=str(refusal), chosen=choices, text=text), status=422
            )
        messages.success(request, "Votre réponse est comptée. Merci.")
        return self.back()

    def vote(self, **answer) -> None:
        if isinstance(self.who, Rehearser):
            polls.rehearse_vote(poll_id=self.poll.pk, who=self.who, **answer)
        else:
            polls.vote(poll_id=self.poll.pk, registration_id=self.who.pk, **answer)

    def get_context_data(self, **kwargs):
        poll, who = self.poll, self.who
        return super().get_context_data(
            **self.context(poll=poll, shown=shown_poll(poll)),
            has_answered=who is not None and polls.has_answered(poll_id=poll.pk, who=who),
            options=list(poll.options.order_by("position")),
            scale=range(poll.scale_low, poll.scale_high + 1) if poll.scale_low is not None else (),
            longest=polls.LONGEST_TEXT,
            **kwargs,
        )


@method_decorator([login_not_required, never_cache], name="dispatch")
class QuestionsView(InTheRoom, TemplateView):
    """Ask, and support what others ask."""

    template_name = "events/questions.html"
    unsent = "votre question n’est pas partie"

    def post(self, request, *args, **kwargs):
        if self.who is None:
            messages.error(request, "Seules les personnes inscrites posent des questions.")
            return redirect(request.path)
        text = request.POST.get("texte", "")
        try:
            questions.ask(
                event_id=self.event.pk,
                who=self.who,
                text=text,
                shows_name=request.POST.get("nom") == "on",
                at=timezone.now(),
            )
        except questions.QuestionRefused as refusal:
            return self.render_to_response(self.get_context_data(error=str(refusal), text=text), status=422)
        messages.success(request, "Votre question est partie : elle s’affichera une fois relue.")
        return redirect(request.path)

    def get_context_data(self, **kwargs):
        rows = list(accepted_questions(self.event, self.room)[:100])
        mine = questions.supported_by(self.who, rows) if self.who and rows else set()
        context = self.context(questions=[(row, row.pk in mine) for row in rows], longest=questions.LONGEST)
        return super().get_context_data(**context, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class SupportView(InTheRoom, View):
    """Give one's voice to a question, or take it back. POST only."""

    def post(self, request, *args, **kwargs):
        get_object_or_404(self.event.questions, pk=kwargs["pk"])
        if self.who is not None:
            act = questions.withdraw_support if request.POST.get("retirer") else questions.support
            try:
                act(question_id=kwargs["pk"], who=self.who)
            except questions.QuestionRefused as refusal:
                messages.error(request, str(refusal))
        return redirect("events:questions", slug=self.event.slug)


@method_decorator([login_not_required, never_cache], name="dispatch")
class TestifyView(InTheRoom, TemplateView):
    """Tell of one's territory."""

    template_name = "events/testify.html"
    unsent = "votre témoignage n’est pas parti"

    def post(self, request, *args, **kwargs):
        if self.who is None:
            messages.error(request, "Seules les personnes inscrites témoignent.")
            return self.back()
        text, topic = request.POST.get("texte", ""), request.POST.get("sujet", "")
        try:
            testimonies.tell(event_id=self.event.pk, who=self.who, text=text, topic=topic, at=timezone.now())
        except testimonies.TestimonyRefused as refusal:
            return self.render_to_response(
                self.get_context_data(error=str(refusal), text=text, topic=topic), status=422
            )
        messages.success(request, "Merci de ce témoignage : il s’affichera une fois relu.")
        return self.back()

    def get_context_data(self, **kwargs):
        return super().get_context_data(**self.context(longest=testimonies.LONGEST), **kwargs)
