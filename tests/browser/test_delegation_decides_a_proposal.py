"""A source disagrees with what a person wrote: the délégation sees both, accepts, and the public page says so."""

import pytest
from playwright.sync_api import expect

from funding import schemes
from funding.models import Proposal, SyncRun
from tests.browser.test_delegation_imports_a_list import sign_in
from tests.funding.sync.makers import ADDRESS, AT, days, read, row, scheme, source
from tests.territories.people import delegation

pytestmark = pytest.mark.browser


@pytest.fixture
def proposal(portal) -> Proposal:
    """A scheme whose closing was put off by hand, and which its source puts off further."""
    given = source(publishes=True, url=ADDRESS)
    read(given, row(1, date_cloture="2098-01-31"), row(2))
    call = scheme(1).calls.get()
    rounds = [{"id": call.rounds.get().pk, "closes_at": days(26_000)}]
    schemes.save_call(scheme_id=scheme(1).pk, call_id=call.pk, values={"rounds": rounds}, actor=None, at=AT)
    schemes.save_scheme(scheme_id=scheme(2).pk, values={"summary": "À la main"}, actor=None, at=AT)
    read(given, row(1, date_cloture="2098-03-31"), row(2), row(3, titre=""))
    return Proposal.objects.get(field="calls")


def test_a_proposed_date_is_seen_accepted_and_published(portal, open_page, checked, proposal):
    member = delegation()
    page = open_page()
    sign_in(page, portal, member)

    page.goto(f"{portal}/administration/")
    page.get_by_role("link", name="2 propositions de sources attendent une décision").click()
    checked(page)
    page.locator("#result_list").get_by_role("link", name="Aide aux essais n° 1").click()

    expect(page.get_by_text("modifié à la main dans le portail")).to_be_visible()
    expect(page.locator(".diff ins").first).to_be_visible()
    checked(page)
    page.get_by_role("button", name="Accepter ce que dit la source").click()

    expect(page.locator(".messagelist").get_by_text("1 proposition acceptée.")).to_be_visible()
    page.goto(f"{portal}{scheme(1).get_absolute_url()}")
    expect(page.get_by_text("31 mars 2098").first).to_be_visible()

    # The other one is decided from the list, after all was read on one page.
    page.goto(f"{portal}/administration/funding/proposal/")
    page.locator("input.action-select").first.check()
    page.locator("select[name='action']").select_option("refuse_together")
    page.locator(".actions button").click()
    expect(page.get_by_role("heading", name="Refuser ces propositions")).to_be_visible()
    checked(page)
    page.get_by_role("button", name="Refuser celles qui sont cochées").click()
    expect(page.locator(".messagelist").get_by_text("1 proposition refusée.")).to_be_visible()

    run = SyncRun.objects.order_by("-pk").first()
    for path in (
        "/administration/funding/source/add/",
        f"/administration/funding/source/{run.source_id}/change/",
        "/administration/funding/syncrun/",
        f"/administration/funding/syncrun/{run.pk}/change/",
    ):
        page.goto(portal + path)
        checked(page)
