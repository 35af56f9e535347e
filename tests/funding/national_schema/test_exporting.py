import csv
import io

import pytest
from frictionless import Resource, Schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funding import open_data
from funding.enums import EditorialState
from funding.models import Scheme
from funding.national_schema.applying import apply, preview
from funding.national_schema.descriptor import descriptor
from funding.national_schema.exporting import Exporter
from tests.funding.drafts import AT, FIRMS, PERMANENT, published
from tests.funding.national_schema.files import file, key, row

FIXTURE = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def alone(db):
    """Without the opening content, to count."""
    Scheme.objects.all().delete()


def exported(queryset=None) -> bytes:
    return b"".join(open_data.national_csv(Scheme.objects.published() if queryset is None else queryset, at=AT))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def errors(content: bytes, tmp_path) -> list[str]:
    """What a validator finds, by our own descriptor of the schema."""
    path = tmp_path / "aides.csv"
    path.write_bytes(content)
    resource = Resource(path=path.name, basepath=str(tmp_path), schema=Schema.from_descriptor(descriptor()))
    return [f"{error.type} {error.message}" for task in resource.validate().tasks for error in task.errors]


RICH = {
    "criteria": [
        FIRMS,
        {"kind": "place", "values": ["ZON-TI-2023"]},
        {"kind": "eu_size", "values": ["small", "medium"]},
        {"kind": "staff_range", "lower": 10, "upper": 249, "applies_to": ["firm"]},
        {"kind": "naf", "values": ["C", "25.62B"], "excluded": ["10"]},
        {"kind": "legal_form", "values": ["54", "57"], "excluded": ["5498"]},
        {"kind": "firm_age", "lower": 2, "upper": 8},
        {"kind": "project_nature", "values": ["vte_recruitment"], "text": "Un VTE."},
        {"kind": "project_amount", "lower": 400_000},
        {"kind": "work_not_started"},
        {"kind": "ecological_transition", "is_hard": False},
        {"kind": "free_text", "text": "Être retenu par la région", "contact": "Région"},
    ],
    "calls": [
        {
            "slug": "appel", "name": "Appel", "kind": "projects",
            "rounds": [
                {
                    "opens_at": "2026-09-01T00:00:00+02:00", "closes_at": "2026-12-15T12:00:00-03:00",
                    "zone": "America/Cayenne",
                },
                {"announced_for": "début 2027"},
            ],
        },
        {**PERMANENT, "included_codes": ["REG-76"], "variant_of": "appel"},
    ],
}  # fmt: skip


def test_a_rich_scheme_is_told_in_columns_and_in_words(alone, tmp_path):
    published({"name": "Aide riche", "description": "<p>Un</p><ul><li><p>deux</p></li></ul>"}, RICH)
    content = exported()
    (found,) = rows_of(content)
    assert errors(content, tmp_path) == []
    assert found["eligibilite_effectif_minimal"] == "10"
    assert found["eligibilite_categorie_taille_entreprise"] == "PME"
    assert found["ciblage_naf"] == "25.62B|C"
    assert found["ciblage_naf_exclusions"] == "10"
    assert found["eligibilite_forme_juridique"] == "SARL|SAS"
    assert found["eligibilite_forme_juridique_exclusions"] == "EURL"
    assert found["date_cloture"] == "2026-12-15T16:00:00+01:00"
    places = found["eligibilite_geographique"].split("|")
    assert len(places) > 500
    assert not [code for code in places if not code.startswith(("EPCI-", "EPT-", "COM-"))]
    for words in (
        "petite entreprise",
        "2 et 8",
        "VTE",
        "400\u00a0000\u00a0€",
        "n’a pas commencé",
        "À titre indicatif",
        "Région",
    ):
        assert words in found["eligibilite"], words


def test_only_published_schemes_leave(alone):
    published()
    apply(preview(file(row(1)), at=AT, source="Essai national"), actor=None, at=AT)
    assert len(rows_of(exported())) == 1


def test_an_export_imported_again_changes_nothing(db):
    published({"name": "Aide riche"}, RICH)
    published(
        {
            "source_name": "",
            "source_key": "",
            "included_codes": ["TI-2023-2707", "DEP-2A"],
            "excluded_codes": ["REG-28"],
        }
    )
    published({"legal_basis": "Loi d’essai", "summary": "-1 % d’intérêt", "help_kinds": ["staff", "equity"]})
    apply(preview(file(row(1), row(2, date_cloture="2027-01-05")), at=AT, source="Essai national"), actor=None, at=AT)
    Scheme.objects.filter(state=EditorialState.TO_VALIDATE).update(state=EditorialState.PUBLISHED)
    content = exported()
    total = Scheme.objects.count()
    assert total > 15  # the opening content comes and goes too
    for source in ("Essai national", "Essai", "Tout autre"):
        plan = preview(content, at=AT, source=source)
        assert {name: count for name, count in plan.counts.items() if count} == {"unchanged": total}, source


@pytest.mark.parametrize(
    ("values", "call", "closing", "words"),
    [
        ({"valid_until": "2022-12-31"}, PERMANENT, "2022-12-31T23:59:59+01:00", None),
        (
            {"valid_until": "2022-12-31", "end_is_known": False},
            PERMANENT,
            "2022-12-31T23:59:59+01:00",
            "État au 24/11/2026",
        ),
        ({}, {**PERMANENT, "exhausted_from": "2026-01-01T00:00:00+01:00"}, "", "État au 24/11/2026"),
        ({}, PERMANENT, "", None),
    ],
)
def test_what_is_over_never_passes_for_open(alone, values, call, closing, words):
    published(values, {"calls": [call]})
    (found,) = rows_of(exported())
    assert found["date_cloture"] == closing
    assert ("État au" in found["eligibilite"]) is (words is not None)


def test_formulas_are_disarmed_and_come_back(alone):
    published({"name": "=SOMME(A1)", "summary": "+33"})
    (found,) = rows_of(exported())
    assert (found["titre"], found["promesse"]) == ("'=SOMME(A1)", "'+33")
    assert preview(exported(), at=AT).counts["unchanged"] == 1


def test_corsican_codes_are_ours_to_accept(alone, tmp_path):
    published({"included_codes": ["DEP-2A", "COM-2B033"]})
    assert rows_of(exported())[0]["eligibilite_geographique"] == "COM-2B033|DEP-2A"
    assert errors(exported(), tmp_path) == []


def test_two_sources_with_one_identifier_leave_with_two(alone, tmp_path):
    for name in ("Une", "Deux"):
        published({"source_name": name, "source_key": key(1)})
    identifiers = [found["id"] for found in rows_of(exported())]
    assert identifiers[0] == key(1)
    assert len(set(identifiers)) == 2
    assert errors(exported(), tmp_path) == []


def test_the_descriptor_refuses_what_the_schema_refuses(tmp_path):
    bad = row(1, cibles="tous", eligibilite_geographique="ici", date_cloture="bientôt", ciblage_naf="Z", titre="")
    assert len(errors(file(bad), tmp_path)) == 5
    assert errors(file(row(1), row(2)), tmp_path) == []


def test_the_number_of_queries_does_not_depend_on_the_number_of_schemes(db, django_assert_num_queries):
    published()
    with django_assert_num_queries(11):
        list(Exporter(AT).rows(Scheme.objects.published()))
    for _ in range(4):
        published(rows=RICH)
    with django_assert_num_queries(11):
        list(Exporter(AT).rows(Scheme.objects.published()))


TEXTS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=60
)
CELLS = st.fixed_dictionaries(
    {"titre": TEXTS.filter(str.strip), "types_aides": st.sampled_from(["prêt", "formation|étude", "information"])},
    optional={
        "description": TEXTS.filter(str.strip),
        "eligibilite": TEXTS.filter(str.strip),
        "promesse": TEXTS,
        "cibles": st.sampled_from(["associations", "professionnels|secteur public", "particuliers"]),
        "date_ouverture": st.dates().filter(lambda day: 1960 < day.year < 2190).map(str),
        "eligibilite_effectif_minimal": st.integers(0, 5_000).map(str),
        "eligibilite_categorie_taille_entreprise": st.sampled_from(["MIC", "PME", "MIC|PME", "ETI|GE"]),
        "eligibilite_forme_juridique": st.sampled_from(["SA", "SARL|EURL", "Autre"]),
        "ciblage_naf": st.sampled_from(["C", "25.6|10", "25.62B"]),
        "ciblage_naf_exclusions": st.sampled_from(["C", "25.62B|A"]),
        "ciblage_secteur_activite": st.sampled_from(["industrie|services", "Tous secteurs"]),
        "eligibilite_geographique": st.sampled_from(["REG-76", "DEP-2A|COM-30007"]),
        "chainage_paiement": st.sampled_from(["DSP1"]),
    },
)  # fmt: skip


@FIXTURE
@given(st.lists(CELLS, min_size=1, max_size=3))
def test_whatever_is_imported_is_the_same_when_imported_or_exported_again(db, tmp_path, cells):
    Scheme.objects.filter(source_name="Essai national").delete()
    content = file(*(row(number, **given_cells) for number, given_cells in enumerate(cells, start=1)))
    try:
        plan = preview(content, at=AT, source="Essai national")
    except ValueError:
        return  # a cell that begins like a formula: the file is refused, which `test_reading` shows
    accepted = len(plan.new)
    apply(plan, actor=None, at=AT)
    again = preview(content, at=AT, source="Essai national")
    assert (again.counts["unchanged"], again.is_empty) == (accepted, True)
    if accepted:
        out = exported(Scheme.objects.filter(source_name="Essai national"))
        assert errors(out, tmp_path) == []
        assert preview(out, at=AT, source="Essai national").counts["unchanged"] == accepted
        assert preview(out, at=AT, source="Autre").counts["proposals"] == 0
