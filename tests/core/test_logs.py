import logging
import sys

import pytest

from events.registrations import new_secret
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


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/rencontres/inscriptions/5q_TfJ2yB3m-1cVtG0aKxWq9ZrLhPn8sDoEuYvIbM4A/", "/rencontres/inscriptions/[secret]/"),
        ("/rencontres/salles/3/0b54a2d1c7e89f00aa11bb22cc33dd44/", "/rencontres/salles/3/[secret]/"),
        (
            "/comptes/mot-de-passe/oublie/3-d3kx2q-3f2504e04f8911d39a0c0305e82c3301/",
            "/comptes/mot-de-passe/oublie/[secret]/",
        ),
        ("/suivis/WzEyLCJhIl0:1vABCd:kJ2-x/calendrier/", "/suivis/[secret]/calendrier/"),
        ("/rencontres/assemblee-generale-15-decembre-2020-a-paris/", None),
        ("/territoires/ti-2023-7601-ales/", None),
        ("/aides/accompagnement-a-la-decarbonation-des-pme-industrielles-2/", None),
    ],
)
def test_what_opens_a_page_is_masked_and_other_paths_stay(path, shown):
    assert record("Not Found: %s", path).getMessage() == f"Not Found: {shown or path}"


def test_every_secret_that_is_drawn_is_masked():
    for _ in range(200):
        secret = new_secret()
        assert secret not in record("Not Found: %s", f"/rencontres/inscriptions/{secret}/").getMessage()
