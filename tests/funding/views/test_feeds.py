"""Calendars and news as files: where they are, what they hold, conditional answers, what they cost."""

from datetime import timedelta

import feedparser
import pytest
from django.urls import reverse
from icalendar import Calendar

from funding import schemes
from funding.alerts.recording import record
from funding.calendars import feeds
from funding.catalogue import loading
from funding.enums import NewsKind
from funding.models import CallNews
from territories.models import Place
from tests.funding.calendars.rounds import (
    AT,
    CLOSES,
    LATER,
    OPENS,
    a_call,
    a_round,
    entries,
    only_round,
    rewrite,
    with_calls,
)
from tests.funding.drafts import draft

ALL, NEWS = "/aides/calendrier/aides.ics", "/aides/calendrier/nouvelles.atom"
NEVERS, ROUEN = "ti-2023-2707", "com-76540"


@pytest.fixture(autouse=True)
def _nothing_kept(db):
    loading.forget()
    feeds._kept.clear()


def titles(client, path: str) -> set[str]:
    response = client.get(path)
    assert response.status_code == 200, path
    return {str(event["SUMMARY"]) for event in Calendar.from_ical(response.content).walk("VEVENT")}


def news(client, path: str):
    response = client.get(path)
    assert response.status_code == 200
    read = feedparser.parse(response.content)
    assert not read.bozo, read.bozo_exception
    return read


def test_one_calendar_for_all_and_one_for_each_scheme(client, time_machine):
    time_machine.move_to(LATER)
    one, other = with_calls(), with_calls(a_call(name="Autre appel"))
    assert {"Clôture\xa0: AMI Transitions", "Ouverture\xa0: AMI – Autre appel"} <= titles(client, ALL)
    path = reverse("funding:scheme_calendar", args=[one.slug])
    assert path == f"/aides/{one.slug}/calendrier.ics"
    assert titles(client, path) == {"Clôture\xa0: AMI Transitions", "Ouverture\xa0: AMI Transitions"}
    assert titles(client, f"/aides/{other.slug}/calendrier.ics") == {
        "Clôture\xa0: AMI – Autre appel",
        "Ouverture\xa0: AMI – Autre appel",
    }
    response = client.get(path)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert set(response["Cache-Control"].split(", ")) == {"max-age=900", "public"}
    assert "Vary" not in response or "Cookie" not in response["Vary"]
    assert not response.cookies


def test_a_place_has_only_what_counts_there(client, time_machine):
    """The national call is hidden where a variant stands, open or closed."""
    time_machine.move_to(LATER)
    with_calls(
        a_call(),
        a_call(slug="normandie", name="AMI Normandie", included_codes=["REG-28"], variant_of="ami"),
    )
    with_calls(a_call(name="Ailleurs"), included_codes=["REG-53"])
    assert titles(client, f"/aides/calendrier/{ROUEN}/aides.ics") >= {"Clôture\xa0: AMI Normandie"}
    assert "Clôture\xa0: AMI Transitions" not in titles(client, "/aides/calendrier/reg-28/aides.ics")
    here = titles(client, f"/aides/calendrier/{NEVERS}/aides.ics")
    assert "Clôture\xa0: AMI Transitions" in here
    assert not {"Clôture\xa0: AMI Normandie", "Clôture\xa0: AMI – Ailleurs"} & here


@pytest.mark.parametrize(
    "path",
    [
        "/aides/calendrier/reg-999/aides.ics",
        "/aides/calendrier/reg-999/nouvelles.atom",
        "/aides/nulle-part/calendrier.ics",
        "/aides/nulle-part/nouvelles.atom",
        "/aides/calendrier/releve/999999999.ics",
        "/calendriers/rien.ics",
    ],
)
def test_what_does_not_exist_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_draft_has_no_calendar(client):
    scheme = draft({}, {"calls": [a_call()]})
    assert client.get(f"/aides/{scheme.slug}/calendrier.ics").status_code == 404
    assert client.get(f"/aides/calendrier/releve/{only_round(scheme).pk}.ics").status_code == 404


@pytest.mark.parametrize("kind", ["calendrier.ics", "nouvelles.atom"])
def test_whoever_has_it_already_is_told_so(client, time_machine, kind):
    time_machine.move_to(OPENS + timedelta(days=2), tick=False)
    scheme = with_calls()
    path = f"/aides/{scheme.slug}/{kind}"
    first = client.get(path)
    same = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same["ETag"] == first["ETag"]
    assert "max-age" in same["Cache-Control"]
    assert client.get(path, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    # A change elsewhere leaves the file as it is.
    with_calls(a_call(name="Ailleurs"))
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    rewrite(scheme, a_call(a_round(opens_at=OPENS + timedelta(days=1))), when=OPENS + timedelta(days=2))
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert client.head(path)["ETag"] == changed["ETag"]


@pytest.mark.parametrize(
    "path", [ALL, NEWS, "/aides/calendrier/reg-28/aides.ics", "/aides/calendrier/reg-28/nouvelles.atom"]
)
def test_a_feed_costs_the_same_whatever_it_holds(client, time_machine, path, django_assert_max_num_queries):
    time_machine.move_to(OPENS + timedelta(days=2), tick=False)
    with_calls()
    with django_assert_max_num_queries(6):
        before = client.get(path)
    with_calls(*(a_call(slug=f"appel-{n}", name=f"Appel {n}") for n in range(30)))
    with django_assert_max_num_queries(6):
        after = client.get(path)
    assert len(after.content) > len(before.content)
    if path.endswith("ics"):
        with django_assert_max_num_queries(2):
            client.get(path)


def test_public_feeds_hold_what_pages_hold_and_nobody(client, time_machine):
    time_machine.move_to(LATER)
    scheme = with_calls()
    body = client.get(f"/aides/{scheme.slug}/calendrier.ics").content
    for word in (b"ATTENDEE", b"ORGANIZER", b"mailto", b"@", b"VALARM"):
        assert word not in body


def test_old_dates_leave_and_cancelled_ones_stay(client, time_machine):
    scheme = with_calls()
    schemes.archive_scheme(scheme_id=scheme.pk, actor=None, at=LATER)
    time_machine.move_to(LATER)
    path = f"/aides/{scheme.slug}/calendrier.ics"
    assert titles(client, path) == {"Annulé – Clôture\xa0: AMI Transitions", "Annulé – Ouverture\xa0: AMI Transitions"}
    time_machine.move_to(CLOSES + timedelta(days=200))
    assert titles(client, path) == set()


def test_a_round_goes_into_an_agenda(client):
    scheme = with_calls()
    path = f"/aides/calendrier/releve/{only_round(scheme).pk}.ics"
    page = client.get(scheme.calls.get().get_absolute_url(), {"au": "2026-12-01"}).content.decode()
    assert f'href="{path}">Ajouter à mon agenda' in page
    assert f'href="{path}"' in client.get(scheme.get_absolute_url(), {"au": "2026-12-01"}).content.decode()
    response = client.get(path)
    calendar = Calendar.from_ical(response.content)
    assert [str(event["UID"]) for event in calendar.walk("VEVENT")] == [
        str(entries(scheme)[moment].uid) for moment in ("opening", "closing")
    ]
    assert len(calendar.walk("VALARM")) == 2
    assert response["X-Robots-Tag"] == "noindex"
    # Once it is over, nobody wants it in an agenda.
    page = client.get(scheme.get_absolute_url(), {"au": "2027-06-01"}).content.decode()
    assert "Ajouter à mon agenda" not in page


def test_pages_lead_to_their_feeds(client):
    scheme = with_calls()
    for path, calendar, feed in (
        (scheme.get_absolute_url(), f"/aides/{scheme.slug}/calendrier.ics", f"/aides/{scheme.slug}/nouvelles.atom"),
        (
            scheme.calls.get().get_absolute_url(),
            f"/aides/{scheme.slug}/calendrier.ics",
            f"/aides/{scheme.slug}/nouvelles.atom",
        ),
        ("/aides/", ALL, NEWS),
        ("/aides/?lieu=REG-28", "/aides/calendrier/reg-28/aides.ics", "/aides/calendrier/reg-28/nouvelles.atom"),
        ("/aides/calendrier/", ALL, NEWS),
        (
            Place.objects.get(code="REG-28").get_absolute_url(),
            "/aides/calendrier/reg-28/aides.ics",
            "/aides/calendrier/reg-28/nouvelles.atom",
        ),
    ):
        html = client.get(path, follow=True).content.decode()
        for kind, address in (("text/calendar", calendar), ("application/atom+xml", feed)):
            assert f'<link rel="alternate" type="{kind}" title="' in html, path
            assert f'href="{address}">' in html, path


def test_openings_and_closings_are_news_once_they_took_place(client, time_machine):
    scheme = with_calls()
    path = f"/aides/{scheme.slug}/nouvelles.atom"
    time_machine.move_to(OPENS - timedelta(hours=1))
    assert news(client, path).entries == []
    time_machine.move_to(OPENS + timedelta(hours=1))
    (opened,) = news(client, path).entries
    assert opened.title == "Ouverture\xa0: AMI Transitions"
    assert opened.id == f"tag:testserver,2026:dates/{entries(scheme)['opening'].uid}"
    assert opened.link == f"http://testserver/aides/{scheme.slug}/appels/ami/"
    assert opened.updated == "2027-01-04T00:00:00+01:00" or opened.updated_parsed[:4] == (2027, 1, 3, 23)
    time_machine.move_to(CLOSES + timedelta(hours=1))
    read = news(client, path)
    assert [one.title for one in read.entries] == ["Clôture\xa0: AMI Transitions", "Ouverture\xa0: AMI Transitions"]
    assert read.feed.id == f"tag:testserver,2026:nouvelles/aide-{scheme.slug}"
    assert read.feed.links[1].href == f"http://testserver{path}"
    assert read.feed.updated == read.entries[0].updated


def test_names_are_text_whatever_signs_they_hold(client, time_machine):
    scheme = with_calls(a_call(name="Eaux & <b>forêts</b>"), name="Eaux & forêts")
    time_machine.move_to(CLOSES + timedelta(hours=1))
    closed = news(client, f"/aides/{scheme.slug}/nouvelles.atom").entries[0]
    assert closed.title.endswith("Eaux & <b>forêts</b>") or closed.title.endswith(
        "Eaux &amp; &lt;b&gt;forêts&lt;/b&gt;"
    )
    assert "Aide\xa0: Eaux &amp; forêts." in closed.summary
    assert "<br" in closed.summary


def test_changes_are_those_that_alerts_recorded_in_the_same_words(client, time_machine):
    variant = a_call(slug="normandie", name="AMI Normandie", included_codes=["REG-28"], variant_of="ami")
    scheme = with_calls(a_call(), variant)
    list(record(at=AT))
    moved = a_round(closes_at=CLOSES + timedelta(days=15))
    rewrite(scheme, a_call(moved), variant | {"rounds": [a_round(), a_round(opens_at=CLOSES, closes_at=None)]})
    list(record(at=LATER))
    time_machine.move_to(LATER + timedelta(minutes=5))
    path = f"/aides/{scheme.slug}/nouvelles.atom"
    assert len(news(client, path).entries) == 2
    (new,) = news(client, "/aides/calendrier/reg-28/nouvelles.atom").entries
    assert "AMI Normandie" in new.title
    (moved,) = news(client, f"/aides/calendrier/{NEVERS}/nouvelles.atom").entries
    assert moved.id == f"tag:testserver,2026:faits/{CallNews.objects.get(kind=NewsKind.MOVED).pk}"
    assert "AMI Transitions" in moved.title
    assert "15\xa0avril 2027 à 12\xa0h, au lieu de\xa0: le 31\xa0mars 2027 à 12\xa0h" in moved.summary
    assert news(client, path).entries[0].updated_parsed[:5] == (2026, 11, 25, 9, 30)


def test_without_alerts_changes_are_those_of_calendars(client, time_machine):
    scheme = with_calls()
    rewrite(scheme, a_call(a_round(closes_at=CLOSES + timedelta(days=15))))
    time_machine.move_to(LATER + timedelta(minutes=5))
    (moved,) = news(client, f"/aides/{scheme.slug}/nouvelles.atom").entries
    assert moved.title == "Date modifiée – Clôture\xa0: AMI Transitions"
    assert moved.id.endswith("/1")
