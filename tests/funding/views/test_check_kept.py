"""Kept checks: kept by POST, opened by their link only, judged again, contested; and the same as a PDF."""

import re
from datetime import UTC, datetime

import pytest
import time_machine

from funding.enums import ContestState
from funding.models import Contest, KeptCheck
from funding.schemes import save_scheme
from tests.funding import check_schemes
from tests.funding.views.test_check_result import ALES, section, words
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
KEEP = "/eligibilite/garder/"


@pytest.fixture(autouse=True)
def _alone(db):
    check_schemes.alone()


@pytest.fixture
def vte():
    return check_schemes.vte()


def keep(client, query: str = ALES) -> str:
    response = client.post(f"{KEEP}?{query}")
    assert response.status_code == 302, words(response)
    assert not response.cookies
    return response["Location"]


def test_keeping_is_a_post_and_gives_a_link_of_256_bits(client, vte):
    assert client.get(f"{KEEP}?{ALES}").status_code == 405
    path = keep(client)
    token = re.fullmatch(r"/eligibilite/resultat/([\w-]{43})/", path)[1]
    kept = KeptCheck.objects.get(token=token)
    assert kept.as_of == check_schemes.AT_2020
    assert kept.facts["staff"] == "45"
    assert kept.verdicts["vte"]["state"] == "eligible"
    assert keep(client) != path
    response = client.get(path)
    text = words(response)
    assert "Verdicts au 15 décembre 2020" in text
    assert "Rien n’a changé depuis" in text
    assert f"Règles {kept.rules_version}, données n° {kept.data_version}" in text
    assert "Montant : entre 4 000 € et 12 000 €" in section(response, "eligible")
    assert response["Cache-Control"].startswith("max-age=0")
    assert not response.cookies


@pytest.mark.parametrize("token", ["x", "A" * 43, "-" * 43, "0" * 5000])
def test_whoever_has_no_link_finds_nothing(client, vte, token):
    keep(client)
    for path in ("", "recalcul/", "document.pdf", "contester/vte/"):
        assert client.get(f"/eligibilite/resultat/{token}/{path}").status_code == 404


def test_another_site_can_keep_nothing(client, vte):
    assert client.post(f"{KEEP}?{ALES}", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(f"{KEEP}?{ALES}", headers={"Origin": "https://ailleurs.test"}).status_code == 403
    assert client.post(f"{KEEP}?{ALES}", headers={"Origin": "http://testserver"}).status_code == 302
    assert KeptCheck.objects.count() == 1


def test_a_visitor_keeps_only_so_many_an_hour(client, vte):
    codes = [client.post(f"{KEEP}?{ALES}").status_code for _ in range(31)]
    assert codes == [302] * 30 + [429]
    assert client.post(f"{KEEP}?{ALES}", REMOTE_ADDR="10.0.0.7").status_code == 302


def test_a_mistake_is_not_kept(client, vte):
    response = client.post(f"{KEEP}?staff=beaucoup")
    assert response["Location"] == "/eligibilite/resultat/?staff=beaucoup"
    assert not KeptCheck.objects.exists()


def test_what_changed_since_is_told_and_what_was_said_stays(client, vte):
    path = keep(client)
    criteria = [{"kind": "audience", "values": ["firm"]}, {"kind": "staff_range", "lower": 50}]
    save_scheme(scheme_id=vte.pk, rows={"criteria": criteria}, actor=None, at=datetime.now(UTC))
    check_schemes.staffed()
    text = words(client.get(path))
    assert "2 verdicts ont changé depuis" in text
    assert "VTE Éligible Presque" in text
    assert "Dix personnes absent Éligible" in text


def test_judging_again_today_tells_the_differences(client, vte):
    path = keep(client)
    text = words(client.get(f"{path}recalcul/"))
    assert "1 différence" in text
    assert "VTE Éligible Pas ouvert" in text
    assert "Pas ouvert : 1" in text
    assert "/eligibilite/resultat/?audience=firm" in client.get(f"{path}recalcul/").content.decode()


def test_groups_of_a_kept_check_have_their_own_address(client, vte):
    path = keep(client)
    assert "VTE" in section(client.get(f"{path}?groupe=eligible"), "eligible")


def test_a_kept_check_costs_few_queries(client, vte, django_assert_num_queries):
    path = keep(client)
    client.get(path)
    with django_assert_num_queries(7):  # kept check, version, place, schemes, contacts, names, resources
        client.get(path)


def test_a_verdict_is_contested_once_and_the_delegation_is_told(client, vte, settings):
    path = f"{keep(client)}contester/vte/"
    page = client.get(path)
    assert "VTE : Éligible" in words(page)
    assert not page.cookies
    sent = client.post(path, {"text": "  Nous y avons droit.  ", "reply_to": "pdg@usine.test"}, follow=True)
    assert "Votre message est parvenu à la délégation" in words(sent)
    contest = Contest.objects.get()
    assert (contest.text, contest.reply_to, contest.state) == (
        "Nous y avons droit.",
        "pdg@usine.test",
        ContestState.OPEN,
    )
    message = OutboxMessage.objects.get(key=f"contest:{contest.pk}")
    assert message.recipient == settings.OPERATOR["contact"]
    assert "Nous y avons droit." in message.text_body
    assert f"{contest.kept_check.token}/" in message.text_body
    assert "pdg@usine.test" not in message.text_body
    again = client.post(path, {"text": "Encore"})
    assert "Ce verdict est déjà contesté." in words(again) or "parvenu" in words(again)
    assert Contest.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Dites en quelques mots"),
        ({"text": "   "}, "Dites en quelques mots"),
        ({"text": "x" * 4001}, "4 000 signes au plus"),
        ({"text": "ok", "reply_to": "pas une adresse"}, "Écrivez une adresse comme"),
    ],
)
def test_a_contest_that_says_nothing_is_refused_at_its_field(client, vte, data, sentence):
    response = client.post(f"{keep(client)}contester/vte/", data)
    assert sentence in words(response)
    assert (data.get("reply_to") or "") in response.content.decode()
    assert not Contest.objects.exists()


def test_only_a_verdict_of_that_check_can_be_contested(client, vte):
    path = keep(client)
    check_schemes.staffed()
    assert client.get(f"{path}contester/dix-personnes/").status_code == 404
    assert client.post(f"{path}contester/rien/", {"text": "x"}).status_code == 404


def test_the_document_is_a_tagged_pdf(client, vte):
    for path in (f"/eligibilite/resultat.pdf?{ALES}", f"{keep(client)}document.pdf"):
        response = client.get(path)
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF-")
        assert b"/StructTreeRoot" in response.content
        assert b"pdfuaid" in response.content


def test_the_document_takes_any_words(client):
    from tests.funding.drafts import published

    published({"slug": "piege", "name": "#panic() *gras* $x$ <lien> @ref « é »", "summary": "\\ ` [ ] { } #"})
    assert client.get("/eligibilite/resultat.pdf?audience=firm").content.startswith(b"%PDF-")


def test_the_document_of_a_mistake_leads_to_the_mistake(client):
    assert client.get("/eligibilite/resultat.pdf?staff=zut").status_code == 302


def test_old_checks_are_purged_with_their_contests(client, vte):
    from funding.retention import purge

    with time_machine.travel(datetime(2025, 10, 1, tzinfo=UTC), tick=False):
        path = keep(client)
        client.post(f"{path}contester/vte/", {"text": "faux"})
    recent = keep(client)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    for expected in (1, 0):
        purged = purge(at=at)
        assert (purged["kept_checks"], purged["contests"]) == (expected, expected)
    assert client.get(path).status_code == 404
    assert client.get(recent).status_code == 200
