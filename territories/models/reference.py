"""Where the data comes from, and the official nomenclatures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F

from territories.enums import NomenclatureKind


class DataSource(models.Model):
    """A published data set from which facts were taken, shown on the page « Sources et licences »."""

    code = models.SlugField("code", max_length=60, unique=True)
    title = models.CharField("titre", max_length=200)
    producer = models.CharField("producteur", max_length=200)
    licence = models.CharField("licence", max_length=100)
    vintage = models.CharField("millésime", max_length=100)
    read_on = models.DateField("lu le")
    tables = ArrayField(models.CharField(max_length=60), verbose_name="tables alimentées", default=list)
    note = models.TextField("ce qui en est tiré, et ses limites", blank=True)

    class Meta:
        verbose_name = "source de données"
        verbose_name_plural = "sources de données"

    def __str__(self) -> str:
        return self.title


class NomenclatureEntry(models.Model):
    """One line of an official nomenclature. `lower` and `upper` are numbers of employees, for staff bands only."""

    nomenclature = models.CharField("nomenclature", max_length=20, choices=NomenclatureKind)
    code = models.CharField("code", max_length=10)
    label = models.CharField("libellé", max_length=250)
    level = models.PositiveSmallIntegerField("niveau", default=1)
    parent_code = models.CharField("code du niveau supérieur", max_length=10, blank=True)
    lower = models.PositiveIntegerField("effectif minimal", null=True, blank=True)
    upper = models.PositiveIntegerField("effectif maximal", null=True, blank=True)

    class Meta:
        verbose_name = "ligne de nomenclature"
        verbose_name_plural = "nomenclatures"
        constraints = [
            models.UniqueConstraint(F("nomenclature"), F("code"), name="nomenclature_code_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class ReferenceLoad(models.Model):
    """One version of the project's reference tables that was loaded: the next start compares its digest and goes on."""

    digest = models.CharField("empreinte des tables", max_length=64)
    counts = models.JSONField("effets", default=dict)
    loaded_at = models.DateTimeField("chargées le")

    class Meta:
        verbose_name = "chargement des tables de référence"
        verbose_name_plural = "chargements des tables de référence"
        indexes = [models.Index(F("loaded_at").desc(), F("id").desc(), name="reference_load_newest")]

    def __str__(self) -> str:
        return f"tables {self.digest[:12]} chargées le {self.loaded_at:%d/%m/%Y}"
