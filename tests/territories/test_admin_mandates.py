"""Mandates in the administration: through the use cases, with their history, in and out by spreadsheet."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from territories.models import Mandate
from tests.administration.uploads import as_csv, as_xlsx, confirm, exported, preview, problems
from tests.territories.people import delegation, mandate, person, territory
from ti_portal.core.spreadsheets import read_table

TABLE = "territories_mandate"
HEADERS = ["Adresse électronique", "Code du territoire", "Rôle", "Depuis le", "Jusqu’au"]
EMAIL = "claire.martin@ales.test"


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


def add(client, **fields):
    return client.post(reverse("admin:territories_mandate_add"), fields)


def test_a_mandate_is_given_signed_and_journalled(office, member, ales):
    who = person()

    add(office, email=who.email.upper(), territory=ales.pk, role="elected", valid_from="01/03/2026")

    given = Mandate.objects.get()
    assert (given.person, given.territory, given.role, given.valid_from) == (who, ales, "elected", date(2026, 3, 1))
    assert given.history.get().history_user == member
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (member, str(given.pk))
    assert entry.object_repr == f"Claire Martin, Élu ou élue, {ales.place.name}"


def test_a_mandate_that_overlaps_is_refused_in_the_form(office, ales):
    who = person()
    mandate(who, ales, "elected")

    response = add(office, email=who.email.upper(), territory=ales.pk, role="elected", valid_from="2026-03-01")

    assert response.status_code == 200
    assert "déjà ce mandat" in str(response.context["adminform"].form.errors)
    assert response.context["adminform"].form["role"].value() == "elected"
    assert Mandate.objects.count() == 1


@pytest.mark.parametrize("email", ["", "inconnu@x.test", "pas une adresse", "fermee.compte@x.test"])
def test_a_person_without_open_account_is_refused_at_the_field(office, ales, email):
    person("fermee.compte@x.test", is_active=False)

    response = add(office, email=email, territory=ales.pk, role="elected", valid_from="2026-03-01")

    assert list(response.context["adminform"].form.errors) == ["email"]
    assert response.context["adminform"].form["email"].value() == email


def test_the_form_suggests_open_accounts(office):
    person()

    page = office.get(reverse("admin:territories_mandate_add")).content.decode()

    assert '<option value="claire.martin@ales.test">Claire Martin</option>' in page


def test_a_mandate_is_ended_and_nothing_else_of_it_changes(office, member, ales):
    given = mandate(person(), ales)
    url = reverse("admin:territories_mandate_change", args=[given.pk])

    office.post(url, {"valid_until": "2026-12-31", "role": "elected", "territory": "1"})

    given.refresh_from_db()
    assert (given.valid_until, given.role, given.territory) == (date(2026, 12, 31), "project_lead", ales)
    assert given.history.order_by("-history_id").first().history_user == member
    history = office.get(reverse("admin:territories_mandate_history", args=[given.pk])).content.decode()
    assert "Modification" in history
    assert member.email in history
    assert "style=" not in history


@pytest.mark.parametrize("last_day", ["", "2020-01-01", "demain"])
def test_a_bad_last_day_is_said_at_its_field(office, ales, last_day):
    given = mandate(person(), ales)

    response = office.post(reverse("admin:territories_mandate_change", args=[given.pk]), {"valid_until": last_day})

    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    given.refresh_from_db()
    assert given.valid_until is None


def test_a_mandate_is_never_deleted(office, ales):
    given = mandate(person(), ales)

    assert office.post(reverse("admin:territories_mandate_delete", args=[given.pk]), {"post": "yes"}).status_code == 403


def test_mandates_are_found_by_person_and_by_territory(office, ales):
    mandate(person(), ales)
    mandate(person("jean.petit@nevers.test"), territory("Nevers"))

    def found(text: str) -> int:
        return office.get(reverse("admin:territories_mandate_changelist"), {"q": text}).context["cl"].result_count

    assert [found("Martin"), found("ales"), found("nevers"), found("personne")] == [1, 1, 1, 0]


def test_mandates_are_imported_given_and_ended(office, member, ales):
    who = person()
    given = mandate(who, ales, "project_lead", since=date(2025, 1, 1))
    file = as_xlsx(
        HEADERS,
        [EMAIL, ales.place.code, "Chef ou cheffe de projet", date(2025, 1, 1), date(2026, 6, 30)],
        [EMAIL, ales.place.code.lower(), "elected", "01/07/2026", ""],
    )

    response = preview(office, TABLE, file)
    assert (response.context["report"].new, response.context["report"].updated) == (1, 1)
    assert Mandate.objects.count() == 1
    confirm(office, TABLE, response)

    given.refresh_from_db()
    assert given.valid_until == date(2026, 6, 30)
    new = Mandate.objects.exclude(pk=given.pk).get()
    assert (new.role, new.valid_from, new.valid_until) == ("elected", date(2026, 7, 1), None)
    assert new.history.get().history_user == member
    assert LogEntry.objects.count() == 2


def test_each_fault_of_a_row_is_said_by_column_and_blocks_the_file(office, ales):
    mandate(person(), ales, "project_lead", until=date(2026, 1, 1))
    code = ales.place.code
    file = as_csv(
        HEADERS,
        [EMAIL, code, "Élu ou élue", "2026-01-01", ""],
        ["inconnu@x.test", "TI-2023-0000", "roi", "hier", ""],
        [EMAIL, code, "Chef ou cheffe de projet", "2025-01-01", ""],
        [EMAIL, code, "Chef ou cheffe de projet", "2025-06-01", "2025-12-31"],
        [EMAIL, code, "industrial", "2025-06-01", "2025-01-31"],
    )

    response = preview(office, TABLE, file)

    found = problems(response)
    assert [(row, column) for row, column, _ in found] == [
        (3, "Adresse électronique"),
        (3, "Code du territoire"),
        (3, "Rôle"),
        (3, "Depuis le"),
        (4, "Jusqu’au"),
        (5, ""),
        (6, ""),
    ]
    words = " ".join(message for _, _, message in found)
    assert "invitez d’abord la personne" in words
    assert "« roi » n’est pas un rôle" in words
    assert "« hier » n’est pas une date" in words
    assert "Cette personne a déjà ce mandat sur cette période." in words
    assert "Le mandat finit avant de commencer." in words
    assert Mandate.objects.count() == 1


def test_the_same_key_twice_in_a_file_is_refused(office, ales):
    person()
    row = [EMAIL, ales.place.code, "elected", "2026-01-01", ""]

    wrong = ["personne@nulle.test", *row[1:]]

    response = preview(office, TABLE, as_csv(HEADERS, row, row, wrong))

    assert problems(response) == [
        (3, "Adresse électronique", "Cette ligne répète la ligne 2."),
        (
            4,
            "Adresse électronique",
            "Aucun compte n’a l’adresse « personne@nulle.test » : invitez d’abord la personne.",
        ),
    ]


def test_titles_of_columns_are_understood_however_they_are_typed(office, ales):
    who = person()
    headers = ["adresse electronique", "CODE DU TERRITOIRE", "Role", "Depuis  le", "Jusqu'au"]

    response = preview(office, TABLE, as_csv(headers, [EMAIL, ales.place.code, "elected", "2026-01-01", "2026-12-31"]))
    confirm(office, TABLE, response)

    given = Mandate.objects.get()
    assert (given.person, given.valid_until) == (who, date(2026, 12, 31))


def test_two_titles_for_one_column_are_refused(office, ales):
    response = preview(office, TABLE, as_csv([*HEADERS, "Jusqu'au"], [EMAIL, ales.place.code, "elected", "", "", ""]))

    assert "Deux colonnes sont « Jusqu’au »" in response.content.decode()


def test_people_and_territories_are_in_the_order_of_the_alphabet(office, ales):
    for email, name in (("a@b.test", "Élan"), ("c@d.test", "Zola"), ("e@f.test", "Dupont")):
        person(email, last_name=name)

    form = office.get(reverse("admin:territories_mandate_add")).context["adminform"].form

    names = [who.rsplit(" ")[-1] for _, who in form.fields["email"].widget.options()]
    assert [name for name in names if name in ("Dupont", "Élan", "Zola")] == ["Dupont", "Élan", "Zola"]
    slugs = [territory.place.slug for territory in form.fields["territory"].queryset]
    assert slugs == sorted(slugs)


def test_collectivities_overseas_are_no_region_to_choose(office):
    lists = office.get(reverse("admin:territories_mandate_changelist")).context["cl"].filter_specs

    regions = [name for spec in lists if spec.title == "région" for _, name in spec.lookup_choices]
    assert len(regions) == 18
    assert "Polynésie française" not in regions


def test_an_export_imports_without_a_change(office, ales):
    mandate(person(), ales, until=date(2026, 12, 31))
    mandate(person("jean.petit@nevers.test"), territory("Nevers"), "industrial")

    content = exported(office, TABLE)

    first = next(iter(read_table(content).records()))[1]
    assert set(HEADERS) <= set(first)
    from django.core.files.uploadedfile import SimpleUploadedFile

    report = preview(office, TABLE, SimpleUploadedFile("export.csv", content)).context["report"]
    assert (report.problems, report.new, report.updated, report.unchanged) == ([], 0, 0, 2)
