"""Contested verdicts: the délégation sees what was asked and answered, and answers once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from funding import answers, checks
from funding.models import Contest
from tests.funding.admin.pages import filled
from tests.funding.drafts import published
from ti_portal.core.models import OutboxMessage

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


def asked(text: str, at: datetime) -> Contest:
    scheme = published()
    checked = checks.check(answers.situation_of({"audience": "epci"}, None), at)
    kept = checks.keep_check(answers={"audience": "epci"}, checked=checked, at=at)
    return checks.contest_verdict(kept_check=kept, scheme=scheme, text=text, reply_to="epci@exemple.fr", at=at)


@pytest.fixture
def contest(db) -> Contest:
    return asked("Notre EPCI est admis.", AT)


def page(contest: Contest) -> str:
    return reverse("admin:funding_contest_change", args=[contest.pk])


def test_the_question_is_shown_with_its_facts_and_verdict(office, contest):
    content = office.get(page(contest)).content.decode()

    assert "Notre EPCI est admis." in content
    assert "porteur : intercommunalité (EPCI)" in content
    assert "Non éligible" in content
    assert contest.kept_check.token not in content


def test_an_answer_is_sent_once(office, member, contest):
    data = filled(office, page(contest), state="corrected", answer="Vous avez raison.")

    assert office.post(page(contest), data).status_code == 302

    contest.refresh_from_db()
    assert (contest.state, contest.answer, contest.answered_by) == ("corrected", "Vous avez raison.", member)
    assert OutboxMessage.objects.filter(recipient="epci@exemple.fr").count() == 1
    assert office.post(page(contest), data | {"answer": "Autre"}).status_code == 403
    assert "Vous avez raison." in office.get(page(contest)).content.decode()


@pytest.mark.parametrize("changes", [{"answer": ""}, {"state": ""}, {"state": "open"}, {"answer": "x" * 4001}])
def test_an_unfinished_answer_is_refused_at_its_field(office, contest, changes):
    data = {"state": "upheld", "answer": "Non."} | changes

    response = office.post(page(contest), filled(office, page(contest), **data))

    assert set(response.context["adminform"].form.errors) == set(changes)
    contest.refresh_from_db()
    assert contest.state == "open"


def test_what_waits_comes_first_the_oldest_on_top(office, member, contest):
    later = [asked("Deux.", AT + timedelta(days=1)), asked("Trois.", AT + timedelta(days=2))]
    checks.answer_contest(contest_id=contest.pk, state="upheld", answer="Non.", actor=member, at=AT)
    url = reverse("admin:funding_contest_changelist")

    assert [row.pk for row in office.get(url).context["cl"].result_list] == [*(one.pk for one in later), contest.pk]
    waiting = office.get(f"{url}?state__exact=open").context["cl"].result_list
    assert [row.pk for row in waiting] == [one.pk for one in later]


def test_a_kept_check_is_read_only_and_hides_its_secret(office, contest):
    url = reverse("admin:funding_keptcheck_change", args=[contest.kept_check_id])

    response = office.get(url)

    assert contest.kept_check.token not in response.content.decode()
    assert "non éligible" in response.content.decode()
    assert office.post(url, {}).status_code == 403
