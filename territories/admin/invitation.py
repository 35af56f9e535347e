"""Invitations: to read. Inviting, sending again and taking back have a page of their own."""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from territories.models import Invitation
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin


def state_of(invitation: Invitation, at: datetime) -> str:
    if invitation.accepted_at:
        return "Acceptée"
    if invitation.revoked_at:
        return "Retirée"
    return "Sans réponse, expirée" if invitation.expires_at <= at else "En attente"


class InvitationStateFilter(ChoiceFilter):
    title = "état"
    parameter_name = "etat"
    choices_in_words = [
        ("pending", "En attente"),
        ("accepted", "Acceptées"),
        ("expired", "Expirées"),
        ("revoked", "Retirées"),
    ]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        now = timezone.now()
        if value == "pending":
            return queryset.filter(pk__in=Invitation.objects.pending(now).values("pk"))
        if value == "accepted":
            return queryset.exclude(accepted_at=None)
        if value == "revoked":
            return queryset.exclude(revoked_at=None)
        return queryset.filter(accepted_at=None, revoked_at=None, expires_at__lte=now)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "territory_name", "role", "created_at", "expires_at", "state", "invited_by"]
    list_filter = [InvitationStateFilter, "role"]
    list_select_related = ["territory__place", "invited_by"]
    search_fields = ["email", "territory__place__name", "territory__place__code"]
    search_help_text = "Adresse invitée ou territoire."
    ordering = ["-created_at", "-pk"]
    fields = [
        "email", "territory_name", "role", "mandate_from", "mandate_until", "state", "created_at", "expires_at",
        "invited_by", "accepted_at", "accepted_by", "revoked_at",
    ]  # fmt: skip
    readonly_fields = ["territory_name", "state"]

    @admin.display(description="territoire", ordering="territory__place__slug")
    def territory_name(self, invitation: Invitation) -> str:
        return invitation.territory.place.name

    @admin.display(description="état")
    def state(self, invitation: Invitation) -> str:
        return state_of(invitation, timezone.now())

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        url = reverse("territories:invitations")
        note = format_html('Inviter, renvoyer, retirer : <a href="{}">page des invitations</a>.', url)
        return super().changelist_view(request, {**(extra_context or {}), "note": note})
