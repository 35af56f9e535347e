"""Telling voters apart without knowing who they are."""

from django.utils.crypto import salted_hmac


def voter_key(registration_id: int, *, subject: str) -> str:
    """The key of a person for one subject (« poll:12 », « question:7 »): the same at each call, and another for each
    subject. Made with the server's secret, which the database does not hold: from the database alone a key leads to
    nobody, and two keys of one person cannot be put together.
    """
    return salted_hmac("events.voters", f"{subject}:{registration_id}", algorithm="sha256").hexdigest()
