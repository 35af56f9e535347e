"""Use cases of the check that no page of the public calls: the answer to a contest, and races."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from funding.checks import answer_contest, check, contest_verdict, keep_check, kept_verdicts, recompute
from funding.eligibility.situation import Situation
from funding.enums import ContestState
from tests.funding import check_schemes
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _alone(db):
    check_schemes.alone()


@pytest.fixture
def scheme():
    return check_schemes.dsil()


@pytest.fixture
def kept_check(scheme):
    return keep_check(answers={"audience": "firm"}, checked=check(Situation(audience="firm"), AT), at=AT)


@pytest.fixture
def contest(kept_check, scheme):
    return contest_verdict(kept_check=kept_check, scheme=scheme, text="Faux", reply_to="pdg@usine.test", at=AT)


@pytest.fixture
def delegate():
    return get_user_model().objects.create_user("delegue@etat.test", is_staff=True)


def test_the_delegation_answers_and_whoever_left_an_address_reads_it(contest, delegate):
    answered = answer_contest(
        contest_id=contest.pk, state="corrected", answer=" Vous aviez raison. ", actor=delegate, at=AT
    )
    assert (answered.state, answered.answer, answered.answered_by) == (
        ContestState.CORRECTED,
        "Vous aviez raison.",
        delegate,
    )
    message = OutboxMessage.objects.get(key=f"contest-answer:{contest.pk}")
    assert message.recipient == "pdg@usine.test"
    assert "Vous aviez raison." in message.text_body
    with pytest.raises(ValidationError, match="déjà reçu une réponse"):
        answer_contest(contest_id=contest.pk, state="upheld", answer="Non", actor=delegate, at=AT)


def test_without_an_address_nobody_is_written_to(kept_check, scheme, delegate):
    contest = contest_verdict(kept_check=kept_check, scheme=scheme, text="Faux", reply_to="", at=AT)
    answer_contest(contest_id=contest.pk, state="upheld", answer="Non", actor=delegate, at=AT)
    assert not OutboxMessage.objects.filter(key__startswith="contest-answer").exists()


@pytest.mark.parametrize(("state", "answer"), [("open", "x"), ("", "x"), ("upheld", "  "), ("upheld", "x" * 4001)])
def test_an_answer_that_settles_nothing_is_refused(contest, delegate, state, answer):
    with pytest.raises(ValidationError):
        answer_contest(contest_id=contest.pk, state=state, answer=answer, actor=delegate, at=AT)


def test_nobody_but_the_delegation_answers(contest):
    person = get_user_model().objects.create_user("referent@ti.test")
    with pytest.raises(PermissionError):
        answer_contest(contest_id=contest.pk, state="upheld", answer="Non", actor=person, at=AT)


def test_the_same_verdict_is_contested_once(contest, kept_check, scheme):
    with pytest.raises(ValidationError, match="déjà contesté"):
        contest_verdict(kept_check=kept_check, scheme=scheme, text="Encore", reply_to="", at=AT)


def test_a_refusal_is_kept_without_its_reasons(kept_check):
    assert kept_check.verdicts["dotation"] == {
        "state": "not_eligible",
        "otherwise": "not_eligible",
        "call": "",
        "closes_at": None,
        "reasons": [],
    }


def test_nothing_differs_when_nothing_changed(kept_check):
    again = recompute(kept_check=kept_check, situation=Situation(audience="firm"), at=AT)
    assert again.differences == ()
    assert kept_verdicts(again.checked.verdicts) == kept_check.verdicts
