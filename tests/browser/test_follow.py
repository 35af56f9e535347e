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
from funding.enums import StopReason
from funding.models import Subscriber
from funding.schemes import save_call
from funding.subscribers import ask_new_address, stop
from territories.models import Place
from tests.accounts.people import account
from tests.browser.conftest import DESKTOP, PHONE, axe, fits_in_width
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


def test_a_visitor_follows_a_call_is_told_and_stops_in_one_click(call, portal, open_page):
    page = open_page(PHONE)
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

    now = timezone.now()
    moved = rounds(now + timedelta(days=60))
    save_call(scheme_id=call.scheme_id, call_id=call.pk, values={"rounds": moved}, actor=None, at=now)
    tell_news(at=timezone.now())
    message = last_message()
    assert message.key.startswith("alert:")
    assert "AMI Transitions" in message.subject
    assert message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    subscriber = Subscriber.objects.get()
    unfollow = f"/suivis/{subscriber.secret}/{subscriber.follows.get().pk}/retirer/"
    assert unfollow in message.text_body
    assert f'{unfollow}">Ne plus le suivre</a>' in message.html_body
    path = urllib.parse.urlsplit(re.fullmatch(r"<(\S+)>", message.headers["List-Unsubscribe"])[1]).path

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
    assert page.context.cookies() == []


def test_every_kind_of_page_is_accessible_and_fits(call, client, portal, open_page):
    at = timezone.now()
    subscriber = follower(call, at=at)
    follower(Place.objects.get(code="REG-76"), at=at)
    follows.ask_to_follow(email=EMAIL, target=call.scheme, at=at)
    confirm = link_in(last_message())
    bounced = follower(call, "morte@usine.test", at=at)
    stop(subscriber_id=bounced.pk, reason=StopReason.BOUNCED, at=at)
    ask_new_address(subscriber_id=subscriber.pk, email="neuve@usine.test", at=at)
    person = account()
    follows.follow_as_user(user=person, target=call, at=at)
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    own = f"/suivis/{subscriber.secret}/"
    paths = {
        "follow": "/suivre/appel/aide-suivie/ami/",
        "asked": "/suivre/appel/aide-suivie/ami/?demande=1",
        "place": "/suivre/lieu/reg-76/",
        "confirm": confirm,
        "preferences": f"{own}?fait=enregistre",
        "bounced": f"/suivis/{bounced.secret}/",
        "unsubscribe": f"{own}desinscription/",
        "unfollow": f"{own}{subscriber.follows.order_by('pk').first().pk}/retirer/",
        "forget": f"{own}effacer/",
        "address": link_in(last_message("neuve@usine.test")),
    }
    for page in (open_page(DESKTOP), open_page(PHONE)):
        for name, path in paths.items():
            page.goto(portal + path)
            assert fits_in_width(page), name
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            axe(page)
        page.goto(f"{portal}{own}")
        for box in page.get_by_role("checkbox").all():
            page.locator(f"label[for={box.get_attribute('id')}]").click()
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.get_by_text("Choisissez au moins un sujet").first).to_be_visible()
        axe(page)
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": portal}])
        for path in ("/mon-espace/suivis/", "/suivre/aide/aide-suivie/", "/suivre/appel/aide-suivie/ami/"):
            page.goto(portal + path)
            assert fits_in_width(page), path
            axe(page)
