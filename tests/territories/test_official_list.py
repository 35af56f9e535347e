"""The official list: what it changes, what is written, what is refused."""

import io
import threading
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from territories.models import ListEdition, Membership, Place, PlaceName, Territory
from territories.official_list import (
    ClosuresNotConfirmedError,
    Known,
    KnownTerritory,
    ListedMember,
    Listing,
    ListingError,
    NotYetInForceError,
    StalePlanError,
    apply,
    known_for,
    plan,
    read,
    wording,
)
from tests.territories.published_list import HEADER, as_csv, rows
from ti_portal.core.templatetags.portal import day

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
TODAY = date(2026, 11, 24)
ROW = ("ti-2707", "Nevers Val de Loire", "245804406", "CA de Nevers", "epci")


# Planning


def listing(*members):
    return Listing(
        tuple(ListedMember(line, number, name, siren) for line, (number, name, siren) in enumerate(members, start=2)),
        "liste.csv",
    )


KNOWN = Known(
    territories={
        "2701": KnownTerritory("2701", "Morvan", frozenset({"EPCI-A", "EPCI-B"})),
        "2702": KnownTerritory("2702", "Bresse", frozenset({"EPCI-C"})),
        "2703": KnownTerritory("2703", "Ancien", frozenset({"EPCI-D"}), is_open=False),
    },
    members={letter * 9: f"EPCI-{letter}" for letter in "ABCDE"},
    regions=frozenset({"27"}),
    newest=date(2024, 7, 4),
    newest_digest="there",
    basis="basis",
)
SAME = (("2701", "Morvan", "A" * 9), ("2701", "Morvan", "B" * 9), ("2702", "Bresse", "C" * 9))


def planned(*members, known=KNOWN, wave=2023, as_of=TODAY):
    return plan(listing(*members), known, wave=wave, as_of=as_of)


def test_the_same_list_changes_nothing():
    found = planned(*SAME)

    assert found.counts == {
        "new": 0,
        "renamed": 0,
        "changed": 0,
        "closed": 0,
        "unchanged": 2,
        "members_added": 0,
        "members_removed": 0,
    }


def test_a_plan_tells_new_renamed_changed_closed_and_reopened():
    found = planned(
        ("2701", "Morvan Industrie", "A" * 9),
        ("2701", "Morvan Industrie", "E" * 9),
        ("2703", "Ancien", "D" * 9),
        ("2704", "Neuf", "C" * 9),
    )

    assert [(new.number, new.is_reopened, new.members) for new in found.new] == [
        ("2703", True, ("EPCI-D",)),
        ("2704", False, ("EPCI-C",)),
    ]
    assert [(rename.before, rename.after) for rename in found.renamed] == [("Morvan", "Morvan Industrie")]
    assert [(change.added, change.removed) for change in found.changed] == [(("EPCI-E",), ("EPCI-B",))]
    assert [closure.number for closure in found.closed] == ["2702"]
    assert found.unchanged == 0
    assert found.closed_share == pytest.approx(2 / 3)
    assert found.needs_confirmation


def test_a_list_that_is_in_force_already_is_empty():
    same = listing(*SAME)
    known = Known(
        territories=KNOWN.territories,
        members=KNOWN.members,
        regions=KNOWN.regions,
        newest=TODAY,
        newest_digest=same.digest,
    )

    assert plan(same, known, wave=2023, as_of=TODAY).is_empty
    assert not planned(*SAME).is_empty


@pytest.mark.parametrize(
    ("members", "options", "expected"),
    [
        (SAME, {"wave": 2028}, [("unknown_wave", None)]),
        (SAME, {"as_of": date(2023, 1, 1)}, [("outside_wave", None)]),
        (SAME, {"wave": 2018, "as_of": date(2023, 1, 1)}, [("outside_wave", None)]),
        (SAME, {"as_of": date(2024, 7, 3)}, [("older_than_current", None)]),
        ((), {}, [("empty", None)]),
        ((*SAME, ("2701", "Morvan", "Z" * 9)), {}, [("unknown_siren", 5)]),
        ((*SAME, ("9901", "Ailleurs", "D" * 9)), {}, [("unknown_region", 5)]),
        ((*SAME, SAME[0]), {}, [("duplicate", 5)]),
        ((*SAME, ("2702", "Bresse bis", "D" * 9)), {}, [("two_names", 5)]),
    ],
)
def test_a_list_that_cannot_be_applied_is_refused(members, options, expected):
    with pytest.raises(ListingError) as refused:
        planned(*members, **options)

    assert [(problem.code, problem.line) for problem in refused.value.problems] == expected


def test_the_list_of_a_finished_wave_no_longer_changes():
    closed = Known(
        territories={"2701": KnownTerritory("2701", "Morvan", frozenset({"EPCI-A"}), is_open=False)},
        members=KNOWN.members,
        regions=KNOWN.regions,
    )
    with pytest.raises(ListingError) as refused:
        planned(*SAME, known=closed, wave=2018, as_of=date(2020, 1, 1))

    assert refused.value.problems[0].code == "closed_wave"


# Writing


def proposal(table, *, as_of=TODAY, wave=2023):
    found = read(as_csv(table))
    return plan(found, known_for(found, wave=wave), wave=wave, as_of=as_of)


def state():
    """All that a list may touch."""
    return (
        set(Place.objects.values_list("code", "name", "population", "valid_from", "valid_until")),
        set(Membership.objects.values_list("pk", "member", "container", "valid_from", "valid_until")),
        set(PlaceName.objects.values_list("place", "kind", "folded", "code", "rank")),
        set(ListEdition.objects.values_list("pk", flat=True)),
        Territory.objects.count(),
    )


def test_november_to_july_is_one_rename_and_three_changes_of_members(db):
    """As if July's list had not been read yet: November's is put back, then July's is planned."""
    back = proposal(rows("2023-11"))
    apply(back, at=AT)

    forth = proposal(rows("2024-07"))

    for found in (back, forth):
        assert (len(found.renamed), len(found.changed), len(found.new), len(found.closed)) == (1, 3, 0, 0)
        assert found.unchanged == 179
        assert not found.needs_confirmation
    assert forth.renamed[0].after == "Pays de Gex – Genevois – Terre Valserhône"
    assert [change.number for change in forth.changed] == ["2707", "7506", "7613"]
    assert (forth.counts["members_added"], forth.counts["members_removed"]) == (13, 2)


def test_the_list_in_force_changes_nothing_however_often_it_is_read(db):
    before = state()

    for _ in range(2):
        found = proposal(rows("2024-07"), as_of=date(2024, 7, 4))
        assert found.is_empty
        assert apply(found, at=AT) is None

    assert state() == before


def test_applying_writes_the_edition_the_dates_the_ancestors_and_the_names(db):
    table = [row for row in rows("2024-07") if row[2] != "215800467"]  # Cercy-la-Tour leaves
    table = [(row[0], "Nevers Loire Industrie", *row[2:]) if row[0] == "ti-2707" else row for row in table]
    table.append(("ti-1199", "Paris Industrie", "217500016", "Paris", "commune"))

    edition = apply(proposal(table), at=AT)

    assert (edition.wave, edition.as_of, edition.label, edition.applied_at) == (
        2023,
        TODAY,
        "Liste au 24 novembre 2026",
        AT,
    )
    assert edition.counts["new"] == edition.counts["renamed"] == edition.counts["changed"] == 1
    left = Membership.objects.get(member__code="COM-58046", container__code="TI-2023-2707")
    assert (left.valid_from, left.valid_until) == (date(2024, 7, 4), date(2026, 11, 23))
    assert "TI-2023-2707" not in Place.objects.get(code="COM-58046").ancestor_codes
    new = Place.objects.get(code="TI-2023-1199")
    assert new.population == Place.objects.get(code="COM-75056").population
    assert new.ancestor_codes == ["TI-2023-1199", "DEP-75", "REG-11", "PAYS-99100", "ZON-TI-2023", "ZON-METROPOLE"]
    assert new.territory.main_region.code == "REG-11"
    assert Place.objects.get(code="COM-75056").ancestor_codes[2] == "TI-2023-1199"
    renamed = Place.objects.get(code="TI-2023-2707")
    assert (renamed.name, renamed.slug) == ("Nevers Loire Industrie", "nevers-loire-industrie")
    kinds = dict(renamed.names.filter(folded="nevers val de loire").values_list("folded", "kind"))
    assert kinds == {"nevers val de loire": "renamed"}


def test_a_territory_that_left_the_list_is_closed_then_reopened_nothing_is_deleted(db):
    count = Membership.objects.count()
    table = [row for row in rows("2024-07") if row[0] != "ti-2707"]

    apply(proposal(table), at=AT)

    closed = Place.objects.get(code="TI-2023-2707")
    assert closed.valid_until == date(2026, 11, 23)
    assert not closed.members.in_force().exists()
    assert Membership.objects.count() == count
    assert closed.territory not in Territory.objects.current()

    again = proposal(rows("2024-07"))
    assert [new.is_reopened for new in again.new] == [True]
    apply(again, at=AT)

    reopened = Place.objects.get(code="TI-2023-2707")
    assert reopened.valid_until is None
    assert reopened.population == 143_315
    assert Membership.objects.count() == count
    assert "TI-2023-2707" in Place.objects.get(code="COM-58194").ancestor_codes


def test_closing_more_than_five_percent_must_be_confirmed(db):
    before = state()
    found = proposal(rows("2024-07")[:600])

    with pytest.raises(ClosuresNotConfirmedError) as refused:
        apply(found, at=AT)

    assert state() == before
    assert wording.refusal(refused.value).startswith("Ce plan ferme 6,")
    assert apply(found, at=AT, confirm_closures=True) is not None


def test_a_plan_made_before_another_list_is_refused(db):
    stale = proposal(rows("2023-11"))
    apply(proposal([row for row in rows("2024-07") if row[2] != "215800467"]), at=AT)
    before = state()

    with pytest.raises(StalePlanError):
        apply(stale, at=AT)

    assert state() == before


def test_a_list_to_come_is_refused_until_its_day(db):
    with pytest.raises(NotYetInForceError):
        apply(proposal(rows("2023-11"), as_of=date(2026, 11, 25)), at=AT)

    # 23:30 in UTC is already the next day in Paris.
    assert apply(proposal(rows("2023-11"), as_of=date(2026, 11, 25)), at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))


def test_a_correction_of_the_same_day_leaves_no_overlap(db):
    apply(proposal(rows("2023-11")), at=AT)
    apply(proposal(rows("2024-07")), at=AT)

    periods = Membership.objects.filter(member__code="COM-58046", container__code="TI-2023-2707")
    assert list(periods.values_list("valid_from", "valid_until")) == [(date(2024, 7, 4), None)]
    assert ListEdition.objects.filter(wave=2023, as_of=TODAY).count() == 2


def test_two_people_apply_the_same_plan_at_once(committed_db):
    found = proposal(rows("2023-11"))
    barrier = threading.Barrier(2)
    results = []

    def work():
        try:
            barrier.wait(timeout=60)
            results.append(apply(found, at=AT))
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(type(result).__name__ for result in results) == ["ListEdition", "NoneType"]
    assert ListEdition.objects.filter(wave=2023, as_of=TODAY).count() == 1
    opened = Membership.objects.filter(valid_from=TODAY)
    assert opened.count() == found.counts["members_added"]


# The command


@pytest.fixture
def november(tmp_path):
    path = tmp_path / "novembre.csv"
    path.write_bytes(as_csv(rows("2023-11")))
    return path


def run(path, *options):
    output = io.StringIO()
    call_command("import_territories", str(path), *options, stdout=output)
    return output.getvalue()


def test_the_command_shows_the_plan_and_writes_only_when_told_to(db, november):
    before = state()

    shown = run(november)

    assert "Territoires : 1 renommé, 3 dont les membres changent, 179 inchangés." in shown
    assert "ti-8412 Pays de Gex – Genevois – Terre Valserhône : devient" in shown
    assert "- Cercy-la-Tour (COM-58046)" in shown
    assert "Rien n’est écrit" in shown
    assert state() == before

    assert "Liste appliquée." in run(november, "--write")
    assert ListEdition.objects.filter(label=f"Liste au {day(timezone.localdate())}").count() == 1
    assert "il n’y a rien à écrire" in run(november, "--write")


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (as_csv([(*ROW[:2], "245804407", *ROW[3:])]), [], "Ligne 2 : le SIREN 245804407 n’est pas valide"),
        (as_csv([(*ROW[:2], "732829320", *ROW[3:])]), [], "Ligne 2 : le SIREN 732829320 n’est celui d’aucune"),
        (as_csv([ROW]), ["--wave", "2028"], "La vague 2028 est inconnue"),
        (as_csv([ROW]), ["--wave", "2018"], "La vague 2018-2022 a commencé le 22/11/2018"),
        (as_csv([ROW]), ["--wave", "2018", "--as-of", "2020-01-01"], "sa liste ne change plus"),
        (as_csv([ROW]), ["--write"], "confirmez les fermetures"),
        (
            as_csv([ROW]),
            ["--as-of", "2030-01-01", "--write", "--confirm-closures"],
            "La date de cette liste est à venir",
        ),
        (as_csv([ROW]), ["--as-of", "demain"], "n’est pas une date"),
    ],
)
def test_the_command_refuses_in_french_and_writes_nothing(db, tmp_path, content, options, sentence):
    path = tmp_path / "liste.csv"
    path.write_bytes(content)
    before = state()

    with pytest.raises(CommandError, match=sentence):
        run(path, *options)

    assert state() == before


def test_the_command_says_when_there_is_no_file(db, tmp_path):
    with pytest.raises(CommandError, match="ne s’ouvre pas"):
        run(tmp_path / "absent.csv")


def test_the_published_form_is_the_one_of_the_list(db):
    assert HEADER[:3] == ("id_ti", "lib_ti", "siren_membre")
    assert len(rows("2024-07")) == 641
    assert len(rows("2023-11")) == 630
    assert len(rows("2018")) == 588
