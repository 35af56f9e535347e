"""Polls: who answered, and what was answered, kept so that the two cannot be joined (docs/adr, « ballots »)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from events.enums import PollKind, PollState
from events.models.events import Event, Sequence
from ti_portal.core.text import fold


class Poll(models.Model):
    """A question to the room. Once closed, `results` holds the frozen counts, which alone are shown.

    `results`: {"respondents": int, "options": [{"label", "votes", "percent"}], "texts": [str]}; percents are whole,
    from one rounding rule; a poll known only by its percentages has "votes": null.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="polls", verbose_name="rencontre")
    sequence = models.ForeignKey(
        Sequence, on_delete=models.SET_NULL, null=True, blank=True, related_name="polls", verbose_name="séquence"
    )
    position = models.PositiveSmallIntegerField("rang", default=0)
    question = models.CharField("question", max_length=300)
    kind = models.CharField("nature", max_length=10, choices=PollKind, default=PollKind.SINGLE)
    state = models.CharField("état", max_length=10, choices=PollState, default=PollState.DRAFT)
    hides_results = models.BooleanField("résultats cachés jusqu’à la fermeture", default=True)
    scale_low = models.SmallIntegerField("bas de l’échelle", null=True, blank=True)
    scale_high = models.SmallIntegerField("haut de l’échelle", null=True, blank=True)
    is_rehearsal = models.BooleanField("de répétition", default=False, editable=False)
    opened_at = models.DateTimeField("ouvert le", null=True, blank=True)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    results = models.JSONField("résultats figés", null=True, blank=True, editable=False)
    source = models.CharField("source", max_length=300, blank=True)

    class Meta:
        verbose_name = "sondage"
        verbose_name_plural = "sondages"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PollKind.values), name="poll_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=PollState.values), name="poll_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=("closed", "published")) | Q(results__isnull=False),
                name="poll_closed_has_its_results",
            ),
            models.CheckConstraint(
                condition=Q(kind="scale", scale_low__isnull=False, scale_high__gt=F("scale_low"))
                | (~Q(kind="scale") & Q(scale_low=None, scale_high=None)),
                name="poll_scale_has_two_ends",
                violation_error_message="Une échelle a un bas et un haut.",
            ),
            # One question at a time: the room looks at one poll.
            models.UniqueConstraint(F("event"), condition=Q(state="open"), name="poll_open_alone"),
        ]
        indexes = [models.Index(F("event"), F("position"), name="poll_order")]

    def __str__(self) -> str:
        return self.question


class PollOption(models.Model):
    """One answer that can be chosen."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options", verbose_name="sondage")
    position = models.PositiveSmallIntegerField("rang", default=0)
    label = models.CharField("réponse", max_length=200)

    class Meta:
        verbose_name = "réponse possible"
        verbose_name_plural = "réponses possibles"
        constraints = [models.UniqueConstraint(F("poll"), F("position"), name="option_has_its_place")]

    def __str__(self) -> str:
        return self.label


class Participation(models.Model):
    """That someone answered a poll. `voter_key` is made with the server's secret: nothing here names a person."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="participations")
    voter_key = models.CharField(max_length=64)

    class Meta:
        verbose_name = "participation à un sondage"
        verbose_name_plural = "participations aux sondages"
        constraints = [models.UniqueConstraint(F("poll"), F("voter_key"), name="participation_once")]

    def __str__(self) -> str:
        return "une participation"


class Ballot(models.Model):
    """What someone answered: no person, no instant, no serial number. `choices` are positions of options, or one
    number of the scale.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="ballots")
    choices = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    text = models.CharField(max_length=140, blank=True)
    is_hidden = models.BooleanField("texte écarté", default=False)

    class Meta:
        verbose_name = "bulletin"
        verbose_name_plural = "bulletins"

    def __str__(self) -> str:
        return "un bulletin"


class WithheldWord(models.Model):
    """A word that keeps a free answer from showing until the organiser decides. `folded` is what is compared."""

    word = models.CharField("mot ou expression", max_length=60)
    folded = models.CharField("forme comparée", max_length=120, editable=False)

    class Meta:
        verbose_name = "mot retenu"
        verbose_name_plural = "mots retenus"
        constraints = [
            models.UniqueConstraint(
                F("folded"), name="withheld_word_once", violation_error_message="Ce mot est déjà dans la liste."
            ),
            models.CheckConstraint(
                condition=~Q(folded=""),
                name="withheld_word_says_something",
                violation_error_message="Écrivez au moins une lettre ou un chiffre.",
            ),
        ]

    def __str__(self) -> str:
        return self.word

    def clean(self) -> None:
        self.folded = fold(self.word)
        # A form leaves out the column that it does not show, and the constraints on it: said here, at the word.
        if not self.folded:
            raise ValidationError({"word": "Écrivez au moins une lettre ou un chiffre."})
        if WithheldWord.objects.filter(folded=self.folded).exclude(pk=self.pk).exists():
            raise ValidationError({"word": "Ce mot est déjà dans la liste."})
