"""What the portal says that it keeps is what it keeps."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.utils import timezone

from events.registrations import CONFIRM_WITHIN
from events.retention import purge
from tests.events.people import event, registration
from ti_portal.core.retention import KEEP_MESSAGE_BODIES

pytestmark = pytest.mark.django_db


def text(client) -> str:
    page = unescape(client.get("/donnees-personnelles/").content.decode()).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"<[^>]+>", "", page)


@pytest.mark.parametrize(
    "words",
    [
        "Inscriptions aux rencontres : adresse électronique, prénom, nom, organisme",
        "l’organisme, le territoire et la présence restent, pour les chiffres",
        "Invitations aux rencontres : adresse électronique",
        "questions signées seulement si vous le demandez",
        "témoignages signés de votre nom et de votre organisme",
        "le nom est effacé de ce que l’équipe qui organise n’a pas accepté",
        "Les réponses sont anonymes",
        "jusqu’à la fermeture du sondage",
        "quand vous y entrez par votre page d’inscription",
    ],
)
def test_events_are_told(client, words):
    assert words in text(client)


def test_durations_are_those_that_are_set(client, settings):
    settings.EVENTS_KEEP_REGISTRATIONS_DAYS = 41
    settings.SESSION_COOKIE_AGE = 3 * 24 * 3600
    page = text(client)
    for words in (
        "41 jours après la rencontre, l’adresse, le prénom, le nom",
        f"est effacée au bout de {CONFIRM_WITHIN.days} jours",
        f"effacé au bout de {KEEP_MESSAGE_BODIES.days} jours ; celui des courriels d’une rencontre, 41 jours après",
        "Il dure 3 jours au plus",
    ):
        assert words in page
    ended = timezone.now() - timedelta(days=42)
    gone = registration(event(starts_at=ended - timedelta(hours=1), ends_at=ended))
    purge(at=timezone.now())
    gone.refresh_from_db()
    assert (gone.email, gone.first_name, gone.last_name, gone.commune, gone.user) == ("", "", "", None, None)


def test_cookies_come_with_forms_alone_and_are_those_that_are_told(client):
    assert settings.CSRF_COOKIE_AGE <= 366 * 24 * 3600
    starts = timezone.now() + timedelta(days=1)
    where = event(starts_at=starts, ends_at=starts + timedelta(hours=1))
    own = f"/rencontres/inscriptions/{registration(where).secret}/"
    assert not client.get(where.get_absolute_url()).cookies
    assert set(client.get(f"{where.get_absolute_url()}inscription/").cookies) == {"csrftoken"}
    assert set(client.post(own, {"action": "enter"}).cookies) == {"sessionid"}
    assert "messages" in client.post(own, {"action": "cancel"}).cookies
    client.get(own)
    assert not client.cookies["messages"].value
