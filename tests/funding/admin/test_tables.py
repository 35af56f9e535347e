"""Every table of schemes: it opens with as many queries for one row as for thirty; imports preview, then write."""

import io

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funding import answers, checks
from funding.directory import save_resource
from funding.models import LinkProbe, Proposal, Scheme, Source, Subscriber, SyncLine, SyncRun
from tests.funding.drafts import AT, draft, organisation, published
from tests.funding.funded_projects.files import line, load, national, project_list
from ti_portal.core.spreadsheets import read_table, write_csv

TABLES = sorted(model._meta.model_name for model in admin.site._registry if model._meta.app_label == "funding")


@pytest.fixture
def empty(db):
    """Without the opening content: rows are counted."""
    Scheme.objects.all().delete()


def add(number: int) -> None:
    body = organisation(f"Organisme {number}")
    scheme = published(
        {"included_codes": ["REG-76"]},
        {
            "contacts": [{"organisation_id": body.pk, "email": "a@b.test", "included_codes": ["REG-76"]}],
            "calls": [
                {"slug": "un", "name": "Un", "rounds": [{"closes_at": AT}]},
                {"slug": "deux", "name": "2", "variant_of": "un", "included_codes": ["DEP-30"], "is_permanent": True},
            ],
        },
    )  # fmt: skip
    load(national(line()), project_list(f"liste-{number}"))
    LinkProbe.objects.create(
        url=f"https://exemple.fr/{number}", state="dead", first_failed_on=AT, last_failed_on="2026-12-01", next_at=AT
    )
    read_source(number, scheme)
    Subscriber.objects.create(email=f"p{number}@usine.test", secret=f"secret-{number}", created_at=AT)
    save_resource(values={"name": f"Ressource {number}", "slug": f"r-{number}", "kind": "training"})
    checked = checks.check(answers.situation_of({}, None), AT)
    kept = checks.keep_check(answers={}, checked=checked, at=AT)
    checks.contest_verdict(kept_check=kept, scheme=scheme, text="Non.", reply_to="", at=AT)


def read_source(number: int, scheme: Scheme) -> None:
    """A source, a reading of it with a line, and what it proposes."""
    source = Source.objects.create(
        name=f"Source {number}", slug=f"source-{number}", kind="national_csv", rhythm="manual"
    )
    ended = {"state": "applied", "started_at": AT, "ended_at": AT, "counts": {"unchanged": 1}}
    run = SyncRun.objects.create(source=source, trigger="upload", **ended)
    SyncLine.objects.create(run=run, position=1, outcome="proposed", title="Aide", scheme=scheme)
    digests = {"payload_digest": "a" * 64, "basis_digest": "b" * 64}
    told = {"field": "summary", "reason": "modifié à la main", "before": "À la main", "after": "Selon la source"}
    Proposal.objects.create(
        source=source, run=run, scheme=scheme, payload="Selon la source", created_at=AT, **told, **digests
    )


def queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    return len(captured)


def test_what_is_not_for_people_has_no_page():
    assert {"listing", "dataversion"}.isdisjoint(TABLES)


def test_lists_ask_as_many_queries_for_thirty_rows_as_for_one(office, empty):
    ContentType.objects.clear_cache()
    urls = {name: reverse(f"admin:funding_{name}_changelist") for name in TABLES}
    add(0)
    few = {name: queries(office, url) for name, url in urls.items()}
    for number in range(1, 30):
        add(number)

    many = {name: queries(office, url) for name, url in urls.items()}

    assert many == few
    assert {name: count for name, count in few.items() if count > 12} == {}


@pytest.mark.parametrize("name", TABLES)
def test_a_row_opens_and_a_list_is_searched_with_anything(office, name):
    add(0)
    url = reverse(f"admin:funding_{name}_changelist")
    model = next(model for model in admin.site._registry if model._meta.model_name == name)
    row = model._default_manager.order_by("-pk").first()

    assert office.get(reverse(f"admin:funding_{name}_change", args=[row.pk])).status_code == 200
    assert office.get(reverse(f"admin:funding_{name}_history", args=[row.pk])).status_code == 200
    for text in ["Alès", "%_\\'\"", "é" * 500]:
        assert office.get(url, {"q": text}).status_code == 200


def test_filters_filter(office, empty):
    add(0)
    draft(rows={"links": []})

    def shown(name: str, query: str) -> int:
        return office.get(f"{reverse(f'admin:funding_{name}_changelist')}?{query}").context["cl"].result_count

    assert (
        shown("scheme", "statut=closed") + shown("scheme", "statut=closing_soon") + shown("scheme", "statut=open") == 1
    )
    assert shown("scheme", "statut=x") == 2
    assert shown("scheme", "liens=sans") == 1
    assert shown("scheme", "liens=mort") == 0
    assert shown("scheme", "region=REG-76") == 1
    assert shown("scheme", "state__exact=draft") == 1
    assert shown("call", "statut=permanent") == 2
    assert shown("call", "page_officielle=sans") == 3
    assert shown("call", "page_officielle=morte") == 0
    assert shown("round", "cloture=sans") == 0
    assert shown("round", "cloture=passee") + shown("round", "cloture=avenir") == 1
    assert shown("resource", "page_officielle=sans") >= 1
    assert shown("contact", "region=REG-76") == 1


def exported(client, name: str) -> list[dict]:
    answer = client.post(reverse(f"admin:funding_{name}_export"), {"format": "1", **columns(client, name)})
    table = read_table(answer.content)
    return [dict(zip(table.headers, row.cells, strict=True)) for row in table.rows]


def columns(client, name: str) -> dict:
    form = client.get(reverse(f"admin:funding_{name}_export")).context["form"]
    return {field.html_name: field.value() for field in form if field.name != "format" and field.value()}


def sent(client, name: str, rows: list[dict]):
    content = write_csv(list(rows[0]), [list(row.values()) for row in rows])
    file = SimpleUploadedFile("table.csv", io.BytesIO(content).getvalue())
    url = reverse(f"admin:funding_{name}_import")
    return client.post(url, {"import_file": file, "format": "0", "resource": ""})


def confirmed(client, name: str, preview):
    form = preview.context["confirm_form"]
    data = {field.html_name: field.value() or "" for field in form}
    return client.post(reverse(f"admin:funding_{name}_process_import"), data)


@pytest.mark.parametrize("name", ["scheme", "criterion", "round"])
def test_what_is_exported_changes_nothing_when_it_is_imported(office, empty, name):
    add(0)
    scheme = draft(
        {"description": "<p>Un texte.</p>", "help_kinds": ["grant", "loan"], "valid_from": "2020-01-01"},
        {
            "criteria": [
                {"kind": "audience", "values": ["firm", "cluster"], "applies_to": []},
                {"kind": "naf", "values": ["C"], "excluded": ["10"]},
                {"kind": "project_amount", "lower": "1000.50"},
            ],
            "calls": [
                {"slug": "c", "name": "C", "rounds": [
                    {"closes_at": AT, "zone": "America/Cayenne", "envelope": 1000000}, {"announced_for": "2027"},
                ]},
            ],
        },
    )  # fmt: skip

    rows = exported(office, name)
    preview = sent(office, name, rows)

    assert preview.context["report"].problems == []
    assert preview.context["report"].is_empty
    assert scheme.slug in [row.get("Adresse", row.get("Dispositif")) for row in rows]


def test_schemes_are_imported_after_a_preview(office, empty):
    body = organisation("Financeur", slug="financeur-essai")
    known = draft()
    rows = [
        {"Adresse": known.slug, "Nom": "Nom nouveau", "Financeurs": body.slug, "Natures de l’aide": "Prêt | grant"},
        {"Adresse": "tout-neuf", "Nom": "Tout neuf", "Financeurs": "", "Natures de l’aide": ""},
    ]

    preview = sent(office, "scheme", rows)
    assert (preview.context["report"].new, preview.context["report"].updated) == (1, 1)
    assert not Scheme.objects.filter(slug="tout-neuf").exists()
    assert confirmed(office, "scheme", preview).status_code == 302

    known.refresh_from_db()
    assert (known.name, known.help_kinds) == ("Nom nouveau", ["loan", "grant"])
    assert list(known.roles.filter(role="funder").values_list("organisation", flat=True)) == [body.pk]
    assert known.roles.filter(role="instructor").count() == 1
    assert Scheme.objects.get(slug="tout-neuf").state == "draft"


def test_criteria_and_rounds_are_imported(office, empty):
    scheme = draft(rows={"calls": [{"slug": "c", "name": "C", "rounds": [{"closes_at": AT}]}]})
    criteria = [
        {"Dispositif": scheme.slug, "Rang": "1", "Porte sur": "Public", "Valeurs admises": "commune ; EPCI"},
        {"Dispositif": scheme.slug, "Rang": "2", "Porte sur": "Activité", "Valeurs admises": "25.62B"},
    ]
    criteria[0]["Valeurs admises"] = "commune ; intercommunalité (EPCI)"
    rounds = [
        {"Dispositif": scheme.slug, "Appel": "c", "Rang": "1", "Ferme le": "31/12/2026 12:00", "Fuseau": "Guyane"},
        {"Dispositif": scheme.slug, "Appel": "c", "Rang": "2", "Ferme le": "31/03/2027 12:00", "Fuseau": ""},
    ]

    assert confirmed(office, "criterion", sent(office, "criterion", criteria)).status_code == 302
    assert confirmed(office, "round", sent(office, "round", rounds)).status_code == 302

    assert [row.values for row in scheme.criteria.order_by("position")] == [["commune", "epci"], ["25.62B"]]
    closings = [row.closes_at.isoformat() for row in scheme.calls.get().rounds.order_by("pk")]
    assert closings == ["2026-12-31T15:00:00+00:00", "2027-03-31T10:00:00+00:00"]


@pytest.mark.parametrize(
    ("name", "row", "sentence"),
    [
        ("scheme", {"Adresse": "neuf", "Nom": ""}, "a un nom"),
        ("scheme", {"Adresse": "neuf", "Nom": "Neuf", "Lieux compris": "REG-999"}, "Aucun lieu"),
        ("scheme", {"Adresse": "neuf", "Nom": "Neuf", "Financeurs": "personne"}, "Aucun organisme"),
        ("scheme", {"Adresse": "neuf", "Nom": "Neuf", "Existe depuis": "hier"}, "pas une date"),
        ("criterion", {"Dispositif": "absent", "Rang": "1", "Porte sur": "Public"}, "Aucun dispositif"),
        ("criterion", {"Dispositif": "%s", "Rang": "9", "Porte sur": "Public"}, "prochain rang libre"),
        ("criterion", {"Dispositif": "%s", "Rang": "2", "Porte sur": "Effectif", "Minimum": ""}, "Indiquez un minimum"),
        ("round", {"Dispositif": "%s", "Appel": "autre", "Rang": "1"}, "n’a pas d’appel"),
        ("round", {"Dispositif": "%s", "Appel": "guichet", "Rang": "1", "Ferme le": "demain"}, "pas une date"),
        ("round", {"Dispositif": "%s", "Appel": "guichet", "Rang": "1", "Ferme le": ""}, "Donnez l’ouverture"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(office, empty, name, row, sentence):
    scheme = draft()
    row = {column: scheme.slug if value == "%s" else value for column, value in row.items()}

    problems = sent(office, name, [row]).context["report"].problems

    assert sentence in " ".join(problem.message for problem in problems)
