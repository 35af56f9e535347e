"""« Essayer ce dispositif »: the verdicts of the scheme as it is kept and as it is being written; nothing is saved."""

import pytest
from django.urls import reverse

from funding.models import Scheme
from tests.funding.admin.pages import filled
from tests.funding.drafts import draft

ADD = reverse("admin:funding_scheme_add")


def page(scheme: Scheme) -> str:
    return reverse("admin:funding_scheme_change", args=[scheme.pk])


def lines(response) -> dict:
    return {line.profile: line for line in response.context["trial"].lines}


def state_of(response, start: str, side: str = "edited") -> str:
    found = next(line for name, line in lines(response).items() if name.startswith(start))
    return getattr(found, side).state


@pytest.fixture
def scheme(db):
    return draft(
        {"included_codes": ["REG-76"]},
        {
            "criteria": [
                {"kind": "audience", "values": ["firm"]},
                {"kind": "eu_size", "values": ["small", "medium", "micro"]},
            ],
            "amounts": [{"kind": "flat", "amount": 4000}],
        },
    )


def test_the_page_shows_the_verdicts_of_what_is_kept(office, scheme):
    response = office.get(page(scheme))

    states = {name: line.kept.state for name, line in lines(response).items()}
    assert list(states.values()) == ["eligible", "to_specify", "not_eligible", "not_eligible", "not_eligible"]
    assert lines(response)["Entreprise de mécanique, 45 personnes, à Alès"].kept.amount == "4\xa0000\xa0€"
    assert "Verdicts au" in response.content.decode()


def test_what_is_being_written_is_tried_and_kept_on_the_page_without_being_saved(office, scheme):
    data = filled(office, page(scheme), _try="page", **{"criteria-0-values": "intercommunalité (EPCI)"})

    response = office.post(page(scheme), data)

    assert response.status_code == 200
    assert state_of(response, "Entreprise de mécanique") == "not_eligible"
    assert state_of(response, "Entreprise de mécanique", "kept") == "eligible"
    assert "intercommunalité (EPCI)</textarea>" in response.content.decode()
    assert "errornote" not in response.content.decode()
    scheme.refresh_from_db()
    assert (scheme.version, scheme.criteria.get(position=1).values) == (1, ["firm"])


def test_the_script_asks_for_the_results_alone(office, scheme):
    data = filled(office, page(scheme), _try="fragment", **{"amounts-0-amount": "9000"})

    content = office.post(page(scheme), data).content.decode()

    assert "9\xa0000" in content
    assert "<html" not in content
    assert scheme.amounts.get().amount == 4000


def test_a_scheme_never_saved_is_tried_too(office):
    data = filled(office, ADD, _try="page", name="Neuf", included_codes="REG-76")
    data |= {"criteria-0-kind": "audience", "criteria-0-values": "entreprise", "criteria-0-is_hard": "on"}

    response = office.post(ADD, data)

    line = lines(response)["Entreprise de mécanique, 45 personnes, à Alès"]
    assert (line.edited.state, line.kept) == ("not_open", None)
    assert "sinon" in line.edited.label
    assert not Scheme.objects.filter(name="Neuf").exists()


def test_what_the_rules_cannot_use_is_said_and_left_aside(office, scheme):
    changes = {"included_codes": "", "criteria-1-values": "", "amounts-0-amount": ""}
    response = office.post(page(scheme), filled(office, page(scheme), _try="page", **changes))

    told = " ".join(response.context["trial"].problems)
    assert "Périmètre laissé de côté" in told
    assert "Critère 2 laissé de côté" in told
    assert "Montants laissés de côté" in told
    assert state_of(response, "Entreprise de mécanique") == "eligible"


def test_a_day_and_a_profile_of_ones_own(office, scheme):
    own = {
        "essai-on": "15/12/2020", "essai-audience": "firm", "essai-place": "30100 ", "essai-staff": "3 000",
        "essai-naf": "2562b", "essai-nature": "training", "essai-amount": "10 000",
    }  # fmt: skip
    response = office.post(page(scheme), filled(office, page(scheme), _try="page", **own))

    trial = response.context["trial"]
    assert trial.at.year == 2020
    assert trial.lines[0].profile == "Votre profil"
    assert trial.lines[0].place == "Alès"
    assert trial.lines[0].edited.state == "not_eligible"


@pytest.mark.parametrize(
    "wrong",
    [{"essai-on": "32/13"}, {"essai-place": "Nulle-Part-sur-Rien"}, {"essai-naf": "99.99X"}, {"essai-staff": "x"}],
)
def test_a_bad_profile_is_refused_at_its_field_and_the_others_are_tried(office, scheme, wrong):
    response = office.post(page(scheme), filled(office, page(scheme), _try="page", **wrong))

    assert response.context["trial"].form.errors
    assert len(response.context["trial"].lines) >= 5


def test_the_box_asks_as_many_queries_for_thirty_criteria_as_for_three(office, scheme, django_assert_max_num_queries):
    office.get(page(scheme))
    with django_assert_max_num_queries(60):
        office.get(page(scheme))
