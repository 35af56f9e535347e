"""One aid at a time, and any JSON in its place."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funding import terms
from funding.enums import LineOutcome
from funding.models import AmountRule, Criterion
from funding.national_schema.drafts import AmountDraft, CallDraft, RoundDraft
from funding.sources.aides_territoires.mapping import entry_of, key_of
from funding.sources.aides_territoires.perimeters import Known, Perimeters, Placed, wanted
from funding.sources.aides_territoires.vocabulary import AUDIENCES, TYPES
from funding.sources.reading import Entry, Problem
from territories import rich_text
from tests.funding.sources.api import PERIMETERS, aid

UNTIMED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

BASE = "https://aides.exemple.fr/api/"
FRANCE = Placed(("PAYS-99100",))


def read(**fields) -> Entry:
    found = entry_of(1, aid(**fields), FRANCE, base=BASE)
    assert isinstance(found, Entry)
    return found


def draft(**fields):
    return read(**fields).draft


def test_an_aid_becomes_a_draft():
    found = draft()
    assert (found.key, found.name, found.programme) == ("1", "Aide aux essais n° 1", "Plan d’essai")
    assert found.description == "<p>Un <strong>texte</strong> utile.</p>"
    assert found.summary == "Un texte utile."
    assert "<li>Avoir un projet</li>" in found.eligibility_text.replace("<p>", "").replace("</p>", "")
    assert "Dépenses d’investissement" in found.eligibility_text
    assert found.help_kinds == ("grant",)
    assert [(body.name, body.acronym, role) for body, role in found.roles] == [
        ("Région des essais", "RDE", "funder"), ("Agence des essais", "", "instructor"),
    ]  # fmt: skip
    assert [(link.kind, link.url) for link in found.links] == [
        ("official", "https://exemple.fr/1"),
        ("official", "https://aides.exemple.fr/aides/aide-1/"),
        ("apply", "https://exemple.fr/1/demande"),
    ]
    audience, words = found.criteria
    assert (audience.values, audience.is_hard) == (("commune", "firm"), True)
    assert (words.kind, words.contact, "Avoir un projet" in words.text) == ("free_text", "Agence des essais", True)
    # An update at 23:30 UTC is of the next day in Paris.
    assert found.source_date == date(2026, 11, 2)
    assert found.given == {
        "name", "summary", "description", "eligibility_text", "help_kinds", "programme", "included_codes",
        "excluded_codes", "criteria", "amounts", "roles", "links", "calls", "source_date",
    }  # fmt: skip


def test_names_and_addresses_of_people_stay_at_the_source():
    assert "Camille" not in repr(draft())


def test_dates_are_days_in_paris():
    assert draft().call == CallDraft(
        (RoundDraft(datetime(2027, 1, 4, 23, tzinfo=UTC), datetime(2027, 3, 31, 21, 59, 59, tzinfo=UTC)),),
        kind="projects",
    )
    assert draft(start_date=None, is_call_for_project=False).call == CallDraft(
        (RoundDraft(None, datetime(2027, 3, 31, 21, 59, 59, tzinfo=UTC)),), kind="counter"
    )
    same_day = draft(start_date="2027-03-31", is_call_for_project=...).call
    assert (len(same_day.rounds), same_day.kind) == (1, "")


def test_permanent_is_permanent_whatever_old_date_is_shown():
    found = draft(recurrence="Permanente", submission_deadline="2019-06-30")
    assert found.call.is_permanent
    assert any("30\u00a0juin 2019" in row.text for row in found.criteria)
    assert draft(recurrence="permanente", submission_deadline=None, start_date=None).call.is_permanent


def test_live_means_nothing():
    assert draft(is_live=False) == draft(is_live=True)
    assert draft(is_live=...).call.rounds[0].opens_at.year == 2027


def test_no_date_is_told_and_to_check():
    found = draft(start_date=None, submission_deadline=None, recurrence="Ponctuelle")
    assert found.call.is_permanent
    assert any("ni ouverture ni clôture" in row.text for row in found.criteria)


def test_dates_that_cannot_be_read_leave_those_that_are_there():
    for bad in ("bientôt", 20270331, {"a": 1}, ["2027-01-01"], "2027-13-45", "0001-01-01", True):
        item = read(submission_deadline=bad)
        assert "calls" not in item.draft.given
        assert item.draft.call is None
        assert any("submission_deadline" in remark for remark in item.remarks)
    assert "calls" not in draft(submission_deadline=..., start_date=..., recurrence=...).given


def test_a_closing_before_its_opening_keeps_the_closing():
    item = read(start_date="2027-05-01")
    assert item.draft.call.rounds[0].opens_at is None
    assert "précède" in item.remarks[0]


def test_a_first_request_is_told():
    assert any("2\u00a0février 2027" in row.text for row in draft(predeposit_date="2027-02-02").criteria)


def test_amounts():
    (rate,) = draft().amounts
    assert (rate.kind, rate.rate, rate.is_ceiling) == ("rate", Decimal("0.5000"), True)
    assert "de 10 % à 50 %" in rate.text
    assert "selon la taille" in rate.text
    assert draft(subvention_rate_lower_bound=0, subvention_rate_upper_bound=0).amounts == ()
    lent = draft(
        aid_types=["Prêt"], subvention_rate_lower_bound=None, subvention_rate_upper_bound=None, loan_amount=300_000
    )
    assert lent.amounts == (AmountDraft("span", upper=Decimal("300000.00"), text="Un prêt."),)
    both = draft(loan_amount=300_000)
    assert len(both.amounts) == 1
    assert any("300\u00a0000 €" in row.text for row in both.criteria)
    for bad in (150, -1, "beaucoup", [1], True, float("nan"), 10**30):
        item = read(subvention_rate_upper_bound=bad)
        assert "amounts" not in item.draft.given


@pytest.mark.parametrize("words", [words for group in AUDIENCES for words in group])
def test_every_audience_is_known_by_its_label_and_by_its_code(words):
    item = read(targeted_audiences=[words])
    told = next(audience for group, audience in AUDIENCES.items() if words in group)
    rows = [row for row in item.draft.criteria if row.kind == "audience"]
    assert [row.values for row in rows] == ([(str(told.code),)] if told.code else [])
    assert any("réservée" in row.text for row in item.draft.criteria) == bool(told.only)


def test_farmers_beside_all_firms_narrow_nothing():
    assert not any(
        "réservée" in row.text for row in draft(targeted_audiences=["Agriculteurs", "Entreprises privées"]).criteria
    )


def test_an_unknown_audience_rejects_nobody():
    item = read(targeted_audiences=["Communes", "Martiens"])
    audience, words, _ = item.draft.criteria
    assert (audience.values, audience.is_hard) == (("commune",), False)
    assert "Martiens" in words.text
    assert "Martiens" in item.remarks[0]
    # Without any audience the criteria that are there stay.
    for nothing in ([], None, ..., 7, {"a": 1}):
        assert "criteria" not in draft(targeted_audiences=nothing).given


@pytest.mark.parametrize("words", [words for group in TYPES for words in group])
def test_every_type_is_known(words):
    item = read(aid_types=[words])
    kind = next(kind for group, kind in TYPES.items() if words in group)
    assert item.draft.help_kinds == ((str(kind),) if kind else ())
    assert item.remarks == ()
    assert ("help_kinds" in item.draft.given) == bool(kind)


def test_an_unknown_type_is_told():
    assert "Troc" in read(aid_types=["Subvention", "Troc"]).remarks[0]


def test_what_is_not_told_is_not_given():
    bare = {"id": 5, "name": "Nue", "perimeter": "France"}
    item = entry_of(1, bare, FRANCE, base=BASE)
    assert item.draft.given == {"name", "included_codes", "excluded_codes", "amounts"}
    nothing = entry_of(1, dict.fromkeys(aid(), None) | {"id": 5, "name": "Nue"}, FRANCE, base=BASE)
    assert nothing.draft.given == {"name", "included_codes", "excluded_codes", "amounts", "calls"}


def test_long_and_hostile_texts_are_cut_and_cleaned():
    long = "<p onclick='x'>" + "mot <b>gras</b> & <i>fin</i> " * 8_000 + "</p><iframe src='//x'></iframe>"
    found = draft(description=long, eligibility=long, name="n" * 500, programs=["p" * 300] * 3, financers=["f" * 900])
    assert len(found.description) <= rich_text.MAX_LENGTH
    assert len(found.eligibility_text) <= rich_text.MAX_LENGTH
    assert "onclick" not in found.description + found.eligibility_text
    assert "iframe" not in found.description
    assert (len(found.name), len(found.programme) <= 200, len(found.roles[0][0].name) <= 200) == (250, True, True)
    bad = read(origin_url="javascript:alert(1)", application_url="https://x.fr/" + "a" * 2_000, url="//mal.exemple/x")
    assert bad.draft.links == ()
    assert len(bad.remarks) == 2


def test_a_text_is_not_cut_within_a_tag():
    links = "".join(f"<p>mot <a href='https://exemple.fr/{'x' * 200}'>lien</a></p>" for _ in range(80))
    found = draft(eligibility=links, description=links)
    assert "<" not in found.summary + "".join(row.text for row in found.criteria)


def test_an_aid_without_a_name_or_a_number_is_refused():
    for fields in ({"name": None}, {"name": "  "}, {"name": ["x"]}, {"id": None, "slug": None}):
        found = entry_of(3, aid(**fields), FRANCE, base=BASE)
        assert isinstance(found, Problem)
        assert found.outcome == LineOutcome.REFUSED
    assert key_of(aid(id=None)) == "aide-1"
    assert key_of(aid(id="17")) == "17"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
    | st.sampled_from(["2027-01-05", "permanente", "Communes", "Subvention", "https://exemple.fr", "\x00",
                       "Alès (Commune – 30100)"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
AIDS = st.dictionaries(st.sampled_from(sorted(aid())), JSON, max_size=len(aid()))


@UNTIMED
@given(st.one_of(AIDS, AIDS.map(lambda fields: {**aid(), **fields})))
def test_any_json_is_read_without_a_fall(fields):
    perimeters = Perimeters([*PERIMETERS, fields], Known(frozenset({"COM-30007", "PAYS-99100"})))
    asked = wanted(fields.get("perimeter"), fields.get("perimeter_scale"))
    item = entry_of(1, fields, perimeters.place(asked), base=BASE)
    assert len(item.key) <= 200
    assert len(item.title) <= 250
    if isinstance(item, Problem):
        assert item.reasons
        return
    found = item.draft
    assert found.included_codes
    assert found.name
    # What the rules and the tables cannot hold would stop the whole reading when it is applied.
    for row in found.criteria:
        terms.criterion_of(Criterion(**{**vars(row), "values": list(row.values), "excluded": list(row.excluded),
                                        "applies_to": list(row.applies_to)}))  # fmt: skip
        assert len(row.contact) <= 200
    terms.amount_rules([AmountRule(**vars(row)) for row in found.amounts])
    assert all(len(row.text) <= 500 for row in found.amounts)
    for one in found.call.rounds if found.call else ():
        assert one.opens_at is None or one.closes_at is None or one.opens_at < one.closes_at
    assert all(len(link.url) <= 1_000 for link in found.links)
    assert all(0 < len(body.name) <= 200 and len(body.acronym) <= 40 for body, _ in found.roles)
