"""The calendar page: a month, its list, a place, a date, and what it costs."""

import gzip
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from funding.presenters.calendar import SHOWN_A_DAY, Month
from tests.funding.calendars.rounds import CLOSES, OPENS, a_call, a_round, at, with_calls

PAGE = "/aides/calendrier/"
HTML_BYTES, COMPRESSED_BYTES = 60_000, 15_000
QUERIES = 3

pytestmark = pytest.mark.django_db


def html_of(client, **parameters) -> str:
    response = client.get(PAGE, parameters)
    assert response.status_code == 200
    return response.content.decode()


def text(html: str) -> str:
    """What is read, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


def test_a_month_shows_each_date_on_its_day(client):
    with_calls(a_call(a_round(label="Première relève")))
    html = html_of(client, mois="2027-03")
    assert reverse("funding:calendar") == PAGE
    assert "<h1>Calendrier des aides</h1>" in html
    assert "<title>Calendrier des aides, mars 2027 –" in html
    assert "<caption" in html
    assert len(re.findall('scope="col"', html)) == 7
    cell = re.search(r'<td[^>]*><p[^>]*>(?:(?!</td>).)*<time datetime="2027-03-31">.*?</td>', html, re.DOTALL).group()
    assert "Clôture 12 h : AMI Transitions – Première relève" in text(cell)
    assert "mercredi 31 mars 2027" in text(cell)
    assert "/appels/ami/" in cell
    html = html_of(client, mois="2027-01")
    # An opening at midnight tells no hour.
    assert "Ouverture : AMI Transitions" in text(html)


def test_a_deadline_is_on_the_day_of_its_own_zone(client):
    with_calls(a_call(a_round(closes_at=at("2027-03-31T23:00-03:00"), zone="America/Cayenne")))
    assert (
        "Clôture" not in text(html_of(client, mois="2027-04")).split("avril 2027")[-1].split("Suivre ce calendrier")[0]
    )
    assert "23\xa0h (heure de Cayenne)" in html_of(client, mois="2027-03")


def test_one_goes_from_month_to_month(client):
    html = html_of(client, mois="2027-01", lieu="REG-28")
    assert 'href="/aides/calendrier/?lieu=REG-28&amp;mois=2026-12"' in html
    assert 'href="/aides/calendrier/?lieu=REG-28&amp;mois=2027-02"' in html
    assert "Mois précédent" in html


def test_the_date_switch_says_which_day_it_is(client):
    html = html_of(client, au="2020-12-15")
    assert "décembre 2020" in html
    (today,) = re.findall(r'<td[^>]*aria-current="date"[^>]*>.*?</td>', html, re.DOTALL)
    assert 'datetime="2020-12-15"' in today
    assert "Date choisie" in today
    assert "au=2020-12-15" in re.search(r'rel="next nofollow" href="([^"]*)"', html).group(1)


def test_a_place_shows_what_counts_there(client):
    with_calls(
        a_call(name="National"),
        a_call(slug="normandie", name="Variante normande", included_codes=["REG-28"], variant_of="ami"),
    )
    everywhere, here = html_of(client, mois="2027-03"), html_of(client, mois="2027-03", lieu="REG-28")
    assert "National" in everywhere
    assert "Variante normande" in everywhere
    assert "Variante normande" in here
    assert ">National<" not in here
    assert "en ce lieu&nbsp;: Normandie" in here
    assert "ce qui y est ouvert partout" in here
    assert "/aides/calendrier/reg-28/aides.ics" in here
    assert "lieu=REG-28" in re.search(r'href="([^"]*/appels/normandie/[^"]*)"', here).group(1)


def test_a_typed_place_leads_to_a_clean_address(client):
    response = client.get(PAGE, {"ou": "Normandie", "lieu": "", "mois": "2027-03", "vue": "liste"})
    assert response["Location"] == "/aides/calendrier/?lieu=REG-28&mois=2027-03&vue=liste"
    assert client.get(PAGE, {"ou": ""})["Location"] == PAGE
    assert "place-error" in html_of(client, lieu="REG-99999")


def test_the_list_says_all_the_dates_of_the_month(client):
    with_calls(*(a_call(slug=f"a-{n}", name=f"Appel numéro {n}") for n in range(5)))
    table = html_of(client, mois="2027-03")
    assert table.count("Appel numéro") == SHOWN_A_DAY
    assert "vue=liste&amp;mois=2027-03#j31" in table or "mois=2027-03&amp;vue=liste#j31" in table
    assert "et 2 autres" in table
    listed = html_of(client, mois="2027-03", vue="liste")
    assert listed.count("Appel numéro") == 5
    assert 'id="j31"' in listed
    assert "<table" not in listed


def test_an_empty_month_leads_to_the_next_dates(client):
    with_calls()
    html = html_of(client, mois="2090-05")
    assert "Aucune date connue en mai 2090" in html
    assert "Voir mars 2027" in html
    assert "mois=2027-03" in html


@pytest.mark.parametrize(
    "wrong", ["", "hier", "2027-13", "2027-1", "0000-01", "9999-12", "２０２７-01", "-", "2027-03-01"]
)
def test_a_month_that_cannot_be_read_is_the_present_one(client, wrong):
    assert Month.read(wrong, date(2026, 11, 24)) == Month(date(2026, 11, 1))
    assert client.get(PAGE, {"mois": wrong}).status_code == 200


def test_the_calendar_has_ends():
    assert Month(date(2015, 1, 1)).previous is None
    assert Month(date(2099, 12, 1)).following is None
    assert Month(date(2028, 2, 1)).last == date(2028, 2, 29)


@pytest.mark.parametrize("view", ["", "liste"])
@pytest.mark.parametrize("size", [1, 30])
def test_it_is_light_and_asks_little_however_many_dates(client, size, view, django_assert_max_num_queries):
    """Each day of the month full: as heavy as it gets."""
    rounds = [a_round(opens_at=OPENS + timedelta(hours=n), closes_at=CLOSES - timedelta(days=n)) for n in range(size)]
    for number in range(4 if size > 1 else 1):
        name = f"Appel à projets pour la décarbonation de l’industrie, numéro {number}"
        with_calls(a_call(*rounds, name=name))
    with django_assert_max_num_queries(QUERIES + 1):
        response = client.get(PAGE, {"mois": "2027-03", "vue": view, "lieu": "REG-28"})
    assert len(response.content) <= HTML_BYTES, len(response.content)
    assert len(gzip.compress(response.content)) <= COMPRESSED_BYTES
    assert not response.cookies
