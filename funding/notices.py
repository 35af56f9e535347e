"""Texts of the portal that come with their source."""

from funding.models import Notice

# What becomes of a file that is not retained: shown with the verdicts.
REDIRECTION = "redirection"


def notice(key: str) -> Notice | None:
    """The notice of a key, None when it was removed."""
    return Notice.objects.filter(key=key).order_by("pk").first()
