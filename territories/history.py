"""Signing a change: the history keeps who made it, when, and in a few words what it is."""

from datetime import datetime

from django.db import models


def sign(instance: models.Model, *, by, at: datetime, reason: str = "") -> None:
    """Prepare `instance`, a model with a history, so that its next save is kept as made by `by` at instant `at`."""
    # The names are django-simple-history's own, documented as the way to set them by hand.
    instance._history_user = by  # noqa: SLF001
    instance._history_date = at  # noqa: SLF001
    instance._change_reason = reason[:100]  # noqa: SLF001
