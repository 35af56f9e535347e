"""The délégation's home: what happened lately, what needs a hand, where to go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from territories.changes import Change, in_words, recent_changes
from territories.contacts import waiting_for_confirmation
from territories.models import Invitation, ListEdition
from ti_portal.core.enums import MessageState
from ti_portal.core.models import OutboxMessage

SHOWN_CHANGES = 8
SHOWN_ENTRIES = 8
LATE = timedelta(minutes=10)


@dataclass(frozen=True)
class Shortcut:
    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class Alert:
    """Something that waits for a person. `is_grave`: mails are lost meanwhile."""

    text: str
    url: str
    is_grave: bool


@dataclass(frozen=True)
class Dashboard:
    alerts: list[Alert]
    shortcuts: list[Shortcut]
    editions: list[ListEdition]
    changes: list[Change]
    entries: list[LogEntry]
    sent_this_week: int
    is_kept: bool


def dashboard(user, *, at: datetime) -> Dashboard:
    """Everything on the page, within the rights of `user`: nine queries at most, whatever the amount of data."""
    outbox = OutboxMessage.objects.aggregate(
        failed=Count("pk", filter=Q(state=MessageState.FAILED)),
        late=Count("pk", filter=Q(state=MessageState.QUEUED, next_attempt_at__lt=at - LATE)),
        sent=Count("pk", filter=Q(state=MessageState.SENT, sent_at__gte=at - timedelta(days=7))),
    )
    entries = LogEntry.objects.select_related("user", "content_type").order_by("-action_time", "-pk")
    return Dashboard(
        alerts=_alerts(outbox, at),
        shortcuts=_shortcuts(user),
        editions=list(ListEdition.objects.order_by("wave", "-as_of", "-pk").distinct("wave")),
        changes=[in_words(line) for line in recent_changes()[:SHOWN_CHANGES]],
        entries=list(entries[:SHOWN_ENTRIES]) if user.has_perm("admin.view_logentry") else [],
        sent_this_week=outbox["sent"],
        is_kept=settings.OUTBOX_TRANSPORT == "kept",
    )


def _alerts(outbox: dict[str, int], at: datetime) -> list[Alert]:
    alerts = []
    messages_url = reverse("admin:core_outboxmessage_changelist")
    if outbox["failed"]:
        text = _counted(outbox["failed"], "courriel abandonné", "courriels abandonnés")
        alerts.append(Alert(f"{text} après plusieurs essais", f"{messages_url}?etat=failed", is_grave=True))
    if outbox["late"]:
        text = _counted(outbox["late"], "courriel attend", "courriels attendent")
        alerts.append(Alert(f"{text} depuis plus de dix minutes", f"{messages_url}?etat=queued", is_grave=True))
    expired = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__lte=at).count()
    if expired:
        text = _counted(expired, "invitation restée sans réponse", "invitations restées sans réponse")
        alerts.append(Alert(text, reverse("territories:invitations"), is_grave=False))
    waiting = waiting_for_confirmation(timezone.localdate(at)).values("person").distinct().count()
    if waiting:
        text = _counted(waiting, "personne a des coordonnées", "personnes ont des coordonnées")
        url = f"{reverse('admin:territories_contactentry_changelist')}?confirmation=due"
        alerts.append(Alert(f"{text} à confirmer", url, is_grave=False))
    return alerts


def _shortcuts(user) -> list[Shortcut]:
    shortcuts = []
    if user.has_perm("territories.add_listedition"):
        shortcuts.append(
            Shortcut(
                "Importer une nouvelle liste",
                "Aperçu des territoires et des membres qui changent, puis application.",
                reverse("admin:territories_listedition_import"),
            )
        )
    shortcuts += [
        Shortcut(
            "Inviter une personne", "Invitations envoyées, à renvoyer ou à retirer.", reverse("territories:invitations")
        ),
        Shortcut("Modifications récentes", "Pages des territoires et mandats.", reverse("territories:recent_changes")),
        Shortcut("Annuaire", "Qui agit pour quel territoire, et l’export.", reverse("territories:directory")),
    ]
    return shortcuts


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number < 2 else many}"
