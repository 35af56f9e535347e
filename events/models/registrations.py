"""Who comes: registrations, waiting list, attendance."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from events.enums import RegistrationState
from events.models.events import Event
from territories.models import Place, Territory


class RegistrationQuerySet(models.QuerySet):
    def registered(self):
        return self.filter(state=RegistrationState.REGISTERED)

    def waiting(self):
        """The waiting list, first come first."""
        return self.filter(state=RegistrationState.WAITING)


class Registration(models.Model):
    """One person at one event. `secret` opens their own page: cancelling, calendar, access link.

    Names and address are emptied at `purged_at`; organisation and territory stay, for the figures.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="registrations", verbose_name="rencontre")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name="compte",
    )
    email = models.EmailField("adresse électronique", max_length=254, blank=True)
    first_name = models.CharField("prénom", max_length=100, blank=True)
    last_name = models.CharField("nom", max_length=100, blank=True)
    organisation = models.CharField("organisme", max_length=200, blank=True)
    commune = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="territoire"
    )
    state = models.CharField("état", max_length=10, choices=RegistrationState, default=RegistrationState.ASKED)
    secret = models.CharField("secret du lien", max_length=43, unique=True, editable=False)
    asked_at = models.DateTimeField("demandée le")
    # Set when the address is confirmed: the order of the waiting list.
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    promoted_at = models.DateTimeField("place obtenue le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)
    attended_at = models.DateTimeField("présence notée le", null=True, blank=True)
    purged_at = models.DateTimeField("données personnelles effacées le", null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        verbose_name_plural = "inscriptions"
        constraints = [
            models.UniqueConstraint(
                F("event"),
                Lower("email"),
                condition=~Q(email=""),
                name="registration_once_per_address",
                violation_error_message="Cette adresse est déjà inscrite.",
            ),
            models.UniqueConstraint(
                F("event"),
                F("user"),
                condition=Q(state__in=RegistrationState.active),
                name="registration_once_per_account",
                violation_error_message="Ce compte est déjà inscrit.",
            ),
            models.CheckConstraint(condition=Q(state__in=RegistrationState.values), name="registration_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=RegistrationState.active) | Q(confirmed_at__isnull=False),
                name="registration_that_counts_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None) | Q(email="", first_name="", last_name=""),
                name="registration_purged_names_nobody",
            ),
        ]
        indexes = [
            models.Index(F("event"), F("state"), F("confirmed_at"), F("id"), name="registration_queue"),
            models.Index(F("user"), F("event"), name="registration_of_user"),
        ]

    def __str__(self) -> str:
        return f"inscription {self.pk} à la rencontre {self.event_id}"
