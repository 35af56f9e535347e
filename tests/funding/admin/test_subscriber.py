"""People who follow, seen by the délégation: counted, never listed by address, stopped on demand."""

import pytest
from django.urls import reverse

from funding.enums import StopReason
from funding.models import Subscriber
from funding.subscribers import stop
from tests.funding.drafts import published
from tests.funding.followers import AT, EMAIL, ask, follower
from tests.funding.views.test_follow import words

pytestmark = pytest.mark.django_db
LIST = reverse("admin:funding_subscriber_changelist")


@pytest.fixture
def call(db):
    return published().calls.select_related("scheme").get()


def test_a_call_and_a_scheme_tell_how_many_follow_them(office, call):
    call_page = reverse("admin:funding_call_change", args=[call.pk])
    scheme_page = reverse("admin:funding_scheme_change", args=[call.scheme_id])
    assert "Suivi par : personne" in words(office.get(scheme_page))

    for target in (call, call.scheme):
        follower(target)
        follower(target, "autre@usine.test")
        ask(target, "demande@usine.test")
        gone = follower(target, "partie@usine.test")
    stop(subscriber_id=gone.pk, reason=StopReason.UNSUBSCRIBED, at=AT)

    assert "2 personnes" in words(office.get(call_page))
    assert "Suivi par : 2 personnes" in words(office.get(scheme_page))
    assert EMAIL not in words(office.get(call_page))


@pytest.mark.parametrize("size", [1, 4])
def test_the_list_shows_no_address_and_asks_few_questions(office, call, django_assert_num_queries, size):
    for number in range(size):
        follower(call, f"p{number}@usine.test")
    office.get(LIST)

    with django_assert_num_queries(7):  # session, user, second factor, permissions (2), count, rows
        shown = office.get(LIST)

    assert words(shown).count("p…@usine.test") == size
    assert "p0@usine.test" not in shown.content.decode()


def test_somebody_who_asks_is_found_by_the_whole_address_and_stopped(office, call):
    subscriber = follower(call)
    follower(call, "camille.autre@usine.test")
    assert "1 personne abonnée" in words(office.get(LIST, {"q": EMAIL}))
    assert "0 personne" in words(office.get(LIST, {"q": "camille"}))

    done = office.post(LIST, {"action": "stop_sending", "_selected_action": [subscriber.pk], "index": 0}, follow=True)

    assert "Envois arrêtés : 1 personne." in words(done)
    assert Subscriber.objects.get(pk=subscriber.pk).stop_reason == StopReason.UNSUBSCRIBED
    assert Subscriber.objects.filter(stopped_at=None).count() == 1


@pytest.mark.parametrize(
    ("state", "expected"), [("active", 1), ("waiting", 1), ("bounced", 1), ("unsubscribed", 0), ("x", 3)]
)
def test_the_list_is_filtered_by_state(office, call, state, expected):
    follower(call)
    ask(call, "demande@usine.test")
    stop(subscriber_id=follower(call, "morte@usine.test").pk, reason=StopReason.BOUNCED, at=AT)

    assert len(office.get(LIST, {"etat": state}).context["cl"].result_list) == expected


def test_the_page_of_somebody_writes_nothing(office, call):
    subscriber = follower(call)
    page = reverse("admin:funding_subscriber_change", args=[subscriber.pk])

    shown = office.get(page)
    assert shown.status_code == 200
    assert EMAIL not in shown.content.decode()
    assert subscriber.secret not in shown.content.decode()
    assert office.post(page, {"frequency": "weekly"}).status_code == 403
