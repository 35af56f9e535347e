"""One's own space: what a signed-in person has here, and what to do next."""

from allauth.mfa.utils import is_mfa_enabled
from django.utils import timezone
from django.views.generic import TemplateView

from events.enums import RegistrationState
from events.models import Registration
from events.presenters.lines import line
from territories.models import ContactEntry, Mandate
from ti_portal.accounts.permissions import is_delegation


class MySpaceView(TemplateView):
    template_name = "home/my_space.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        today = timezone.localdate()
        mandates = list(
            Mandate.objects.filter(person=user)
            .select_related("territory__place")
            .order_by("territory__place__slug", "valid_from", "pk")
        )
        in_force = [mandate for mandate in mandates if _is_in_force(mandate, today)]
        return super().get_context_data(
            **kwargs,
            mandates=in_force,
            coming_mandates=[mandate for mandate in mandates if mandate.valid_from > today],
            past_mandates=[mandate for mandate in mandates if mandate.valid_until and mandate.valid_until < today],
            contact_entry=ContactEntry.objects.filter(person=user).first(),
            registrations=_coming_registrations(user),
            is_member=bool(in_force) or is_delegation(user),
            is_delegation=is_delegation(user),
            has_second_factor=is_mfa_enabled(user),
        )


def _coming_registrations(user) -> list[dict]:
    """Events to come at which this person has a place, or waits for one."""
    at = timezone.now()
    rows = Registration.objects.filter(user=user, state__in=RegistrationState.active, event__ends_at__gte=at)
    rows = rows.select_related("event").order_by("event__starts_at", "pk")
    return [{"registration": row, **line(row.event, at)} for row in rows]


def _is_in_force(mandate: Mandate, today) -> bool:
    return mandate.valid_from <= today and (mandate.valid_until is None or mandate.valid_until >= today)
