"""What people ask and tell: questions with their official answers, upvotes, testimonies."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from events.enums import AnswerState, EventState, Moderation, Visibility
from events.models.events import Event, Sequence
from events.models.registrations import Registration
from funding.models import Scheme
from territories.models import Territory


class Question(models.Model):
    """A question to the organisers. Shown once accepted; its answer is official and has an author."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="questions", verbose_name="rencontre")
    position = models.PositiveSmallIntegerField("rang", default=0)
    text = models.TextField("question", max_length=1000)
    registration = models.ForeignKey(
        Registration, on_delete=models.SET_NULL, null=True, blank=True, related_name="questions", editable=False
    )
    author = models.CharField("posée par", max_length=200, blank=True, help_text="Vide : sans nom.")
    moderation = models.CharField("modération", max_length=10, choices=Moderation, default=Moderation.QUEUED)
    answer_state = models.CharField("réponse", max_length=10, choices=AnswerState, default=AnswerState.NONE)
    answer = models.TextField("réponse officielle", blank=True)
    answered_by = models.CharField("réponse de", max_length=200, blank=True)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    schemes = models.ManyToManyField(
        Scheme, blank=True, related_name="questions", verbose_name="dispositifs dont parle la réponse"
    )
    theme = models.CharField("thème", max_length=80, blank=True)
    in_faq = models.BooleanField("dans la foire aux questions", default=False)
    review_on = models.DateField("à relire le", null=True, blank=True)
    is_rehearsal = models.BooleanField("de répétition", default=False, editable=False)
    asked_at = models.DateTimeField("posée le", null=True, blank=True)

    history = HistoricalRecords(verbose_name="version antérieure")

    class Meta:
        verbose_name = "question"
        verbose_name_plural = "questions"
        constraints = [
            models.CheckConstraint(condition=Q(moderation__in=Moderation.values), name="question_moderation_is_known"),
            models.CheckConstraint(condition=Q(answer_state__in=AnswerState.values), name="question_answer_is_known"),
            models.CheckConstraint(
                condition=~Q(in_faq=True) | ~Q(answer=""),
                name="question_of_the_faq_has_an_answer",
                violation_error_message="La foire aux questions ne publie que des questions répondues.",
            ),
        ]
        indexes = [models.Index(F("event"), F("moderation"), name="question_queue")]

    def __str__(self) -> str:
        return f"question {self.pk}"


class AnswerLink(models.Model):
    """An address that an answer gives."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="links", verbose_name="question")
    position = models.PositiveSmallIntegerField("rang", default=0)
    label = models.CharField("libellé", max_length=200)
    url = models.URLField("adresse", max_length=1000)

    class Meta:
        verbose_name = "lien d’une réponse"
        verbose_name_plural = "liens des réponses"
        constraints = [models.UniqueConstraint(F("question"), F("url"), name="answer_link_is_unique")]

    def __str__(self) -> str:
        return self.label


class Upvote(models.Model):
    """One voice for a question. `voter_key` as for polls."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="upvotes")
    voter_key = models.CharField(max_length=64)

    class Meta:
        verbose_name = "voix pour une question"
        verbose_name_plural = "voix pour les questions"
        constraints = [models.UniqueConstraint(F("question"), F("voter_key"), name="upvote_once")]

    def __str__(self) -> str:
        return "une voix"


class TestimonyQuerySet(models.QuerySet):
    def practices(self):
        """Good practices that everybody may read, told at meetings that everybody may see."""
        return self.filter(
            moderation=Moderation.ACCEPTED,
            is_practice=True,
            is_rehearsal=False,
            event__state__in=(EventState.PUBLISHED, EventState.FINISHED),
            event__visibility=Visibility.PUBLIC,
        )


class Testimony(models.Model):
    """What a territory tells of its practice; shown on its page once accepted."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="testimonies", verbose_name="rencontre")
    sequence = models.ForeignKey(
        Sequence, on_delete=models.SET_NULL, null=True, blank=True, related_name="testimonies", verbose_name="séquence"
    )
    position = models.PositiveSmallIntegerField("rang", default=0)
    title = models.CharField("titre", max_length=200, blank=True)
    text = models.TextField("témoignage", max_length=4000)
    territory = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="testimonies",
        verbose_name="territoire",
    )
    topic = models.CharField("sujet", max_length=80, blank=True)
    author = models.CharField("qui témoigne", max_length=200, blank=True)
    organisations = models.CharField("entreprises et organismes cités", max_length=300, blank=True)
    registration = models.ForeignKey(
        Registration, on_delete=models.SET_NULL, null=True, blank=True, related_name="testimonies", editable=False
    )
    is_practice = models.BooleanField("bonne pratique", default=True)
    moderation = models.CharField("modération", max_length=10, choices=Moderation, default=Moderation.QUEUED)
    is_rehearsal = models.BooleanField("de répétition", default=False, editable=False)
    told_at = models.DateTimeField("reçu le", null=True, blank=True)

    objects = TestimonyQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="version antérieure")

    class Meta:
        verbose_name = "témoignage"
        verbose_name_plural = "témoignages"
        constraints = [
            models.CheckConstraint(condition=Q(moderation__in=Moderation.values), name="testimony_moderation_is_known"),
        ]
        indexes = [
            models.Index(F("event"), F("moderation"), name="testimony_queue"),
            models.Index(F("territory"), name="testimony_territory"),
        ]

    def __str__(self) -> str:
        return f"témoignage {self.pk}"
