"""What is known of the addresses that schemes, calls and resources publish: do they still answer?"""

from django.db import models
from django.db.models import F, Q

from funding.enums import LinkState


class LinkProbe(models.Model):
    """One published address, whatever the number of rows that carry it. Rules in `funding.links.judging`.

    `first_failed_on` is the first day of the failures in a row. Dead means: failed on two days at least.
    """

    url = models.CharField("adresse", max_length=1000, unique=True)
    state = models.CharField("état", max_length=8, choices=LinkState, default=LinkState.NEW)
    first_failed_on = models.DateField("sans réponse depuis", null=True, blank=True)
    last_failed_on = models.DateField("dernier essai sans réponse", null=True, blank=True)
    checked_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    next_at = models.DateTimeField("prochaine vérification")
    reason = models.CharField("raison", max_length=30, blank=True)
    status = models.PositiveSmallIntegerField("réponse du serveur", null=True, blank=True)

    class Meta:
        verbose_name = "adresse vérifiée"
        verbose_name_plural = "adresses vérifiées"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LinkState.values), name="link_probe_state_is_known"),
            models.CheckConstraint(
                condition=(
                    Q(state__in=LinkState.silent, first_failed_on__isnull=False, last_failed_on__isnull=False)
                    | (~Q(state__in=LinkState.silent) & Q(first_failed_on=None, last_failed_on=None))
                ),
                name="link_probe_failures_have_their_days",
            ),
            models.CheckConstraint(
                condition=~Q(state=LinkState.DEAD) | Q(last_failed_on__gt=F("first_failed_on")),
                name="link_probe_is_dead_after_two_days",
            ),
        ]
        indexes = [models.Index(F("next_at"), F("id"), name="link_probe_due")]

    def __str__(self) -> str:
        return f"adresse vérifiée {self.pk}"
