"""The délégation's home: what happened lately, what needs a hand, where to go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Count, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from events.enums import Moderation
from events.models import Event, Question, Testimony
from events.permissions import may_organise
from events.presenters.moments import period_in_words
from funding.enums import ContestState, EditorialState, LinkState
from funding.models import Contest, LinkProbe, Round, Scheme
from funding.sync.reports import ill_count, waiting_count
from territories.changes import Change, in_words, recent_changes
from territories.contacts import waiting_for_confirmation
from territories.models import Invitation, ListEdition
from ti_portal.core.enums import MessageState
from ti_portal.core.job_reports import job_reports
from ti_portal.core.models import OutboxMessage

SOON = timedelta(days=30)
SHOWN_CHANGES = 8
SHOWN_ENTRIES = 8
LATE = timedelta(minutes=10)
CONSOLES_BEFORE = timedelta(days=14)
CONSOLES_SHOWN = 4


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
    """Everything on the page, within the rights of `user`: seventeen queries at most, whatever the amount of data."""
    outbox = OutboxMessage.objects.aggregate(
        failed=Count("pk", filter=Q(state=MessageState.FAILED)),
        late=Count("pk", filter=Q(state=MessageState.QUEUED, next_attempt_at__lt=at - LATE)),
        sent=Count("pk", filter=Q(state=MessageState.SENT, sent_at__gte=at - timedelta(days=7))),
    )
    entries = LogEntry.objects.select_related("user", "content_type").order_by("-action_time", "-pk")
    return Dashboard(
        alerts=_alerts(outbox, at),
        shortcuts=_shortcuts(user, at),
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
        url = f"{reverse('admin:territories_mandate_changelist')}?en_vigueur=oui&coordonnees=attendues"
        alerts.append(Alert(f"{text} à donner ou à confirmer", url, is_grave=False))
    ill = sum(not report.is_well(at) for report in job_reports())
    if ill:
        text = _counted(ill, "travail de fond", "travaux de fond")
        alerts.append(Alert(f"{text} en retard ou en échec", reverse("admin:core_jobrun_state"), is_grave=True))
    return alerts + _funding_alerts(at) + _event_alerts()


def _funding_alerts(at: datetime) -> list[Alert]:
    """Schemes that wait for a second reader, verdicts and proposals that wait for an answer, sources and pages that do
    not answer, rounds that close soon.
    """
    alerts = []
    waiting = Scheme.objects.filter(state=EditorialState.TO_VALIDATE).count()
    if waiting:
        url = f"{reverse('admin:funding_scheme_changelist')}?state__exact={EditorialState.TO_VALIDATE}"
        alerts.append(Alert(_counted(waiting, "dispositif à valider", "dispositifs à valider"), url, is_grave=False))
    contested = Contest.objects.filter(state=ContestState.OPEN).count()
    if contested:
        url = f"{reverse('admin:funding_contest_changelist')}?state__exact={ContestState.OPEN}"
        text = _counted(contested, "verdict contesté attend", "verdicts contestés attendent")
        alerts.append(Alert(f"{text} une réponse", url, is_grave=False))
    ill = ill_count()
    if ill:
        text = _counted(ill, "source mal lue", "sources mal lues")
        url = reverse("admin:funding_source_changelist")
        alerts.append(Alert(f"{text} : rien n’en est fermé", url, is_grave=True))
    proposed = waiting_count()
    if proposed:
        text = _counted(proposed, "proposition d’une source attend", "propositions de sources attendent")
        alerts.append(Alert(f"{text} une décision", reverse("admin:funding_proposal_changelist"), is_grave=False))
    dead = LinkProbe.objects.filter(state=LinkState.DEAD).count()
    if dead:
        text = _counted(dead, "page publiée ne répond plus", "pages publiées ne répondent plus")
        alerts.append(Alert(text, reverse("admin:funding_linkprobe_changelist"), is_grave=False))
    closing = Round.objects.filter(
        call__scheme__state=EditorialState.PUBLISHED, closes_at__gte=at, closes_at__lte=at + SOON
    ).count()
    if closing:
        url = f"{reverse('admin:funding_round_changelist')}?cloture=30j"
        text = _counted(closing, "relève ferme", "relèves ferment")
        alerts.append(Alert(f"{text} dans les trente jours", url, is_grave=False))
    return alerts


def _event_alerts() -> list[Alert]:
    """What people asked and told and nobody has read yet."""
    alerts = []
    unread = {"moderation": Moderation.QUEUED, "is_rehearsal": False}
    rows = [
        model.objects.filter(**unread).order_by().values(kind=Value(name)).annotate(number=Count("pk"))
        for name, model in (("asked", Question), ("told", Testimony))
    ]
    counts = {row["kind"]: row["number"] for row in rows[0].union(rows[1], all=True)}
    questions, testimonies = counts.get("asked", 0), counts.get("told", 0)
    if questions:
        url = f"{reverse('admin:events_question_changelist')}?moderation__exact={Moderation.QUEUED}"
        alerts.append(Alert(_counted(questions, "question à relire", "questions à relire"), url, is_grave=False))
    if testimonies:
        url = f"{reverse('admin:events_testimony_changelist')}?moderation__exact={Moderation.QUEUED}"
        text = _counted(testimonies, "témoignage à relire", "témoignages à relire")
        alerts.append(Alert(text, url, is_grave=False))
    return alerts


def _consoles(at: datetime) -> list[Shortcut]:
    """The rooms of events that are on, or come soon."""
    events = Event.objects.upcoming(at).filter(starts_at__lte=at + CONSOLES_BEFORE).defer("transcript", "description")
    return [
        Shortcut(
            f"Console : {event.title}",
            capfirst(period_in_words(event.starts_at, event.ends_at, event.zone)),
            reverse("events:console", kwargs={"slug": event.slug}),
        )
        for event in events.order_by("starts_at", "pk")[:CONSOLES_SHOWN]
    ]


def _shortcuts(user, at: datetime) -> list[Shortcut]:
    shortcuts = _consoles(at) if may_organise(user) else []
    if user.has_perm("territories.add_listedition"):
        shortcuts.append(
            Shortcut(
                "Importer une nouvelle liste",
                "Aperçu des territoires et des membres qui changent, puis application.",
                reverse("admin:territories_listedition_import"),
            )
        )
    if user.has_perm("funding.add_scheme"):
        shortcuts.append(
            Shortcut(
                "Écrire un dispositif",
                "Brouillon, essai sur des profils, validation, publication.",
                reverse("admin:funding_scheme_add"),
            )
        )
    if user.has_perm("events.add_event"):
        shortcuts.append(
            Shortcut(
                "Préparer une rencontre",
                "Programme, sondages, inscriptions, compte rendu.",
                reverse("admin:events_event_add"),
            )
        )
    shortcuts += [
        Shortcut(
            "Inviter une personne", "Invitations envoyées, à renvoyer ou à retirer.", reverse("territories:invitations")
        ),
        Shortcut(
            "Travaux de fond", "Ce que le portail fait de lui-même, et comment.", reverse("admin:core_jobrun_state")
        ),
        Shortcut("Derniers changements", "Pages des territoires et mandats.", reverse("territories:recent_changes")),
        Shortcut("Annuaire", "Qui agit pour quel territoire, et l’export.", reverse("territories:directory")),
    ]
    return shortcuts


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number < 2 else many}"
