import logging
import sys

from ti_portal.core.logs import MaskPersonalData


def record(message, *args, error=None) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.INFO, __file__, 1, message, args, error)
    MaskPersonalData().filter(made)
    return made


def test_addresses_are_masked_in_the_finished_message():
    made = record("sent to %s and %s", "camille.exemple@nevers.test", "a+b@x-y.example.org")
    assert made.getMessage() == "sent to [adresse] and [adresse]"


def test_addresses_are_masked_in_the_traceback():
    try:
        raise ValueError("no such person: camille@nevers.test")
    except ValueError:
        made = record("failed", error=sys.exc_info())
    assert "camille@nevers.test" not in logging.Formatter().format(made)
    assert "[adresse]" in made.exc_text


def test_a_message_without_address_is_untouched():
    assert record("%d rows, 3 @ 5", 12).getMessage() == "12 rows, 3 @ 5"
