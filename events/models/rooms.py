"""The live room: what the whole room sees now. One row per event; `version` grows at each change."""

from django.db import models
from django.db.models import Q

from events.enums import RoomMode, Shown
from events.models.events import Event, Sequence
from events.models.polls import Poll
from events.models.words import Question, Testimony


class Room(models.Model):
    """The state of the room, shared by participants, console and screen."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="room", verbose_name="rencontre")
    mode = models.CharField("salle", max_length=10, choices=RoomMode, default=RoomMode.CLOSED)
    sequence = models.ForeignKey(
        Sequence, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="séquence en cours"
    )
    shown = models.CharField("à l’écran", max_length=10, choices=Shown, default=Shown.SEQUENCE)
    poll = models.ForeignKey(Poll, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    question = models.ForeignKey(Question, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    testimony = models.ForeignKey(Testimony, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    message = models.CharField("message", max_length=300, blank=True)
    version = models.PositiveBigIntegerField("version", default=1)
    changed_at = models.DateTimeField("changée le", null=True, blank=True)

    class Meta:
        verbose_name = "salle"
        verbose_name_plural = "salles"
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=RoomMode.values), name="room_mode_is_known"),
            models.CheckConstraint(condition=Q(shown__in=Shown.values), name="room_shown_is_known"),
        ]

    def __str__(self) -> str:
        return f"salle de la rencontre {self.event_id}"
