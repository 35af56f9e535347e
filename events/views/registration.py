"""Registering, confirming, and the own page of someone who registered."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from events import attendance, registrations
from events.entrance import access_of, doors_open_at, enter, leave
from events.enums import RegistrationState, RoomMode, Visibility
from events.forms.registration import RegistrationForm
from events.models import Registration
from events.presenters.lines import line
from events.presenters.moments import day_in_words
from events.replays import has_recording
from events.rooms import room_of
from events.views.meetings import EventOf404
from funding.catalogue.places import PlaceChoice, place_of, read_place
from funding.eligibility import french
from funding.throttle import may, within
from territories.enums import PlaceKind
from territories.presenters.search import result

# A visitor asks for so many registrations, opens so many personal links, in an hour.
# A whole town hall or firm may stand behind one connection.
ASKED_PER_HOUR = 200
ASKED_OF_AN_ADDRESS_PER_DAY = 5
LINKS_PER_HOUR = 1000
CHOSEN = "choix"
WHICH_COMMUNE = "Choisissez votre commune ci-dessous, ou écrivez son nom en entier."
A_COMMUNE = "Donnez une commune, par son nom ou par son code postal : le territoire s’en déduit."


@method_decorator([login_not_required, never_cache], name="dispatch")
class RegisterView(EventOf404, FormView):
    """Ask for a place. Signed in: at once. Else a mail asks to confirm."""

    template_name = "events/register.html"
    form_class = RegistrationForm
    place = PlaceChoice()

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.ask_whether_open()

    def ask_whether_open(self) -> None:
        self.at = timezone.now()
        self.closed_because = ""
        try:
            registrations.check_open(self.event, at=self.at)
        except registrations.RegistrationRefused as refusal:
            self.closed_because = str(refusal)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self):
        user = self.request.user
        return {"first_name": user.first_name, "last_name": user.last_name} if user.is_authenticated else {}

    def post(self, request, *args, **kwargs):
        if self.closed_because:
            return self.render_to_response(self.get_context_data(), status=409)
        self.place = _place(request.POST)
        form = self.get_form()
        if not may(request, "event-registration", times=ASKED_PER_HOUR, seconds=3600):
            form.add_error(None, "Trop de demandes depuis cette connexion : réessayez dans une heure.")
        if not form.is_valid() or self.place.error:
            return self.form_invalid(form)
        return self.form_valid(form)

    def form_valid(self, form):
        person = form.person(self.place.place.code if self.place.place else "")
        try:
            made = self.register(person)
        except registrations.RegistrationRefused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        except ValidationError as error:
            known = {name: texts for name, texts in error.message_dict.items() if name in form.fields}
            form.add_error(
                None, [text for name, texts in error.message_dict.items() if name not in known for text in texts]
            )
            for name, texts in known.items():
                form.add_error(name, texts)
            return self.form_invalid(form)
        if made is None:
            return redirect("events:asked", slug=self.event.slug)
        enter(self.request, made)
        return redirect("events:registration", secret=made.secret)

    def register(self, person: registrations.Person) -> Registration | None:
        """The registration, or None when a mail asks to confirm it."""
        user = self.request.user
        if user.is_authenticated:
            return registrations.register_user(event_id=self.event.pk, person=person, user=user, at=self.at)
        # A mailbox that strangers fill is spared in silence: saying so would tell who is asked about.
        if within(person.address, "event-address", times=ASKED_OF_AN_ADDRESS_PER_DAY, seconds=24 * 3600):
            registrations.ask(event_id=self.event.pk, person=person, at=self.at)
        return None

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **line(self.event, self.at),
            closed_because=self.closed_because,
            place=self.place,
            proposals=[(result(found), found.code) for found in self.place.proposals],
            is_full=not self.closed_because and registrations.free_seats(self.event) == 0,
            needs_account=self.event.visibility == Visibility.COMMUNITY and not self.request.user.is_authenticated,
            **kwargs,
        )


@method_decorator([login_not_required, never_cache], name="dispatch")
class AskedView(EventOf404, TemplateView):
    """« Un courriel vous attend »: the same whether the address is known or not."""

    template_name = "events/asked.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(event=self.event, **kwargs)


class BySecret:
    """The registration of the address; links are tried only so often from one connection. A link that leads nowhere
    says why it may be so: a more recent one replaces it.
    """

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        if not may(request, "event-links", times=LINKS_PER_HOUR, seconds=3600):
            raise Http404
        rows = Registration.objects.select_related("event", "territory__place", "commune")
        self.registration = rows.filter(purged_at=None, secret=kwargs["secret"]).first()
        self.event = self.registration and self.registration.event
        self.at = timezone.now()

    def dispatch(self, request, *args, **kwargs):
        if self.registration is None:
            return self.response_class(request, ["events/link_unknown.html"], {}, status=404)
        return super().dispatch(request, *args, **kwargs)


@method_decorator([login_not_required, never_cache], name="dispatch")
class ConfirmView(BySecret, TemplateView):
    """One button: GET changes nothing, for mail robots open links."""

    template_name = "events/confirm.html"

    def get(self, request, *args, **kwargs):
        if self.registration.state in RegistrationState.active:
            return redirect("events:registration", secret=self.registration.secret)
        if self.registration.state != RegistrationState.ASKED:
            raise Http404
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        try:
            made = registrations.confirm(secret=self.registration.secret, at=self.at)
        except Registration.DoesNotExist:
            return self.render_to_response(self.get_context_data(is_expired=True), status=410)
        except registrations.RegistrationRefused as refusal:
            return self.render_to_response(self.get_context_data(refusal=str(refusal)), status=409)
        enter(request, made)
        return redirect("events:registration", secret=made.secret)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**line(self.event, self.at), registration=self.registration, **kwargs)


@method_decorator([login_not_required, never_cache], name="dispatch")
class RegistrationView(BySecret, TemplateView):
    """The page of one registered person: their place, the access link once doors are open, giving the place back."""

    template_name = "events/registration.html"

    def get(self, request, *args, **kwargs):
        if self.registration.state == RegistrationState.ASKED:
            return redirect("events:confirm", secret=self.registration.secret)
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        action = request.POST.get("action")
        if action in self.ENTRANCES and self.registration.state == RegistrationState.REGISTERED:
            enter(request, self.registration)
            if action == "enter" and room_of(self.event).mode == RoomMode.LIVE:
                attendance.note(registration_ids=[self.registration.pk], came=True, at=self.at)
            return redirect(self.ENTRANCES[action], slug=self.event.slug)
        if action == "cancel":
            self.cancel()
        return redirect("events:registration", secret=self.registration.secret)

    # What the person opens by a button of their page, which makes their browser known: nothing is written under GET.
    ENTRANCES = {"enter": "events:room", "watch": "events:replay", "read": "events:event"}

    def cancel(self) -> None:
        try:
            registrations.cancel(registration_id=self.registration.pk, at=self.at)
        except registrations.RegistrationRefused as refusal:
            messages.error(self.request, str(refusal))
            return
        leave(self.request, self.event)
        messages.success(self.request, "Votre inscription est annulée.")

    def get_context_data(self, **kwargs):
        opens = doors_open_at(self.event)
        return super().get_context_data(
            **line(self.event, self.at),
            registration=self.registration,
            rank=_rank(self.registration),
            has_recording=has_recording(self.event),
            access_url=access_of(self.registration, at=self.at),
            is_room_open=room_of(self.event).mode == RoomMode.LIVE,
            doors_open=f"{day_in_words(opens)} à {french.hour(opens)}",
            can_cancel=self.registration.state in RegistrationState.active
            and registrations.can_cancel(self.event, at=self.at),
            is_by_invitation=self.event.visibility == Visibility.INVITATION,
            has_report=self.event.reports.exists(),
            **kwargs,
        )


def _rank(registration: Registration) -> int | None:
    """The place on the waiting list, from 1."""
    if registration.state != RegistrationState.WAITING:
        return None
    waiting = registration.event.registrations.waiting()
    before = waiting.filter(confirmed_at__lt=registration.confirmed_at).count()
    same = waiting.filter(confirmed_at=registration.confirmed_at, pk__lte=registration.pk).count()
    return before + same


def _place(data) -> PlaceChoice:
    """The commune that the form gives: chosen among proposals, or typed; none is fine, another kind of place is not."""
    chosen = place_of(data[CHOSEN]) if data.get(CHOSEN) else None
    if chosen is not None and chosen.kind == PlaceKind.COMMUNE:
        return PlaceChoice(chosen)
    choice = read_place(data, kinds=(PlaceKind.COMMUNE,))
    if not choice.error:
        return choice
    return replace(choice, error=WHICH_COMMUNE if choice.proposals else A_COMMUNE)
