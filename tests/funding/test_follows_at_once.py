"""Following at the same time: real threads, real commits."""

import threading

from django.db import connection

from funding import follows
from funding.models import Follow, Subscriber
from tests.accounts.people import account
from tests.funding.drafts import published
from tests.funding.followers import AT, EMAIL, ask


def at_once(*works) -> None:
    barrier = threading.Barrier(len(works))

    def run(work):
        barrier.wait(20)
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_the_same_thing_followed_many_times_at_once_is_one_row(committed_db):
    call = published().calls.select_related("scheme").get()
    person = account(EMAIL)

    def as_user():
        follows.follow_as_user(user=person, target=call, at=AT)

    def by_mail():
        ask(call)

    at_once(as_user, by_mail, as_user, by_mail)

    assert Subscriber.objects.get().user == person
    assert Follow.objects.get().confirmed_at == AT
