"""Addresses that are invited. They are added from the page of their event."""

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone

from events.admin.fields import EventFilter, event_in_short
from events.enums import RegistrationState
from events.invitations import send_again, withdraw
from events.models import EventInvitation, Registration
from events.permissions import may_organise
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin, log_rows


class AnswerFilter(ChoiceFilter):
    title = "réponse"
    parameter_name = "reponse"
    choices_in_words = (("oui", "Inscription prise"), ("non", "Sans inscription"))

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(has_registered=value == "oui")


@admin.register(EventInvitation)
class EventInvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", event_in_short, "created_at", "invited_by", "registered"]
    list_filter = [EventFilter, AnswerFilter]
    search_fields = ["email", "event__title"]
    search_help_text = "Adresse ou rencontre."
    ordering = ["-created_at", "-pk"]
    actions = ["send_again", "withdraw"]
    fields = ["email", "event_title", "created_at", "invited_by", "registered"]
    readonly_fields = ["event_title", "registered"]

    def label_of(self, invitation: EventInvitation) -> str:
        return f"invitation {invitation.pk} – {invitation.event.title}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        registered = Registration.objects.alias(folded=Lower("email")).filter(
            event=OuterRef("event"), folded=OuterRef("folded_email"), state__in=RegistrationState.active
        )
        rows = super().get_queryset(request).alias(folded_email=Lower("email"))
        return rows.annotate(has_registered=Exists(registered)).select_related("event", "invited_by")

    @admin.display(description="rencontre", ordering="event__title")
    def event_title(self, invitation: EventInvitation) -> str:
        return invitation.event.title

    @admin.display(description="inscription prise", boolean=True)
    def registered(self, invitation: EventInvitation) -> bool:
        return invitation.has_registered

    def has_invite_permission(self, request: HttpRequest) -> bool:
        return may_organise(request.user)

    @admin.action(description="Écrire de nouveau", permissions=["invite"])
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        count = send_again(invitation_ids=queryset.order_by("pk").values_list("pk", flat=True), at=timezone.now())
        self.message_user(request, f"Messages écrits : {count}.", messages.SUCCESS)

    @admin.action(description="Retirer l’invitation (le lien ne vaut plus)", permissions=["invite"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet) -> None:
        rows = list(queryset.order_by("pk"))
        log_rows(request.user, [(one, self.label_of(one)) for one in rows], 3, "Retirée.")
        count = withdraw(invitation_ids=[one.pk for one in rows])
        self.message_user(request, f"Invitations retirées : {count}.", messages.SUCCESS)
