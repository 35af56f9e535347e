"""Tables without a domain word: the outbox, and the runs of background jobs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ti_portal.core.enums import JobState, MessageState


class OutboxMessageQuerySet(models.QuerySet):
    def queued(self):
        return self.filter(state=MessageState.QUEUED)

    def due(self, at):
        """Messages to hand over at instant `at`: new ones, and those whose retry time has come."""
        return self.queued().filter(next_attempt_at__lte=at)

    def settled(self):
        """Messages that left, or never will."""
        return self.filter(state__in=MessageState.settled)

    def empty(self) -> int:
        """Empty what tells to whom and about what; return how many were not empty yet. Rows stay by their key, which
        keeps the same fact from being sent again.
        """
        nothing = {"recipient": "", "subject": "", "text_body": "", "html_body": "", "headers": {}, "reply_to": []}
        return self.exclude(**nothing).update(**nothing)


class OutboxMessage(models.Model):
    """One e-mail to one recipient. `key` says what it is about, so that the same fact is written only once."""

    key = models.CharField("clé d’envoi", max_length=200, unique=True)
    state = models.CharField("état", max_length=10, choices=MessageState, default=MessageState.QUEUED)
    sender = models.CharField("expéditeur", max_length=320)
    recipient = models.EmailField("destinataire", max_length=254)
    reply_to = ArrayField(models.EmailField(max_length=254), verbose_name="répondre à", default=list, blank=True)
    subject = models.CharField("objet", max_length=400)
    text_body = models.TextField("texte")
    html_body = models.TextField("version mise en forme", blank=True)
    headers = models.JSONField("en-têtes", default=dict, blank=True)
    created_at = models.DateTimeField("écrit le")
    next_attempt_at = models.DateTimeField("prochain essai le")
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    last_error = models.CharField("dernière erreur", max_length=500, blank=True)

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        verbose_name_plural = "courriels"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="outbox_state_is_known"),
            models.CheckConstraint(
                condition=(Q(state=MessageState.SENT) & Q(sent_at__isnull=False))
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                name="outbox_sent_has_its_instant",
            ),
        ]
        indexes = [
            models.Index(F("next_attempt_at"), name="outbox_due", condition=Q(state="queued")),
            models.Index(F("created_at").desc(), name="outbox_newest"),
        ]

    def __str__(self) -> str:
        return f"courriel {self.key}"


class JobRun(models.Model):
    """One run of a background job. At most one of a name runs at a time, until its lease ends (see `core.jobs`)."""

    name = models.CharField("travail", max_length=100)
    state = models.CharField("état", max_length=10, choices=JobState, default=JobState.RUNNING)
    started_at = models.DateTimeField("commencé le")
    lease_until = models.DateTimeField("tenu jusqu’au")
    ended_at = models.DateTimeField("fini le", null=True, blank=True)
    counts = models.JSONField("nombres", default=dict, blank=True)
    error = models.CharField("erreur", max_length=500, blank=True)

    class Meta:
        verbose_name = "exécution d’un travail"
        verbose_name_plural = "exécutions des travaux"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_run_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, ended_at=None)
                | (~Q(state=JobState.RUNNING) & Q(ended_at__isnull=False)),
                name="job_run_ends_with_its_instant",
            ),
            models.UniqueConstraint(F("name"), condition=Q(state="running"), name="job_run_is_alone"),
        ]
        indexes = [models.Index(F("name"), F("started_at").desc(), name="job_run_newest")]

    def __str__(self) -> str:
        return f"exécution {self.pk} de {self.name}"
