"""Beside schemes: local resources and partners that a territory can lean on, and notices shown with the verdicts."""

from django.db import models
from django.db.models import F, Q

from funding.enums import ResourceKind
from territories.models.places import PerimeterModel


class ResourceQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)


class Resource(PerimeterModel):
    """A platform, a network or a service that people of a territory can call on."""

    slug = models.SlugField("nom dans l’adresse", max_length=200, unique=True)
    name = models.CharField("nom", max_length=200)
    kind = models.CharField("nature", max_length=20, choices=ResourceKind)
    text = models.TextField("présentation", blank=True)
    url = models.URLField("site", max_length=500, blank=True)
    url_dead_since = models.DateField("site sans réponse depuis", null=True, blank=True)
    source_name = models.CharField("source", max_length=200, blank=True)
    source_date = models.DateField("date de la source", null=True, blank=True)
    is_published = models.BooleanField("publiée", default=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = "ressource"
        verbose_name_plural = "ressources et partenaires"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ResourceKind.values), name="resource_kind_is_known"),
        ]
        indexes = [models.Index(F("kind"), F("slug"), name="resource_kind_slug")]

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"


class Notice(models.Model):
    """A text of the portal that comes with its source, found by its key (see `funding.notices`)."""

    key = models.SlugField("clé", max_length=60, unique=True)
    title = models.CharField("titre", max_length=200)
    text = models.TextField("texte")
    source_name = models.CharField("source", max_length=200, blank=True)
    source_date = models.DateField("date de la source", null=True, blank=True)

    class Meta:
        verbose_name = "notice"
        verbose_name_plural = "notices"

    def __str__(self) -> str:
        return f"{self.title} ({self.key})"
