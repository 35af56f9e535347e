"""Who acts for a territory, from when to when; how to reach them; who was invited."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from territories.enums import MandateRole
from territories.models.places import one_code, one_id, period
from territories.models.territories import Territory


class MandateQuerySet(models.QuerySet):
    def in_force(self, on: date):
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on)


class Mandate(models.Model):
    """A person acts for a territory in a role, from a day to a day (both included)."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mandates", verbose_name="personne"
    )
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="mandates", verbose_name="territoire"
    )
    role = models.CharField("rôle", max_length=20, choices=MandateRole)
    valid_from = models.DateField("depuis le")
    valid_until = models.DateField("jusqu’au", null=True, blank=True)

    objects = MandateQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="version antérieure")

    class Meta:
        verbose_name = "mandat"
        verbose_name_plural = "mandats"
        constraints = [
            models.CheckConstraint(condition=Q(role__in=MandateRole.values), name="mandate_role_is_known"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="mandate_ends_after_it_starts",
                violation_error_message="Le mandat finit avant de commencer.",
            ),
            ExclusionConstraint(
                name="mandate_periods_do_not_overlap",
                expressions=[
                    (one_id("person_id"), RangeOperators.OVERLAPS),
                    (one_id("territory_id"), RangeOperators.OVERLAPS),
                    (one_code("role"), RangeOperators.OVERLAPS),
                    (period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Cette personne a déjà ce mandat sur cette période.",
            ),
        ]
        indexes = [models.Index(F("territory"), F("valid_until"), name="mandate_territory")]

    def __str__(self) -> str:
        return f"{self.role} du territoire {self.territory_id} (compte {self.person_id})"


class ContactEntry(models.Model):
    """A person's own entry in the directory, seen by signed-in members of the community; confirmed once a year."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_entry", verbose_name="personne"
    )
    job_title = models.CharField("fonction", max_length=150, blank=True)
    organisation = models.CharField("organisme", max_length=150, blank=True)
    phone = models.CharField("téléphone", max_length=25, blank=True)
    is_email_shared = models.BooleanField("montrer mon adresse électronique à la communauté", default=True)
    confirmed_on = models.DateField("confirmée le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1)

    class Meta:
        verbose_name = "coordonnées"
        verbose_name_plural = "coordonnées"

    def __str__(self) -> str:
        return f"coordonnées du compte {self.person_id}"


class InvitationQuerySet(models.QuerySet):
    def pending(self, at):
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """The délégation invites a person to act for a territory. Only the digest of the link's secret is kept."""

    email = models.EmailField("adresse électronique", max_length=254)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="invitations", verbose_name="territoire"
    )
    role = models.CharField("rôle", max_length=20, choices=MandateRole)
    mandate_from = models.DateField("mandat depuis le")
    mandate_until = models.DateField("mandat jusqu’au", null=True, blank=True)
    secret_digest = models.CharField("empreinte du lien", max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="invitation de",
    )
    created_at = models.DateTimeField("envoyée le")
    expires_at = models.DateTimeField("valable jusqu’au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="acceptée par",
    )
    revoked_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        constraints = [
            models.UniqueConstraint(
                F("email"),
                F("territory"),
                F("role"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_pending",
                violation_error_message="Une invitation attend déjà cette personne pour ce rôle.",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_accepted_or_revoked"
            ),
            models.CheckConstraint(
                condition=Q(mandate_until=None) | Q(mandate_until__gte=F("mandate_from")),
                name="invitation_mandate_ends_after_it_starts",
                violation_error_message="Le mandat finit avant de commencer.",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk} au territoire {self.territory_id}"
