"""Events (assemblies, seminars, meetings, webinars) with their agenda, speakers, documents and partners."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from simple_history.models import HistoricalRecords

from events.enums import DocumentKind, EventKind, EventState, Visibility
from events.files import check_document, check_recording
from funding.models.calls import check_zone
from territories import rich_text
from territories.models import Place
from territories.permissions import is_community_member, is_delegation

NO_PLACE = "Une place au moins ; pour n’en donner aucune, n’ouvrez pas les inscriptions."


class Series(models.Model):
    """A recurring event: the monthly seminar. Each edition is an Event of its own."""

    name = models.CharField("nom", max_length=200)
    slug = models.SlugField("nom dans l’adresse", max_length=200, unique=True)
    kind = models.CharField("nature", max_length=10, choices=EventKind)
    description = models.TextField("présentation", blank=True)
    rhythm = models.CharField("rythme", max_length=120, blank=True, help_text="« Chaque mois ».")
    organiser = models.CharField("organisé par", max_length=200, blank=True)
    url = models.URLField("page officielle", max_length=500, blank=True)
    call_for_testimonies = models.TextField("appel à témoignages", blank=True)
    is_running = models.BooleanField("a encore lieu", default=True)
    source = models.CharField("source", max_length=300, blank=True)

    RICH_FIELDS = frozenset({"description", "call_for_testimonies"})

    class Meta:
        verbose_name = "cycle de rencontres"
        verbose_name_plural = "cycles de rencontres"
        constraints = [models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="series_kind_is_known")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Its texts are shown as rich text: nothing else gets in, by whatever door."""
        for name in self.RICH_FIELDS:
            setattr(self, name, rich_text.sanitise(getattr(self, name)))
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("events:series", kwargs={"slug": self.slug})


class EventQuerySet(models.QuerySet):
    def public(self):
        """Events whose page exists for those who may see them: no draft."""
        return self.filter(state__in=EventState.public)

    def upcoming(self, at):
        """Published and not over at instant `at`."""
        return self.filter(state=EventState.PUBLISHED, ends_at__gte=at)

    def past(self, at):
        """Over at instant `at`, and not cancelled."""
        return self.filter(Q(state=EventState.FINISHED) | Q(state=EventState.PUBLISHED, ends_at__lt=at))

    def visible_to(self, user, today):
        """Events that `user` may open on day `today`. Invitations are checked apart (`events.permissions`)."""
        if is_delegation(user):
            return self
        if is_community_member(user, today):
            return self.public()
        return self.public().exclude(visibility=Visibility.COMMUNITY)


class Event(models.Model):
    """One meeting. Instants are aware, lived in `zone`. `calendar_sequence` grows when what a calendar shows changes.

    `access_url` opens the meeting: only for registered people, once the doors are open. `recording_code` opens the
    recording. `attendance` says how many came in the words of the source, when nobody was counted on the portal.
    """

    slug = models.SlugField("nom dans l’adresse", max_length=200, unique=True)
    title = models.CharField("titre", max_length=250)
    kind = models.CharField("nature", max_length=10, choices=EventKind)
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, null=True, blank=True, related_name="events", verbose_name="cycle"
    )
    summary = models.CharField("en une phrase", max_length=300, blank=True)
    description = models.TextField("présentation", blank=True)
    state = models.CharField("état", max_length=10, choices=EventState, default=EventState.DRAFT)
    visibility = models.CharField("ouvert à", max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    starts_at = models.DateTimeField("commence le")
    ends_at = models.DateTimeField("finit le")
    zone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris", validators=[check_zone])
    place = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name="région ou territoire concerné",
    )
    venue = models.CharField("adresse du lieu", max_length=300, blank=True)
    is_online = models.BooleanField("à distance", default=True)
    access_url = models.URLField("lien d’accès", max_length=1000, blank=True)
    doors_open_minutes = models.PositiveSmallIntegerField("portes ouvertes avant (minutes)", default=30)
    moderator = models.CharField("animé par", max_length=200, blank=True)
    takes_registrations = models.BooleanField("inscription sur le portail", default=True)
    capacity = models.PositiveIntegerField(
        "places", null=True, blank=True, help_text="Vide : sans limite.", validators=[MinValueValidator(1, NO_PLACE)]
    )
    registration_closes_at = models.DateTimeField("inscriptions closes le", null=True, blank=True)
    cancelled_because = models.CharField("annulé parce que", max_length=300, blank=True)
    attendance = models.CharField("participation constatée", max_length=300, blank=True)
    recording_url = models.URLField("adresse de l’enregistrement", max_length=1000, blank=True)
    recording_file = models.FileField(
        "fichier de l’enregistrement",
        upload_to="recordings/",
        max_length=300,
        blank=True,
        validators=[check_recording],
        help_text="MP4, WebM ou MP3.",
    )
    recording_code = models.CharField("code d’accès à l’enregistrement", max_length=60, blank=True)
    recording_secret = models.CharField("secret du lien partagé", max_length=43, blank=True, editable=False)
    recording_starts = models.PositiveIntegerField("l’enregistrement commence à (s)", null=True, blank=True)
    recording_ends = models.PositiveIntegerField("l’enregistrement finit à (s)", null=True, blank=True)
    transcript = models.TextField("transcription", blank=True)
    source = models.CharField("source", max_length=300, blank=True)
    calendar_sequence = models.PositiveIntegerField("révision du calendrier", default=0, editable=False)
    version = models.PositiveIntegerField("version", default=1, editable=False)
    updated_at = models.DateTimeField("modifié le", null=True, blank=True, editable=False)

    objects = EventQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="version antérieure")

    class Meta:
        verbose_name = "rencontre"
        verbose_name_plural = "rencontres"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=EventState.values), name="event_state_is_known"),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="event_visibility_is_known"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_it_starts",
                violation_error_message="La rencontre finit avant de commencer.",
            ),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1),
                name="event_capacity_is_at_least_one",
                violation_error_message=NO_PLACE,
            ),
            models.CheckConstraint(
                condition=Q(recording_ends=None)
                | Q(recording_starts=None)
                | Q(recording_ends__gt=F("recording_starts")),
                name="event_recording_ends_after_it_starts",
                violation_error_message="La fin de l’enregistrement précède son début.",
            ),
        ]
        indexes = [
            models.Index(F("state"), F("starts_at"), name="event_calendar"),
            models.Index(F("place"), F("starts_at"), name="event_place"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:event", kwargs={"slug": self.slug})

    @property
    def local_start(self) -> datetime:
        """When it starts, on the clock of where it takes place."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))


class Sequence(models.Model):
    """One item of the agenda, in order. `chapter_at` is where it begins in the recording, in seconds."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sequences", verbose_name="rencontre")
    position = models.PositiveSmallIntegerField("rang", default=0)
    title = models.CharField("titre", max_length=250)
    minutes = models.PositiveSmallIntegerField("durée (minutes)", null=True, blank=True)
    text = models.TextField("ce qui s’y dit", blank=True)
    chapter_at = models.PositiveIntegerField("chapitre à (s)", null=True, blank=True)

    class Meta:
        verbose_name = "séquence"
        verbose_name_plural = "séquences"
        indexes = [models.Index(F("event"), F("position"), name="sequence_agenda")]

    def __str__(self) -> str:
        return self.title


class Speaker(models.Model):
    """A person who speaks, with their role and organisation at that date."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="speakers", verbose_name="rencontre")
    sequence = models.ForeignKey(
        Sequence, on_delete=models.SET_NULL, null=True, blank=True, related_name="speakers", verbose_name="séquence"
    )
    position = models.PositiveSmallIntegerField("rang", default=0)
    name = models.CharField("nom", max_length=160)
    role = models.CharField("fonction à cette date", max_length=250, blank=True)
    organisation = models.CharField("organisme à cette date", max_length=200, blank=True)
    text = models.TextField("propos", blank=True)

    class Meta:
        verbose_name = "intervention"
        verbose_name_plural = "interventions"
        indexes = [models.Index(F("event"), F("position"), name="speaker_order")]

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A document or a link of an event: an address or a file."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="documents", verbose_name="rencontre")
    position = models.PositiveSmallIntegerField("rang", default=0)
    kind = models.CharField("nature", max_length=10, choices=DocumentKind, default=DocumentKind.DOCUMENT)
    label = models.CharField("intitulé", max_length=250)
    url = models.URLField("adresse", max_length=1000, blank=True)
    file = models.FileField("fichier", upload_to="documents/", max_length=300, blank=True, validators=[check_document])
    remark = models.CharField("précision", max_length=300, blank=True, help_text="Auteur, date, ou pourquoi il manque.")

    class Meta:
        verbose_name = "document"
        verbose_name_plural = "documents"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="document_kind_is_known"),
        ]
        indexes = [models.Index(F("event"), F("position"), name="document_order")]

    def __str__(self) -> str:
        return self.label


class Partner(models.Model):
    """An organisation that holds the event with the délégation."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="partners", verbose_name="rencontre")
    position = models.PositiveSmallIntegerField("rang", default=0)
    name = models.CharField("nom", max_length=200)
    url = models.URLField("adresse", max_length=500, blank=True)

    class Meta:
        verbose_name = "partenaire"
        verbose_name_plural = "partenaires"
        constraints = [models.UniqueConstraint(F("event"), F("name"), name="partner_once_per_event")]

    def __str__(self) -> str:
        return self.name


class EventInvitation(models.Model):
    """An address invited to an event that is on invitation. `secret` makes the link."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="invitations", verbose_name="rencontre")
    email = models.EmailField("adresse électronique", max_length=254)
    secret = models.CharField("secret du lien", max_length=43, unique=True, editable=False)
    created_at = models.DateTimeField("invitation le")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="invitation par",
    )

    class Meta:
        verbose_name = "invitation à une rencontre"
        verbose_name_plural = "invitations aux rencontres"
        constraints = [
            models.UniqueConstraint(
                F("event"),
                Lower("email"),
                name="event_invitation_once_per_address",
                violation_error_message="Cette adresse est déjà invitée.",
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk} à la rencontre {self.event_id}"


class EventChange(models.Model):
    """What changed in a published event, told to those who registered: once each, by the key (event, revision).

    `lines` is a list of {label, before, after}, in French. `told_at` is set once every message is in the outbox.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="changes", verbose_name="rencontre")
    revision = models.PositiveIntegerField("révision")
    is_cancelled = models.BooleanField("annulation", default=False)
    lines = models.JSONField("changements", default=list)
    created_at = models.DateTimeField("faite le")
    told_at = models.DateTimeField("annoncée le", null=True, blank=True)

    class Meta:
        verbose_name = "changement d’une rencontre"
        verbose_name_plural = "changements des rencontres"
        constraints = [models.UniqueConstraint(F("event"), F("revision"), name="event_change_once_per_revision")]
        indexes = [models.Index(F("created_at"), name="event_change_to_tell", condition=Q(told_at=None))]

    def __str__(self) -> str:
        return f"changement {self.revision} de la rencontre {self.event_id}"
