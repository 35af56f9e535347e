"""What calendars know follows what is written of rounds: same event, its revision, its state."""

import random
from datetime import date, timedelta

import pytest

from funding import schemes
from funding.calendars.entries import fill_when_empty, refresh, refresh_all
from funding.catalogue.loading import data_key
from funding.models import CalendarEntry, Round, Scheme
from funding.presenters.scheme_page import shown_calls
from funding.presenters.scheme_rows import SchemeRows
from funding.tasks import refresh_calendars_task
from territories.models import Place
from tests.funding.calendars.rounds import (
    AT,
    CLOSES,
    LATER,
    OPENS,
    a_call,
    a_round,
    at,
    entries,
    only_round,
    rewrite,
    with_calls,
)
from tests.funding.drafts import draft
from tests.funding.test_listing import COMMUNES, random_scheme
from ti_portal.core.models import JobRun

pytestmark = pytest.mark.django_db


def told(entry: CalendarEntry) -> tuple:
    return entry.sequence, entry.is_cancelled, entry.instant


def test_a_published_round_has_an_opening_and_a_closing():
    found = entries(with_calls(a_call(a_round(label="Première relève", zone="America/Cayenne"))))
    opening, closing = found["opening"], found["closing"]
    assert (opening.title, closing.title) == (
        "Ouverture\xa0: AMI Transitions – Première relève",
        "Clôture\xa0: AMI Transitions – Première relève",
    )
    assert told(opening) == (0, False, OPENS)
    # 4 January in Paris is still the 3rd in Cayenne, where the deadline is lived.
    assert (opening.day, opening.is_all_day) == (date(2027, 1, 3), False)
    assert "31\xa0mars 2027 à 7\xa0h (heure de Cayenne)" in closing.text
    assert closing.modified_at == AT


def test_midnight_means_the_whole_day_for_an_opening_only():
    midnight = at("2027-03-31T00:00+02:00")
    found = entries(with_calls(a_call(a_round(closes_at=midnight))))
    assert found["opening"].is_all_day
    assert not found["closing"].is_all_day
    assert "Les dossiers se déposent à partir du 4\xa0janvier 2027." in found["opening"].text


def test_a_draft_has_none_and_what_is_said_twice_changes_nothing():
    scheme = draft({}, {"calls": [a_call()]})
    assert not CalendarEntry.objects.filter(scheme=scheme).exists()
    scheme = with_calls()
    before = list(CalendarEntry.objects.filter(scheme=scheme).order_by("pk").values())
    rewrite(scheme, a_call())
    assert refresh([scheme.pk], at=LATER) == 0
    assert list(CalendarEntry.objects.filter(scheme=scheme).order_by("pk").values()) == before


def test_a_moved_closing_is_the_next_revision_of_the_same_event():
    scheme = with_calls()
    before = entries(scheme)
    rewrite(scheme, a_call(a_round(closes_at=CLOSES + timedelta(days=15))))
    after = entries(scheme)
    assert told(after["closing"]) == (1, False, CLOSES + timedelta(days=15))
    assert (after["closing"].uid, after["closing"].modified_at) == (before["closing"].uid, LATER)
    # The opening tells the closing in its text: the file changes, not the event.
    assert (after["opening"].sequence, after["opening"].modified_at) == (0, LATER)


@pytest.mark.parametrize(
    ("change", "sequence"),
    [
        ({"name": "AMI Mutations"}, 1),
        ({"exhausted_from": at("2027-02-01T00:00+01:00")}, 1),
        ({"text": "<p>Autre présentation</p>"}, 0),
        ({"url": "https://exemple.fr/autre"}, 0),
        ({"included_codes": ["REG-28"]}, 0),
    ],
)
def test_only_what_an_event_tells_makes_a_revision(change, sequence):
    scheme = with_calls()
    rewrite(scheme, a_call() | change)
    assert entries(scheme)["closing"].sequence == sequence


def test_a_spent_envelope_and_a_suspension_show_in_the_title():
    spent = {"exhausted_from": at("2027-02-01T00:00+01:00")}
    assert entries(with_calls(a_call() | spent))["closing"].title.endswith(" (enveloppe épuisée)")
    assert entries(with_calls(a_call() | spent))["opening"].title == "Ouverture\xa0: AMI Transitions"
    # Spent before the round opens: the round has an envelope of its own.
    spent = {"exhausted_from": at("2026-12-01T00:00+01:00")}
    assert "épuisée" not in entries(with_calls(a_call() | spent))["closing"].title
    stopped = {"suspended_from": at("2027-03-01T00:00+01:00")}
    assert entries(with_calls(a_call() | stopped))["closing"].title.endswith(" (appel suspendu)")


def test_a_removed_date_and_a_deleted_round_leave_cancelled_entries():
    scheme = with_calls()
    uid = entries(scheme)["closing"].uid
    rewrite(scheme, a_call(a_round(id=only_round(scheme).pk, closes_at=None)))
    found = entries(scheme)
    assert told(found["closing"]) == (1, True, CLOSES)
    assert told(found["opening"])[:2] == (0, False)
    rewrite(scheme, a_call(a_round(id=only_round(scheme).pk)))
    found = entries(scheme)
    assert (told(found["closing"]), found["closing"].uid) == ((2, False, CLOSES), uid)
    schemes.save_call(
        scheme_id=scheme.pk,
        call_id=scheme.calls.get().pk,
        values={"rounds": [], "is_permanent": True},
        actor=None,
        at=LATER,
    )
    found = entries(scheme)
    assert {told(entry)[:2] for entry in found.values()} == {(3, True), (1, True)}
    assert {entry.round_id for entry in found.values()} == {None}


def test_a_deleted_call_leaves_its_entries_cancelled_at_the_page_of_its_scheme():
    scheme = with_calls(a_call(), a_call(slug="autre", name="Autre", included_codes=["REG-28"], variant_of="ami"))
    gone = scheme.calls.get(slug="autre")
    schemes.delete_call(call_id=gone.pk, actor=None, at=LATER)
    found = CalendarEntry.objects.filter(scheme=scheme, title__contains="Autre").order_by("pk")
    assert [(entry.is_cancelled, entry.call_id, entry.path) for entry in found] == [
        (True, None, scheme.get_absolute_url())
    ] * 2


def test_an_archived_scheme_takes_back_what_is_to_come_and_not_what_was():
    scheme = with_calls()
    between = OPENS + timedelta(days=10)
    schemes.archive_scheme(scheme_id=scheme.pk, actor=None, at=between)
    found = entries(scheme)
    assert (told(found["opening"])[:2], told(found["closing"])[:2]) == ((0, False), (1, True))
    # Once the day is past, nothing says that it took place after all.
    assert refresh([scheme.pk], at=CLOSES + timedelta(days=1)) == 0
    schemes.move_scheme(scheme_id=scheme.pk, to_state="to_validate", actor=None, at=between)
    schemes.publish_scheme(scheme_id=scheme.pk, actor=None, at=between)
    assert told(entries(scheme)["closing"])[:2] == (2, False)


def test_nothing_closes_after_the_end_of_its_scheme():
    scheme = with_calls()
    rewrite(scheme, valid_until=date(2027, 2, 28))
    found = entries(scheme)
    assert (found["opening"].is_cancelled, found["closing"].is_cancelled) == (False, True)


def test_a_portal_older_than_its_calendars_is_filled_once():
    scheme = with_calls()
    CalendarEntry.objects.order_by("pk").delete()
    assert fill_when_empty(at=LATER) > 0
    assert entries(scheme)["closing"].modified_at == LATER
    assert fill_when_empty(at=LATER) == 0
    assert refresh_all(at=LATER) == 0


def test_what_a_hand_changed_in_the_database_is_found_at_night():
    scheme = with_calls()
    before = data_key()
    Round.objects.filter(call__scheme=scheme).update(closes_at=CLOSES + timedelta(days=1))
    refresh_calendars_task()
    assert told(entries(scheme)["closing"]) == (1, False, CLOSES + timedelta(days=1))
    assert data_key() > before
    assert JobRun.objects.get(name="funding.refresh_calendars").counts == {"entries": 2}


def test_revisions_never_go_back_in_time():
    scheme = with_calls()
    rewrite(scheme, a_call(name="Autre nom"), when=AT - timedelta(days=3))
    assert entries(scheme)["closing"].modified_at == AT


def test_refreshing_costs_the_same_whatever_the_number(django_assert_num_queries):
    made = [with_calls() for _ in range(3)]
    CalendarEntry.objects.order_by("pk").delete()
    with django_assert_num_queries(8):  # savepoint and its end, lock, schemes, calls, rounds, entries, insertion
        assert refresh([made[0].pk], at=LATER) == 2
    CalendarEntry.objects.order_by("pk").delete()
    with django_assert_num_queries(8):
        assert refresh([one.pk for one in made], at=LATER) == 6


@pytest.mark.parametrize("seed", [11, 12])
def test_an_entry_counts_where_its_call_does(seed):
    """As the page of a scheme says it, which reads the rows another way."""
    chance = random.Random(seed)
    made = [random_scheme(chance) for _ in range(8)]
    places = list(Place.objects.filter(code__in=COMMUNES).order_by("code"))
    for scheme in Scheme.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"):
        rows = SchemeRows(scheme)
        for place in places:
            here = CalendarEntry.objects.covering(place.ancestor_codes).filter(scheme=scheme)
            names = set(here.values_list("call__name", flat=True))
            inside = set(scheme.included_codes) & set(place.ancestor_codes)
            is_inside = inside and not set(scheme.excluded_codes) & set(place.ancestor_codes)
            shown = shown_calls(rows, {}, AT, place) if is_inside else []
            dated = set(CalendarEntry.objects.filter(scheme=scheme).values_list("call__name", flat=True))
            assert names == {call.name for call in shown if not call.is_hidden_here} & dated


@pytest.mark.parametrize(
    ("acronym", "call", "title"),
    [
        ("", "Édition en cours", "Clôture\xa0: Aide à l’investissement – Édition en cours"),
        ("AI", "Édition en cours", "Clôture\xa0: AI – Édition en cours"),
        ("", "Aide à l’Investissement, édition 2027", "Clôture\xa0: Aide à l’Investissement, édition 2027"),
    ],
)
def test_a_title_names_the_scheme_once(db, acronym, call, title):
    scheme = with_calls(a_call(name=call), acronym=acronym)
    assert entries(scheme)["closing"].title == title
