"""Codes stored in the database by `core`. Lower-case, stable, English; the label is what people read."""

from enum import nonmember

from django.db import models


class MessageState(models.TextChoices):
    QUEUED = "queued", "En attente"
    SENT = "sent", "Envoyé"
    FAILED = "failed", "Abandonné"

    settled = nonmember(("sent", "failed"))


class JobState(models.TextChoices):
    RUNNING = "running", "En cours"
    DONE = "done", "Réussi"
    FAILED = "failed", "En échec"
    LOST = "lost", "Interrompu"
