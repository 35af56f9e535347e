"""Where schemes and dates come from, what each reading said, and what waits for a person's word."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from funding.enums import LineOutcome, ProposalState, Rhythm, RunState, RunTrigger
from funding.models.schemes import Scheme


class SourceQuerySet(models.QuerySet):
    def due(self, at):
        """Sources that their schedule asks to read at instant `at`."""
        return self.filter(is_active=True, next_run_at__lte=at).exclude(rhythm=Rhythm.MANUAL)


class Source(models.Model):
    """A publication that is read again and again. `kind` names a class of `funding.sources.kinds`.

    `mapping` and `options` are that class's affair. The secret of a source is never here: `credential` names it among
    those of the environment (`SOURCE_CREDENTIALS`). `name` is what schemes carry in `source_name`: it does not change
    once a scheme bears it.
    """

    name = models.CharField("nom", max_length=200, unique=True)
    slug = models.SlugField("identifiant", max_length=60, unique=True)
    kind = models.SlugField("nature", max_length=40)
    url = models.URLField("adresse", max_length=1000, blank=True, help_text="Vide : le fichier est envoyé à la main.")
    credential = models.SlugField(
        "nom du secret", max_length=60, blank=True, help_text="Son nom dans l’environnement, jamais le secret lui-même."
    )
    licence = models.CharField("licence", max_length=120, blank=True)
    licence_url = models.URLField("texte de la licence", max_length=500, blank=True)
    attribution = models.CharField("mention de la source", max_length=300, blank=True)
    rhythm = models.CharField("rythme", max_length=10, choices=Rhythm, default=Rhythm.DAILY)
    mapping = models.JSONField("correspondance des colonnes", default=dict, blank=True)
    options = models.JSONField("réglages", default=dict, blank=True)
    publishes = models.BooleanField(
        "publie les nouveaux dispositifs complets",
        default=False,
        help_text="Sinon, ils attendent d’être validés par une personne.",
    )
    is_active = models.BooleanField("active", default=True)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)
    content_digest = models.CharField("empreinte du dernier contenu", max_length=64, blank=True, editable=False)
    last_count = models.PositiveIntegerField("lignes de la dernière lecture", null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField("dernière lecture réussie", null=True, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField("échecs de suite", default=0, editable=False)
    next_run_at = models.DateTimeField("prochaine lecture", null=True, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = "source"
        verbose_name_plural = "sources"
        constraints = [
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="source_rhythm_is_known"),
            models.CheckConstraint(
                condition=~Q(url="") | Q(rhythm=Rhythm.MANUAL),
                name="source_without_address_is_read_by_hand",
                violation_error_message="Sans adresse, une source ne se lit qu’à la demande.",
            ),
        ]
        indexes = [models.Index(F("next_run_at"), name="source_due", condition=Q(is_active=True))]

    def __str__(self) -> str:
        return self.name


class SyncRun(models.Model):
    """One reading of a source: what was found, what was written, what went wrong. `raw` is kept 30 days (gzip)."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="runs", verbose_name="source")
    trigger = models.CharField("lancée par", max_length=10, choices=RunTrigger)
    is_dry_run = models.BooleanField("à blanc", default=False)
    state = models.CharField("état", max_length=10, choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField("commencée le")
    ended_at = models.DateTimeField("finie le", null=True, blank=True)
    counts = models.JSONField("nombres", default=dict, blank=True)
    warnings = ArrayField(models.TextField(), verbose_name="avertissements", default=list, blank=True)
    error = models.TextField("erreur", blank=True)
    raw = models.BinaryField("réponse brute", null=True, blank=True, editable=False)
    raw_name = models.CharField("nom du contenu", max_length=200, blank=True)
    raw_type = models.CharField("nature du contenu", max_length=120, blank=True)
    raw_size = models.PositiveBigIntegerField("taille (octets)", null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="demandée par",
    )

    class Meta:
        verbose_name = "lecture de source"
        verbose_name_plural = "lectures de sources"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="sync_run_state_is_known"),
            models.CheckConstraint(condition=Q(trigger__in=RunTrigger.values), name="sync_run_trigger_is_known"),
            models.CheckConstraint(
                condition=Q(state=RunState.RUNNING, ended_at=None)
                | (~Q(state=RunState.RUNNING) & Q(ended_at__isnull=False)),
                name="sync_run_ends_with_its_instant",
            ),
            models.UniqueConstraint(
                F("source"), condition=Q(state=RunState.RUNNING), name="sync_run_is_alone_for_its_source"
            ),
        ]
        indexes = [models.Index(F("source"), F("started_at").desc(), name="sync_run_newest")]

    def __str__(self) -> str:
        return f"lecture {self.pk} de la source {self.source_id}"

    @property
    def duration(self):
        """How long it lasted, None while it runs."""
        return self.ended_at and self.ended_at - self.started_at


class SyncLine(models.Model):
    """One entry of an answer that was not simply unchanged: what became of it and why."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="lines", verbose_name="lecture")
    position = models.PositiveIntegerField("rang")
    outcome = models.CharField("suite", max_length=12, choices=LineOutcome)
    key = models.CharField("identifiant chez la source", max_length=200, blank=True)
    title = models.CharField("titre", max_length=300, blank=True)
    scheme = models.ForeignKey(
        Scheme, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="dispositif"
    )
    fields = models.JSONField("champs", default=list, blank=True, help_text="Liste de {name, label, before, after}.")
    remarks = ArrayField(models.TextField(), verbose_name="remarques", default=list, blank=True)

    class Meta:
        verbose_name = "ligne d’une lecture"
        verbose_name_plural = "lignes d’une lecture"
        constraints = [
            models.UniqueConstraint(F("run"), F("position"), name="sync_line_has_its_place"),
            models.CheckConstraint(condition=Q(outcome__in=LineOutcome.values), name="sync_line_outcome_is_known"),
        ]

    def __str__(self) -> str:
        return f"ligne {self.position} de la lecture {self.run_id}"


class Proposal(models.Model):
    """What a source says of a field that only a person may write. `payload` is what accepting it writes.

    `basis_digest` is the fingerprint of what the scheme said when `before` was told: when it says something else since,
    the proposal is shown again before it can be accepted.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="proposals", verbose_name="source")
    run = models.ForeignKey(
        SyncRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals", verbose_name="lecture"
    )
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="proposals", verbose_name="dispositif")
    field = models.CharField("champ", max_length=40)
    reason = models.CharField("pourquoi une personne décide", max_length=200)
    before = models.TextField("aujourd’hui", blank=True)
    after = models.TextField("proposé", blank=True)
    payload = models.JSONField("valeur proposée")
    payload_digest = models.CharField("empreinte de la valeur", max_length=64)
    basis_digest = models.CharField("empreinte de la valeur d’aujourd’hui", max_length=64)
    state = models.CharField("état", max_length=12, choices=ProposalState, default=ProposalState.PENDING)
    created_at = models.DateTimeField("proposée le")
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidée par",
    )

    class Meta:
        verbose_name = "proposition d’une source"
        verbose_name_plural = "propositions des sources"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=ProposalState.PENDING, decided_at=None)
                | (~Q(state=ProposalState.PENDING) & Q(decided_at__isnull=False)),
                name="proposal_decision_has_its_instant",
            ),
            models.UniqueConstraint(
                F("source"),
                F("scheme"),
                F("field"),
                condition=Q(state=ProposalState.PENDING),
                name="proposal_waits_once_per_field",
            ),
        ]
        indexes = [
            models.Index(F("state"), F("created_at"), name="proposal_pending"),
            models.Index(F("scheme"), F("field"), F("payload_digest"), name="proposal_said_before"),
        ]

    def __str__(self) -> str:
        return f"proposition {self.pk} pour le dispositif {self.scheme_id}"
