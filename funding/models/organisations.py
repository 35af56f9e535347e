"""Who funds, who instructs, and whom to ask, by place."""

from django.db import models
from django.db.models import F, Q

from funding.enums import OrganisationKind
from territories.models.places import PerimeterModel


class Organisation(models.Model):
    """A body that funds, instructs or accompanies."""

    name = models.CharField("nom", max_length=200)
    acronym = models.CharField("sigle", max_length=40, blank=True)
    slug = models.SlugField("nom dans l’adresse", max_length=200, unique=True)
    kind = models.CharField("nature", max_length=20, choices=OrganisationKind, default=OrganisationKind.OTHER)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    url = models.URLField("site", max_length=500, blank=True)

    class Meta:
        verbose_name = "organisme"
        verbose_name_plural = "organismes"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_is_known"),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"),
                name="organisation_siren_has_nine_digits",
                violation_error_message="Un SIREN compte neuf chiffres.",
            ),
            models.UniqueConstraint(F("siren"), condition=~Q(siren=""), name="organisation_siren_is_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(PerimeterModel):
    """Whom to ask about a scheme, here. A service's own address, never a person's."""

    scheme = models.ForeignKey(
        "funding.Scheme", on_delete=models.CASCADE, related_name="contacts", verbose_name="dispositif"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="organisme")
    label = models.CharField("service", max_length=200, blank=True)
    email = models.EmailField("adresse électronique", max_length=254, blank=True)
    phone = models.CharField("téléphone", max_length=25, blank=True)
    url = models.URLField("page", max_length=500, blank=True)

    class Meta:
        verbose_name = "contact"
        verbose_name_plural = "contacts"
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone="") | ~Q(url=""),
                name="contact_can_be_reached",
                violation_error_message="Donnez au moins une adresse, un téléphone ou une page.",
            )
        ]

    def __str__(self) -> str:
        return f"contact {self.pk} du dispositif {self.scheme_id}"
