"""Tables without a domain word: the outbox."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ti_portal.core.enums import MessageState


class OutboxMessageQuerySet(models.QuerySet):
    def queued(self):
        return self.filter(state=MessageState.QUEUED)

    def due(self, at):
        """Messages to hand over at instant `at`: new ones, and those whose retry time has come."""
        return self.queued().filter(next_attempt_at__lte=at)


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
