"""« Mes suivis » : by the secret address, or in one's own space; stopping in one click, as RFC 8058 wants."""

import pytest
from django.test import Client
from django.urls import reverse

from funding.enums import Frequency, NewsKind, StopReason
from funding.follows import MOST_ASKS, follow_as_user
from funding.models import Follow, Subscriber
from funding.subscribers import stop
from territories.models import Place
from tests.accounts.people import account
from tests.funding.drafts import published
from tests.funding.followers import AT, EMAIL, ask, follower, last_message, link_in
from tests.funding.views.test_follow import words

pytestmark = pytest.mark.django_db
CHOSEN = {"frequency": "weekly", "kinds": ["j3", "moved"], "zone": "Indian/Reunion"}


@pytest.fixture
def call(db):
    return published().calls.select_related("scheme").get()


@pytest.fixture
def subscriber(call):
    return follower(call)


def page(name: str, subscriber, *args) -> str:
    return reverse(f"funding:{name}", args=[subscriber.secret, *args])


def again(subscriber) -> Subscriber:
    return Subscriber.objects.get(pk=subscriber.pk)


def strict_client() -> Client:
    """Such as a mail reader, or a browser that never came here: no cookie."""
    return Client(enforce_csrf_checks=True)


def test_the_secret_address_shows_what_is_followed_and_wanted(client, call, subscriber):
    shown = client.get(page("preferences", subscriber))

    assert call.name in words(shown)
    assert f"Les courriels vont à {EMAIL}" in words(shown)
    assert "Mes suivis" in words(shown)
    assert not shown.cookies
    assert shown["X-Robots-Tag"] == "noindex"
    assert "no-store" in shown["Cache-Control"]
    html = shown.content.decode()
    assert html.count('name="kinds"') == html.count("checked") - 1 == len(NewsKind)


@pytest.mark.parametrize("token", ["x", "A" * 43, "-" * 43])
def test_whoever_has_no_secret_finds_nothing(client, subscriber, token):
    stranger = Subscriber(secret=token)
    for name in ("preferences", "unsubscribe", "new_address", "resume", "forget"):
        assert client.get(page(name, stranger)).status_code in (404, 405)
        assert client.post(page(name, stranger)).status_code == 404
    for name in ("unfollow", "confirm_pending"):
        assert client.post(page(name, stranger, subscriber.follows.get().pk)).status_code == 404
    assert again(subscriber).stopped_at is None


def test_preferences_are_saved_without_cookie(subscriber):
    client = strict_client()
    done = client.post(page("preferences", subscriber), CHOSEN, follow=True)

    assert "Vos préférences sont enregistrées" in words(done)
    kept = again(subscriber)
    assert (kept.frequency, kept.kinds, kept.zone) == (Frequency.WEEKLY, ["j3", "moved"], "Indian/Reunion")
    assert not client.cookies


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kinds": []}, "Choisissez au moins un sujet"),
        ({"kinds": ["x"]}, "n’existe pas"),
        ({"frequency": "hourly"}, "Ce rythme n’existe pas"),
        ({"zone": "Mars"}, "Ce fuseau n’existe pas"),
    ],
)
def test_preferences_that_do_not_exist_are_said_at_their_field(client, subscriber, change, sentence):
    answer = client.post(page("preferences", subscriber), CHOSEN | change)

    assert answer.status_code == 200
    assert sentence in words(answer)
    assert again(subscriber).frequency == Frequency.AT_ONCE


def test_one_click_stops_everything_at_once(subscriber):
    client = strict_client()
    assert "Ne plus recevoir aucun courriel" in words(client.get(page("unsubscribe", subscriber)))
    assert again(subscriber).stopped_at is None

    for _ in range(2):
        answer = client.post(page("unsubscribe", subscriber), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "Plus aucun courriel" in words(answer)

    assert again(subscriber).stop_reason == StopReason.UNSUBSCRIBED
    assert "Les envois sont arrêtés" in words(client.get(page("preferences", subscriber)))
    assert "Les envois reprennent" in words(client.post(page("resume", subscriber), follow=True))
    assert again(subscriber).stopped_at is None


def test_an_address_that_refused_is_told_so_and_how_to_go_on(client, subscriber):
    stop(subscriber_id=subscriber.pk, reason=StopReason.BOUNCED, at=AT)

    shown = words(client.get(page("preferences", subscriber)))

    assert f"L’adresse {EMAIL} ne reçoit plus" in shown
    assert "Reprendre les envois" in shown


def test_one_thing_is_unfollowed_from_a_mail(subscriber):
    client = strict_client()
    path = page("unfollow", subscriber, subscriber.follows.get().pk)
    assert "Guichet" in words(client.get(path))
    assert Follow.objects.count() == 1

    assert "C’est retiré" in words(client.post(path, follow=True))
    assert "déjà retiré" in words(client.get(path))
    assert client.post(path).status_code == 302
    assert not Follow.objects.exists()


def test_a_follow_of_somebody_else_is_not_seen_nor_changed(client, call, subscriber):
    other = follower(call, "autre@usine.test")
    path = page("unfollow", subscriber, other.follows.get().pk)

    assert "Guichet" not in words(client.get(path))
    client.post(path)
    assert client.post(page("confirm_pending", subscriber, other.follows.get().pk)).status_code == 404
    assert other.follows.count() == 1


def test_an_ask_that_waits_is_confirmed_from_the_page(client, call, subscriber):
    ask(call.scheme)
    assert "à confirmer" in words(client.get(page("preferences", subscriber)))

    client.post(page("confirm_pending", subscriber, Follow.objects.get(scheme=call.scheme).pk))

    assert "à confirmer" not in words(client.get(page("preferences", subscriber)))


def test_the_address_is_changed_by_a_link_to_the_new_one(client, subscriber):
    sent = client.post(page("new_address", subscriber), {"nouvelle-email": "neuve@usine.test"}, follow=True)
    assert "Un lien de confirmation part" in words(sent)
    link = link_in(last_message("neuve@usine.test"))
    assert "neuve@usine.test" in words(client.get(link))
    assert again(subscriber).email == EMAIL

    done = client.post(link, follow=True)

    assert "ont maintenant cette adresse" in words(done)
    assert again(subscriber).email == "neuve@usine.test"
    assert client.get(page("preferences", subscriber)).status_code == 404


@pytest.mark.parametrize(("typed", "sentence"), [("", "Écrivez votre adresse"), (EMAIL, "C’est déjà l’adresse")])
def test_a_new_address_that_is_none_is_said_at_its_field(client, subscriber, typed, sentence):
    answer = client.post(page("new_address", subscriber), {"nouvelle-email": typed})

    assert answer.status_code == 200
    assert sentence in words(answer)


def test_somebody_without_an_account_erases_everything(client, call, subscriber):
    assert "sans retour" in words(client.get(page("forget", subscriber)))
    assert "Votre adresse est effacée" in words(client.post(page("forget", subscriber)))
    assert not Subscriber.objects.exists()

    owned = follow_as_user(user=account(), target=call, at=AT).subscriber
    assert client.post(page("forget", owned)).status_code == 404


def test_one_s_own_space_has_the_same_page(client, call):
    person = account()
    client.force_login(person)
    assert "Vous ne suivez rien" in words(client.get(reverse("funding:my_follows")))
    subscriber = follow_as_user(user=person, target=call, at=AT).subscriber

    shown = client.get(reverse("funding:my_follows"))
    assert call.name in words(shown)
    assert "C’est l’adresse de votre compte" in words(shown)
    assert 'aria-current="page">Mes suivis</a>' in shown.content.decode()
    assert client.post(page("preferences", subscriber), CHOSEN)["Location"] == "/mon-espace/suivis/?fait=enregistre"


def test_one_s_own_space_is_for_whoever_is_signed_in(client):
    assert client.get(reverse("funding:my_follows")).status_code == 302


@pytest.mark.parametrize("size", [1, MOST_ASKS + 3])
def test_the_page_asks_as_many_questions_of_one_as_of_many(client, call, django_assert_num_queries, size):
    person = account()
    for place in Place.objects.in_force().regions().order_by("pk")[: size - 1]:
        follow_as_user(user=person, target=place, at=AT)
    subscriber = follow_as_user(user=person, target=call, at=AT).subscriber

    with django_assert_num_queries(2):  # the subscriber with its account, what it follows
        assert len(client.get(page("preferences", subscriber)).context["follows"]) == size
    client.force_login(person)
    with django_assert_num_queries(4):  # and the session, its user
        client.get(reverse("funding:my_follows"))
