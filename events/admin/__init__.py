"""The délégation's pages on `events`, one module per table."""

from events.admin import (  # noqa: F401 - each registers its page
    event,
    invitation,
    poll,
    question,
    registration,
    report_text,
    sequence,
    series,
    testimony,
    withheld_word,
)
