"""Recent changes: of every territory for the délégation, of one for its people."""

import pytest
from django.urls import reverse

from tests.territories.contribution import url, write
from tests.territories.people import NOW, delegation, mandate, person, territory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_nine(time_machine_today):
    """The pages ask the clock; it says the day of the tests."""


@pytest.fixture
def time_machine_today():
    import time_machine

    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def where():
    return territory()


@pytest.fixture
def referent(where):
    who = person()
    mandate(who, where)
    return who


@pytest.fixture
def signed_in(client, referent):
    client.force_login(referent)
    return client


class TestRecentChanges:
    @pytest.fixture(autouse=True)
    def _changes(self, where, referent):
        self.neighbour = territory("Nevers")
        write(where, 0, presentation="A", actor=referent, minutes=-60 * 24 * 3)
        write(self.neighbour, 0, presentation="B", actor=person("luc.petit@nevers.test"))

    @pytest.fixture
    def boss(self, client):
        client.force_login(delegation())
        return client

    def titles(self, answer):
        return [(change.territory_name, change.title, change.author) for change in answer.context["page"].object_list]

    def test_the_delegation_sees_pages_and_mandates_newest_first(self, boss, where):
        answer = boss.get(reverse("territories:recent_changes"))
        assert self.titles(answer) == [
            (self.neighbour.place.name, "Page : version 1", "Luc Petit"),
            (where.place.name, "Page : version 1", "Claire Martin"),
            (where.place.name, "Mandat donné", "Le portail"),
        ]
        assert "Claire Martin, Chef ou cheffe de projet, depuis le 01/01/2025" in answer.text

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"personne": "petit"}, {"Luc Petit"}),
            ({"personne": "MARTIN"}, {"Claire Martin", "Le portail"}),
            ({"personne": "claire.martin@ales.test"}, {"Claire Martin", "Le portail"}),
            ({"personne": "inconnue"}, set()),
            ({"du": "2026-11-22"}, {"Luc Petit"}),
            ({"au": "2026-11-21"}, {"Claire Martin", "Le portail"}),
            ({"du": "2026-11-21", "au": "2026-11-21"}, {"Claire Martin"}),
        ],
    )
    def test_filters(self, boss, query, expected):
        answer = boss.get(reverse("territories:recent_changes"), query)
        assert {author for _, _, author in self.titles(answer)} == expected

    def test_the_first_version_is_read_and_the_next_are_compared(self, boss, where):
        write(where, 1, presentation="C", minutes=1)
        text = boss.get(reverse("territories:recent_changes")).text
        assert "Versions 0 et 1" not in text
        assert url("version", where, version=1) in text
        assert "Versions 1 et 2" in text

    def test_one_territory(self, boss, where):
        answer = boss.get(reverse("territories:recent_changes"), {"territoire": where.place.code})
        assert {name for name, _, _ in self.titles(answer)} == {where.place.name}

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ({"du": "hier"}, "Écrivez une date comme 24/11/2026."),
            ({"du": "2026-11-24", "au": "2026-11-01"}, "La fin précède le début."),
            ({"territoire": "TI-2023-0000"}, "Ce territoire n’existe pas."),
            ({"personne": "x" * 10_000}, "100 signes au plus."),
        ],
    )
    def test_bad_filters_are_said_at_their_field(self, boss, query, sentence):
        answer = boss.get(reverse("territories:recent_changes"), query)
        assert answer.status_code == 200
        assert sentence in answer.text

    def test_a_referent_sees_those_of_the_territory_only(self, signed_in, where):
        assert signed_in.get(reverse("territories:recent_changes")).status_code == 403
        answer = signed_in.get(url("territory_changes", where))
        assert self.titles(answer) == [
            (where.place.name, "Page : version 1", "Claire Martin"),
            (where.place.name, "Mandat donné", "Le portail"),
        ]
        assert "Luc Petit" not in answer.text

    @pytest.mark.parametrize("size", [1, 30])
    def test_the_page_asks_the_same_whatever_its_length(self, boss, where, size, django_assert_num_queries):
        for version in range(1, size):
            write(where, version, presentation=f"Texte {version}", minutes=version)
        with django_assert_num_queries(6):
            boss.get(reverse("territories:recent_changes"))
