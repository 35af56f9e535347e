"""Territoires d'industrie: the official facts (from the list) and what its people write (the profile)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from territories.enums import Sector, Wave
from territories.models.places import Place


class TerritoryQuerySet(models.QuerySet):
    def current(self):
        """Territories of the list in force."""
        return self.filter(wave=Wave.CURRENT, place__valid_until=None)

    def first_wave(self):
        return self.filter(wave=Wave.FIRST)

    def editable_by(self, user, *, on):
        """Territories whose pages `user` may change on day `on`: those of a mandate in force; the délégation, all."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_staff:
            return self
        mandates = user.mandates.in_force(on).values("territory")
        return self.filter(pk__in=mandates)


class Territory(models.Model):
    """One Territoire d'industrie of one wave. Its name, members and outline hang on its place `TI-<wave>-<number>`.

    Numbers are not stable between waves (2706 becomes 2707): the key is (wave, number).
    """

    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="territory", verbose_name="lieu")
    wave = models.PositiveSmallIntegerField("vague", choices=Wave)
    number = models.CharField("numéro", max_length=4)
    main_region = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", verbose_name="région")

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = "territoire d’industrie"
        verbose_name_plural = "territoires d’industrie"
        constraints = [
            models.UniqueConstraint(F("wave"), F("number"), name="territory_number_is_unique_in_its_wave"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{4}$"), name="territory_number_has_four_digits"),
            models.CheckConstraint(condition=Q(wave__in=Wave.values), name="territory_wave_is_known"),
        ]

    def __str__(self) -> str:
        return f"territoire {self.wave}-{self.number}"

    def get_absolute_url(self) -> str:
        return self.place.get_absolute_url()


class TerritoryProfile(models.Model):
    """What the people of a territory write about it. One row is one document: kept, compared and restored whole.

    `version` grows by one at each change; a change must name the version it started from (`territories.profiles`).
    """

    territory = models.OneToOneField(
        Territory, on_delete=models.CASCADE, related_name="profile", verbose_name="territoire"
    )
    presentation = models.TextField("présentation", blank=True)
    sectors = ArrayField(
        models.CharField(max_length=20, choices=Sector), verbose_name="filières", default=list, blank=True
    )
    # A list of {"label": str, "url": str}; its shape is checked by the form and by `profiles`.
    links = models.JSONField("liens", default=list, blank=True)
    version = models.PositiveIntegerField("version", default=1)
    updated_at = models.DateTimeField("modifié le", null=True, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="modifié par",
    )

    history = HistoricalRecords(verbose_name="version antérieure")

    class Meta:
        verbose_name = "présentation d’un territoire"
        verbose_name_plural = "présentations des territoires"

    def __str__(self) -> str:
        return f"présentation du territoire {self.territory_id}"


class ListEdition(models.Model):
    """An official list that was applied: which file, when, by whom, with what effect."""

    wave = models.PositiveSmallIntegerField("vague", choices=Wave)
    as_of = models.DateField("état au")
    label = models.CharField("libellé", max_length=200)
    digest = models.CharField("empreinte du fichier", max_length=64)
    counts = models.JSONField("effets", default=dict)
    applied_at = models.DateTimeField("appliquée le")
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="appliquée par",
    )

    class Meta:
        verbose_name = "édition de la liste officielle"
        verbose_name_plural = "éditions de la liste officielle"
        indexes = [models.Index(F("wave"), F("as_of").desc(), name="edition_newest")]

    def __str__(self) -> str:
        return self.label
