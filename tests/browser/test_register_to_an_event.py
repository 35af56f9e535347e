"""Registering: asked, confirmed from the mail, seen, given back; who waits has the place. Each page is accessible."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from events.models import Event, EventInvitation, Registration
from events.registrations import new_secret
from tests.browser.conftest import PHONE, look
from tests.events.people import event, registration
from ti_portal.core.models import OutboxMessage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EMAIL = "camille.visiteuse@exemple.test"
LAST_NAME = "input[name=last_name]"


@pytest.fixture
def meeting(committed_db) -> Event:
    """Two places, one taken; the doors are open."""
    starts = timezone.now() + timedelta(minutes=20)
    made = event(
        title="Séminaire d’essai",
        summary="Une heure pour comprendre.",
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        capacity=2,
        access_url="https://visio.example/entrer",
    )
    made.sequences.create(title="Ouverture", position=1, minutes=30)
    registration(made)
    return made


def test_a_visitor_registers_confirms_gives_the_place_back_and_who_waits_has_it(meeting, portal, open_page):
    """One test, for the price of one database and one portal."""
    page = open_page(PHONE)
    page.goto(f"{portal}/rencontres/")
    page.get_by_role("link", name="Séminaire d’essai").click()
    look(page)
    page.get_by_role("link", name="S’inscrire").click()
    look(page)
    page.get_by_label("Prénom").fill("Camille")
    page.locator(LAST_NAME).fill("Visiteuse")
    page.get_by_label("Adresse électronique").fill(EMAIL)
    page.get_by_label("Votre commune").press_sequentially("norman")
    expect(page.get_by_role("option").first).to_be_visible()
    proposed = page.get_by_role("option").evaluate_all("options => options.map(option => option.dataset.code)")
    assert all(code.startswith("COM-") for code in proposed), proposed
    page.get_by_label("Votre commune").fill("Alès")
    page.get_by_label("Votre commune").press("Escape")
    page.get_by_role("button", name="S’inscrire").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Un courriel vous attend")
    look(page)

    page.goto(portal + link_in(last_message()))
    look(page)
    page.get_by_role("button", name="Confirmer mon inscription").click()
    expect(page.get_by_role("main")).to_contain_text("Vous avez une place")
    expect(page.get_by_role("link", name="Rejoindre la réunion")).to_have_attribute(
        "href", "https://visio.example/entrer"
    )
    look(page)

    waiting = somebody_waits(meeting, portal, open_page)
    page.get_by_role("button", name="Rendre ma place").click()
    expect(page.get_by_role("main")).to_contain_text("La place est rendue")
    look(page)
    waiting.reload()
    expect(waiting.get_by_role("main")).to_contain_text("Vous avez une place")
    assert "Une place pour vous" in last_message("ana@exemple.test").subject
    states = Registration.objects.filter(event=meeting).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["registered", "cancelled", "registered"]


def somebody_waits(meeting: Event, portal: str, open_page):
    """Someone invited registers from the link of their invitation, without a script: the event is full by now."""
    at = timezone.now()
    invited = EventInvitation.objects.create(
        event=meeting, email="ana@exemple.test", secret=new_secret(), created_at=at
    )
    page = open_page(PHONE, javascript=False)
    page.goto(f"{portal}/rencontres/invitations/{invited.secret}/")
    expect(page.get_by_role("main")).to_contain_text("ana@exemple.test")
    page.get_by_label("Prénom").fill("Ana")
    page.locator(LAST_NAME).fill("Petit")
    page.get_by_role("button", name="S’inscrire").click()
    expect(page.get_by_role("main")).to_contain_text("Vous êtes sur la liste d’attente")
    return page


def last_message(email: str = EMAIL) -> OutboxMessage:
    return OutboxMessage.objects.filter(recipient=email).order_by("-pk").first()


def link_in(message: OutboxMessage) -> str:
    return re.search(r"(/rencontres/confirmer/\S+)", message.text_body)[1]
