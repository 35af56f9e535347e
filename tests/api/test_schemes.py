"""Schemes, calls, rounds: what is said of each, and the filters of the catalogue."""

from typing import get_args

from funding import statuses
from funding.api import parameters
from funding.api.listing import ask
from funding.api.schemas import CallPage, OrganisationPage, RoundPage, SchemeDetail, SchemePage, Vocabularies
from funding.catalogue.filters import STATES
from funding.eligibility.codes import VerdictState
from funding.models import Call, Scheme
from tests.api import content
from tests.funding import drafts

THEN = "au=2020-12-15"
EVERYBODY = {"kind": "audience", "values": ["firm", "epci"]}


def get(client, path: str) -> dict:
    response = client.get(f"/api/v1{path}")
    assert response.status_code == 200, response.content
    return response.json()


def slugs(client, path: str) -> list[str]:
    return [item["slug"] for item in get(client, path)["items"]]


def test_a_scheme_in_the_list(client, vte):
    (found,) = get(client, f"/schemes?{THEN}")["items"]
    assert found["slug"] == "vte"
    assert found["page"] == "http://testserver/aides/vte/"
    assert found["status"] == {
        "state": "open",
        "label": "Ouvert",
        "call": "vte-2020",
        "closes_at": "2021-06-30T00:00:00Z",
    }
    assert found["audiences"] == ["firm"]
    assert found["project_natures"] == ["vte_recruitment"]
    assert found["perimeter"] == {"included": ["PAYS-99100"], "excluded": []}
    assert found["funders"] == ["bpifrance"]
    assert found["highest_amount"] == 4000
    assert "pk" not in found
    assert "id" not in found


def test_a_place_is_shown_its_own_variant(client, vte):
    in_occitanie = get(client, f"/schemes?{THEN}&lieu=COM-30007")["items"][0]["status"]
    assert (in_occitanie["call"], in_occitanie["state"]) == ("vte-2020-occitanie", "closing_soon")
    calls = get(client, f"/calls?{THEN}&lieu=COM-30007")["items"]
    assert {call["slug"] for call in calls} == {"vte-2020-occitanie", "vte-2022"}
    elsewhere = get(client, f"/calls?{THEN}&lieu=COM-76540")["items"]
    assert {call["slug"] for call in elsewhere} == {"vte-2020", "vte-2022"}
    assert len(get(client, "/calls")["items"]) == 3


def test_filters_are_those_of_the_catalogue(client, vte):
    other = drafts.published({"help_kinds": ["loan"], "included_codes": ["REG-28"]}, {"criteria": [EVERYBODY]})
    assert slugs(client, "/schemes") == ["vte", other.slug]
    assert slugs(client, "/schemes?lieu=COM-30007") == ["vte"]
    assert slugs(client, "/schemes?lieu=COM-76540") == ["vte", other.slug]
    assert slugs(client, "/schemes?public=epci") == [other.slug]
    assert slugs(client, "/schemes?aide=loan") == [other.slug]
    assert slugs(client, "/schemes?aide=loan&aide=grant") == ["vte", other.slug]
    assert slugs(client, "/schemes?financeur=bpifrance") == ["vte"]
    assert slugs(client, "/schemes?q=volontariats") == ["vte"]
    assert slugs(client, "/schemes?projet=vte_recruitment&depense=wages") == slugs(
        client, "/schemes?depense=wages&projet=vte_recruitment"
    )
    assert slugs(client, f"/schemes?{THEN}&statut=open") == ["vte"]
    assert slugs(client, f"/schemes?{THEN}&avant=2021-06-30") == ["vte"]
    assert slugs(client, f"/schemes?{THEN}&avant=2021-01-31") == []


def test_states_are_those_of_the_catalogue():
    assert set(get_args(parameters.ShownState)) == {value for value, _ in STATES}


def test_a_status_is_the_same_through_every_address(client, vte):
    at = ask(content.IN_2020).at
    call = Call.objects.get(slug="vte-2020")
    state = str(statuses.status_of(call, at).state)
    assert get(client, f"/schemes?{THEN}")["items"][0]["status"]["state"] == state
    assert get(client, f"/schemes/vte?{THEN}")["status"]["state"] == state
    assert get(client, f"/schemes/vte/calls/vte-2020?{THEN}")["status"]["state"] == state
    assert get(client, f"/calls?{THEN}")["items"][0]["status"]["state"] == state


def test_a_scheme_whole(client, vte):
    found = get(client, f"/schemes/vte?{THEN}&lieu=COM-30007")
    sentence = " ".join(found["status"]["sentence"].split())
    assert sentence == "Bientôt clos : ouvert jusqu’au 31 décembre 2020 à 1 h."
    assert [criterion["kind"] for criterion in found["criteria"]] == [
        "audience",
        "staff_range",
        "naf",
        "project_nature",
        "free_text",
    ]
    naf = next(criterion for criterion in found["criteria"] if criterion["kind"] == "naf")
    assert "manufacturière" in naf["sentence"]
    assert found["amounts"][0]["amount"] == 4000
    assert found["contacts"][0]["email"] == "vte@exemple.fr"
    assert get(client, "/schemes/vte?lieu=COM-76540")["contacts"] == []
    national = next(call for call in found["calls"] if call["slug"] == "vte-2020")
    assert national["rounds"][0]["remaining"] == 250000.5
    assert {call["slug"]: call["variant_of"] for call in found["calls"]} == {
        "vte-2020": None,
        "vte-2020-occitanie": "vte-2020",
        "vte-2022": None,
    }


def test_drafts_do_not_exist_and_archives_say_that_they_are(client, vte):
    draft = drafts.draft()
    content.archived()
    assert client.get(f"/api/v1/schemes/{draft.slug}").status_code == 404
    assert get(client, "/schemes/ancienne-aide")["editorial_state"] == "archived"
    assert slugs(client, "/schemes") == ["vte"]
    assert {call["scheme"] for call in get(client, "/calls")["items"]} == {"vte"}


def test_rounds_come_by_closing_with_undated_ones_last(client, vte):
    found = get(client, "/rounds")["items"]
    assert [item["call"] for item in found] == ["vte-2020-occitanie", "vte-2020", "vte-2022"]
    assert [item["closes_at"] for item in found] == ["2020-12-31T00:00:00Z", "2021-06-30T00:00:00Z", None]
    assert [item["call"] for item in get(client, "/rounds?avant=2021-01-01")["items"]] == ["vte-2020-occitanie"]
    assert [item["call"] for item in get(client, "/rounds?apres=2021-01-01")["items"]] == ["vte-2020"]
    assert [item["call"] for item in get(client, "/rounds?lieu=COM-30007")["items"]] == [
        "vte-2020-occitanie",
        "vte-2022",
    ]


def test_answers_have_the_published_form(client, vte):
    forms = {
        f"/schemes?{THEN}": SchemePage,
        f"/schemes/vte?{THEN}": SchemeDetail,
        f"/calls?{THEN}": CallPage,
        "/rounds": RoundPage,
        "/organisations": OrganisationPage,
        "/vocabularies": Vocabularies,
    }
    for path, form in forms.items():
        form.model_validate(get(client, path))


def test_every_code_has_its_label(client, db):
    found = get(client, "/vocabularies")
    assert {label["code"] for label in found["verdict_states"]} == {str(state) for state in VerdictState}
    assert all(label["label"] for labels in found.values() for label in labels)


def test_no_key_of_the_database_leaves(client, vte):
    found = get(client, f"/schemes/vte?{THEN}")
    assert not {"id", "pk", "scheme_id", "call_id"} & set(_names(found))
    assert Scheme.objects.get().pk


def _names(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)
