"""Series: their texts are kept and shown clean, and their next edition keeps the hour of its place."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from events.models import Event, Series
from tests.events.people import event
from tests.funding.admin.pages import filled

HARM = '<p onclick="x()">Chaque mois.</p><script>alert(1)</script>'
ADD = "/administration/events/series/add/"


def series(**changes) -> Series:
    return Series.objects.create(**{"name": "Cycle", "slug": "cycle-essai", "kind": "seminar", **changes})


def test_texts_are_kept_clean(office):
    sent = {"name": "Cycle", "slug": "cycle-essai", "kind": "seminar", "description": HARM}
    office.post(ADD, filled(office, ADD, **sent, call_for_testimonies="Écrivez-nous.\n\nMerci."))
    made = Series.objects.get(slug="cycle-essai")
    assert (made.description, made.call_for_testimonies) == ("<p>Chaque mois.</p>", "<p>Écrivez-nous.</p><p>Merci.</p>")


def test_texts_are_shown_clean_whatever_wrote_them(client, db):
    made = series(description=HARM, call_for_testimonies=HARM.replace("Chaque mois", "Écrivez-nous"))
    page = client.get(made.get_absolute_url()).content.decode()
    for words in ("<p>Chaque mois.</p>", "<p>Écrivez-nous.</p>"):
        assert words in page
    for harm in ('onclick="x()', "alert(1)"):
        assert harm not in page


@pytest.mark.parametrize(
    ("zone", "last", "next_one", "day"),
    [
        # The clock goes back between the two in Paris, not in La Réunion; in Martinique the day is not that of Paris.
        ("Europe/Paris", "2026-10-06T09:30", "2026-11-03T09:30", "03/11/2026"),
        ("Indian/Reunion", "2026-10-06T01:30", "2026-11-03T01:30", "03/11/2026"),
        ("America/Martinique", "2026-10-06T20:30", "2026-11-03T20:30", "03/11/2026"),
    ],
)
def test_the_next_edition_is_at_the_same_hour_of_its_place(office, zone, last, next_one, day):
    made = series()
    starts = datetime.fromisoformat(last).replace(tzinfo=ZoneInfo(zone))
    event(series=made, zone=zone, starts_at=starts, ends_at=starts + timedelta(hours=2))
    url = reverse("admin:events_series_changelist")

    page = office.post(url, {"action": "prepare_next", "_selected_action": [made.pk]}, follow=True).content.decode()

    following = Event.objects.filter(series=made).latest("starts_at")
    assert f"{following.starts_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" == next_one
    assert following.ends_at - following.starts_at == timedelta(hours=2)
    assert f"édition du {day} préparée" in page
