"""Texts of the portal that come with their source."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from funding import listing
from funding.models import Notice
from territories import rich_text

# What becomes of a file that is not retained: shown with the verdicts.
REDIRECTION = "redirection"


@transaction.atomic
def save_notice(*, key: str, values: Mapping[str, Any]) -> Notice:
    """Create or change the notice of a key. Saying the same again writes nothing. Raises ValidationError by field."""
    notice = Notice.objects.select_for_update(of=("self",)).filter(key=key).first() or Notice(key=key)
    cleaned = {**values, "text": rich_text.sanitise(values["text"])} if "text" in values else dict(values)
    if notice.pk is not None and all(getattr(notice, name) == value for name, value in cleaned.items()):
        return notice
    for name, value in cleaned.items():
        setattr(notice, name, value)
    notice.full_clean()
    notice.save()
    listing.bump_version()
    return notice
