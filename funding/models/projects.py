"""Lists of projects that were funded, as their publishers give them. No natural person is named in them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Q, Sum

from funding.enums import BeneficiaryKind
from funding.models.schemes import Scheme
from territories.models import Place


class FundedProjectList(models.Model):
    """A publication of funded projects, read again at each of its editions.

    `mapping` remembers which column says what: {field of `funded_projects.columns`: header}. `attested` holds SIREN and
    folded names that the délégation knows to be those of legal persons (see `funded_projects.people`).
    """

    name = models.CharField("nom", max_length=200, unique=True)
    slug = models.SlugField("nom dans l’adresse", max_length=80, unique=True)
    scheme = models.ForeignKey(
        Scheme, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="dispositif"
    )
    vintage = models.CharField("millésime", max_length=60, help_text="L’année ou la période des projets : 2023.")
    publisher = models.CharField("éditeur", max_length=200)
    licence = models.CharField("licence", max_length=120)
    source_url = models.URLField("adresse de la publication", max_length=1000, blank=True)
    is_published = models.BooleanField("montrée au public", default=True)
    mapping = models.JSONField("correspondance des colonnes", default=dict, blank=True)
    attested = ArrayField(
        models.CharField(max_length=200), verbose_name="personnes morales attestées", default=list, blank=True
    )
    loaded_at = models.DateTimeField("lue le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "liste de projets financés"
        verbose_name_plural = "listes de projets financés"

    def __str__(self) -> str:
        return self.name


class FundedProjectQuerySet(models.QuerySet):
    """A project is in a place when its commune is: nothing is copied, so a new edition of the list of territories
    moves it at once.
    """

    def listed(self):
        """Those that the last edition of their list still has."""
        return self.filter(gone_at=None)

    def public(self):
        return self.listed().filter(list__is_published=True)

    def of_territory(self, code: str):
        """Projects whose commune lies in the territory `code` (`TI-2023-2707`), or in any other place."""
        return self.filter(commune__ancestor_codes__contains=[code])

    def without_commune(self):
        """Those that their list places in a département only, or whose commune is not known."""
        return self.filter(commune=None)

    def unresolved(self):
        """Those whose list gives a code of commune that is no commune's, nor was."""
        return self.filter(commune=None).exclude(commune_code="")

    def totals(self) -> dict:
        """{"count", "total"}; the total, in euros, is None when there is no project."""
        return self.aggregate(count=Count("pk"), total=Sum("amount"))

    def totals_by_list(self):
        """A row a list: `list_id`, `count`, `total`, the largest total first."""
        rows = self.order_by().values("list_id").annotate(count=Count("pk"), total=Sum("amount"))
        return rows.order_by(F("total").desc(), "list_id")

    def largest_first(self):
        return self.order_by(F("amount").desc(), "pk")


class FundedProject(models.Model):
    """One line of a list. `key` is what the publisher tells it by (its number of file, or a digest of what does not
    change), `rank` tells apart the lines that share it: see `funded_projects.plan`.

    `commune_code` and `departement_code` are those that the list gives, `commune` the place they are today.
    """

    list = models.ForeignKey(FundedProjectList, on_delete=models.CASCADE, related_name="projects", verbose_name="liste")
    key = models.CharField("identifiant", max_length=80)
    rank = models.PositiveSmallIntegerField("rang parmi les lignes de même identifiant")
    reference = models.CharField("numéro de dossier", max_length=60, blank=True)
    title = models.CharField("projet", max_length=500)
    beneficiary_kind = models.CharField("nature du bénéficiaire", max_length=12, choices=BeneficiaryKind)
    beneficiary = models.CharField("bénéficiaire", max_length=200, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    commune = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    commune_code = models.CharField("code commune de la source", max_length=20, blank=True)
    departement_code = models.CharField("code du département", max_length=3, blank=True)
    amount = models.DecimalField("montant (€)", max_digits=14, decimal_places=2)
    programme = models.CharField("programme ou mesure", max_length=200, blank=True)
    axis = models.CharField("axe", max_length=100, blank=True)
    gone_at = models.DateTimeField("absent de la liste depuis", null=True, blank=True)

    objects = FundedProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "projet financé"
        verbose_name_plural = "projets financés"
        constraints = [
            models.UniqueConstraint(F("list"), F("key"), F("rank"), name="funded_project_key_is_unique_in_its_list"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="funded_project_amount_is_not_negative"),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"), name="funded_project_siren_has_nine_digits"
            ),
            models.CheckConstraint(
                condition=Q(beneficiary_kind__in=BeneficiaryKind.values), name="funded_project_beneficiary_is_known"
            ),
            models.CheckConstraint(
                condition=Q(beneficiary_kind=BeneficiaryKind.LEGAL_PERSON) | Q(beneficiary="", siren=""),
                name="funded_project_names_legal_persons_only",
                violation_error_message="Seule une personne morale peut être nommée.",
            ),
        ]
        indexes = [models.Index(F("list"), F("amount").desc(), name="funded_project_largest")]

    def __str__(self) -> str:
        return f"projet financé {self.pk}"

    @property
    def beneficiary_shown(self) -> str:
        """The name of a legal person, or why there is none."""
        return self.beneficiary or BeneficiaryKind(self.beneficiary_kind).label
