from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from territories.contacts import (
    EntryConflict,
    confirm_entry,
    directory,
    due_on,
    is_due,
    normalise_phone,
    phone_link,
    update_entry,
)
from territories.models import ContactEntry
from tests.territories.people import TODAY, mandate, person, territory
from tests.territories.test_profiles import at_once


@pytest.mark.parametrize(
    ("typed", "kept", "link"),
    [
        ("", "", ""),
        ("  ", "", ""),
        ("0466123456", "04 66 12 34 56", "+33466123456"),
        ("04.66.12.34.56", "04 66 12 34 56", "+33466123456"),
        ("04-66 12/34\u00a056", "04 66 12 34 56", "+33466123456"),
        ("+33 4 66 12 34 56", "04 66 12 34 56", "+33466123456"),
        ("+33 (0)4 66 12 34 56", "04 66 12 34 56", "+33466123456"),
        ("0033466123456", "04 66 12 34 56", "+33466123456"),
        ("+262 692 12 34 56", "06 92 12 34 56", "+262692123456"),
        ("0590 12 34 56", "05 90 12 34 56", "+590590123456"),
        ("+687 12 34 56", "+687 12 34 56", "+687123456"),
        ("+689 40 12 34 56", "+689 40 12 34 56", "+68940123456"),
    ],
)
def test_french_numbers_take_their_usual_form(typed, kept, link):
    assert normalise_phone(typed) == kept
    assert normalise_phone(kept) == kept
    assert phone_link(kept) == link


@pytest.mark.parametrize(
    "typed",
    ["12", "0066123456", "04 66 12 34 5", "04 66 12 34 56 7", "+49 30 123456", "rappelez-moi", "0466123456\x00",
     "+262 1 23 45 67 89", "+687 1", "٠٤٦٦١٢٣٤٥٦"],
)  # fmt: skip
def test_other_numbers_are_refused_in_french(typed):
    with pytest.raises(ValidationError, match="numéro français"):
        normalise_phone(typed)


@pytest.mark.parametrize(
    ("confirmed_on", "due"),
    [(None, True), (TODAY, False), (TODAY - timedelta(days=364), False), (TODAY - timedelta(days=365), True)],
)
def test_an_entry_is_due_after_365_days(confirmed_on, due):
    assert is_due(ContactEntry(confirmed_on=confirmed_on), TODAY) is due
    assert is_due(None, TODAY) is True
    assert due_on(None) is None


def update(who, version, **changes):
    return update_entry(person_id=who.pk, changes=changes, based_on_version=version, today=TODAY)


@pytest.mark.django_db
class TestOwnEntry:
    def test_saving_writes_confirms_and_grows_the_version(self):
        who = person()
        entry, changed = update(who, 0, job_title=" Cheffe  de projet ", phone="0466123456")
        assert changed
        assert (entry.job_title, entry.phone, entry.confirmed_on, entry.version) == (
            "Cheffe de projet", "04 66 12 34 56", TODAY, 1,
        )  # fmt: skip

    def test_a_double_click_writes_once(self):
        who = person()
        assert [update(who, 0, job_title="Maire")[1] for _ in range(2)] == [True, False]
        assert ContactEntry.objects.get().version == 1

    def test_another_window_does_not_overwrite_unseen(self):
        who = person()
        update(who, 0, job_title="Maire")
        with pytest.raises(EntryConflict) as refused:
            update(who, 0, job_title="Adjointe")
        assert (refused.value.version, refused.value.fields) == (1, ("job_title",))
        assert refused.value.current.job_title == "Maire"
        assert refused.value.mine.job_title == "Adjointe"
        assert ContactEntry.objects.get().job_title == "Maire"

    def test_confirming_changes_only_the_day(self):
        who = person()
        ContactEntry.objects.create(person=who, job_title="Maire", confirmed_on=date(2025, 1, 1), version=3)
        entry, changed = confirm_entry(person_id=who.pk, based_on_version=3, today=TODAY)
        assert (changed, entry.job_title, entry.confirmed_on, entry.version) == (True, "Maire", TODAY, 4)
        assert confirm_entry(person_id=who.pk, based_on_version=3, today=TODAY)[1] is False

    def test_what_was_not_read_cannot_be_confirmed(self):
        who = person()
        ContactEntry.objects.create(person=who, confirmed_on=date(2025, 1, 1), version=3)
        with pytest.raises(EntryConflict):
            confirm_entry(person_id=who.pk, based_on_version=2, today=TODAY)

    def test_bad_values_are_refused_at_their_field(self):
        with pytest.raises(ValidationError) as refused:
            update(person(), 0, phone="12", job_title="x" * 151, organisation="a\x00b")
        assert set(refused.value.message_dict) == {"phone", "job_title", "organisation"}
        assert not ContactEntry.objects.exists()


def test_two_first_savings_at_once_make_one_entry(committed_db):
    who = person()
    results = at_once(*[lambda job=f"Rôle {n}": update(who, 0, job_title=job) for n in range(4)])
    assert len([result for result in results if isinstance(result, EntryConflict)]) == 3
    assert ContactEntry.objects.get(person=who).version == 1


@pytest.mark.django_db
class TestDirectory:
    @pytest.fixture
    def people(self):
        claire, luc = person(), person("luc.hervé@nevers.test", last_name="Hervé-L’Œil")
        ales, nevers = territory(), territory("Nevers")
        ContactEntry.objects.create(person=luc, organisation="Nevers Agglomération", job_title="Élu")
        return {
            "claire": mandate(claire, ales),
            "luc": mandate(luc, nevers, "elected"),
            "past": mandate(person("a.passé@ales.test"), ales, until=TODAY - timedelta(days=1)),
            "future": mandate(person("b.futur@ales.test"), ales, since=TODAY + timedelta(days=1)),
            "closed": mandate(person("c.fermé@ales.test", is_active=False), ales),
        }

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({}, {"claire", "luc"}),
            ({"role": "elected"}, {"luc"}),
            ({"region_code": "REG-76"}, {"claire"}),
            ({"region_code": "REG-27"}, {"luc"}),
            ({"text": "MARTIN"}, {"claire"}),
            ({"text": "herve l'oeil"}, {"luc"}),
            ({"text": "agglomeration elu"}, {"luc"}),
            ({"text": "alès"}, {"claire"}),
            ({"text": "personne"}, set()),
            ({"text": "100%_"}, set()),
        ],
    )
    def test_filters(self, people, filters, expected):
        assert set(directory(TODAY, **filters)) == {people[name] for name in expected}

    def test_one_territory(self, people):
        code = people["luc"].territory.place.code
        assert list(directory(TODAY, territory_code=code)) == [people["luc"]]
