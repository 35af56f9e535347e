"""People who are told what changes: counted, found by their exact address, stopped when they ask. Nothing to write."""

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from funding.enums import NewsKind, StopReason
from funding.models import Subscriber
from funding.permissions import can_stop_subscribers
from funding.subscribers import stop
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin


class StateFilter(ChoiceFilter):
    title = "état"
    parameter_name = "etat"
    choices_in_words = (
        ("active", "Reçoit"),
        ("waiting", "Adresse à confirmer"),
        (StopReason.UNSUBSCRIBED, "Arrêtée à sa demande"),
        (StopReason.BOUNCED, "Ne reçoit plus"),
    )

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        if value == "active":
            return queryset.filter(stopped_at=None).exclude(confirmed_at=None)
        if value == "waiting":
            return queryset.filter(stopped_at=None, confirmed_at=None)
        return queryset.filter(stop_reason=value)


def masked(email: str) -> str:
    """« c…@usine.fr »: enough to recognise an address that one knows, not enough to collect it."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


def followers_in_words(count: int) -> str:
    return "personne" if not count else f"{count} personne{'s' * (count > 1)}"


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnlyAdmin):
    list_display = ["number", "address", "state", "frequency", "follow_count", "created_at"]
    list_filter = [StateFilter, "frequency"]
    search_fields = ["=email"]
    search_help_text = "Adresse entière : la liste n’en montre aucune."
    ordering = ["-created_at", "-pk"]
    actions = ["stop_sending"]
    fields = [
        "address",
        "state",
        "frequency",
        "wants",
        "zone",
        "follow_count",
        "created_at",
        "confirmed_at",
        "stopped_at",
    ]
    readonly_fields = ["address", "state", "wants", "follow_count"]

    def label_of(self, subscriber: Subscriber) -> str:
        return f"personne abonnée {subscriber.pk}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(total=Count("follows", filter=~Q(follows__confirmed_at=None)))

    @admin.display(description="personne abonnée", ordering="pk")
    def number(self, subscriber: Subscriber) -> str:
        return self.label_of(subscriber)

    @admin.display(description="adresse")
    def address(self, subscriber: Subscriber) -> str:
        return masked(subscriber.email)

    @admin.display(description="état")
    def state(self, subscriber: Subscriber) -> str:
        if subscriber.stopped_at:
            return f"arrêtée : {subscriber.get_stop_reason_display().lower()}"
        return "reçoit" if subscriber.confirmed_at else "adresse à confirmer"

    @admin.display(description="suivis", ordering="total")
    def follow_count(self, subscriber: Subscriber) -> int:
        return subscriber.total

    @admin.display(description="veut savoir")
    def wants(self, subscriber: Subscriber) -> str:
        return ", ".join(NewsKind(kind).label for kind in subscriber.kinds)

    def has_stop_permission(self, request: HttpRequest) -> bool:
        return can_stop_subscribers(request.user)

    @admin.action(description="Ne plus rien leur envoyer", permissions=["stop"])
    def stop_sending(self, request: HttpRequest, queryset: QuerySet) -> None:
        at = timezone.now()
        stopped = [
            subscriber
            for subscriber in queryset.order_by("pk")
            if stop(subscriber_id=subscriber.pk, reason=StopReason.UNSUBSCRIBED, at=at)
        ]
        for subscriber in stopped:
            self.log_change(request, subscriber, "Envois arrêtés.")
        plural = "s" * (len(stopped) > 1)
        self.message_user(request, f"Envois arrêtés : {len(stopped)} personne{plural}.", messages.SUCCESS)
