"""The check: facts in, verdicts out, nothing kept."""

import json

import pytest

from funding.api.facts import NAF_PATTERN, Facts, situation_of
from funding.api.verdicts import CheckOut
from funding.eligibility.naf import NAF_REV2_SECTIONS
from funding.eligibility.situation import Situation
from funding.models import KeptCheck
from tests.funding import drafts

FACTS = {
    "audience": "firm",
    "place": "COM-30007",
    "staff": 45,
    "naf": "25.62B",
    "project_natures": ["vte_recruitment"],
    "work_started": False,
}


def check(client, facts, query="au=2020-12-15"):
    response = client.post(f"/api/v1/check?{query}", json.dumps(facts), content_type="application/json")
    assert response.status_code == 200, response.content
    return response.json()


def verdict(client, query="au=2020-12-15", **facts):
    (found,) = check(client, FACTS | facts, query)["items"]
    return found


def test_a_firm_of_ales_that_recruits_is_eligible(client, vte):
    found = verdict(client)
    assert (found["scheme"], found["state"], found["label"]) == ("vte", "eligible", "Éligible")
    assert found["call"]["call"] == "vte-2020-occitanie"
    assert found["amount"]["sentence"].replace("\xa0", " ").replace("\u202f", " ") == "4 000 €"
    assert found["amount"]["steps"]
    assert found["contacts"][0]["email"] == "vte@exemple.fr"
    reasons = {reason["code"]: reason for reason in found["reasons"]}
    assert reasons["staff_within"]["truth"] == "met"
    assert reasons["staff_within"]["sentence"].startswith("L’effectif convient")
    assert reasons["free_text_to_check"]["is_hard"] is False
    assert "manufacturière" in reasons["naf_included"]["sentence"] or "25.62B" in reasons["naf_included"]["sentence"]


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"staff": 300}, "not_eligible"),
        ({"audience": "commune"}, "not_eligible"),
        ({"staff": {"lower": 200, "upper": 499}}, "to_specify"),
        ({"staff": {"lower": 20, "upper": 49}}, "eligible"),
        ({"staff": {"lower": 250}}, "not_eligible"),
        ({"naf": "C"}, "eligible"),
        ({"naf": "47.1"}, "not_eligible"),
    ],
)
def test_facts_decide(client, vte, facts, state):
    assert verdict(client, **facts)["state"] == state


def test_an_unknown_asks_and_never_refuses(client, vte):
    (found,) = check(client, {})["items"]
    assert found["state"] == "to_specify"
    assert {"fact": "staff", "code": "staff"}.items() <= next(
        question for question in found["questions"] if question["fact"] == "staff"
    ).items()


def test_the_day_decides_the_opening(client, vte):
    today = verdict(client, query="")
    assert (today["state"], today["otherwise"]) == ("not_open", "eligible")


def test_counts_are_of_all_and_states_narrow_the_items(client, vte):
    drafts.published()
    answer = check(client, FACTS | {"staff": 300}, "au=2020-12-15&etat=eligible&etat=to_specify")
    assert sum(answer["counts"].values()) == 2
    assert {item["state"] for item in answer["items"]} == {"eligible"}


def test_pages_give_each_verdict_once_nearest_first(client, vte):
    for _ in range(4):
        drafts.published()
    seen, path = [], "/api/v1/check?au=2020-12-15&limit=2"
    while path:
        answer = client.post(path, json.dumps(FACTS | {"staff": 300}), content_type="application/json").json()
        seen += [(item["state"], item["scheme"]) for item in answer["items"]]
        path = answer["next"] and answer["next"].removeprefix("http://testserver")
    assert len(seen) == len(set(seen)) == 5
    assert [state for state, _ in seen] == ["eligible"] * 4 + ["not_eligible"]


def test_nothing_is_kept(client, vte):
    response = client.post("/api/v1/check", json.dumps(FACTS), content_type="application/json")
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert KeptCheck.objects.count() == 0


def test_aids_received_count_against_the_ceiling(client, vte):
    aids = [{"amount": 150_000, "granted_on": "2019-05-01", "is_de_minimis": True}]
    answer = check(client, FACTS | {"aids": aids})
    assert (answer["de_minimis"]["ceiling"], answer["de_minimis"]["left"]) == (200_000, 50_000)
    assert any("de minimis" in note for note in answer["items"][0]["notes"])
    assert check(client, FACTS | {"aids": []})["de_minimis"]["used"] == 0


def test_the_size_is_told_with_its_computation(client, vte):
    answer = check(client, FACTS | {"turnover": 4_000_000, "balance_sheet": 1_000_000})
    assert answer["size"]["size"] == "small"


def test_answers_have_the_published_form(client, vte):
    CheckOut.model_validate(check(client, FACTS))
    CheckOut.model_validate(check(client, {}))


def test_facts_are_all_those_of_the_rules():
    assert set(Facts.model_fields) == set(Situation.__dataclass_fields__)
    assert situation_of(Facts(), None) == Situation()


def test_the_published_form_of_an_activity_holds_every_division():
    import re

    divisions = {f"{number:02d}" for number in range(100) if re.fullmatch(NAF_PATTERN, f"{number:02d}")}
    assert divisions == set(NAF_REV2_SECTIONS)


def test_queries_do_not_grow_with_the_schemes(client, vte, no_limit, django_assert_num_queries):
    for count in (1, 30):
        for _ in range(count - 1):
            drafts.published()
        check(client, FACTS)
        with django_assert_num_queries(5):
            assert len(check(client, FACTS)["items"]) == count
