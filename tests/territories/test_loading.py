"""The whole of France is there, once, with its history; a newer version of the tables loses nothing."""

import io
import shutil
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from territories import loading
from territories.enums import PlaceKind
from territories.loading.load import digest
from territories.models import (
    Adjacency,
    DataSource,
    ListEdition,
    Membership,
    NomenclatureEntry,
    Outline,
    Place,
    PlaceName,
    ReferenceLoad,
    Territory,
)
from territories.reference_tables.tables import REFERENCE_DIR, read_table, write_table

AT = datetime(2027, 1, 15, 10, tzinfo=UTC)
TODAY, YESTERDAY = date(2027, 1, 15), date(2027, 1, 14)


@pytest.fixture
def newer(tmp_path):
    """A folder of tables to change: `newer(name, change)` rewrites one, row by row; None drops the row."""
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE_DIR, folder)

    def rewrite(name, change):
        rows = [changed for row in list(read_table(name, folder)) if (changed := change(row)) is not None]
        write_table(name, rows, folder)
        return folder

    rewrite.folder = folder
    return rewrite


def one(code):
    return Place.objects.get(code=code)


def test_all_of_france_is_loaded(db):
    counts = {kind: Place.objects.in_force().of_kind(kind).count() for kind in PlaceKind.values}

    assert counts == {
        "commune": 34_969,
        "epci": 1255,
        "ept": 11,
        "departement": 109,
        "region": 26,
        "country": 1,
        "territory": 183,
        "zoning": 4,
    }
    assert Territory.objects.current().count() == 183
    assert Territory.objects.first_wave().count() == 149
    assert Adjacency.objects.count() == len(list(read_table("territory_neighbours")))
    assert set(Outline.objects.values_list("scale", flat=True)) == {"national", "local"}
    assert Outline.objects.filter(place__kind=PlaceKind.TERRITORY, scale="national").count() == 183
    assert DataSource.objects.count() == len(list(read_table("sources")))
    assert NomenclatureEntry.objects.filter(nomenclature="naf", level=5).count() == 732


@pytest.mark.parametrize(
    ("code", "ancestors"),
    [
        (
            "COM-58194",
            """COM-58194 EPCI-245804406 TI-2023-2707 TI-2018-2706 DEP-58 REG-27 PAYS-99100
            ZON-TI-2023 ZON-TI-2018 ZON-METROPOLE""",
        ),
        (
            "COM-91027",
            """COM-91027 EPT-200058014 EPCI-200054781 TI-2023-1105 TI-2018-1104 DEP-91 REG-11 PAYS-99100
            ZON-TI-2023 ZON-TI-2018 ZON-METROPOLE""",
        ),
        # A single commune of a territory, whose intercommunalité is not in it.
        ("COM-23067", "COM-23067 EPCI-200066744 TI-2023-7506 DEP-23 REG-75 PAYS-99100 ZON-TI-2023 ZON-METROPOLE"),
        ("COM-98735", "COM-98735 DEP-987 REG-987 PAYS-99100 ZON-OUTRE-MER"),
        ("COM-97411", "COM-97411 EPCI-249740119 DEP-974 REG-04 PAYS-99100 ZON-DROM ZON-OUTRE-MER"),
        ("TI-2023-2707", "TI-2023-2707 DEP-58 DEP-18 REG-27 REG-24 PAYS-99100 ZON-TI-2023 ZON-METROPOLE"),
        ("TI-2018-2706", "TI-2018-2706 DEP-58 DEP-18 REG-27 REG-24 PAYS-99100 ZON-TI-2018 ZON-METROPOLE"),
    ],
)
def test_places_know_what_contains_them(db, code, ancestors):
    assert one(code).ancestor_codes == ancestors.split()


def test_members_of_every_edition_resolve(db):
    in_force = Membership.objects.in_force().filter(container__territory__wave=2023)
    first = Membership.objects.filter(container__territory__wave=2018)

    assert in_force.count() == 641
    assert first.count() == 588
    assert set(first.values_list("valid_from", "valid_until")) == {(date(2018, 11, 22), date(2022, 12, 31))}


def test_history_is_true(db):
    cercy = Membership.objects.get(member__code="COM-58046", container__code="TI-2023-2707")
    old = Membership.objects.filter(container__territory__wave=2023).exclude(valid_until=None)

    assert (cercy.valid_from, cercy.valid_until) == (date(2024, 7, 4), None)
    assert set(old.values_list("member__code", "valid_from", "valid_until")) == {
        ("EPCI-200066744", date(2023, 11, 9), date(2024, 7, 3)),
        ("EPCI-246600548", date(2023, 11, 9), date(2024, 7, 3)),
    }
    assert list(ListEdition.objects.order_by("as_of").values_list("wave", "as_of")) == [
        (2018, date(2018, 11, 22)),
        (2023, date(2023, 11, 9)),
        (2023, date(2024, 7, 4)),
    ]
    assert one("ZON-TI-2018").valid_until == one("TI-2018-2706").valid_until == date(2022, 12, 31)


def test_populations_are_sums_of_one_vintage(db):
    communes = Place.objects.within("EPCI-245804406").of_kind(PlaceKind.COMMUNE)

    assert one("EPCI-245804406").population == sum(commune.population for commune in communes)
    regions = Place.objects.of_kind(PlaceKind.REGION).exclude(population=None)
    assert one("PAYS-99100").population == sum(region.population for region in regions)


def test_a_second_load_does_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert loading.load(at=AT).is_done_already

    output = io.StringIO()
    call_command("load_reference", stdout=output)
    assert output.getvalue() == "Tables de référence : à jour.\n"


def test_the_digest_follows_the_tables(newer):
    same = digest(newer.folder)
    newer("regions", lambda row: {**row, "name": row["name"].upper()})

    assert same == digest(REFERENCE_DIR) != digest(newer.folder)


def test_loading_all_again_changes_no_row(db):
    before = set(Place.objects.values_list("pk", "code", "name", "slug", "population", "ancestor_codes__len"))
    names = set(PlaceName.objects.values_list("pk", "folded", "rank"))
    memberships = set(Membership.objects.values_list("pk", "valid_from", "valid_until"))
    ReferenceLoad.objects.update(digest="another version")

    outcome = loading.load(at=AT)

    assert outcome.counts["places"] == {"added": 0, "updated": 0, "closed": 0, "reopened": 0}
    assert outcome.counts["memberships"] == {"opened": 0, "closed": 0}
    changes = ("editions", "ancestors", "names", "outlines", "adjacencies", "nomenclatures", "sources", "zonings")
    assert [outcome.counts[name] for name in changes] == [{}, 0, 0, 0, 0, 0, 0, 0]
    assert set(Place.objects.values_list("pk", "code", "name", "slug", "population", "ancestor_codes__len")) == before
    assert set(PlaceName.objects.values_list("pk", "folded", "rank")) == names
    assert set(Membership.objects.values_list("pk", "valid_from", "valid_until")) == memberships


def test_a_newer_version_closes_renames_moves_adds_and_deletes_nothing(db, newer):
    """Challuy is gone, Nevers has a longer name, Fourchambault moves to another intercommunalité, one is born."""

    def communes(row):
        changed = {
            "58051": None,
            "58194": {**row, "name": "Nevers-sur-Loire", "population": "40000"},
            "58117": {**row, "epci": "200067700"},
        }
        return changed.get(row["code"], row)

    newer("communes", communes)
    rows = list(read_table("communes", newer.folder))
    born = {**rows[-1], "code": "58999", "name": "Neuve", "departement": "58", "epci": "245804406"}
    write_table("communes", [*rows, born], newer.folder)
    counts = Place.objects.count(), Membership.objects.count()

    outcome = loading.load(at=AT, folder=newer.folder)

    assert outcome.counts["places"] == {"added": 1, "updated": 1, "closed": 1, "reopened": 0}
    assert (Place.objects.count(), Membership.objects.count()) == (counts[0] + 1, counts[1] + 3)
    closed = one("COM-58051")
    assert closed.valid_until == YESTERDAY
    assert "TI-2023-2707" in closed.ancestor_codes
    assert not closed.containers.in_force().exists()
    renamed = one("COM-58194")
    assert (renamed.name, renamed.slug, renamed.population) == ("Nevers-sur-Loire", "nevers-sur-loire", 40_000)
    assert renamed.names.filter(kind="renamed", folded="nevers").exists()
    moved = one("COM-58117")
    assert moved.ancestor_codes[1] == "EPCI-200067700"
    left = moved.containers.get(container__code="EPCI-245804406")
    assert (left.valid_from, left.valid_until) == (None, YESTERDAY)
    assert moved.containers.get(container__code="EPCI-200067700").valid_from == TODAY
    assert (one("COM-58999").valid_from, one("COM-58999").population) == (TODAY, None)

    # Back to the version before: what was closed is open again, as if it had never been closed.
    back = loading.load(at=AT)

    assert back.counts["places"]["reopened"] == 1
    assert one("COM-58051").valid_until is None
    assert one("COM-58117").ancestor_codes[1] == "EPCI-245804406"
    assert one("COM-58194").name == "Nevers"
    assert one("COM-58999").valid_until == TODAY


def test_a_list_imported_since_stays_in_force(db):
    ListEdition.objects.create(
        wave=2023, as_of=date(2026, 9, 1), label="Liste de septembre 2026", digest="x", applied_at=AT
    )
    ReferenceLoad.objects.update(digest="another version")

    assert loading.load(at=AT).counts["editions"] == {}
    assert ListEdition.objects.order_by("-as_of").first().label == "Liste de septembre 2026"


def test_tables_that_contradict_themselves_leave_the_database_as_it_was(db, newer):
    newer("communes", lambda row: {**row, "epci": "999999999"} if row["code"] == "58194" else row)
    before = set(Place.objects.values_list("pk", "valid_until"))

    with pytest.raises(KeyError, match="EPCI-999999999"):
        loading.load(at=AT, folder=newer.folder)

    assert set(Place.objects.values_list("pk", "valid_until")) == before
    assert ReferenceLoad.objects.count() == 1


def test_a_load_that_is_killed_leaves_the_database_as_it_was(committed_db, database_environment):
    """Killed once it holds the lock and writes; the next start does the whole work."""
    ReferenceLoad.objects.update(digest="another version")
    Membership.objects.filter(member__code="COM-58194", container__code="DEP-58").delete()
    Place.objects.filter(code="COM-58194").update(name="Never", ancestor_codes=[])
    command = [sys.executable, "manage.py", "load_reference"]
    with transaction.atomic():
        # The load cannot go past this row: it is killed in the middle of its work, however fast the machine is.
        Place.objects.select_for_update().get(code="COM-58194")
        child = subprocess.Popen(command, cwd=settings.BASE_DIR, env=database_environment, stdout=subprocess.PIPE)
        try:
            deadline = time.monotonic() + 90
            while not _writes_places() and child.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            assert child.poll() is None, "the load was over before it could be killed"
        finally:
            child.kill()
            child.communicate()

    assert one("COM-58194").name == "Never"
    assert ReferenceLoad.objects.get().digest == "another version"

    assert not loading.load(at=AT).is_done_already
    assert (one("COM-58194").name, one("COM-58194").ancestor_codes[1]) == ("Nevers", "EPCI-245804406")


def _writes_places() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
            " WHERE relname = 'territories_place' AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0] > 0


def test_two_loads_at_once_do_the_work_once(committed_db):
    ReferenceLoad.objects.update(digest="another version")
    barrier = threading.Barrier(2)
    outcomes = []

    def work():
        try:
            barrier.wait(timeout=60)
            outcomes.append(loading.load(at=AT).is_done_already)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=100)

    assert sorted(outcomes, key=str) == [False, True]
    assert ReferenceLoad.objects.count() == 2
