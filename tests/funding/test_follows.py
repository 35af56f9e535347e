"""Following: at once with an account, by a confirmed link without; once whatever the number of times."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from funding import follows, subscribers
from funding.enums import AlertState, NewsKind, StopReason
from funding.models import Alert, CallNews, Follow, KeptCheck, Subscriber
from funding.retention import KEEP_CHECKS, purge
from funding.schemes import move_scheme
from territories.models import Place
from tests.accounts.people import account
from tests.funding.drafts import published
from tests.funding.followers import AT, EMAIL, ask, follower, last_message, link_in, token_in
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def scheme(db):
    return published()


@pytest.fixture
def call(scheme):
    return scheme.calls.select_related("scheme").get()


def kept_check(at=AT) -> KeptCheck:
    return KeptCheck.objects.create(
        token="t" * 43, facts={}, verdicts={}, as_of=at, rules_version="1", data_version=1, created_at=at
    )


def alert(subscriber, follow, call, key: str = "x") -> Alert:
    news = CallNews.objects.create(call=call, kind=NewsKind.OPENING, key=key, due_at=AT, recorded_at=AT)
    return Alert.objects.create(subscriber=subscriber, news=news, follow=follow, created_at=AT)


def test_an_account_follows_at_once_and_once(call):
    person = account()

    first = follows.follow_as_user(user=person, target=call, at=AT)
    again = follows.follow_as_user(user=person, target=call, at=AT + DAY)

    assert first.pk == again.pk
    assert again.confirmed_at == AT
    subscriber = Subscriber.objects.get()
    assert (subscriber.user, subscriber.email, subscriber.confirmed_at) == (person, person.email, AT)
    assert len(subscriber.secret) == 43
    assert not OutboxMessage.objects.exists()


def test_an_account_whose_address_is_not_verified_does_not(call):
    with pytest.raises(subscribers.AddressNotVerified):
        follows.follow_as_user(user=account(verified=False), target=call, at=AT)

    assert not Subscriber.objects.exists()


def test_whoever_follows_again_after_stopping_is_told_again(call):
    person = account()
    follow = follows.follow_as_user(user=person, target=call, at=AT)
    subscribers.stop(subscriber_id=follow.subscriber_id, reason=StopReason.UNSUBSCRIBED, at=AT)

    follows.follow_as_user(user=person, target=call.scheme, at=AT)

    assert Subscriber.objects.get().stopped_at is None


def test_asking_counts_once_its_link_is_confirmed(call):
    ask(call, "Camille@Usine.test")

    follow = Follow.objects.get()
    assert (follow.confirmed_at, follow.subscriber.confirmed_at, follow.subscriber.email) == (None, None, EMAIL)
    message = last_message()
    assert call.name in message.subject
    assert "Vous n’avez rien demandé ?" in message.text_body
    assert link_in(message) in message.html_body.replace("&#x27;", "'")

    for _ in range(2):
        follows.confirm(token=token_in(message), at=AT + HOUR)

    follow = Follow.objects.select_related("subscriber").get()
    assert (follow.confirmed_at, follow.subscriber.confirmed_at) == (AT + HOUR, AT + HOUR)


def test_asking_again_writes_one_mail_an_hour_and_a_known_address_gets_its_page(call):
    ask(call)
    ask(call, at=AT + timedelta(minutes=20))
    assert OutboxMessage.objects.count() == 1
    follows.confirm(token=token_in(last_message()), at=AT)

    ask(call, at=AT + HOUR)

    assert OutboxMessage.objects.count() == 2
    message = last_message()
    assert "Vous le suivez déjà" in message.text_body
    assert link_in(message) == f"/suivis/{Subscriber.objects.get().secret}/"
    assert Follow.objects.count() == 1


def test_whoever_follows_a_place_overseas_first_reads_its_clock(call):
    ask(Place.objects.get(code="REG-04"))
    ask(Place.objects.get(code="REG-02"))
    ask(call, "paris@usine.test")

    assert set(Subscriber.objects.values_list("email", "zone")) == {
        (EMAIL, "Indian/Reunion"),
        ("paris@usine.test", "Europe/Paris"),
    }


def test_one_link_confirms_one_thing(scheme, call):
    ask(call)
    token = token_in(last_message())
    ask(scheme)

    follows.confirm(token=token, at=AT)

    assert Follow.objects.get(call=call).confirmed_at == AT
    assert Follow.objects.get(scheme=scheme).confirmed_at is None


def test_confirming_resumes_whoever_had_stopped(call):
    subscriber = follower(call)
    subscribers.stop(subscriber_id=subscriber.pk, reason=StopReason.BOUNCED, at=AT)

    ask(call, at=AT + HOUR)
    follows.confirm(token=token_in(last_message()), at=AT + HOUR)

    subscriber.refresh_from_db()
    assert subscriber.stopped_at is None


@pytest.mark.parametrize("spoil", ["late", "cut", "unfollowed", "other key"])
def test_a_link_that_is_late_cut_or_of_nothing_is_refused(call, settings, spoil):
    ask(call)
    token, at = token_in(last_message()), AT + follows.VALID_FOR - HOUR
    follows.find(token=token, at=at)
    if spoil == "late":
        at = AT + follows.VALID_FOR
    elif spoil == "cut":
        token = token[:-1]
    elif spoil == "unfollowed":
        Follow.objects.all().delete()
    else:
        settings.SECRET_KEY = "another-" * 8

    with pytest.raises(subscribers.LinkRefused):
        follows.confirm(token=token, at=at)


def test_a_mailbox_is_not_filled_with_asks(call):
    places = Place.objects.in_force().regions().order_by("pk")[: follows.MOST_ASKS + 2]
    for place in places:
        ask(place)
    assert Follow.objects.count() == OutboxMessage.objects.count() == follows.MOST_ASKS

    ask(places[0], at=AT + HOUR)
    assert OutboxMessage.objects.count() == follows.MOST_ASKS + 1

    ask(call, at=AT + 8 * DAY)
    assert last_message().created_at == AT + 8 * DAY


def test_there_is_an_end_to_what_one_follows(call, monkeypatch):
    monkeypatch.setattr(follows, "MOST_FOLLOWS", 1)
    person = account()
    follows.follow_as_user(user=person, target=call, at=AT)

    with pytest.raises(ValidationError, match="retirez-en"):
        follows.follow_as_user(user=person, target=call.scheme, at=AT)
    ask(call.scheme, person.email)
    assert Follow.objects.count() == 1
    assert not OutboxMessage.objects.exists()


def test_what_is_not_public_cannot_be_followed(scheme, call):
    first_wave = Place.objects.filter(kind="TI", code__startswith="TI-2018").order_by("pk").first()
    commune = Place.objects.get(code="COM-30007")
    move_scheme(scheme_id=scheme.pk, to_state="archived", actor=None, at=AT)

    for target in filter(None, (scheme, call, commune, first_wave)):
        with pytest.raises(ValidationError):
            ask(target)
    assert not Subscriber.objects.exists()


def test_unfollowing_drops_what_waited_unless_another_follow_wants_it(scheme, call):
    subscriber = follower(call)
    first = subscriber.follows.get()
    waiting = alert(subscriber, first, call)
    follower(scheme)

    assert follows.unfollow(subscriber_id=subscriber.pk, follow_id=first.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.follow) == (AlertState.WAITING, None)

    second = subscriber.follows.get()
    other = alert(subscriber, second, call, "y")
    assert follows.unfollow(subscriber_id=subscriber.pk, follow_id=second.pk)
    other.refresh_from_db()
    assert other.state == AlertState.DROPPED
    assert not follows.unfollow(subscriber_id=subscriber.pk, follow_id=second.pk)


def test_nobody_unfollows_for_somebody_else(call):
    mine, theirs = follower(call), follower(call, "autre@usine.test")

    assert not follows.unfollow(subscriber_id=mine.pk, follow_id=theirs.follows.get().pk)
    assert Follow.objects.count() == 2


def test_asks_that_nobody_confirmed_are_deleted_and_addresses_that_nothing_needs(scheme, call):
    kept = follower(call)
    person = account()
    follows.follow_as_user(user=person, target=call, at=AT)
    Follow.objects.filter(subscriber__user=person).delete()
    ask(scheme, "jamais@usine.test")
    left = follower(scheme, "partie@usine.test")
    left.follows.all().delete()

    assert follows.purge_asks(at=AT + follows.ASKS_LIVE - HOUR) == {"asks": 0, "subscribers": 0}
    assert follows.purge_asks(at=AT + follows.ASKS_LIVE) == {"asks": 1, "subscribers": 2}
    assert follows.purge_asks(at=AT + follows.ASKS_LIVE) == {"asks": 0, "subscribers": 0}
    assert set(Subscriber.objects.values_list("email", flat=True)) == {EMAIL, person.email}
    assert set(OutboxMessage.objects.values_list("recipient", "text_body")) == {("", "")}

    subscribers.stop(subscriber_id=kept.pk, reason=StopReason.UNSUBSCRIBED, at=AT)
    assert follows.purge_asks(at=AT + follows.KEEP_STOPPED)["subscribers"] == 1


def test_a_kept_check_stays_as_long_as_it_is_followed(db):
    check = kept_check()
    subscriber = follower(check)
    later = AT + KEEP_CHECKS + DAY

    assert purge(at=later)["kept_checks"] == 0

    follows.unfollow(subscriber_id=subscriber.pk, follow_id=subscriber.follows.get().pk)
    assert purge(at=later)["kept_checks"] == 1
