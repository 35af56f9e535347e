"""Calls and their rounds: wall clocks of the place, status of today, regional variants."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from funding.models import Call, Scheme
from tests.funding.admin.pages import filled
from tests.funding.drafts import draft, published

ADD = reverse("admin:funding_call_add")


def page(call: Call) -> str:
    return reverse("admin:funding_call_change", args=[call.pk])


def send(client, call: Call, **changes):
    return client.post(page(call), filled(client, page(call), _continue="1", **changes))


@pytest.fixture
def call(db) -> Call:
    rounds = [{"opens_at": datetime(2026, 11, 1, 8, tzinfo=UTC), "closes_at": datetime(2026, 12, 20, 11, tzinfo=UTC)}]
    return draft(rows={"calls": [{"slug": "appel", "name": "Appel", "rounds": rounds}]}).calls.get()


def test_a_call_is_added_to_its_scheme(office):
    scheme = draft(rows={"calls": []})
    shown = office.get(ADD, {"dispositif": scheme.slug})
    assert shown.context["adminform"].form["scheme_given"].value() == scheme.slug

    data = filled(office, ADD, scheme_given=scheme.slug, name="Appel à projets 2027", kind="projects", _continue="1")
    data |= {"rounds-0-zone": "America/Cayenne", "rounds-0-closes_at": "2027-03-01T12:00"}
    response = office.post(ADD, data)

    assert response.status_code == 302, response.context["adminform"].form.errors
    call = scheme.calls.get()
    assert call.slug == "appel-a-projets-2027"
    assert call.rounds.get().closes_at == datetime(2027, 3, 1, 15, tzinfo=UTC)
    again = office.get(page(call)).content.decode()
    assert 'value="2027-03-01T12:00:00"' in again


def test_a_page_sent_back_as_it_is_changes_nothing(office, call):
    before = call.rounds.get()
    assert send(office, call).status_code == 302

    call.refresh_from_db()
    assert call.history.count() == 1
    after = call.rounds.get()
    assert (after.pk, after.opens_at, after.closes_at) == (before.pk, before.opens_at, before.closes_at)
    assert after.history.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rounds-0-closes_at": "2026-10-01T12:00"}, "avant d’ouvrir"),
        ({"rounds-0-closes_at": "demain"}, "Écrivez un jour et une heure"),
        ({"rounds-1-label": "Sans date"}, "Donnez l’ouverture"),
        ({"rounds-0-envelope": "10", "rounds-0-remaining": "20"}, "Il ne peut rester plus"),
    ],
)
def test_a_bad_round_is_refused_and_nothing_is_written(office, call, changes, sentence):
    response = send(office, call, name="Non gardé", **changes)

    assert response.status_code == 200
    forms = response.context["inline_admin_formsets"][0].formset.forms
    said = " ".join(words for form in forms for found in form.errors.values() for words in found)
    assert sentence in said
    call.refresh_from_db()
    assert call.name == "Appel"


def test_two_round_hours_typed_in_french_are_read(office, call):
    send(office, call, **{"rounds-0-closes_at": "31/12/2026 12h30"})

    assert call.rounds.get().closes_at == datetime(2026, 12, 31, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(("ends", "is_told"), [(None, False), (date(2026, 12, 20), False), (date(2026, 12, 1), True)])
def test_a_round_that_outlives_its_scheme_is_told(office, call, ends, is_told):
    Scheme.objects.filter(pk=call.scheme_id).update(valid_until=ends)
    shown = office.get(send(office, call, name="Appel renommé").url).content.decode()
    assert ("tenu pour terminé" in shown) is is_told


def test_the_use_case_refuses_on_the_page(office):
    call = published().calls.get()

    response = send(office, call, is_permanent="", name="Toujours là")
    data = filled(office, page(call), _continue="1", name="Toujours là")
    data.pop("is_permanent")
    response = office.post(page(call), data)

    assert response.status_code == 200
    assert "permanent" in response.context["refused"][0].text
    assert "Toujours là" in response.content.decode()


def test_a_national_call_is_duplicated_for_regions_and_hides_there(office):
    scheme = published()
    call = scheme.calls.get()
    url = reverse("admin:funding_call_variant", args=[call.pk])
    assert "Occitanie" in office.get(url).content.decode()

    response = office.post(url, {"regions": ["REG-76", "REG-28"]})

    assert response.status_code == 302
    variants = scheme.calls.filter(variant_of=call)
    assert sorted(code for one in variants for code in one.included_codes) == ["REG-28", "REG-76"]
    refused = office.post(url, {"regions": ["REG-76"]})
    assert "a déjà une variante" in refused.content.decode()
    assert "Choisissez au moins une région" in office.post(url, {}).content.decode()
    assert "Aucun lieu" in office.post(url, {"place": "DEP-999"}).content.decode()
    assert scheme.calls.count() == 3


def test_the_status_of_the_list_is_that_of_the_rules(office, call):
    def shown(query: str) -> list[Call]:
        listed = office.get(reverse("admin:funding_call_changelist") + f"?q={call.scheme.slug}&{query}")
        return list(listed.context["cl"].result_list)

    assert [one.pk for one in shown("")] == [call.pk]
    states = [s for s in ("open", "closing_soon", "closed", "upcoming") if shown(f"statut={s}")]
    assert len(states) == 1


def test_a_call_is_removed_unless_its_scheme_needs_it(office, call):
    kept = published().calls.get()

    assert office.post(reverse("admin:funding_call_delete", args=[call.pk]), {"post": "yes"}).status_code == 302
    office.post(reverse("admin:funding_call_delete", args=[kept.pk]), {"post": "yes"})

    assert not Call.objects.filter(pk=call.pk).exists()
    assert Call.objects.filter(pk=kept.pk).exists()
