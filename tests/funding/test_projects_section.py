"""« Projets financés ici » on the page of a territory."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funding import projects_section
from funding.catalogue import loading
from funding.funded_projects.lists import save_list
from tests.funding.funded_projects.files import line, load, national, project_list

ALES = "/territoires/ti-2023-7601-ales/"
TITLE = "Projets financés ici"


@pytest.fixture(autouse=True)
def _nothing_kept(db):
    loading.forget()
    projects_section._kept.clear()
    yield
    loading.forget()
    projects_section._kept.clear()


def shown(client) -> str:
    return client.get(ALES).content.decode()


def test_it_counts_sums_and_shows_the_largest_with_their_source(client):
    amounts = ("10", "20", "30", "40", "50", "9999.6")
    elsewhere = line("7", code_commune="76540", code_departement="76", nom_du_projet="Ailleurs")
    lines = [line(str(rank), montant_engage=sum_, nom_du_projet=f"Projet {sum_}") for rank, sum_ in enumerate(amounts)]
    load(national(*lines, elsewhere), project_list(name="Fonds vert"))
    html = shown(client)
    assert TITLE in html
    assert "6 projets du territoire ont été financés, pour 10\N{NO-BREAK SPACE}150\N{NO-BREAK SPACE}€" in html
    assert html.index("Projet 9999.6") < html.index("Projet 50") < html.index("Projet 20")
    assert "Projet 10<" not in html
    assert "Ailleurs" not in html
    assert "Ministère, 2023, Licence Ouverte 2.0" in html
    assert f'href="{ALES}projets-finances/"' in html


def test_nothing_is_shown_without_a_project_of_a_list_that_is_public(client):
    assert TITLE not in shown(client)
    load(national(line()), project_list(is_published=False))
    assert TITLE not in shown(client)


def queries(client) -> int:
    shown(client)
    with CaptureQueriesContext(connection) as captured:
        shown(client)
    return len(captured)


def test_it_is_kept_without_a_query_and_follows_the_lists(client):
    without = queries(client)
    row = project_list()
    load(national(line()), row)
    assert TITLE in shown(client)
    assert queries(client) == without
    load(national(line(), line("101", nom_du_projet="Un four électrique")), row)
    assert "Un four électrique" in shown(client)
    save_list(values={"is_published": False}, list_id=row.pk)
    assert TITLE not in shown(client)
