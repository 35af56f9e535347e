"""Territories in the administration: the list's facts are read, the page's content goes through its use case."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from territories.models import TerritoryProfile
from territories.profiles import update_profile
from tests.administration.uploads import as_csv, confirm, exported, preview, problems
from tests.territories.people import NOW, delegation, mandate, person, territory
from ti_portal.core.spreadsheets import read_table

TABLE = "territories_territory"
HEADERS = ["Code", "Présentation", "Filières", "Liens", "Version"]


@pytest.fixture
def member(db):
    return delegation()


@pytest.fixture
def office(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def ales(db):
    return territory("Alès")


def page_of(client, where):
    return client.get(reverse("admin:territories_territory_change", args=[where.pk]))


def save(client, where, **fields):
    values = {
        "presentation": "", "links": "", "based_on": "0", "mandates-TOTAL_FORMS": "0", "mandates-INITIAL_FORMS": "0",
    } | fields  # fmt: skip
    return client.post(reverse("admin:territories_territory_change", args=[where.pk]), values)


def profile(where) -> TerritoryProfile:
    return TerritoryProfile.objects.get(territory=where)


def written(where, by, **changes):
    return update_profile(territory_id=where.pk, changes=changes, based_on_version=0, actor=by, at=NOW)


def test_the_page_shows_facts_members_and_mandates(office, ales):
    mandate(person(), ales)

    page = page_of(office, ales).content.decode()

    assert "CA Alès Agglomération (EPCI-200066918)" in page
    assert "Claire Martin" in page
    assert 'name="number"' not in page
    assert 'name="wave"' not in page


def test_the_content_of_a_page_is_corrected_sanitised_and_kept_as_a_version(office, member, ales):
    response = save(
        office, ales,
        presentation="<p>Un territoire <script>alert(1)</script>d’industrie</p>",
        sectors=["metallurgy", "rail"],
        links="Agglomération | https://www.ales.fr",
        number="9999",
    )  # fmt: skip

    assert response.status_code == 302, response.context["adminform"].form.errors
    saved = profile(ales)
    assert "<script" not in saved.presentation
    assert saved.sectors == ["rail", "metallurgy"]
    assert saved.links == [{"label": "Agglomération", "url": "https://www.ales.fr"}]
    assert (saved.version, saved.updated_by) == (1, member)
    assert saved.history.get().history_user == member
    ales.refresh_from_db()
    assert ales.number != "9999"
    assert LogEntry.objects.get().object_repr.startswith("Alès")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("links", "https://www.ales.fr"),
        ("links", "Site | javascript:alert(1)"),
        ("presentation", "a" * 40_000),
        ("presentation", "a\x00b"),
        ("sectors", ["inconnue"]),
    ],
)
def test_bad_content_is_said_at_its_field(office, ales, field, value):
    response = save(office, ales, **{field: value})

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert not TerritoryProfile.objects.filter(territory=ales).exists()


def test_two_people_at_once_the_second_is_told_and_loses_nothing(office, ales):
    written(ales, person(), presentation="<p>Écrit entre-temps</p>")

    response = save(office, ales, presentation="<p>À moi</p>", based_on="0")

    form = response.context["adminform"].form
    assert "entre-temps" in form.errors["presentation"][0]
    assert form["presentation"].value() == "<p>À moi</p>"
    assert profile(ales).presentation == "<p>Écrit entre-temps</p>"


def test_two_people_at_once_on_different_fields_are_merged(office, ales):
    written(ales, person(), presentation="<p>Écrit entre-temps</p>")

    response = save(office, ales, sectors=["rail"], based_on="0")

    assert response.status_code == 302
    assert profile(ales).presentation == "<p>Écrit entre-temps</p>"
    assert profile(ales).sectors == ["rail"]


def test_an_export_holds_facts_and_content_and_imports_without_a_change(office, ales):
    written(
        ales, person(), presentation="<p>Texte ; avec\u00a0signes</p>", sectors=["rail", "water"],
        links=[("Site", "https://www.ales.fr")],
    )  # fmt: skip

    content = exported(office, TABLE, 1, "?vague=2023")

    rows = {record["Code"]: record for _, record in read_table(content).records()}
    row = rows[ales.place.code]
    assert len(rows) >= 183
    assert row["Filières"] == "Eau | Ferroviaire"
    assert row["Liens"] == "Site | https://www.ales.fr"
    assert row["Version"] == "1"
    assert int(row["Nombre de membres"]) == len(row["Membres"].split(" | "))
    assert int(row["Population"]) > 100_000
    report = preview(office, TABLE, SimpleUploadedFile("export.csv", content)).context["report"]
    assert (report.problems, report.new, report.updated) == ([], 0, 0)


def test_an_import_changes_only_the_content_of_pages(office, member, ales):
    headers = [*HEADERS, "Nom", "Population"]
    name, population = ales.place.name, ales.place.population
    file = as_csv(
        headers, [ales.place.code, "Bonjour", "Rail | Eau".replace("Rail", "Ferroviaire"), "", "", "Autre", "1"]
    )

    response = preview(office, TABLE, file)
    assert not TerritoryProfile.objects.filter(territory=ales).exists()
    confirm(office, TABLE, response)

    ales.place.refresh_from_db()
    assert (ales.place.name, ales.place.population) == (name, population)
    assert profile(ales).presentation == "<p>Bonjour</p>"
    assert profile(ales).sectors == ["water", "rail"]
    assert profile(ales).updated_by == member


def test_an_import_from_an_old_export_does_not_overwrite(office, ales):
    written(ales, person(), presentation="<p>Nouveau</p>")

    response = preview(office, TABLE, as_csv(HEADERS, [ales.place.code, "Ancien", "", "", "0"]))

    ((row, _, message),) = problems(response)
    assert row == 2
    assert "a changé depuis l’export (version 1, votre fichier part de la version 0)" in message
    assert profile(ales).presentation == "<p>Nouveau</p>"


def test_faults_of_a_territory_are_said_by_column(office, ales):
    response = preview(
        office,
        TABLE,
        as_csv(
            HEADERS,
            ["TI-2023-0000", "", "", "", ""],
            [ales.place.code, "a" * 31_000, "Chocolat", "sans barre", "trois"],
        ),
    )

    assert [(row, column) for row, column, _ in problems(response)] == [
        (2, "Code"),
        (3, "Présentation"),
        (3, "Filières"),
        (3, "Liens"),
        (3, "Version"),
    ]


def test_a_territory_is_neither_added_nor_deleted(office, ales):
    assert office.get(reverse("admin:territories_territory_add")).status_code == 403
    assert office.get(reverse("admin:territories_territory_delete", args=[ales.pk])).status_code == 403


def test_a_territory_is_named_by_its_name_where_it_was_saved(office, ales):
    done = save(office, ales, presentation="Un texte.", _continue="1")

    (said,) = [str(message) for message in office.get(done.url).context["messages"]]
    assert f"{ales.place.name} ({ales.place.code})" in said
    assert f"territoire 2023-{ales.number}" not in said
