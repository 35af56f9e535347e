"""Calls and their rounds. A call's status is computed in one place only: `funding.eligibility.calls`."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from funding.enums import CallKind
from funding.models.schemes import Scheme
from territories.models.places import PerimeterModel

# France's own zones; a deadline is an instant, and is said in the zone of the place it is for.
FRENCH_ZONES = [
    ("Europe/Paris", "Heure de Paris"),
    ("America/Guadeloupe", "Guadeloupe"),
    ("America/Martinique", "Martinique"),
    ("America/Cayenne", "Guyane"),
    ("Indian/Reunion", "La Réunion"),
    ("Indian/Mayotte", "Mayotte"),
    ("America/Miquelon", "Saint-Pierre-et-Miquelon"),
    ("Pacific/Noumea", "Nouvelle-Calédonie"),
    ("Pacific/Tahiti", "Polynésie française"),
    ("Pacific/Wallis", "Wallis-et-Futuna"),
]


def check_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("Ce fuseau horaire n’existe pas.")


class Call(PerimeterModel):
    """A call of a scheme. A regional variant (`variant_of`) hides the national call for its place, open or closed."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="calls", verbose_name="dispositif")
    variant_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="variants", verbose_name="variante de"
    )
    slug = models.SlugField("nom dans l’adresse", max_length=200)
    name = models.CharField("nom", max_length=250)
    kind = models.CharField("nature", max_length=10, choices=CallKind, default=CallKind.PROJECTS)
    text = models.TextField("présentation", blank=True)
    url = models.URLField("page officielle", max_length=1000, blank=True)
    url_dead_since = models.DateField("page sans réponse depuis", null=True, blank=True)
    is_permanent = models.BooleanField("ouvert en permanence", default=False)
    suspended_from = models.DateTimeField("suspendu depuis", null=True, blank=True)
    suspended_until = models.DateTimeField("suspendu jusqu’au", null=True, blank=True)
    exhausted_from = models.DateTimeField("enveloppe épuisée depuis", null=True, blank=True)

    history = HistoricalRecords(verbose_name="version antérieure")

    class Meta:
        verbose_name = "appel"
        verbose_name_plural = "appels"
        constraints = [
            models.UniqueConstraint(F("scheme"), F("slug"), name="call_slug_is_unique_in_its_scheme"),
            models.CheckConstraint(condition=Q(kind__in=CallKind.values), name="call_kind_is_known"),
            models.CheckConstraint(
                condition=Q(suspended_until=None) | Q(suspended_until__gt=F("suspended_from")),
                name="call_resumes_after_it_stops",
                violation_error_message="La reprise précède la suspension.",
            ),
            models.CheckConstraint(
                condition=Q(variant_of=None) | ~Q(included_codes=[]),
                name="call_variant_has_a_place",
                violation_error_message="Une variante régionale dit où elle s’applique.",
            ),
        ]
        indexes = [models.Index(F("scheme"), F("id"), name="call_scheme")]

    def __str__(self) -> str:
        return f"{self.name} ({self.scheme_id}/{self.slug})"

    def get_absolute_url(self) -> str:
        return reverse("funding:call", kwargs={"slug": self.scheme.slug, "call": self.slug})


class Round(models.Model):
    """A relève: from an instant to an instant. The closing day counts until its closing instant."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="rounds", verbose_name="appel")
    label = models.CharField("libellé", max_length=120, blank=True)
    opens_at = models.DateTimeField("ouvre le", null=True, blank=True)
    closes_at = models.DateTimeField("ferme le", null=True, blank=True)
    zone = models.CharField(
        "fuseau horaire", max_length=40, default="Europe/Paris", choices=FRENCH_ZONES, validators=[check_zone]
    )
    committee_on = models.DateField("comité le", null=True, blank=True)
    results_on = models.DateField("résultats le", null=True, blank=True)
    envelope = models.DecimalField("enveloppe (€)", max_digits=14, decimal_places=2, null=True, blank=True)
    exhausted_from = models.DateTimeField("enveloppe épuisée depuis", null=True, blank=True)
    announced_for = models.CharField(
        "annoncée pour", max_length=120, blank=True, help_text="Quand aucune date n’est connue : « début 2021 »."
    )
    remaining = models.DecimalField("reste (€)", max_digits=14, decimal_places=2, null=True, blank=True)

    history = HistoricalRecords(verbose_name="version antérieure")

    class Meta:
        verbose_name = "relève"
        verbose_name_plural = "relèves"
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="round_closes_after_it_opens",
                violation_error_message="La relève ferme avant d’ouvrir.",
            ),
            models.CheckConstraint(
                condition=~Q(opens_at=None, closes_at=None, announced_for=""),
                name="round_has_a_date_or_is_announced",
                violation_error_message="Donnez l’ouverture, la fermeture, ou pour quand la relève est annoncée.",
            ),
            models.CheckConstraint(
                condition=Q(remaining=None) | Q(envelope=None) | Q(remaining__lte=F("envelope")),
                name="round_remaining_fits_its_envelope",
                violation_error_message="Il ne peut rester plus que l’enveloppe.",
            ),
        ]
        indexes = [
            models.Index(F("call"), F("opens_at"), name="round_call"),
            models.Index(F("closes_at"), name="round_closing"),
        ]

    def __str__(self) -> str:
        return f"relève {self.pk} de l’appel {self.call_id}"
