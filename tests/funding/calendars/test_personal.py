"""A calendar of one's own: what is in it, its secret address, and what becomes of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from funding import subscribers
from funding.calendars import personal
from funding.models import Follow, KeptCheck, Subscriber
from territories.models import Place
from tests.funding.calendars.rounds import LATER, a_call, rewrite, with_calls
from tests.territories.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _soon(time_machine):
    time_machine.move_to(LATER + timedelta(hours=1), tick=False)


@pytest.fixture
def somebody() -> Subscriber:
    return subscribers.at_address(email="claire@exemple.test", at=LATER)


def follow(subscriber: Subscriber, is_confirmed: bool = True, **target) -> Follow:
    return Follow.objects.create(
        subscriber=subscriber, created_at=LATER, confirmed_at=LATER if is_confirmed else None, **target
    )


def feed(client, subscriber: Subscriber):
    token = personal.open_feed(subscriber_id=subscriber.pk)
    return client.get(reverse("funding:personal_feed", args=[token]))


def titles(response) -> list[str]:
    assert response.status_code == 200
    return sorted(
        {
            str(event["SUMMARY"]).split("\xa0: ")[1].removeprefix("AMI – ")
            for event in Calendar.from_ical(response.content).walk("VEVENT")
        }
    )


def named(name: str, **values):
    return with_calls(a_call(name=name, **values))


def test_it_holds_what_is_followed_and_nothing_else(client, somebody):
    followed, by_call, asked = named("Aide suivie"), named("Appel suivi"), named("Pas confirmé")
    named("Autre")
    follow(somebody, scheme=followed)
    follow(somebody, call=by_call.calls.get())
    follow(somebody, call=followed.calls.get())
    follow(somebody, is_confirmed=False, scheme=asked)
    other = subscribers.at_address(email="paul@exemple.test", at=LATER)
    follow(other, scheme=asked)
    response = feed(client, somebody)
    assert titles(response) == ["Aide suivie", "Appel suivi"]
    calendar = Calendar.from_ical(response.content)
    uids = [str(event["UID"]) for event in calendar.walk("VEVENT")]
    assert len(uids) == len(set(uids)) == 4
    assert len(calendar.walk("VALARM")) == 4
    assert b"claire" not in response.content


def test_a_place_brings_what_counts_there(client, somebody):
    with_calls(
        a_call(name="National"),
        a_call(slug="normandie", name="Normandie", included_codes=["REG-28"], variant_of="ami"),
    )
    with_calls(a_call(name="Bretagne"), included_codes=["REG-53"])
    follow(somebody, place=Place.objects.get(code="REG-28"))
    found = titles(feed(client, somebody))
    assert "Normandie" in found
    assert not {"National", "Bretagne"} & set(found)


def test_a_kept_check_brings_what_suited_its_answers_where_the_project_is(client, somebody):
    suits, refused, elsewhere = named("Convient"), named("Refusée"), named("Ailleurs", included_codes=["REG-53"])
    verdicts = {
        suits.slug: {"state": "not_open", "otherwise": "eligible"},
        refused.slug: {"state": "not_eligible", "otherwise": "not_eligible"},
        elsewhere.slug: {"state": "to_specify", "otherwise": "to_specify"},
    }
    kept = KeptCheck.objects.create(
        token="t" * 43,
        facts={"place": "COM-30007"},
        verdicts=verdicts,
        as_of=LATER,
        rules_version="1",
        data_version=1,
        created_at=LATER,
    )
    follow(somebody, kept_check=kept)
    assert titles(feed(client, somebody)) == ["Convient"]


def test_without_follow_it_is_empty_and_valid(client, somebody):
    assert titles(feed(client, somebody)) == []


def test_it_is_private_conditional_and_not_indexed(client, somebody):
    scheme = named("Aide suivie")
    follow(somebody, scheme=scheme)
    first = feed(client, somebody)
    assert set(first["Cache-Control"].split(", ")) == {"private", "no-cache"}
    assert first["X-Robots-Tag"] == "noindex"
    path = first.wsgi_request.path
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    rewrite(scheme, a_call(name="Aide renommée"))
    assert titles(client.get(path, headers={"If-None-Match": first["ETag"]})) == ["Aide renommée"]


def test_it_costs_the_same_whatever_it_holds(client, somebody, django_assert_num_queries):
    follow(somebody, scheme=named("Aide"))
    follow(somebody, place=Place.objects.get(code="REG-28"))
    token = personal.open_feed(subscriber_id=somebody.pk)
    path = reverse("funding:personal_feed", args=[token])
    with django_assert_num_queries(4):  # the person, their follows, the places, the dates
        client.get(path)
    follow(somebody, scheme=with_calls(*(a_call(slug=f"a-{n}", name=f"Appel {n}") for n in range(30))))
    with django_assert_num_queries(4):
        assert len(titles(client.get(path))) > 30


def test_a_renewed_or_revoked_address_is_not_found(client, somebody):
    old = feed(client, somebody).wsgi_request.path
    assert personal.open_feed(subscriber_id=somebody.pk) in old
    token = personal.renew_feed(subscriber_id=somebody.pk)
    assert client.get(old).status_code == 404
    new = reverse("funding:personal_feed", args=[token])
    assert client.get(new).status_code == 200
    personal.revoke_feed(subscriber_id=somebody.pk)
    personal.revoke_feed(subscriber_id=somebody.pk)
    assert client.get(new).status_code == 404
    somebody.refresh_from_db()
    assert somebody.feed_token == ""


def test_the_page_makes_renews_and_takes_away_without_an_account(client, somebody):
    page = reverse("funding:follows_calendar", args=[somebody.secret])
    html = client.get(page).content.decode()
    assert "Créer mon calendrier" in html
    assert '<meta name="robots" content="noindex">' in html
    html = client.post(page, {"action": "ouvrir"}, follow=True).content.decode()
    somebody.refresh_from_db()
    address = f"http://testserver/calendriers/{somebody.feed_token}.ics"
    assert f'value="{address}"' in html
    assert f'href="webcal://testserver/calendriers/{somebody.feed_token}.ics"' in html
    for words in ("Votre calendrier est prêt", "Google Agenda", "Thunderbird", "Outlook"):
        assert words in html
    html = client.post(page, {"action": "renouveler"}, follow=True).content.decode()
    assert address not in html
    html = client.post(page, {"action": "supprimer"}, follow=True).content.decode()
    assert "Créer mon calendrier" in html
    assert client.post(page, {"action": "autre"}).status_code == 302
    assert client.get(reverse("funding:follows_calendar", args=["x" * 43])).status_code == 404


def test_the_page_in_ones_own_space(client, somebody):
    page = reverse("funding:my_calendar")
    assert client.get(page).status_code == 302
    who = person()
    client.force_login(who)
    assert "Vous ne suivez encore rien" in client.get(page).content.decode()
    Subscriber.objects.filter(pk=somebody.pk).update(user=who)
    assert "Créer mon calendrier" in client.get(page).content.decode()
    secret = reverse("funding:follows_calendar", args=[somebody.secret])
    assert client.post(secret, {"action": "ouvrir"})["Location"] == f"{page}?fait=ouvrir"
    somebody.refresh_from_db()
    assert somebody.feed_token in client.get(page).content.decode()
