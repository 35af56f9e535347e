"""Reports: what an event leaves to read, frozen and numbered once published."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from events.models.events import Event


class ReportText(models.Model):
    """Words that the organiser adds between the blocks of a report. `after` names the block they follow."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="report_texts", verbose_name="rencontre")
    after = models.SlugField("après le bloc", max_length=40)
    position = models.PositiveSmallIntegerField("rang", default=0)
    title = models.CharField("titre", max_length=200, blank=True)
    text = models.TextField("texte")

    class Meta:
        verbose_name = "texte du compte rendu"
        verbose_name_plural = "textes du compte rendu"
        indexes = [models.Index(F("event"), F("after"), F("position"), name="report_text_order")]

    def __str__(self) -> str:
        return f"texte {self.pk} du compte rendu"


class Report(models.Model):
    """A published version: `content` is everything it says, in plain JSON; it is never changed."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="reports", verbose_name="rencontre")
    number = models.PositiveSmallIntegerField("version")
    content = models.JSONField("contenu figé")
    published_at = models.DateTimeField("publiée le")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="publiée par",
    )
    reason = models.CharField("ce qui change", max_length=300, blank=True)

    class Meta:
        verbose_name = "compte rendu"
        verbose_name_plural = "comptes rendus"
        constraints = [
            models.UniqueConstraint(F("event"), F("number"), name="report_number_is_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="report_numbers_start_at_one"),
        ]

    def __str__(self) -> str:
        return f"compte rendu {self.event_id}, version {self.number}"
