"""The page of someone who is invited, by the link of their invitation: what it is, and registering at once."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from events import registrations
from events.enums import EventState
from events.models import EventInvitation, Registration
from events.views.registration import LINKS_PER_HOUR, RegisterView
from funding.throttle import may


@method_decorator([login_not_required, never_cache], name="dispatch")
class InvitedView(RegisterView):
    """The link was sent to the address that is invited: no other proof is asked, with or without an account."""

    template_name = "events/invited.html"

    def setup(self, request, *args, **kwargs) -> None:
        FormView.setup(self, request, *args, **kwargs)
        if not may(request, "event-links", times=LINKS_PER_HOUR, seconds=3600):
            raise Http404
        rows = EventInvitation.objects.select_related("event__series", "event__place")
        rows = rows.filter(event__state__in=EventState.public)
        self.invitation = get_object_or_404(rows, secret=kwargs["secret"])
        self.event = self.invitation.event
        self.ask_whether_open()

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "address": self.invitation.email}

    def register(self, person: registrations.Person) -> Registration:
        return registrations.register_invited(secret=self.invitation.secret, person=person, at=self.at)

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "invitation": self.invitation, "needs_account": False}
