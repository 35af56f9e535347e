"""What calendars know of rounds: one row for an opening, one for a closing, written by `funding.calendars.entries`."""

from datetime import time
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from funding.eligibility.calls import zone_of
from funding.enums import CalendarMoment
from funding.models.calls import Call, Round
from funding.models.listing import EffectivePerimeterQuerySet, codes
from funding.models.schemes import Scheme


class CalendarEntryQuerySet(EffectivePerimeterQuerySet):
    def confirmed(self):
        return self.filter(is_cancelled=False)

    def for_files(self):
        """In time order, with what calendars tell and without perimeters."""
        told = self.defer("scheme", "call", "round", "included_codes", "excluded_codes", "within_codes")
        return told.order_by("instant", "pk")


class CalendarEntry(models.Model):
    """An opening or a closing as calendars were told of it. It outlives its round, to tell that it is cancelled.

    `uid` never changes and never serves twice. `sequence` grows when the date, the title or the state changes, and then
    only; `modified_at` at any change, perimeter included. `day` is that of the instant where the deadline is lived.
    The perimeter is the effective one, as in `Listing`: what a regional variant hides is left out.
    """

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="calendar_entries")
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, related_name="calendar_entries")
    round = models.ForeignKey(Round, on_delete=models.SET_NULL, null=True, related_name="calendar_entries")
    moment = models.CharField("moment", max_length=8, choices=CalendarMoment)
    instant = models.DateTimeField("instant")
    zone = models.CharField("fuseau horaire", max_length=40)
    day = models.DateField("jour")
    title = models.CharField("titre", max_length=400)
    text = models.TextField("texte", blank=True)
    path = models.CharField("adresse de la page", max_length=500)
    included_codes = codes("lieux compris")
    excluded_codes = codes("lieux exclus")
    within_codes = codes("et dans l’un de ces lieux")
    is_cancelled = models.BooleanField("annulée", default=False)
    sequence = models.PositiveIntegerField("révision", default=0)
    created_at = models.DateTimeField("inscrite le")
    modified_at = models.DateTimeField("modifiée le")

    objects = CalendarEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "date des calendriers"
        verbose_name_plural = "dates des calendriers"
        constraints = [
            models.UniqueConstraint(F("round"), F("moment"), name="calendar_entry_once_per_round"),
            models.CheckConstraint(condition=Q(moment__in=CalendarMoment.values), name="calendar_moment_is_known"),
        ]
        indexes = [
            models.Index(F("day"), F("id"), name="calendar_entry_day"),
            models.Index(F("scheme"), F("instant"), name="calendar_entry_scheme"),
        ]

    def __str__(self) -> str:
        return f"date {self.pk} des calendriers"

    @property
    def is_all_day(self) -> bool:
        """A call that opens at midnight opens on that day: the source gave no hour."""
        local = self.instant.astimezone(zone_of(self.zone))
        return self.moment == CalendarMoment.OPENING and local.time() == time.min
