"""Who registered: read by event, noted present, exported for the délégation."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from events import attendance
from events.admin.fields import EventFilter, event_in_short
from events.models import Registration
from events.permissions import may_organise
from events.registrations import RegistrationRefused, cancel
from events.resources.registrations import RegistrationResource
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin
from ti_portal.core.table_admin import TableAdminMixin


class AttendanceFilter(ChoiceFilter):
    title = "présence"
    parameter_name = "presence"
    choices_in_words = (("oui", "Notée"), ("non", "Pas notée"))

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(attended_at__isnull=value == "non")


@admin.register(Registration)
class RegistrationAdmin(TableAdminMixin, ReadOnlyAdmin):
    resource_classes = [RegistrationResource]
    list_display = ["person", "email", "organisation", "where", event_in_short, "state", "confirmed_at", "attended_at"]
    list_filter = [EventFilter, "state", AttendanceFilter]
    search_fields = ["last_name", "first_name", "organisation", "=email"]
    search_help_text = "Nom, organisme, ou adresse entière."
    ordering = ["-asked_at", "-pk"]
    list_select_related = ["event", "commune", "territory__place"]
    actions = ["note_presence", "take_presence_back", "cancel_places"]
    fields = [
        "event_title", "person", "email", "organisation", "where", "state", "asked_at", "confirmed_at", "promoted_at",
        "cancelled_at", "attended_at", "purged_at",
    ]  # fmt: skip
    readonly_fields = ["event_title", "person", "where"]

    def label_of(self, registration: Registration) -> str:
        return f"inscription {registration.pk} – {registration.event.title}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("event", "commune", "territory__place")

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may_organise(request.user)

    def has_note_permission(self, request: HttpRequest) -> bool:
        return may_organise(request.user)

    @admin.display(description="personne", ordering="last_name")
    def person(self, registration: Registration) -> str:
        if registration.purged_at:
            return "données effacées"
        return f"{registration.last_name} {registration.first_name}".strip()

    @admin.display(description="rencontre", ordering="event__title")
    def event_title(self, registration: Registration) -> str:
        return registration.event.title

    @admin.display(description="commune et territoire")
    def where(self, registration: Registration) -> str:
        commune = registration.commune.name if registration.commune else ""
        territory = registration.territory.place.name if registration.territory else ""
        return f"{commune} ({territory})" if commune and territory else commune or territory

    @admin.action(description="Noter leur présence", permissions=["note"])
    def note_presence(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._note(request, queryset, came=True)

    @admin.action(description="Retirer leur présence", permissions=["note"])
    def take_presence_back(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._note(request, queryset, came=False)

    def _note(self, request: HttpRequest, queryset: QuerySet, *, came: bool) -> None:
        ids = list(queryset.order_by("pk").values_list("pk", flat=True))
        count = attendance.note(registration_ids=ids, came=came, at=timezone.now())
        word = "notée" if came else "retirée"
        s = "s" * (count > 1)
        self.message_user(request, f"{count} présence{s} {word}{s}.", messages.SUCCESS)

    @admin.action(description="Annuler leur inscription (la place va à la suivante)", permissions=["note"])
    def cancel_places(self, request: HttpRequest, queryset: QuerySet) -> None:
        count, refusals = 0, set()
        for registration in queryset.filter(purged_at=None).order_by("pk"):
            try:
                if cancel(registration_id=registration.pk, at=timezone.now()):
                    self.log_change(request, registration, "Annulée.")
                    count += 1
            except RegistrationRefused as refusal:
                refusals.add(f"{registration.event.title} : {refusal}")
        s = "s" * (count > 1)
        self.message_user(request, f"{count} inscription{s} annulée{s}.", messages.SUCCESS)
        for refusal in sorted(refusals):
            self.message_user(request, refusal, messages.WARNING)
