import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from territories.models import TerritoryProfile
from territories.profiles import FIELDS, Document, EditConflict, check_address, merge, restore_version, update_profile
from tests.territories.people import NOW, person, territory

LINK = ("Pôle", "https://pole.example/verre")


def change(where, version, at=NOW, actor=None, **changes):
    return update_profile(territory_id=where.pk, changes=changes, based_on_version=version, actor=actor, at=at)


def stored(where) -> Document:
    return Document.of(TerritoryProfile.objects.get(territory=where))


@pytest.mark.django_db
class TestUpdateProfile:
    def test_first_change_makes_version_one_signed_and_sanitised(self):
        where, author = territory(), person()
        outcome = change(
            where,
            0,
            actor=author,
            presentation="<p onclick=x>Le verre<script>1</script></p>",
            sectors=["glass", "aerospace"],
            links=[LINK],
        )

        assert (outcome.version, outcome.changed, outcome.merged) == (1, True, ())
        assert stored(where) == Document("<p>Le verre</p>", ("aerospace", "glass"), (LINK,))
        profile = TerritoryProfile.objects.get(territory=where)
        assert (profile.version, profile.updated_by, profile.updated_at) == (1, author, NOW)
        kept = profile.history.get()
        assert (kept.version, kept.history_user, kept.history_date) == (1, author, NOW)

    def test_a_repeat_of_the_same_save_changes_nothing(self):
        where = territory()
        for expected in (True, False):
            assert change(where, 0, presentation="Le verre").changed is expected
        assert TerritoryProfile.history.filter(territory=where).count() == 1

    def test_saving_nothing_new_makes_no_version(self):
        where = territory()
        change(where, 0, presentation="Le verre")
        assert change(where, 1, presentation="<p>Le verre</p>", sectors=[]).version == 1

    def test_a_change_on_an_older_version_of_the_same_field_is_refused_with_all_three_texts(self):
        where, other = territory(), person("luc.petit@nevers.test")
        change(where, 0, presentation="Le verre")
        change(where, 1, presentation="Le verre et l’acier", actor=other, at=NOW + timedelta(minutes=1))

        with pytest.raises(EditConflict) as refused:
            change(where, 1, presentation="Le verre et le bois")
        conflict = refused.value
        assert conflict.fields == ("presentation",)
        assert conflict.base.presentation == "<p>Le verre</p>"
        assert conflict.current.presentation == "<p>Le verre et l’acier</p>"
        assert conflict.mine.presentation == "<p>Le verre et le bois</p>"
        assert (conflict.version, conflict.by, conflict.at) == (2, other, NOW + timedelta(minutes=1))
        assert stored(where) == conflict.current

    def test_changes_of_different_fields_are_merged_and_said(self):
        where = territory()
        change(where, 0, presentation="Le verre", sectors=["glass"])
        change(where, 1, presentation="Le verre", sectors=["glass", "wood"], links=[LINK])
        outcome = change(where, 1, presentation="Le verre creux", sectors=["glass"], links=[])

        assert (outcome.version, outcome.changed, outcome.merged) == (3, True, ("sectors", "links"))
        assert stored(where) == Document("<p>Le verre creux</p>", ("wood", "glass"), (LINK,))
        again = change(where, 1, presentation="Le verre creux", sectors=["glass"], links=[])
        assert (again.version, again.changed) == (3, False)

    def test_in_a_conflict_the_fields_of_the_other_alone_are_already_taken_over(self):
        where = territory()
        change(where, 0, presentation="A", sectors=["glass"])
        change(where, 1, presentation="B", sectors=["wood"])
        with pytest.raises(EditConflict) as refused:
            change(where, 1, presentation="C", sectors=["glass"])
        assert refused.value.merged == ("sectors",)
        assert refused.value.mine == Document("<p>C</p>", ("wood",))

    @pytest.mark.parametrize("version", [-1, 7, 999_999])
    def test_an_unknown_version_loses_nothing(self, version):
        where = territory()
        change(where, 0, presentation="A")
        with pytest.raises(EditConflict) as refused:
            change(where, version, presentation="B")
        assert refused.value.base is None
        assert stored(where).presentation == "<p>A</p>"

    @pytest.mark.parametrize(
        ("changes", "field", "sentence"),
        [
            ({"presentation": "x" * 30_001}, "presentation", "Le texte compte 30 001 signes"),
            ({"sectors": ["glass", "magic"]}, "sectors", "Une des filières n’existe pas."),
            ({"links": [LINK] * 11}, "links", "10 liens au plus."),
            ({"links": [("", "https://a.example")]}, "links", "intitulé"),
            ({"links": [("a", "javascript:alert(1)")]}, "links", "https://"),
        ],
    )
    def test_bad_values_are_refused_in_french_and_nothing_is_written(self, changes, field, sentence):
        where = territory()
        with pytest.raises(ValidationError) as refused:
            change(where, 0, **{"presentation": "fine", **changes})
        assert set(refused.value.message_dict) == {field}
        assert sentence in refused.value.message_dict[field][0].replace("\u202f", " ")
        assert not TerritoryProfile.objects.filter(territory=where).exists()


@pytest.mark.django_db
class TestRestoreVersion:
    def restore(self, where, version, based_on, actor=None):
        return restore_version(
            territory_id=where.pk, version=version, based_on_version=based_on, actor=actor, at=NOW + timedelta(hours=1)
        )

    def test_a_restoration_is_a_new_version_that_says_so(self):
        where, author = territory(), person()
        change(where, 0, presentation="A", sectors=["glass"])
        change(where, 1, presentation="B", sectors=[])
        outcome = self.restore(where, 1, 2, author)

        assert (outcome.version, outcome.changed) == (3, True)
        assert stored(where) == Document("<p>A</p>", ("glass",))
        newest = TerritoryProfile.history.filter(territory=where).order_by("-version").first()
        assert (newest.history_change_reason, newest.history_user) == ("restored:1", author)
        assert TerritoryProfile.history.filter(territory=where).count() == 3

    def test_a_restoration_never_overwrites_what_the_person_did_not_see(self):
        where = territory()
        change(where, 0, presentation="A")
        change(where, 1, presentation="B")
        change(where, 2, presentation="C")
        with pytest.raises(EditConflict):
            self.restore(where, 1, 2)
        assert stored(where).presentation == "<p>C</p>"

    def test_restoring_twice_by_a_double_click_makes_one_version(self):
        where = territory()
        change(where, 0, presentation="A")
        change(where, 1, presentation="B")
        assert [self.restore(where, 1, 2).changed for _ in range(2)] == [True, False]

    def test_a_version_that_was_never_written_cannot_be_restored(self):
        where = territory()
        change(where, 0, presentation="A")
        with pytest.raises(TerritoryProfile.DoesNotExist):
            self.restore(where, 5, 1)


DOCUMENTS = st.builds(
    Document,
    presentation=st.sampled_from(["", "<p>a</p>", "<p>b</p>"]),
    sectors=st.sampled_from([(), ("glass",), ("wood",)]),
    links=st.sampled_from([(), (LINK,)]),
)


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_a_merge_keeps_every_change_of_both_or_says_what_conflicts(base, mine, current):
    result, kept, overlapping = merge(base, mine, current)
    for name in FIELDS:
        values = {getattr(document, name) for document in (mine, current)}
        if name in overlapping:
            assert len(values) == 2
            assert getattr(base, name) not in values
        elif getattr(mine, name) != getattr(base, name):
            assert getattr(result, name) == getattr(mine, name)
        else:
            assert getattr(result, name) == getattr(current, name)
    assert all(getattr(mine, name) == getattr(base, name) for name in kept)


@given(DOCUMENTS, DOCUMENTS)
def test_without_a_base_every_difference_is_a_conflict(mine, current):
    result, kept, overlapping = merge(None, mine, current)
    assert (result, kept, overlapping) == (mine, (), mine.differs_from(current))


@pytest.mark.parametrize(
    "url", ["https://a.fr", "https://a.fr/b?c=d#e", "https://xn--bcher-kva.example:8443/é", "https://école.fr/"]
)
def test_full_https_addresses_are_accepted(url):
    check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "http://a.fr", "javascript:alert(1)", "data:text/html,x", "//a.fr", "/chemin", "https://", "https:///a",
        "https://localhost", "https://moi:secret@a.fr", "https://a.fr/ b", "https://a.fr/\x00", "https://a.fr/\"onclick=",
        "https://a.fr\\@b.fr", "https://[::1", "https://a.fr:99999", "https://a.fr/" + "x" * 500, "https://a.fr/\u202egpj",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url):
    with pytest.raises(ValidationError):
        check_address(url)


def at_once(*calls):
    """Run `calls` in threads that start together; return what each gave or raised."""
    barrier = threading.Barrier(len(calls))
    results = [None] * len(calls)

    def run(index, call):
        barrier.wait()
        try:
            results[index] = call()
        except Exception as error:  # noqa: BLE001 - given back to the test
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class TestAtTheSameTime:
    """Real threads, real commits."""

    def test_ten_first_writers_of_one_page_make_one_version_and_nine_conflicts(self, committed_db):
        where = territory()
        results = at_once(*[lambda text=f"Texte {n}": change(where, 0, presentation=text) for n in range(10)])

        conflicts = [result for result in results if isinstance(result, EditConflict)]
        assert len(conflicts) == 9
        assert len([result for result in results if getattr(result, "changed", False)]) == 1
        assert all(conflict.version == 1 and conflict.base == Document() for conflict in conflicts)
        assert TerritoryProfile.objects.filter(territory=where).count() == 1
        assert [row.version for row in TerritoryProfile.history.filter(territory=where)] == [1]

    def test_three_people_on_three_fields_are_all_kept(self, committed_db):
        where = territory()
        change(where, 0, presentation="Avant")
        start = {"presentation": "<p>Avant</p>", "sectors": [], "links": []}
        results = at_once(
            lambda: change(where, 1, **{**start, "presentation": "Après"}),
            lambda: change(where, 1, **{**start, "sectors": ["glass"]}),
            lambda: change(where, 1, **{**start, "links": [LINK]}),
        )
        assert sorted(result.version for result in results) == [2, 3, 4]
        assert stored(where) == Document("<p>Après</p>", ("glass",), (LINK,))

    def test_the_same_click_many_times_makes_one_version(self, committed_db):
        where = territory()
        change(where, 0, presentation="Avant")
        results = at_once(*[lambda: change(where, 1, presentation="Après") for _ in range(6)])
        assert sorted(result.changed for result in results) == [False] * 5 + [True]
        assert TerritoryProfile.objects.get(territory=where).version == 2
