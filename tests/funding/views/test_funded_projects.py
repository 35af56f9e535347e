"""The page of a territory's funded projects, and its files."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.funding.funded_projects.files import line, load, national, project_list, regional
from ti_portal.core.spreadsheets import read_table

PAGE = "/territoires/ti-2023-7601-ales/projets-finances/"
QUERIES = 4  # territory, totals, lists, rows


@pytest.fixture
def lists(db):
    first, second = project_list(name="Fonds vert"), project_list("regionale", name="Liste régionale", vintage="2024")
    load(national(line(), line("101", nom_du_projet="+2+2", montant_engage="12.34")), first)
    load(regional(("30007", "Alès", "Une presse neuve", "SARL PRESSE", "50000", "ti-7601")), second)
    return first, second


def test_the_page_lists_the_largest_first_and_names_its_sources(client, lists):
    html = client.get(PAGE).content.decode()
    assert "3 projets" in html
    assert html.index("Une presse neuve") < html.index("Des lampes sobres")
    assert "SARL PRESSE" in html
    assert "Ministère, 2023, Licence Ouverte 2.0" in html
    assert "Ministère, 2024, Licence Ouverte 2.0" in html


def test_it_is_filtered_by_list(client, lists):
    html = client.get(f"{PAGE}?liste=regionale").content.decode()
    assert "1 projet," in html
    assert "Des lampes sobres" not in html
    assert f"{PAGE}export.csv?liste=regionale" in html
    refused = client.get(f"{PAGE}?liste=rien")
    assert refused.status_code == 200
    assert "Cette liste n’existe pas ici" in refused.content.decode()


def test_files_hold_the_same_rows_to_the_cent_and_no_formula(client, lists):
    response = client.get(f"{PAGE}export.csv")
    assert response["Content-Disposition"].startswith('attachment; filename="projets-finances-ti-2023-7601-')
    assert "'+2+2" in response.content.decode("utf-8-sig")
    rows = [record for _, record in read_table(response.content).records()]
    assert [row["Montant (€)"] for row in rows] == ["50000.00", "1000.50", "12.34"]
    assert {(row["Commune"], row["Code de la commune"]) for row in rows} == {("Alès", "30007")}
    assert {row["Licence"] for row in rows} == {"Licence Ouverte 2.0"}
    book = load_workbook(BytesIO(client.get(f"{PAGE}export.xlsx?liste=regionale").content))
    assert [row[6] for row in book.active.iter_rows(min_row=2, values_only=True)] == ["Une presse neuve"]
    assert client.get(f"{PAGE}export.csv?liste=rien").status_code == 404


@pytest.mark.parametrize("size", [2, 30])
def test_queries_do_not_grow(client, db, size, django_assert_num_queries):
    load(national(*(line(str(rank)) for rank in range(size))), project_list())
    with django_assert_num_queries(QUERIES):
        client.get(PAGE)


def test_addresses(client, db):
    assert client.get("/territoires/TI-2023-7601/projets-finances/")["Location"] == PAGE
    assert "Aucune liste publiée" in client.get(PAGE).content.decode()
    assert client.get("/territoires/ti-2023-0000-rien/projets-finances/").status_code == 404
    assert client.get("/territoires/ti-2023-0000-rien/projets-finances/export.csv").status_code == 404
