"""Kept checks: what someone asked, what was answered, by which rules, when; and what they contest."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from funding.enums import ContestState
from funding.models.schemes import Scheme


class KeptCheck(models.Model):
    """The answers given to the check and the verdicts of that day, under a link that cannot be guessed.

    `facts` is a Situation in plain JSON; `verdicts` maps a scheme's slug to its verdict in plain JSON. Nothing in it
    names a person. `as_of` is the instant the check was made for, which the date switch may put in the past.
    """

    token = models.CharField("secret du lien", max_length=43, unique=True)
    facts = models.JSONField("réponses")
    verdicts = models.JSONField("verdicts")
    as_of = models.DateTimeField("verdicts au")
    rules_version = models.CharField("version des règles", max_length=40)
    data_version = models.PositiveBigIntegerField("version des dispositifs")
    created_at = models.DateTimeField("fait le")

    class Meta:
        verbose_name = "test d’éligibilité gardé"
        verbose_name_plural = "tests d’éligibilité gardés"
        indexes = [models.Index(F("created_at"), name="kept_check_created")]

    def __str__(self) -> str:
        return f"test {self.pk}"


class Contest(models.Model):
    """« Ce verdict me semble faux » : said to the délégation, answered by a person."""

    kept_check = models.ForeignKey(KeptCheck, on_delete=models.CASCADE, related_name="contests", verbose_name="test")
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="contests", verbose_name="dispositif")
    text = models.TextField("pourquoi", max_length=4000)
    reply_to = models.EmailField("répondre à", max_length=254, blank=True)
    state = models.CharField("état", max_length=10, choices=ContestState, default=ContestState.OPEN)
    answer = models.TextField("réponse", blank=True)
    created_at = models.DateTimeField("reçue le")
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="répondue par",
    )

    class Meta:
        verbose_name = "contestation"
        verbose_name_plural = "contestations"
        constraints = [
            models.UniqueConstraint(
                F("kept_check"),
                F("scheme"),
                name="contest_once_per_verdict",
                violation_error_message="Ce verdict est déjà contesté.",
            ),
            models.CheckConstraint(
                condition=Q(state=ContestState.OPEN, answered_at=None)
                | (~Q(state=ContestState.OPEN) & Q(answered_at__isnull=False)),
                name="contest_answer_has_its_instant",
            ),
        ]
        indexes = [models.Index(F("state"), F("created_at"), name="contest_open")]

    def __str__(self) -> str:
        return f"contestation {self.pk}"
