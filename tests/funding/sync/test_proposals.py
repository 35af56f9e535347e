"""A field written by hand: its source proposes, a person decides."""

import pytest

from funding import schemes
from funding.enums import ProposalState, RunTrigger
from funding.models import Organisation, Proposal, Round, Scheme
from funding.national_schema.identifiers import Identifiers
from funding.sync.proposals import Outcome, accept, fingerprint, refuse
from funding.sync.runs import File, run_source
from tests.funding.drafts import published
from tests.funding.national_schema.files import BODIES
from tests.funding.sources.test_deadlines import calendar
from tests.funding.sources.test_deadlines import scheme as dated_scheme
from tests.funding.sync.makers import AT, NAME, days, read, row, scheme, source
from tests.territories.people import delegation

HAND = {"summary": "À la main"}


@pytest.fixture
def given(db):
    return source(publishes=True)


def by_hand(number: int = 1, values=HAND, **rows) -> None:
    schemes.save_scheme(scheme_id=scheme(number).pk, values=values, rows=rows, actor=None, at=AT)


def waiting() -> list[tuple[str, str, str]]:
    rows = Proposal.objects.filter(state=ProposalState.PENDING).order_by("pk")
    return list(rows.values_list("field", "before", "after"))


@pytest.fixture
def proposal(given) -> Proposal:
    read(given, row(1))
    by_hand()
    read(given, row(1))
    return Proposal.objects.get()


def test_accepting_writes_the_value_in_the_name_of_the_person(proposal):
    person = delegation()
    assert accept(proposal_id=proposal.pk, actor=person, at=days(1), seen=fingerprint(proposal)).outcome == "accepted"
    found = scheme()
    assert (found.summary, found.protected_fields) == ("Essayez, votre entreprise y gagne", ["summary"])
    assert found.history.order_by("-pk").first().history_user == person
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by, proposal.decided_at) == ("accepted", person, days(1))
    assert accept(proposal_id=proposal.pk, actor=person, at=days(1)).outcome == Outcome.SETTLED


def test_a_field_may_be_given_back_to_its_source(given, proposal):
    accept(proposal_id=proposal.pk, actor=None, at=AT, release=True)
    assert scheme().protected_fields == []
    read(given, row(1, promesse="Autre promesse"))
    assert (scheme().summary, waiting()) == ("Autre promesse", [])


def test_a_refused_value_does_not_come_back_and_another_one_does(given, proposal):
    assert refuse(proposal_id=proposal.pk, actor=None, at=AT).outcome == Outcome.REFUSED
    read(given, row(1))
    assert (scheme().summary, waiting()) == ("À la main", [])
    read(given, row(1, promesse="Autre promesse"))
    assert waiting() == [("summary", "À la main", "Autre promesse")]
    read(given, row(1))
    assert waiting() == []


def test_the_same_value_is_proposed_once_and_the_latest_one_waits(given, proposal):
    read(given, row(1))
    assert Proposal.objects.count() == 1
    read(given, row(1, promesse="Autre promesse"))
    assert waiting() == [("summary", "À la main", "Autre promesse")]
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SUPERSEDED


def test_a_stale_proposal_is_shown_again_and_not_written_blindly(proposal):
    seen = fingerprint(proposal)
    by_hand(values={"summary": "Encore à la main"})
    decision = accept(proposal_id=proposal.pk, actor=None, at=AT, seen=seen)
    assert decision.outcome == Outcome.STALE
    assert scheme().summary == "Encore à la main"
    proposal.refresh_from_db()
    assert (proposal.state, proposal.before) == (ProposalState.PENDING, "Encore à la main")
    # The page that was read before still shows the old value.
    assert accept(proposal_id=proposal.pk, actor=None, at=AT, seen=seen).outcome == Outcome.STALE
    assert accept(proposal_id=proposal.pk, actor=None, at=AT, seen=fingerprint(proposal)).outcome == Outcome.ACCEPTED


def test_another_field_that_changed_does_not_make_it_stale(proposal):
    by_hand(values={"name": "Nom à la main"})
    assert accept(proposal_id=proposal.pk, actor=None, at=AT, seen=fingerprint(proposal)).outcome == Outcome.ACCEPTED


def test_what_the_scheme_says_already_is_retired(proposal):
    by_hand(values={"summary": proposal.after})
    assert accept(proposal_id=proposal.pk, actor=None, at=AT).outcome == Outcome.MOOT
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SUPERSEDED


def test_what_the_scheme_cannot_say_still_waits_with_the_reason(given):
    read(given, row(1))
    body = Organisation.objects.get(siren="552100554").pk
    contact = {"organisation_id": body, "label": "Accueil", "email": "a@b.fr", "included_codes": ["PAYS-99100"]}
    by_hand(values={}, roles=[{"organisation_id": body, "role": "funder"}], contacts=[contact])
    read(given, row(1, porteurs='[{"nom":"Neuf","siren":"","roles":["instructeur"]}]'))
    proposal = Proposal.objects.get()
    decision = accept(proposal_id=proposal.pk, actor=None, at=AT)
    assert (decision.outcome, decision.messages) == (Outcome.IMPOSSIBLE, ("Dites qui finance.",))
    assert not Organisation.objects.filter(name="Neuf").exists()
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.PENDING


def test_proposed_dates_move_the_round_and_keep_the_rest_of_the_call(given):
    read(given, row(1, date_cloture="2027-01-31"))
    call = scheme().calls.get()
    round_ = call.rounds.get()
    rounds = [{"id": round_.pk, "closes_at": days(40), "envelope": 1000}]
    schemes.save_call(scheme_id=scheme().pk, call_id=call.pk, values={"rounds": rounds}, actor=None, at=AT)
    read(given, row(1, date_cloture="2027-03-31"))
    proposal = Proposal.objects.get()
    assert proposal.field == "calls"
    assert accept(proposal_id=proposal.pk, actor=None, at=AT, seen=fingerprint(proposal)).outcome == Outcome.ACCEPTED
    (moved,) = Round.objects.filter(call=call)
    assert (moved.pk, moved.closes_at.month, moved.envelope) == (round_.pk, 3, 1000)


def test_accepting_that_a_scheme_vanished_archives_it(given):
    rows = [row(number) for number in range(1, 7)]
    read(given, *rows)
    read(given, *rows[1:])
    proposal = Proposal.objects.get()
    assert accept(proposal_id=proposal.pk, actor=None, at=AT, seen=fingerprint(proposal)).outcome == Outcome.ACCEPTED
    assert scheme(1).state == "archived"
    read(given, *rows[1:])
    assert waiting() == []


def test_refusing_to_archive_holds_until_the_scheme_is_back(given):
    rows = [row(number) for number in range(1, 7)]
    read(given, *rows)
    read(given, *rows[1:])
    refuse(proposal_id=Proposal.objects.get().pk, actor=None, at=AT)
    read(given, *rows[1:])
    assert waiting() == []
    read(given, *rows)
    read(given, *rows[1:])
    assert waiting() == [("state", "Publié", "Archivé")]


def test_a_scheme_of_another_hand_is_only_proposed_changes(given):
    own = published({"source_name": "", "source_key": "", "slug": "aide-maison", "name": "Aide maison"})
    run = read(given, row(1, id=Identifiers().of(own.pk, own.slug, ""), porteurs=BODIES))
    assert run.counts["unchanged"] == 1
    assert set(Proposal.objects.values_list("reason", flat=True)) == {"écrit par la délégation"}
    roles = Proposal.objects.get(field="roles")
    assert accept(proposal_id=roles.pk, actor=None, at=AT, seen=fingerprint(roles)).outcome == Outcome.ACCEPTED
    assert set(own.roles.values_list("organisation__siren", flat=True)) == {"552100554"}
    own.refresh_from_db()
    assert own.source_name != NAME
    assert not Scheme.objects.filter(source_name=NAME).exists()


def test_a_feed_proposes_the_dates_of_a_scheme_that_people_wrote(db):
    found = dated_scheme()
    dates = source(kind="icalendar", options={"scheme": "essais"})
    content = File(calendar("UID:a\nSUMMARY:Clôture\nDTSTART;VALUE=DATE:20270415"), "agenda.ics")
    for at in (AT, days(1)):
        run_source(source_id=dates.pk, trigger=RunTrigger.UPLOAD, at=at, content=content)
    proposal = Proposal.objects.get()
    round_ = Round.objects.get(call__scheme=found)
    assert accept(proposal_id=proposal.pk, actor=None, at=days(1), seen=fingerprint(proposal)).outcome == "accepted"
    (moved,) = Round.objects.filter(call__scheme=found)
    assert (moved.pk, moved.label, moved.closes_at.month) == (round_.pk, "Relève 1", 4)
    assert moved.opens_at == round_.opens_at
    run = run_source(source_id=dates.pk, trigger=RunTrigger.UPLOAD, at=days(2), content=content)
    assert (run.counts["unchanged"], waiting()) == (1, [])
