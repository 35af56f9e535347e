"""Proposals: both values, decided one by one or together; what changed since is shown again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from funding import schemes
from funding.enums import ProposalState
from funding.models import Proposal
from funding.sync.proposals import fingerprint
from tests.funding.sync.makers import AT, read, row, scheme, source
from tests.territories.people import person

LIST = reverse("admin:funding_proposal_changelist")
DECIDE = reverse("admin:funding_proposal_decide")


def page(proposal: Proposal) -> str:
    return reverse("admin:funding_proposal_change", args=[proposal.pk])


def chosen(*proposals: Proposal) -> list[str]:
    return [f"{one.pk}:{fingerprint(one)}" for one in proposals]


@pytest.fixture
def proposals(db) -> list[Proposal]:
    given = source(publishes=True)
    rows = [row(1, date_cloture="2027-01-31"), row(2), row(3)]
    read(given, *rows)
    for number in (1, 2, 3):
        schemes.save_scheme(scheme_id=scheme(number).pk, values={"summary": f"À la main {number}"}, actor=None, at=AT)
    read(given, *rows)
    return list(Proposal.objects.order_by("pk"))


def test_the_page_shows_both_values_and_what_differs(office, proposals):
    content = office.get(page(proposals[0])).content.decode()
    assert "À la main 1" in content
    assert "Essayez, votre entreprise y gagne" in content
    assert "<ins>" in content
    assert f"{proposals[0].pk}:{fingerprint(proposals[0])}" in content


def test_accepting_writes_and_is_kept_in_the_journal(office, member, proposals):
    response = office.post(DECIDE, {"decision": "accept", "proposal": chosen(proposals[0])}, follow=True)
    assert "1 proposition acceptée." in response.content.decode()
    assert scheme(1).summary == "Essayez, votre entreprise y gagne"
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (member, "Aide aux essais n° 1")
    assert "Acceptée" in office.get(page(proposals[0])).content.decode()


def test_several_are_read_on_one_page_then_decided_together(office, proposals):
    asked = {"action": "accept_together", "_selected_action": [one.pk for one in proposals]}
    confirm = office.post(LIST, asked)
    assert [one.pk for one, *_ in confirm.context["rows"]] == [one.pk for one in proposals]
    assert scheme(1).summary == "À la main 1"
    kept = proposals[:2]
    response = office.post(DECIDE, {"decision": "accept", "proposal": chosen(*kept)}, follow=True)
    assert "2 propositions acceptées." in response.content.decode()
    assert scheme(3).summary == "À la main 3"
    office.post(DECIDE, {"decision": "refuse", "proposal": chosen(proposals[2])})
    assert Proposal.objects.get(state=ProposalState.REFUSED) == proposals[2]


def test_a_stale_one_is_shown_again(office, proposals):
    sent = {"decision": "accept", "proposal": chosen(proposals[0])}
    schemes.save_scheme(scheme_id=scheme(1).pk, values={"summary": "Écrit entre-temps"}, actor=None, at=AT)
    response = office.post(DECIDE, sent, follow=True)
    assert response.redirect_chain[-1][0] == page(proposals[0])
    assert "à relire" in response.content.decode()
    assert "Écrit entre-temps" in response.content.decode()
    assert scheme(1).summary == "Écrit entre-temps"


@pytest.mark.parametrize("forged", ["", "x", "1", "999999999:abc", "-1:", "9" * 40, "²:x"])
def test_nothing_is_accepted_without_having_been_read(office, proposals, forged):
    forged = forged.replace("1", str(proposals[0].pk)) if forged == "1" else forged
    assert office.post(DECIDE, {"decision": "accept", "proposal": forged}).status_code == 302
    assert not Proposal.objects.filter(state=ProposalState.ACCEPTED).exists()
    assert office.post(DECIDE, {"decision": "zut", "proposal": forged}).status_code == 404


def test_only_the_delegation_decides(client, office, proposals):
    assert office.get(DECIDE).status_code == 404
    client.force_login(person())
    assert client.post(DECIDE, {"decision": "accept", "proposal": chosen(proposals[0])}).status_code in (302, 403)
    assert scheme(1).summary == "À la main 1"


def test_the_list_shows_what_waits_and_the_rest_when_asked(office, proposals):
    office.post(DECIDE, {"decision": "refuse", "proposal": chosen(proposals[0])})
    assert office.get(LIST).context["cl"].result_count == 2
    assert office.get(LIST, {"etat": "refused"}).context["cl"].result_count == 1
    assert office.get(LIST, {"etat": "toutes"}).context["cl"].result_count == 3


def test_a_field_is_given_back_to_its_source(office, proposals):
    assert "laisser ensuite la source écrire" in office.get(page(proposals[0])).content.decode()
    office.post(DECIDE, {"decision": "accept", "proposal": chosen(proposals[0]), "release": "on"})
    assert scheme(1).protected_fields == []
