"""Schemes (dispositifs): what they are, whom they serve, what they pay. Their calls and rounds are in `calls`."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.urls import reverse
from simple_history.models import HistoricalRecords

from funding.eligibility import labels
from funding.eligibility.codes import CriterionKind
from funding.enums import AidRegime, AmountKind, EditorialState, LinkKind, Role, choices
from funding.models.organisations import Organisation
from territories.models.places import PerimeterModel


class SchemeQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=EditorialState.PUBLISHED)

    def public(self):
        """What anyone may open: published, and archived ones that say they are over."""
        return self.filter(state__in=EditorialState.public)

    def visible_to(self, user):
        """Drafts are for the délégation only."""
        return self if user.is_authenticated and user.is_active and user.is_staff else self.public()


class Scheme(PerimeterModel):
    """A public help. Texts are HTML sanitised when written; `summary` is plain.

    `protected_fields` names the fields that a person of the délégation edited by hand: a sync proposes, it never
    overwrites them.
    """

    slug = models.SlugField("nom dans l’adresse", max_length=200, unique=True)
    name = models.CharField("nom", max_length=250)
    acronym = models.CharField("sigle", max_length=40, blank=True)
    summary = models.CharField("en une phrase", max_length=300, blank=True)
    description = models.TextField("description", blank=True)
    eligibility_text = models.TextField("qui peut en bénéficier, en clair", blank=True)
    to_prepare = models.TextField("ce qu’il faut préparer", blank=True)
    state = models.CharField("état éditorial", max_length=12, choices=EditorialState, default=EditorialState.DRAFT)
    help_kinds = ArrayField(
        models.CharField(max_length=20, choices=choices(labels.HELP_KINDS)),
        verbose_name="natures de l’aide",
        default=list,
        blank=True,
    )
    regime = models.CharField("régime d’aide", max_length=12, choices=AidRegime, default=AidRegime.UNKNOWN)
    legal_basis = models.CharField("base juridique", max_length=500, blank=True)
    programme = models.CharField("programme", max_length=200, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name="remplacé par",
    )
    valid_from = models.DateField("existe depuis", null=True, blank=True)
    valid_until = models.DateField("existe jusqu’au", null=True, blank=True)
    end_is_known = models.BooleanField(
        "cette date de fin est publiée",
        default=True,
        help_text="Sinon : le dispositif est tenu pour terminé après cette date, sans qu’aucune date de fin soit dite.",
    )
    source_name = models.CharField("source", max_length=200, blank=True)
    source_key = models.CharField("identifiant chez la source", max_length=200, blank=True)
    source_date = models.DateField("date de la source", null=True, blank=True)
    protected_fields = ArrayField(
        models.CharField(max_length=40), verbose_name="champs protégés", default=list, blank=True, editable=False
    )
    version = models.PositiveIntegerField("version", default=1, editable=False)
    updated_at = models.DateTimeField("modifié le", null=True, blank=True, editable=False)

    organisations = models.ManyToManyField(Organisation, through="funding.SchemeOrganisation", related_name="schemes")

    objects = SchemeQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="version antérieure")

    class Meta:
        verbose_name = "dispositif"
        verbose_name_plural = "dispositifs"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=EditorialState.values), name="scheme_state_is_known"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gte=F("valid_from")),
                name="scheme_ends_after_it_starts",
                violation_error_message="La fin précède le début.",
            ),
            models.CheckConstraint(
                condition=~Q(state=EditorialState.PUBLISHED) | ~Q(included_codes=[]),
                name="scheme_published_has_a_perimeter",
                violation_error_message="Un dispositif publié dit où il s’applique.",
            ),
            models.UniqueConstraint(
                F("source_name"), F("source_key"), condition=~Q(source_key=""), name="scheme_source_key_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("pk")),
                name="scheme_does_not_succeed_itself",
                violation_error_message="Un dispositif ne se remplace pas lui-même.",
            ),
        ]
        indexes = [models.Index(F("state"), F("id"), name="scheme_state")]

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"

    def get_absolute_url(self) -> str:
        return reverse("funding:scheme", kwargs={"slug": self.slug})


class SchemeOrganisation(models.Model):
    """A role of an organisation in a scheme."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="roles", verbose_name="dispositif")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="roles", verbose_name="organisme"
    )
    role = models.CharField("rôle", max_length=12, choices=Role)

    class Meta:
        verbose_name = "organisme du dispositif"
        verbose_name_plural = "organismes du dispositif"
        constraints = [
            models.UniqueConstraint(
                F("scheme"),
                F("organisation"),
                F("role"),
                name="scheme_role_is_unique",
                violation_error_message="Cet organisme a déjà ce rôle.",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="scheme_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} du dispositif {self.scheme_id}"


class Criterion(models.Model):
    """One condition of a scheme, in the columns of `funding.eligibility.criteria.Criterion`, which checks them."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="criteria", verbose_name="dispositif")
    position = models.PositiveSmallIntegerField("rang", default=0)
    kind = models.CharField("porte sur", max_length=24, choices=choices(labels.CRITERION_KINDS))
    values = ArrayField(models.CharField(max_length=40), verbose_name="valeurs admises", default=list, blank=True)
    excluded = ArrayField(models.CharField(max_length=40), verbose_name="valeurs exclues", default=list, blank=True)
    lower = models.DecimalField("minimum", max_digits=14, decimal_places=2, null=True, blank=True)
    upper = models.DecimalField("maximum", max_digits=14, decimal_places=2, null=True, blank=True)
    expected = models.BooleanField("réponse attendue", default=True)
    is_hard = models.BooleanField("obligatoire", default=True, help_text="Sinon : dit, mais ne rejette jamais.")
    applies_to = ArrayField(
        models.CharField(max_length=20, choices=choices(labels.AUDIENCES)),
        verbose_name="ne concerne que",
        default=list,
        blank=True,
    )
    contact = models.CharField("à vérifier auprès de", max_length=200, blank=True)
    text = models.TextField("mots de la source", blank=True)
    link = models.URLField("publié à", max_length=500, blank=True)

    history = HistoricalRecords(verbose_name="version antérieure")

    class Meta:
        verbose_name = "critère"
        verbose_name_plural = "critères"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[str(kind) for kind in CriterionKind]), name="criterion_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(lower=None) | Q(upper=None) | Q(upper__gte=F("lower")),
                name="criterion_bounds_are_in_order",
                violation_error_message="Le maximum est plus petit que le minimum.",
            ),
        ]
        indexes = [models.Index(F("scheme"), F("position"), name="criterion_scheme")]

    def __str__(self) -> str:
        return f"critère {self.kind} du dispositif {self.scheme_id}"


class SchemeLink(models.Model):
    """A published address. Kept as published; `dead_since` is set by the link check, and shown."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="links", verbose_name="dispositif")
    kind = models.CharField("nature", max_length=10, choices=LinkKind, default=LinkKind.OFFICIAL)
    label = models.CharField("libellé", max_length=200)
    url = models.URLField("adresse", max_length=1000)
    dead_since = models.DateField("sans réponse depuis", null=True, blank=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "lien"
        verbose_name_plural = "liens"
        constraints = [
            models.UniqueConstraint(F("scheme"), F("url"), F("kind"), name="scheme_link_is_unique"),
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="scheme_link_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"lien {self.pk} du dispositif {self.scheme_id}"


class AmountRule(models.Model):
    """A line of what a scheme pays, in the columns of `funding.eligibility.amounts`, which checks them. Euros.

    `rate` is a share of one. The condition of a bonus is a criterion of one of the kinds that can be asked.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="amounts", verbose_name="dispositif")
    position = models.PositiveSmallIntegerField("rang", default=0)
    kind = models.CharField("calcul", max_length=12, choices=AmountKind)
    amount = models.DecimalField("somme (€)", max_digits=14, decimal_places=2, null=True, blank=True)
    months = models.PositiveSmallIntegerField("mois", null=True, blank=True)
    rate = models.DecimalField("taux (0,20 pour 20 %)", max_digits=6, decimal_places=4, null=True, blank=True)
    lower = models.DecimalField("plancher (€)", max_digits=14, decimal_places=2, null=True, blank=True)
    upper = models.DecimalField("plafond (€)", max_digits=14, decimal_places=2, null=True, blank=True)
    base_cap = models.DecimalField("plafond de l’assiette (€)", max_digits=14, decimal_places=2, null=True, blank=True)
    is_ceiling = models.BooleanField("« jusqu’à »", default=False)
    condition_kind = models.CharField(
        "sous condition de", max_length=24, choices=choices(labels.CRITERION_KINDS), blank=True
    )
    condition_values = ArrayField(
        models.CharField(max_length=40), verbose_name="valeurs de la condition", default=list, blank=True
    )
    condition_lower = models.DecimalField("condition : minimum", max_digits=14, decimal_places=2, null=True, blank=True)
    condition_upper = models.DecimalField("condition : maximum", max_digits=14, decimal_places=2, null=True, blank=True)
    condition_expected = models.BooleanField("condition : réponse attendue", default=True)
    text = models.CharField("mots de la source", max_length=500, blank=True)

    class Meta:
        verbose_name = "montant"
        verbose_name_plural = "montants"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AmountKind.values), name="amount_kind_is_known"),
            models.CheckConstraint(
                condition=Q(lower=None) | Q(upper=None) | Q(upper__gte=F("lower")),
                name="amount_cap_is_over_its_floor",
                violation_error_message="Le plafond est plus petit que le plancher.",
            ),
            models.CheckConstraint(
                condition=Q(rate=None) | Q(rate__gt=0, rate__lte=1),
                name="amount_rate_is_a_share",
                violation_error_message="Un taux va de 0 à 1 : 0,20 pour 20 %%.",
            ),
        ]
        indexes = [models.Index(F("scheme"), F("position"), name="amount_scheme")]

    def __str__(self) -> str:
        return f"montant {self.kind} du dispositif {self.scheme_id}"


class SchemeExclusion(models.Model):
    """Two schemes that one project cannot have together. Written once, whatever the order."""

    first = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="+", verbose_name="dispositif")
    second = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="+", verbose_name="ne se cumule pas avec")
    reason = models.CharField("pourquoi", max_length=300, blank=True)
    link = models.URLField("publié à", max_length=500, blank=True)

    class Meta:
        verbose_name = "non-cumul"
        verbose_name_plural = "non-cumuls"
        constraints = [
            models.UniqueConstraint(
                Least("first", "second"),
                Greatest("first", "second"),
                name="exclusion_is_written_once",
                violation_error_message="Ce non-cumul est déjà écrit.",
            ),
            models.CheckConstraint(
                condition=~Q(first=F("second")),
                name="exclusion_is_between_two",
                violation_error_message="Un dispositif ne s’exclut pas lui-même.",
            ),
        ]
        indexes = [models.Index(F("second"), name="exclusion_second")]

    def __str__(self) -> str:
        return f"non-cumul {self.first_id} / {self.second_id}"
