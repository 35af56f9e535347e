"""Following: asked, confirmed, told of a date that moves, and stopped in one click; and each kind of page."""

import re
import urllib.parse
import urllib.request
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from funding import follows
from funding.alerts.running import tell_news
from funding.calendars.personal import open_feed
from funding.enums import StopReason
from funding.models import Subscriber
from funding.schemes import save_call
from funding.subscribers import ask_new_address, stop
from territories.models import Place
from tests.accounts.people import account
from tests.browser.conftest import PHONE, look
from tests.funding.drafts import published
from tests.funding.followers import EMAIL, follower, last_message, link_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def rounds(closes_at) -> list[dict]:
    return [{"opens_at": closes_at - timedelta(days=90), "closes_at": closes_at}]


@pytest.fixture
def call(committed_db):
    """A call that is open, and what its followers know of it."""
    now = timezone.now()
    given = {"slug": "ami", "name": "AMI Transitions", "kind": "interest", "rounds": rounds(now + timedelta(days=45))}
    scheme = published({"slug": "aide-suivie", "name": "Aide suivie"}, {"calls": [given]})
    tell_news(at=now)
    return scheme.calls.select_related("scheme").get()


def test_a_visitor_follows_is_told_stops_in_one_click_and_each_page_is_accessible(call, client, portal, open_page):
    """One test, for the price of one database and one portal."""
    visitor = open_page(PHONE)
    follow_and_confirm(visitor, portal, call)
    move_the_date(call)
    stop_in_one_click(visitor, portal)
    assert visitor.context.cookies() == []
    look_at_every_page(open_page, portal, call, client)


def follow_and_confirm(page, portal: str, call) -> None:
    page.goto(portal + call.get_absolute_url())
    page.get_by_role("link", name="Suivre cet appel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suivre")
    page.get_by_label("Adresse électronique").fill(EMAIL)
    page.get_by_role("button", name="Recevoir le lien de confirmation").click()
    expect(page.get_by_role("status")).to_contain_text("Regardez votre messagerie")

    page.goto(portal + link_in(last_message()))
    expect(page.get_by_role("main")).to_contain_text("AMI Transitions")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("status")).to_contain_text("vous serez au courant")
    expect(page.get_by_role("main")).to_contain_text("AMI Transitions")


def move_the_date(call) -> None:
    now = timezone.now()
    moved = rounds(now + timedelta(days=60))
    save_call(scheme_id=call.scheme_id, call_id=call.pk, values={"rounds": moved}, actor=None, at=now)
    tell_news(at=timezone.now())
    message, subscriber = last_message(), Subscriber.objects.get()
    assert message.key.startswith("alert:")
    assert "AMI Transitions" in message.subject
    unfollow = f"/suivis/{subscriber.secret}/{subscriber.follows.get().pk}/retirer/"
    assert unfollow in message.text_body
    assert f'{unfollow}">Ne plus le suivre</a>' in message.html_body


def stop_in_one_click(page, portal: str) -> None:
    headers = last_message().headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = urllib.parse.urlsplit(re.fullmatch(r"<(\S+)>", headers["List-Unsubscribe"])[1]).path
    page.goto(portal + path)
    expect(page.get_by_role("button", name="Ne plus recevoir aucun courriel")).to_be_visible()
    assert Subscriber.objects.get().stopped_at is None
    # As a mail reader does: a bare POST, without any cookie.
    one_click = urllib.request.Request(portal + path, data=b"List-Unsubscribe=One-Click", method="POST")  # noqa: S310
    with urllib.request.urlopen(one_click, timeout=30) as answer:  # noqa: S310 - our own address
        assert (answer.status, answer.url) == (200, portal + path)
    assert Subscriber.objects.get().stop_reason == StopReason.UNSUBSCRIBED
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est fait")


def look_at_every_page(open_page, portal: str, call, client) -> None:
    at = timezone.now()
    subscriber = follower(Place.objects.get(code="REG-76"), "suit@usine.test", at=at)
    follows.ask_to_follow(email=subscriber.email, target=call.scheme, at=at)
    confirm = link_in(last_message(subscriber.email))
    bounced = follower(call, "morte@usine.test", at=at)
    stop(subscriber_id=bounced.pk, reason=StopReason.BOUNCED, at=at)
    ask_new_address(subscriber_id=subscriber.pk, email="neuve@usine.test", at=at)
    open_feed(subscriber_id=subscriber.pk)
    person = account()
    follows.follow_as_user(user=person, target=call, at=at)
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    own = f"/suivis/{subscriber.secret}/"
    for_visitors = (
        "/suivre/appel/aide-suivie/ami/",
        "/suivre/appel/aide-suivie/ami/?demande=1",
        confirm,
        f"/suivis/{bounced.secret}/",
        f"{own}desinscription/",
        f"{own}{subscriber.follows.order_by('pk').first().pk}/retirer/",
        f"{own}effacer/",
        f"{own}calendrier/",
        link_in(last_message("neuve@usine.test")),
        f"{own}?fait=enregistre",
    )
    signed_in = ("/mon-espace/suivis/", "/suivre/aide/aide-suivie/", "/suivre/appel/aide-suivie/ami/")
    page = open_page(PHONE)
    for path in for_visitors:
        page.goto(portal + path)
        look(page)
    for box in page.get_by_role("checkbox").all():
        page.locator(f"label[for={box.get_attribute('id')}]").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Choisissez au moins un sujet").first).to_be_visible()
    look(page)
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": portal}])
    for path in signed_in:
        page.goto(portal + path)
        look(page)
