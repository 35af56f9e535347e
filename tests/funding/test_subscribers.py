"""The people who follow: preferences, stopping, addresses that change or refuse, accounts that join."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.utils import timezone

from funding import follows, subscribers
from funding.enums import AlertState, Frequency, NewsKind, StopReason
from funding.models import Alert, CallNews, Follow, Subscriber
from tests.accounts.people import account
from tests.core.far_end import far_end
from tests.funding.drafts import published
from tests.funding.followers import AT, EMAIL, ask, followed_by, follower, last_message, token_in
from ti_portal.accounts.erasure import delete_account
from ti_portal.accounts.personal_data import export_of
from ti_portal.core.mail import deliver_message, queue_message
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
OTHER = "autre@usine.test"
BOUNCED, UNSUBSCRIBED = StopReason.BOUNCED, StopReason.UNSUBSCRIBED


@pytest.fixture
def scheme(db):
    return published()


@pytest.fixture
def call(scheme):
    return scheme.calls.select_related("scheme").get()


@pytest.fixture
def subscriber(call):
    return follower(call)


def again(subscriber: Subscriber) -> Subscriber:
    return Subscriber.objects.get(pk=subscriber.pk)


def alert(subscriber, call, key: str) -> Alert:
    news, _ = CallNews.objects.get_or_create(
        key=key, defaults={"call": call, "kind": NewsKind.OPENING, "due_at": AT, "recorded_at": AT}
    )
    return Alert.objects.create(subscriber=subscriber, news=news, created_at=AT)


def save(subscriber, **values):
    values = {"frequency": Frequency.DAILY, "kinds": [NewsKind.MOVED, NewsKind.J3], "zone": "Indian/Reunion"} | values
    return subscribers.save_preferences(subscriber_id=subscriber.pk, at=AT, **values)


def test_preferences_are_kept_in_their_own_order(subscriber):
    save(subscriber)

    kept = again(subscriber)
    assert (kept.frequency, kept.kinds, kept.zone) == (Frequency.DAILY, ["j3", "moved"], "Indian/Reunion")


@pytest.mark.parametrize("values", [{"frequency": "hourly"}, {"kinds": []}, {"kinds": ["x", "j3"]}, {"zone": "Mars"}])
def test_preferences_that_do_not_exist_are_refused(subscriber, values):
    with pytest.raises(ValidationError) as refusal:
        save(subscriber, **values)

    assert list(refusal.value.message_dict) == list(values)
    assert again(subscriber).frequency == Frequency.AT_ONCE


def test_stopping_drops_what_waited_and_resuming_starts_anew(subscriber, call):
    waiting = alert(subscriber, call, "x")

    assert subscribers.stop(subscriber_id=subscriber.pk, reason=UNSUBSCRIBED, at=AT)
    assert not subscribers.stop(subscriber_id=subscriber.pk, reason=UNSUBSCRIBED, at=timezone.now())

    assert again(subscriber).stopped_at == AT
    waiting.refresh_from_db()
    assert waiting.state == AlertState.DROPPED
    assert subscriber.follows.count() == 1

    assert subscribers.resume(subscriber_id=subscriber.pk)
    assert not subscribers.resume(subscriber_id=subscriber.pk)
    assert again(subscriber).stopped_at is None


def test_the_wish_of_a_person_is_not_taken_for_a_bounce(subscriber):
    subscribers.stop(subscriber_id=subscriber.pk, reason=UNSUBSCRIBED, at=AT)
    assert not subscribers.record_bounce(email=EMAIL, at=AT)
    assert again(subscriber).stop_reason == UNSUBSCRIBED

    subscribers.resume(subscriber_id=subscriber.pk)
    assert subscribers.record_bounce(email=EMAIL.upper(), at=AT)
    assert subscribers.stop(subscriber_id=subscriber.pk, reason=UNSUBSCRIBED, at=AT)
    assert again(subscriber).stop_reason == UNSUBSCRIBED


@pytest.mark.parametrize(
    ("answer", "is_stopped"),
    [("550 5.1.1 Unknown user", True), ("450 4.2.1 Later", False), ("421 Closing", False)],
)
def test_an_address_that_the_server_refuses_for_good_is_stopped(subscriber, settings, answer, is_stopped):
    settings.OUTBOX_TRANSPORT = "smtp"
    message = queue_message(key="alert:1", recipient=EMAIL, subject="x", text_body="x", at=AT)
    with far_end() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        server.answer_recipient = lambda address: answer
        deliver_message(message_id=message.pk, at=AT)

    kept = again(subscriber)
    assert (kept.stop_reason == BOUNCED, kept.stopped_at == AT) == (is_stopped, is_stopped)


def test_a_content_that_is_refused_says_nothing_of_the_address(subscriber, settings):
    settings.OUTBOX_TRANSPORT = "smtp"
    message = queue_message(key="alert:1", recipient=EMAIL, subject="x", text_body="x", at=AT)
    with far_end() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        server.answer_data = lambda message_id: "554 5.6.0 No"
        deliver_message(message_id=message.pk, at=AT)

    message.refresh_from_db()
    assert message.state == "failed"
    assert again(subscriber).stopped_at is None


# Another address


def ask_address(subscriber, email: str = OTHER, at=AT) -> str:
    subscribers.ask_new_address(subscriber_id=subscriber.pk, email=email, at=at)
    return token_in(last_message(email))


def test_a_new_address_counts_once_confirmed_and_old_links_stop(subscriber):
    subscribers.stop(subscriber_id=subscriber.pk, reason=BOUNCED, at=AT)
    token = ask_address(subscriber)
    assert again(subscriber).email == EMAIL
    assert OTHER not in last_message(OTHER).key

    for _ in range(2):
        subscribers.confirm_new_address(token=token, at=AT)

    moved = again(subscriber)
    assert (moved.email, moved.stopped_at) == (OTHER, None)
    assert moved.secret != subscriber.secret


def test_a_link_of_before_a_later_change_is_refused(subscriber):
    first = ask_address(subscriber)
    second = ask_address(subscriber, "troisieme@usine.test")
    subscribers.confirm_new_address(token=second, at=AT)

    for token, at in ((first, AT), (first[:-1], AT), (second, AT + subscribers.VALID_FOR)):
        with pytest.raises(subscribers.LinkRefused):
            subscribers.confirm_new_address(token=token, at=at)
    assert again(subscriber).email == "troisieme@usine.test"


def test_an_address_that_follows_already_joins(subscriber, scheme, call):
    other = follower(scheme, OTHER)
    follower(call, OTHER)
    mine, theirs = alert(subscriber, call, "x"), alert(other, call, "x")
    second = alert(subscriber, call, "y")

    kept = subscribers.confirm_new_address(token=ask_address(subscriber), at=AT)

    assert kept.pk == other.pk
    assert Subscriber.objects.count() == 1
    assert followed_by(kept) == {(None, scheme.pk, None, None), (call.pk, None, None, None)}
    assert set(Alert.objects.values_list("pk", "subscriber")) == {(theirs.pk, kept.pk), (second.pk, kept.pk)}
    assert not Alert.objects.filter(pk=mine.pk).exists()


def test_an_address_of_one_s_own_and_that_of_an_account_are_not_changed_here(subscriber, call):
    with pytest.raises(ValidationError):
        ask_address(subscriber, EMAIL.upper())
    owned = follows.follow_as_user(user=account(), target=call, at=AT).subscriber
    with pytest.raises(ValidationError):
        ask_address(owned)


# Accounts


def test_an_account_made_later_has_what_its_address_followed(subscriber, call, scheme):
    person = account(EMAIL)

    assert again(subscriber).user == person
    follows.follow_as_user(user=person, target=scheme, at=AT)
    assert len(followed_by(subscriber)) == 2


def test_an_address_that_is_not_verified_gives_nothing(subscriber):
    person = account(EMAIL, verified=False)
    assert again(subscriber).user is None

    EmailAddress.objects.get(user=person).set_verified()
    assert again(subscriber).user == person


def test_follows_go_with_the_address_of_the_account_and_join_what_is_there(call, scheme):
    person = account()
    own = follows.follow_as_user(user=person, target=call, at=AT).subscriber
    follower(scheme, OTHER)
    Follow.objects.filter(subscriber=own).update(confirmed_at=AT)

    new = EmailAddress.objects.create(user=person, email=OTHER)
    new.set_as_primary()
    assert again(own).email == "personne@exemple.test"
    new.set_verified()

    moved = Subscriber.objects.get()
    assert (moved.pk, moved.email, moved.user) == (own.pk, OTHER, person)
    assert moved.secret != own.secret
    assert len(followed_by(moved)) == 2


def test_asking_by_mail_with_the_address_of_an_account_joins_it(call, scheme):
    person = account(EMAIL)
    subscriber = follower(call)
    assert subscriber.user == person

    follows.follow_as_user(user=person, target=scheme, at=AT)
    assert Subscriber.objects.count() == 1


def test_the_export_tells_the_follows_and_erasing_leaves_none(subscriber, call, scheme):
    person = account(EMAIL)
    ask(scheme)
    stranger = follower(call, OTHER)

    (told,) = export_of(person, at=AT)["aides"]["suivis"]
    assert told["adresse"] == EMAIL
    assert told["rythme"] == "Dès que possible"
    assert {(one["quoi"], one["confirmé"]) for one in told["ce qui est suivi"]} == {
        (f"Guichet : {call.name}", True),
        (f"Aide : {scheme.name}", False),
    }

    delete_account(user_id=person.pk, at=AT)
    assert Subscriber.objects.get() == stranger
    assert not OutboxMessage.objects.filter(recipient=EMAIL).exists()


def test_somebody_without_an_account_is_forgotten_with_what_waits(subscriber, call):
    alert(subscriber, call, "x")
    for key in ("alert:1:1", "alerts:1:1", "mail:x"):
        queue_message(key=key, recipient=EMAIL, subject="x", text_body="x", at=AT)
    for _ in range(2):
        subscribers.forget(subscriber_id=subscriber.pk)

    assert list(OutboxMessage.objects.filter(recipient=EMAIL).values_list("key", flat=True)) == ["mail:x"]
    assert set(OutboxMessage.objects.exclude(recipient=EMAIL).values_list("state", "text_body")) == {("failed", "")}
    assert not Subscriber.objects.exists()
    assert not Alert.objects.exists()
