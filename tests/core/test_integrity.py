import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from territories.models import Membership, Place
from tests.at_once import at_once
from ti_portal.core.integrity import refused_by_constraints


def test_a_broken_constraint_is_a_sentence_and_the_transaction_lives_on(db):
    member, container = Place.objects.order_by("code")[:2]
    Membership.objects.create(member=member, container=container, valid_from=date(2020, 1, 1))
    with pytest.raises(ValidationError, match="déjà connue sur cette période"), refused_by_constraints(Membership):
        Membership.objects.create(member=member, container=container, valid_from=date(2021, 1, 1))
    assert Membership.objects.filter(member=member, container=container).count() == 1


def test_another_integrity_error_passes_through(db):
    place = Place.objects.order_by("code").first()
    with pytest.raises(IntegrityError), refused_by_constraints(Membership):
        Place.objects.create(code=place.code, kind=place.kind, name="double", slug="double")


def test_two_threads_writing_the_same_period_leave_one(committed_db):
    member, container = Place.objects.order_by("code")[:2]
    barrier, outcomes = threading.Barrier(2), []

    def write() -> None:
        try:
            barrier.wait(60)
            with refused_by_constraints(Membership):
                Membership.objects.create(member=member, container=container, valid_from=date(2020, 1, 1))
            outcomes.append("written")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "written"]


def test_two_writers_who_wait_for_each_other_are_one_refusal(committed_db):
    """Each has written what the other writes next: PostgreSQL ends one as a deadlock."""
    first, second, container = Place.objects.order_by("code")[:3]
    barrier = threading.Barrier(2)

    def write(mine: Place, theirs: Place) -> str:
        try:
            with transaction.atomic():
                Membership.objects.create(member=mine, container=container, valid_from=date(2020, 1, 1))
                barrier.wait(60)
                with refused_by_constraints(Membership):
                    Membership.objects.create(member=theirs, container=container, valid_from=date(2020, 1, 1))
        except ValidationError as error:
            return error.code
        return "written"

    outcomes = at_once(lambda: write(first, second), lambda: write(second, first))
    assert sorted(outcomes) == ["membership_periods_do_not_overlap", "written"]
