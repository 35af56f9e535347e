"""« Suivre » : where it is offered, what it asks of whom, and that asking tells nothing."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from funding.follows import follow_as_user
from funding.models import Follow, KeptCheck, Subscriber
from funding.presenters import scheme_page
from funding.schemes import move_scheme
from territories.models import Place, Territory
from tests.accounts.people import account
from tests.funding.drafts import draft, published
from tests.funding.followers import AT, EMAIL, follower, last_message, link_in
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
HERE = {"Sec-Fetch-Site": "same-origin"}


def words(response) -> str:
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def call(db):
    scheme_page._kept.clear()
    return published({"slug": "aide-suivie"}).calls.select_related("scheme").get()


@pytest.fixture
def path(call):
    return reverse("funding:follow_call", args=[call.scheme.slug, call.slug])


@pytest.fixture
def kept_check(db):
    return KeptCheck.objects.create(
        token="k" * 43, facts={}, verdicts={}, as_of=AT, rules_version="1", data_version=1, created_at=AT
    )


def test_pages_lead_to_following(client, call, kept_check):
    territory = Territory.objects.current().select_related("place").get(place__name__startswith="Alès")
    region = Place.objects.get(code="REG-76")
    for page, leads_to in (
        (call, f"/suivre/appel/aide-suivie/{call.slug}/"),
        (call.scheme, "/suivre/aide/aide-suivie/"),
        (territory, f"/suivre/lieu/{territory.place.code.lower()}/"),
        (region, "/suivre/lieu/reg-76/"),
        (reverse("funding:kept_check", args=[kept_check.token]), f"/suivre/test/{'k' * 43}/"),
    ):
        address = page if isinstance(page, str) else page.get_absolute_url()
        assert f'href="{leads_to}"' in client.get(address).content.decode(), address
        shown = client.get(leads_to)
        assert shown.status_code == 200, leads_to
        assert not shown.cookies
        assert shown["X-Robots-Tag"] == "noindex"
        assert "no-store" in shown["Cache-Control"]


def test_what_nobody_follows_has_no_such_page(client, call, path):
    draft({"slug": "brouillon"})
    for address in (
        "/suivre/aide/brouillon/",
        "/suivre/appel/brouillon/guichet/",
        "/suivre/lieu/com-30007/",
        "/suivre/lieu/dep-30/",
        "/suivre/lieu/ti-2018-0001/",
        f"/suivre/test/{'x' * 43}/",
    ):
        assert client.get(address).status_code == 404, address
        assert client.post(f"{address}par-courriel/", {"email": EMAIL}).status_code == 404, address
    move_scheme(scheme_id=call.scheme_id, to_state="archived", actor=None, at=AT)
    assert client.get(path).status_code == 404
    assert "/suivre/" not in client.get(call.get_absolute_url()).content.decode()
    assert "/suivre/" not in client.get(call.scheme.get_absolute_url()).content.decode()


def test_a_visitor_asks_confirms_and_gets_a_page_of_their_own(client, call, path):
    asked = client.post(f"{path}par-courriel/", {"email": EMAIL}, follow=True, headers=HERE)
    assert "Regardez votre messagerie" in words(asked)
    assert EMAIL not in words(asked)
    link = link_in(last_message())

    page = client.get(link)
    assert "Guichet : " in words(page)
    assert EMAIL in words(page)
    assert Follow.objects.get().confirmed_at is None

    done = client.post(link, follow=True)
    assert done.redirect_chain[-1][0] == f"/suivis/{Subscriber.objects.get().secret}/?fait=suivi"
    assert "vous serez au courant" in words(done)
    assert Follow.objects.get().confirmed_at is not None
    assert not client.cookies
    assert client.post(link).status_code == 302


def test_asking_tells_nothing_of_who_is_known(client, call, path):
    follower(call, "connue@usine.test")
    answers = [
        client.post(f"{path}par-courriel/", {"email": email}, follow=True, headers=HERE)
        for email in ("connue@usine.test", "inconnue@usine.test")
    ]
    assert len({(answer.status_code, answer.redirect_chain[0], words(answer)) for answer in answers}) == 1
    assert "Vous le suivez déjà" in last_message("connue@usine.test").text_body


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "Écrivez votre adresse"), ("camille", "nom@exemple.fr"), (f"{'a' * 250}@b.fr", "254 signes")],
)
def test_an_address_that_is_none_is_said_at_its_field(client, path, typed, sentence):
    answer = client.post(f"{path}par-courriel/", {"email": typed}, headers=HERE)

    assert answer.status_code == 200
    assert sentence in words(answer)
    assert f'value="{typed}"' in answer.content.decode() or not typed
    assert not Subscriber.objects.exists()


def test_another_site_asks_for_nobody(client, path):
    assert (
        client.post(f"{path}par-courriel/", {"email": EMAIL}, headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 403
    )
    assert client.get(f"{path}par-courriel/").status_code == 302
    assert not Subscriber.objects.exists()


def test_a_visitor_and_a_mailbox_are_limited(client, path):
    codes = [client.post(f"{path}par-courriel/", {"email": f"p{n}@usine.test"}).status_code for n in range(11)]
    assert codes == [302] * 10 + [429]

    cache.clear()
    for n in range(6):
        target = reverse("funding:ask_place", args=[f"reg-{(11, 24, 27, 28, 32, 44)[n]}"])
        answer = client.post(target, {"email": EMAIL}, REMOTE_ADDR=f"10.0.0.{n}")
        assert answer.status_code == 302
    assert OutboxMessage.objects.filter(recipient=EMAIL).count() == 5


def test_a_link_of_nothing_says_how_to_go_on(client, path):
    for address in ("/suivre/confirmer/abc/", "/suivis/adresse/abc:def/"):
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 410
            assert "demandez un nouveau lien" in words(answer)


def test_a_signed_in_person_follows_in_one_click(client, call, path):
    person = account()
    client.force_login(person)

    page = client.get(path)
    assert f"Les courriels iront à {person.email}" in words(page)
    done = client.post(path, follow=True)

    assert done.redirect_chain[-1][0] == "/mon-espace/suivis/?fait=suivi"
    assert call.name in words(done)
    assert "Vous suivez déjà" in words(client.get(path))
    assert not OutboxMessage.objects.exists()


def test_the_click_of_a_signed_in_person_is_theirs(path):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(account())

    assert strict.post(path).status_code == 403
    assert not Follow.objects.exists()


def test_a_signed_in_person_whose_address_is_not_verified_confirms_it(client, path):
    person = account(verified=False)
    client.force_login(person)

    assert f'value="{person.email}"' in client.get(path).content.decode()
    assert client.post(path)["Location"] == path
    client.post(f"{path}par-courriel/", {"email": person.email})
    client.post(link_in(last_message(person.email)))

    assert Follow.objects.get().confirmed_at is not None


def test_a_session_that_ended_leads_back_to_the_page(client, path):
    assert client.post(path)["Location"] == path


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_the_page_asks_few_questions(client, call, path, django_assert_num_queries, is_signed_in):
    person = account()
    follow_as_user(user=person, target=call.scheme, at=AT)
    if is_signed_in:
        client.force_login(person)
    client.get(path)
    # The call; then session, user, address, follow.
    with django_assert_num_queries(5 if is_signed_in else 1):
        client.get(path)
