"""The list of territories: filters, pages, queries, files."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from territories.models import Place, Territory

LIST = reverse("territories:list")
QUERIES = 5
EXPORT_QUERIES = 3


def names(response) -> list[str]:
    return [line["place"].name for line in response.context["lines"]]


def test_the_list_holds_the_183_territories_in_force_by_pages_of_20(db, client):
    response = client.get(LIST)
    page = response.context["page"]
    assert (page.paginator.count, page.paginator.num_pages, len(names(response))) == (183, 10, 20)
    seen = [name for number in range(1, 11) for name in names(client.get(LIST, {"page": number}))]
    assert len(seen) == len(set(seen)) == 183


def test_the_same_queries_for_one_row_and_for_twenty(db, client, django_assert_num_queries):
    with django_assert_num_queries(QUERIES):
        assert len(names(client.get(LIST))) == 20
    with django_assert_num_queries(QUERIES):
        assert len(names(client.get(LIST, {"q": "nevers val de loire"}))) == 1


def test_filter_by_region_keeps_the_territories_that_only_touch_it(db, client):
    response = client.get(LIST, {"region": "24"})
    assert "Nevers Val de Loire" in names_of_all(client, {"region": "24"})
    assert (
        response.context["page"].paginator.count
        == Territory.objects.current().filter(place__ancestor_codes__contains=["REG-24"]).count()
    )


def names_of_all(client, filters) -> list[str]:
    first = client.get(LIST, filters)
    pages = first.context["page"].paginator.page_range
    return [name for number in pages for name in names(client.get(LIST, {**filters, "page": number}))]


def test_filter_by_departement(db, client):
    assert names_of_all(client, {"departement": "58"}) == ["Nevers Val de Loire"]


@pytest.mark.parametrize("typed", ["ales", "ALÈS", "Alès", " alès "])
def test_text_ignores_accents_and_case(db, client, typed):
    assert "Alès" in names_of_all(client, {"q": typed})


def test_text_also_finds_by_the_name_of_a_member(db, client):
    assert "Nevers Val de Loire" in names_of_all(client, {"q": "nivernais bourbonnais"})


def test_sort_by_population(db, client):
    people = [line["place"].population for line in client.get(LIST, {"tri": "population"}).context["lines"]]
    assert people == sorted(people, reverse=True)


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"region": "999"}, "Cette région n’est pas dans la liste"),
        ({"departement": "x" * 5000}, "Ce département n’est pas dans la liste"),
        ({"q": "a" * 10_000}, "Le texte cherché est trop long"),
        ({"tri": "date"}, "Ce tri n’existe pas"),
    ],
)
def test_a_wrong_filter_is_said_at_its_field(db, client, filters, sentence):
    response = client.get(LIST, filters)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert response.context["page"].paginator.count == (183 if "tri" in filters else 0)
    if "tri" not in filters:
        file = client.get(reverse("territories:export_csv"), filters)
        assert (file.status_code, file["Content-Type"]) == (404, "text/plain; charset=utf-8")
        assert sentence in file.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "9999", ""])
def test_a_page_that_does_not_exist_shows_one_that_does(db, client, page):
    assert client.get(LIST, {"page": page}).status_code == 200


def test_an_empty_answer_says_what_to_do(db, client):
    html = client.get(LIST, {"q": "zzzz"}).content.decode()
    assert "Aucun territoire ne répond à ces choix" in html
    assert "Afficher tous les territoires" in html
    assert "Télécharger" not in html


def test_files_keep_the_filters_of_the_page(db, client):
    html = client.get(LIST, {"region": "27", "page": "2"}).content.decode()
    assert 'href="/territoires/export.csv?region=27"' in html


def read_csv(response) -> list[dict[str, str]]:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("filters", [{}, {"region": "27"}, {"q": "ales", "tri": "population"}])
def test_csv_and_xlsx_hold_exactly_the_filtered_rows(db, client, filters, django_assert_num_queries):
    shown = names_of_all(client, filters)
    with django_assert_num_queries(EXPORT_QUERIES):
        rows = read_csv(client.get(reverse("territories:export_csv"), filters))
    assert [row["Nom"] for row in rows] == shown
    with django_assert_num_queries(EXPORT_QUERIES + 1):
        response = client.get(reverse("territories:export_xlsx"), filters)
    sheet, source = load_workbook(io.BytesIO(response.content)).worksheets
    lines = list(sheet.iter_rows(values_only=True))
    assert [line[2] for line in lines[1:]] == shown
    assert "ANCT" in source["A1"].value


def test_a_row_of_the_file(db, client):
    [row] = read_csv(client.get(reverse("territories:export_csv"), {"q": "nevers val de loire"}))
    assert row["Code"] == "TI-2023-2707"
    assert row["Numéro officiel"] == "ti-2707"
    assert row["Régions touchées"] == "Bourgogne-Franche-Comté, Centre-Val de Loire"
    assert row["Départements"] == "58, 18"
    assert row["Nombre de membres"] == "7"
    assert row["Population municipale 2023"] == "143315"
    assert client.get(row["Adresse de la page"].removeprefix("http://testserver")).status_code == 200


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(db, client, start):
    Place.objects.filter(code="TI-2023-2707").update(name=f"{start}cmd|' /C calc'!A0")
    rows = read_csv(client.get(reverse("territories:export_csv"), {"departement": "58"}))
    assert f"'{start}cmd|' /C calc'!A0" in [row["Nom"] for row in rows]
    content = client.get(reverse("territories:export_xlsx"), {"departement": "58"}).content
    cells = [cell for line in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
