"""An assembly side by side: an organiser with the keyboard alone, two participants who never reload."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from events import polls, rooms
from events.models import Event, Poll, Question, Registration, Room, Sequence, Testimony
from tests.browser.conftest import DESKTOP, PHONE, axe, fits_in_width, look
from tests.browser.test_delegation_imports_a_list import sign_in
from tests.events.people import event, poll, registration
from tests.territories.people import delegation

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def where(committed_db) -> Event:
    """An event that began ten minutes ago, with two sequences."""
    starts = timezone.now() - timedelta(minutes=10)
    made = event(slug="assemblee", title="Assemblée d’essai", starts_at=starts, ends_at=starts + timedelta(hours=4))
    Sequence.objects.bulk_create(
        Sequence(event=made, position=rank, title=title) for rank, title in enumerate(("Ouverture", "Échanges"))
    )
    return made


def press(page: Page, name: str, about: str = "") -> None:
    """Walk with the Tab key to the button `name` (of what `about` says) and press it: no pointer."""
    for _ in range(150):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
              const here = document.activeElement;
              const described = here.getAttribute("aria-describedby");
              const about = described ? document.getElementById(described) : null;
              return [here.textContent.trim(), about ? about.textContent.trim() : ""];
            }"""
        )
        if found[0] == name and about in found[1]:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    pytest.fail(f"« {name} » ne s’atteint pas au clavier")


def enter(page: Page, portal: str, who: Registration) -> None:
    page.goto(f"{portal}/rencontres/inscriptions/{who.secret}/")
    page.get_by_role("button", name="Entrer dans la salle").click()


def count_loads(page: Page) -> list[str]:
    """Addresses of the whole pages that this one loads from now on."""
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    return loads


def test_an_organiser_and_two_participants_side_by_side(where, portal, open_page):
    asked = poll(where, question="Connaissez-vous le fonds friches ?")
    room, console = f"{portal}/rencontres/assemblee/salle/", f"{portal}/rencontres/assemblee/console/"
    organiser, screen, first, second = open_page(DESKTOP), open_page(DESKTOP), open_page(PHONE), open_page(DESKTOP)
    sign_in(organiser, portal, delegation())
    screen.context.add_cookies(organiser.context.cookies())

    # A rehearsal: nobody else is in, and it leaves no trace.
    organiser.goto(console)
    press(organiser, "Répéter")
    press(organiser, "Ouvrir", about=asked.question)
    first.goto(room)
    expect(first.get_by_text("La salle n’est pas ouverte.")).to_be_visible()
    press(organiser, "Finir la répétition et tout effacer")
    expect(organiser.get_by_role("heading", name="La salle : Fermée")).to_be_visible()
    asked.refresh_from_db()
    assert (asked.state, asked.opened_at, asked.is_rehearsal) == ("draft", None, False)

    press(organiser, "Ouvrir la salle au public")
    for page in (first, second):
        enter(page, portal, registration(where))
        expect(page.get_by_text("Ouverture")).to_be_visible()
        expect(page.get_by_text("Cette page ne se met pas à jour seule")).to_be_hidden()
    screen.goto(f"{portal}/rencontres/assemblee/ecran/")
    expect(screen.get_by_role("heading", name="Ouverture")).to_be_visible()
    look(first)
    look(organiser)

    # The poll opens: everyone sees it without loading anything, it is said once, and focus stays where it was.
    loads = [count_loads(page) for page in (first, second, screen)]
    second.get_by_role("link", name="Poser une question").focus()
    first.evaluate(
        """() => {
          window.said = [];
          const status = document.querySelector("[data-room-status]");
          const watch = new MutationObserver(() => window.said.push(status.textContent));
          watch.observe(status, { childList: true, characterData: true, subtree: true });
        }"""
    )
    press(organiser, "Ouvrir", about=asked.question)
    for page in (first, second):
        expect(page.get_by_role("link", name="Répondre au sondage")).to_be_visible()
        expect(page.get_by_role("status")).to_have_text(f"Un sondage est ouvert : {asked.question}")
    expect(second.get_by_role("link", name="Poser une question")).to_be_focused()
    expect(screen.get_by_role("heading", name=asked.question)).to_be_visible()
    rooms.touch(event_id=where.pk, at=timezone.now())
    version = Room.objects.get(event=where).version
    expect(first.locator(f"[data-version='{version}']")).to_be_attached()
    assert first.evaluate("window.said") == [f"Un sondage est ouvert : {asked.question}"]
    assert loads == [[], [], []]

    for page, choice in ((first, "Oui"), (second, "Non")):
        page.get_by_role("link", name="Répondre au sondage").click()
        look(page)
        page.get_by_text(choice, exact=True).click()
        page.get_by_role("button", name="Envoyer ma réponse").click()
        expect(page.locator(".room-poll").get_by_text("Votre réponse est comptée.")).to_be_visible()
        expect(page.get_by_role("link", name="Répondre au sondage")).to_have_count(0)
    expect(screen.get_by_text("2 réponses")).to_be_visible()

    press(organiser, "Fermer et compter", about=asked.question)
    expect(first.get_by_text("Les résultats seront montrés bientôt.")).to_be_visible()
    press(organiser, "Publier les résultats", about=asked.question)
    for page in (first, second, screen):
        table = page.get_by_role("table", name=f"Résultats : {asked.question}")
        expect(table.get_by_role("row", name="Oui 50 %")).to_be_visible()
        expect(table.locator(".poll-bar__value").first).to_have_attribute("width", "50")
    look(first)
    axe(screen)

    # A question: asked, accepted, supported by the other, answered, and shown on the screen.
    first.goto(f"{room}questions/")
    first.get_by_label("Votre question").fill("Quels délais ?")
    first.get_by_role("button", name="Envoyer la question").click()
    expect(first.get_by_role("status")).to_contain_text("une fois relue")
    # The console, which nobody touches, tells of it by itself.
    expect(organiser.locator("#questions").get_by_text("Quels délais ?")).to_be_visible()
    expect(organiser.locator("[data-console-status]")).to_have_text("Questions : 1 à relire")
    press(organiser, "Accepter", about="Quels délais ?")
    expect(second.get_by_text("Quels délais ?")).to_be_visible()
    second.goto(f"{room}questions/")
    second.get_by_role("button", name="Soutenir").click()
    expect(second.get_by_text("1 soutien")).to_be_visible()
    look(second)
    press(organiser, "Répondre", about="Quels délais ?")
    look(organiser)
    organiser.get_by_label("Réponse officielle").fill("Trois mois.")
    press(organiser, "Enregistrer la réponse")
    first.goto(room)
    expect(first.get_by_text("Trois mois.")).to_be_visible()
    press(organiser, "Montrer à l’écran", about="Quels délais ?")
    expect(screen.get_by_role("heading", name="Quels délais ?")).to_be_visible()

    # What is being written in the console is not lost, and says that the rest has changed.
    organiser.locator("#message-text").fill("Pause, repri")
    rooms.show(event_id=where.pk, what="message", message="Merci d’attendre.", at=timezone.now())
    expect(screen.get_by_text("Merci d’attendre.")).to_be_visible()
    expect(organiser.locator("#message [data-part-refresh]")).to_be_visible()
    expect(organiser.locator("#message-text")).to_have_value("Pause, repri")
    expect(organiser.locator("#salle").get_by_text("Merci d’attendre.")).to_be_visible()

    press(organiser, "Fermer la salle")
    expect(first.get_by_text("La salle est fermée")).to_be_visible()
    assert fits_in_width(first)


def eight_long_answers_fit_the_screen(where: Event, before: Poll, organiser: Page, address: str) -> None:
    """On the projected screen nobody scrolls: while they are offered, and with their figures."""
    now = timezone.now()
    labels = [f"Réponse {number} : {'des mots pour la remplir ' * 7}"[:185].strip() for number in range(8)]
    long = poll(where, labels=labels, question="Laquelle de ces mesures choisissez-vous ? " * 6, position=3)
    rooms.close_poll(event_id=where.pk, poll_id=before.pk, at=now)
    rooms.open_poll(event_id=where.pk, poll_id=long.pk, at=now)
    organiser.set_viewport_size({"width": 1920, "height": 1080})
    organiser.goto(address)
    expect(organiser.get_by_text("Réponse 7")).to_be_visible()
    assert organiser.evaluate("document.documentElement.scrollHeight") == 1080
    axe(organiser)
    rooms.close_poll(event_id=where.pk, poll_id=long.pk, at=now)
    rooms.publish_poll(event_id=where.pk, poll_id=long.pk, at=now)
    expect(organiser.get_by_role("table")).to_be_visible()
    assert organiser.evaluate("document.documentElement.scrollHeight") == 1080
    axe(organiser)


def test_every_other_kind_of_page_is_accessible_and_fits(where, portal, open_page):
    now = timezone.now()
    assembly = Event.objects.get(slug="assemblee-generale-15-decembre-2020")
    who = registration(where)
    rooms.open_room(event_id=where.pk, at=now)
    free = poll(where, labels=(), kind="text", question="En un mot ?")
    rooms.open_poll(event_id=where.pk, poll_id=free.pk, at=now)
    polls.vote(poll_id=free.pk, registration_id=who.pk, text="Le foncier")
    scale = poll(where, labels=(), kind="scale", scale_low=1, scale_high=5, question="De 1 à 5 ?", position=2)
    Question.objects.create(event=where, text="Relue ?", asked_at=now)
    Testimony.objects.create(event=where, text="Chez nous…", author="Ana Ba", told_at=now)
    base = f"{portal}/rencontres/assemblee"
    page, organiser = open_page(DESKTOP), open_page(DESKTOP)
    enter(page, portal, registration(where))
    sign_in(organiser, portal, delegation())
    for path in (f"{base}/salle/sondages/{free.pk}/", f"{base}/salle/temoigner/", f"{base}/salle/questions/"):
        page.goto(path)
        look(page)
    rooms.close_poll(event_id=where.pk, poll_id=free.pk, at=now)
    rooms.open_poll(event_id=where.pk, poll_id=scale.pk, at=now)
    page.goto(f"{base}/salle/sondages/{scale.pk}/")
    look(page)
    for path in (f"{base}/console/", f"{base}/console/sondages/{free.pk}/"):
        organiser.goto(path)
        look(organiser)
    eight_long_answers_fit_the_screen(where, scale, organiser, f"{base}/ecran/")

    public = open_page(DESKTOP)
    opened = f"{portal}{assembly.get_absolute_url()}"
    for path in (f"{portal}/rencontres/", opened, f"{opened}enregistrement/", f"{opened}compte-rendu/"):
        public.goto(path)
        look(public)
    public.goto(f"{opened}enregistrement/")
    public.get_by_label("Code d’accès").fill("ag-ti-2020")
    public.get_by_role("button", name="Donner le code").click()
    expect(public.get_by_role("heading", name="Documents et liens")).to_be_visible()
    expect(public.get_by_text("3:19:00")).to_be_visible()
    look(public)
    public.goto(f"{portal}/questions-reponses/")
    look(public)
