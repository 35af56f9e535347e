"""The opening content: the states that the document gives at its date, those of today, a load that can be repeated."""

from datetime import UTC, datetime

import pytest

from funding import rulebooks, schemes, statuses
from funding.eligibility.amounts import estimate
from funding.eligibility.situation import Situation
from funding.models import DataVersion, Notice, Resource, Scheme
from funding.opening.loading import FOLDER, load, read_schemes
from funding.terms import with_rules
from territories.models import Place

pytestmark = pytest.mark.django_db
THEN = datetime(2020, 12, 15, 11, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
ALES, PARIS = "COM-30007", "COM-75056"

# row, slug, state at the assembly and words of it, state today
STATES = [
    ("F1", "fonds-d-acceleration-des-investissements-industriels", "open", "sans date de clôture", "closed"),
    ("F2", "dsil", "permanent", "Ouvert en permanence", "permanent"),
    ("F3", "vte-aide-a-l-entreprise", "permanent", "Ouvert en permanence", "closed"),
    ("F4", "vte-vert", "permanent", "Ouvert en permanence", "closed"),
    ("F5", "mobili-jeune-vte", "permanent", "Ouvert en permanence", "closed"),
    ("F6", "vta", "permanent", "Ouvert en permanence", "permanent"),
    ("F7", "cofinancement-chef-de-projet", "permanent", "Ouvert en permanence", "closed"),
    ("F8", "fnadt-operations-collectives", "permanent", "Ouvert en permanence", "permanent"),
    ("F9", "fonds-friches", "announced", "dates propres à chaque région", "closed"),
    ("F10", "sites-industriels-cles-en-main", "open", "31 mars 2021", "closed"),
    ("F11", "transitions-collectives", "closing_soon", "21 décembre 2020", "closed"),
    ("F12", "au-coeur-des-territoires", "open", "sans date de clôture", "closed"),
    ("F14", "soutien-aux-projets-cooperatifs", "announced", "(2021)", "closed"),
]


def scheme(slug: str) -> Scheme:
    return with_rules(Scheme.objects.filter(slug=slug)).get()


@pytest.mark.parametrize(("row", "slug", "then", "words", "today"), STATES, ids=[state[0] for state in STATES])
def test_each_row_has_the_state_of_the_document_then_and_its_own_today(row, slug, then, words, today):
    found = scheme(slug)
    status = statuses.status_here(found, THEN)
    assert (found.source_key, found.source_date.isoformat(), status.state) == (row, "2020-12-15", then)
    assert words in statuses.sentence(status).replace("\xa0", " ")
    assert statuses.status_here(found, NOW).state == today


def test_the_second_opening_of_transitions_collectives_is_announced_after_the_first():
    found = scheme("transitions-collectives")
    between = statuses.status_here(found, datetime(2021, 1, 5, tzinfo=UTC))
    assert (between.state, between.announced_for) == ("announced", "début 2021")
    assert found.calls.get().rounds.count() == 2


def test_an_end_that_nobody_published_is_not_told():
    status = statuses.status_here(scheme("vte-aide-a-l-entreprise"), NOW)
    assert (status.closes_at, statuses.sentence(status)) == (None, "Clos.")


def test_what_came_after_is_named_and_says_that_it_was_not_verified():
    for before, after in (
        ("fonds-friches", "fonds-vert-recyclage-foncier"),
        ("fonds-d-acceleration-des-investissements-industriels", "fonds-vert-territoires-d-industrie"),
    ):
        successor = scheme(before).successor
        assert successor.slug == after
        assert "non vérifiée" in successor.source_name


def place(code: str) -> frozenset[str]:
    return frozenset(Place.objects.get(code=code).ancestor_codes)


def verdicts(code: str, at=THEN, **facts):
    return rulebooks.current().rulebook.verdicts(Situation(place=place(code), **facts), at)


def test_a_firm_of_forty_five_at_ales_that_hires_a_vte_in_2020_and_today():
    facts = {
        "audience": "firm", "staff": 45, "turnover": 6_000_000, "balance_sheet": 4_000_000,
        "project_natures": {"vte_recruitment"}, "expense_natures": {"wages"}, "ecological_transition": True,
        "partnership": False,
    }  # fmt: skip
    found = verdicts(ALES, **facts)
    assert found.state_of("vte-aide-a-l-entreprise") == "eligible"
    assert found.state_of("vte-vert") == "eligible"
    assert found.state_of("mobili-jeune-vte") == "not_eligible"
    assert found.state_of("dsil") == "not_eligible"
    assert verdicts(ALES, NOW, **facts).state_of("vte-aide-a-l-entreprise") == "not_open"
    assert verdicts(PARIS, **facts).state_of("vte-aide-a-l-entreprise") == "not_eligible"
    unknown = facts | {"turnover": None, "staff": None}
    assert verdicts(ALES, **unknown).state_of("vte-aide-a-l-entreprise") == "to_specify"


def test_amounts_are_those_of_the_document():
    amounts = rulebooks.current().amounts
    sums = {key: estimate(amounts[key], Situation(), THEN.date()).upper for key in amounts if amounts[key]}
    assert sums == {"vte-aide-a-l-entreprise": 4000, "vte-vert": 8000, "mobili-jeune-vte": 1200}


def test_an_intercommunalite_that_lays_out_a_site():
    facts = {"audience": "epci", "project_natures": {"site_layout"}, "expense_natures": {"land", "networks"}}
    found = verdicts(ALES, **facts)
    assert found.state_of("dsil") == "eligible"
    assert found.state_of("sites-industriels-cles-en-main") == "eligible"
    assert found.state_of("fonds-d-acceleration-des-investissements-industriels") == "not_eligible"


def test_a_free_text_criterion_never_passes_in_silence():
    facts = {"audience": "epci", "project_natures": {"project_lead_recruitment"}}
    assert verdicts(ALES, **facts).state_of("cofinancement-chef-de-projet") == "to_specify"


def test_loading_again_writes_nothing():
    version = DataVersion.objects.get().number
    outcome = load(at=NOW)
    assert outcome.is_done_already
    assert DataVersion.objects.get().number == version


def test_loading_again_leaves_alone_what_a_person_edited_or_archived():
    edited, archived = scheme("dsil"), scheme("vta")
    schemes.save_scheme(scheme_id=edited.pk, values={"summary": "Écrit par la délégation."}, actor=None, at=NOW)
    schemes.archive_scheme(scheme_id=archived.pk, actor=None, at=NOW)
    outcome = load(at=NOW)
    assert (outcome.added, outcome.changed, outcome.protected) == ((), (), 1)
    assert scheme("dsil").summary == "Écrit par la délégation."
    assert scheme("vta").state == "archived"


def test_resources_partners_and_the_notice_are_there_with_their_source():
    assert Resource.objects.published().filter(kind="labour_lending").count() == 3
    assert Resource.objects.published().filter(kind="cluster").count() == 3
    assert set(Resource.objects.get(slug="adeliance").included_codes) == {"EPCI-200069409", "EPCI-200069391"}
    assert "jamais automatiquement" in Notice.objects.get(key="redirection").text


def test_tables_name_only_what_exists():
    tables = read_schemes(FOLDER)
    assert len({table["slug"] for table in tables}) == len(tables) == 15
    assert {table["key"] for table in tables} >= {state[0] for state in STATES}
