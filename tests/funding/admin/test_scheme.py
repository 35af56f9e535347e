"""The page of a scheme: written whole through the use cases, refused at the field, led to publication."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from funding.models import Scheme, SchemeExclusion
from funding.schemes import move_scheme, save_scheme
from tests.funding.admin.pages import filled
from tests.funding.drafts import AT, draft, organisation, published
from tests.territories.people import person

ADD = reverse("admin:funding_scheme_add")


def page(scheme: Scheme) -> str:
    return reverse("admin:funding_scheme_change", args=[scheme.pk])


def send(client, scheme: Scheme, **changes):
    data = filled(client, page(scheme), _continue="1", **changes)
    return client.post(page(scheme), data)


def errors(response) -> dict:
    return response.context["adminform"].form.errors


def test_a_draft_needs_only_a_name(office, member):
    blank = filled(office, ADD, name="Chèque innovation", _move="", _continue="1")
    response = office.post(ADD, blank)

    scheme = Scheme.objects.get(name="Chèque innovation")
    assert response.status_code == 302
    assert (scheme.slug, scheme.state, scheme.criteria.count()) == ("cheque-innovation", "draft", 0)
    assert scheme.history.get().history_user == member
    assert LogEntry.objects.get().object_repr == "Chèque innovation (cheque-innovation)"


def test_a_page_sent_back_as_it_is_changes_nothing(office):
    scheme = draft(
        {"description": "<p>Un <strong>texte</strong>.</p><ul><li>a</li><li>b</li></ul>", "valid_until": "2027-01-31"},
        {
            "criteria": [
                {"kind": "audience", "values": ["firm", "epci"]},
                {"kind": "naf", "values": ["C"], "excluded": ["10", "11.0"], "text": "Industrie"},
                {"kind": "staff_range", "lower": 10, "upper": 250, "applies_to": ["firm"]},
            ],
            "amounts": [
                {"kind": "rate", "rate": "0.2", "upper": 100000},
                {"kind": "rate_bonus", "rate": "0.1", "condition_kind": "eu_size", "condition_values": ["small"]},
            ],
        },
    )

    response = send(office, scheme)

    assert response.status_code == 302, errors(response)
    scheme.refresh_from_db()
    assert scheme.version == 1
    assert scheme.history.count() == 1
    assert not scheme.protected_fields


def test_every_list_is_written(office):
    scheme = draft({"source_name": ""})
    body = organisation("Région d’essai", slug="region-essai")
    response = send(
        office,
        scheme,
        summary="Autre phrase.",
        **{
            "criteria-1-kind": "project_nature", "criteria-1-is_hard": "on", "criteria-1-expected": "on",
            "criteria-1-values": "Modernisation de l’outil de production\nformation",
            "amounts-0-kind": "flat", "amounts-0-amount": "4000", "amounts-0-condition_expected": "on",
            "roles-2-organisation": "Région d’essai", "roles-2-role": "partner",
            "contacts-0-organisation": "region-essai", "contacts-0-email": "aide@occitanie.test",
            "contacts-0-included_codes": "reg-76",
            "links-1-kind": "apply", "links-1-label": "Dépôt", "links-1-url": "https://exemple.fr/depot",
        },
    )  # fmt: skip

    assert response.status_code == 302, (errors(response), response.context["refused"])
    scheme.refresh_from_db()
    assert scheme.summary == "Autre phrase."
    assert scheme.criteria.get(position=2).values == ["modernisation", "training"]
    assert scheme.amounts.get().amount == 4000
    assert list(scheme.roles.filter(role="partner").values_list("organisation", flat=True)) == [body.pk]
    assert scheme.contacts.get().included_codes == ["REG-76"]
    assert scheme.links.count() == 2
    assert LogEntry.objects.get().change_message.startswith("Modifié : en une phrase, critères")


@pytest.mark.parametrize(
    ("changes", "prefix", "field", "sentence"),
    [
        ({"criteria-1-kind": "audience", "criteria-1-values": "martien"}, "criteria", "values", "n’est pas une valeur"),
        ({"criteria-1-kind": "staff_range"}, "criteria", "lower", "Indiquez un minimum"),
        (
            {"criteria-1-kind": "staff_range", "criteria-1-lower": "9", "criteria-1-upper": "3"},
            "criteria", None, "maximum",
        ),
        ({"criteria-1-kind": "naf", "criteria-1-values": "12345Z"}, "criteria", "values", "pas reconnue"),
        ({"criteria-1-kind": "free_text"}, "criteria", "text", "Écrivez la condition"),
        ({"amounts-0-kind": "flat"}, "amounts", "amount", "Indiquez un nombre"),
        ({"amounts-0-kind": "rate_bonus", "amounts-0-rate": "0.1"}, "amounts", "rate", "taux"),
        ({"amounts-0-kind": "bonus", "amounts-0-amount": "10"}, "amounts", "condition_kind", "existe pas"),
        (
            {"roles-2-organisation": "Personne", "roles-2-role": "funder"},
            "roles", "organisation", "pas un organisme connu",
        ),
        (
            {"contacts-0-organisation": "essai-etat", "contacts-0-included_codes": "REG-999"},
            "contacts", "included_codes", "Aucun lieu",
        ),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_at_its_field_and_nothing_is_written(office, changes, prefix, field, sentence):
    organisation("Essai d’État", slug="essai-etat")
    scheme = draft()

    response = send(office, scheme, summary="Non gardé.", **changes)

    assert response.status_code == 200
    formset = next(i.formset for i in response.context["inline_admin_formsets"] if i.formset.prefix == prefix)
    said = {name: found for form in formset.forms for name, found in form.errors.items()}
    assert sentence in " ".join(said[field] if field else [word for words in said.values() for word in words])
    assert b"Non gard\xc3\xa9." in response.content
    scheme.refresh_from_db()
    assert scheme.version == 1


def test_publication_lists_every_problem_with_a_way_to_it_and_keeps_what_was_written(office):
    scheme = draft({"summary": "", "help_kinds": []}, {"criteria": [], "roles": [], "calls": []})
    move_scheme(scheme_id=scheme.pk, to_state="to_validate", actor=None, at=AT)

    response = office.post(page(scheme), filled(office, page(scheme), acronym="CI", _move="published"), follow=True)

    scheme.refresh_from_db()
    assert (scheme.state, scheme.acronym) == ("to_validate", "CI")
    told = "Enregistré, mais pas publié : 6 points à corriger."
    assert told in [str(message) for message in response.context["messages"]]
    problems = response.context["missing"]
    assert len(problems) == 6
    assert all(problem.anchor for problem in problems)
    assert 'href="#criteria-group"' in response.content.decode()


def test_the_editorial_flow_goes_by_buttons(office):
    scheme = draft()

    def move(to_state: str) -> str:
        office.post(page(scheme), filled(office, page(scheme), _move=to_state))
        scheme.refresh_from_db()
        return scheme.state

    assert move("published") == "draft"
    assert move("to_validate") == "to_validate"
    assert move("published") == "published"
    assert scheme.listings.count() == 1
    assert move("archived") == "archived"
    assert not scheme.listings.exists()
    assert move("nonsense") == "archived"


def test_a_published_scheme_stays_publishable_and_what_was_typed_stays_on_the_page(office):
    scheme = published()

    response = send(office, scheme, summary="", acronym="Gardé à l’écran")

    assert response.status_code == 200
    assert response.context["refused"][0].anchor == "#id_summary"
    assert "Gardé à l’écran" in response.content.decode()
    scheme.refresh_from_db()
    assert scheme.acronym == ""


def test_a_scheme_taken_out_of_the_catalogue_may_be_left_unfinished(office):
    scheme = published()

    office.post(page(scheme), filled(office, page(scheme), summary="", _move="to_validate"))

    scheme.refresh_from_db()
    assert (scheme.state, scheme.summary) == ("to_validate", "")


def test_two_people_do_not_overwrite_each_other(office):
    scheme = draft()
    data = filled(office, page(scheme), summary="La mienne.", _continue="1")
    save_scheme(scheme_id=scheme.pk, values={"acronym": "AUTRE"}, actor=None, at=AT)

    response = office.post(page(scheme), data)

    assert "Une autre personne a modifié ce dispositif" in response.content.decode()
    assert "La mienne." in response.content.decode()
    scheme.refresh_from_db()
    assert scheme.acronym == "AUTRE"
    assert scheme.summary != "La mienne."


def test_what_a_person_changes_is_protected_and_can_be_given_back(office):
    scheme = draft()
    send(office, scheme, summary="Écrite à la main.")
    scheme.refresh_from_db()
    assert scheme.protected_fields == ["summary"]
    assert "En une phrase (protégé)" in office.get(page(scheme)).content.decode()

    data = filled(office, page(scheme), _continue="1")
    data.pop("protected")
    office.post(page(scheme), data)

    scheme.refresh_from_db()
    assert scheme.protected_fields == []


def test_exclusions_show_at_both_ends_and_are_written_once(office):
    first, second = draft(), draft()
    send(office, first, **{"exclusions-0-other": second.slug, "exclusions-0-reason": "Même dépense"})

    assert SchemeExclusion.objects.get().reason == "Même dépense"
    data = filled(office, page(second), _continue="1")
    assert data["exclusions-0-other"] == first.slug
    office.post(page(second), data | {"exclusions-0-reason": "Autre raison"})
    assert SchemeExclusion.objects.get().reason == "Autre raison"
    office.post(page(second), filled(office, page(second), _continue="1") | {"exclusions-0-DELETE": "on"})
    assert not SchemeExclusion.objects.exists()


def test_only_a_draft_is_deleted(office):
    gone, kept = draft(), published()

    assert office.post(reverse("admin:funding_scheme_delete", args=[gone.pk]), {"post": "yes"}).status_code == 302
    assert office.post(reverse("admin:funding_scheme_delete", args=[kept.pk]), {"post": "yes"}).status_code == 403
    assert list(Scheme.objects.filter(pk__in=[gone.pk, kept.pk])) == [kept]


def test_the_history_says_what_changed(office):
    scheme = draft()
    send(office, scheme, summary="Seconde phrase.")

    content = office.get(reverse("admin:funding_scheme_history", args=[scheme.pk])).content.decode()

    assert "<ins>Seconde phrase.</ins>" in content
    assert "ajout, critère « Public »" in content


def test_the_history_says_what_changed_in_the_lists(office, member):
    scheme = draft({"source_name": ""})
    send(office, scheme, **{"criteria-0-values": "commune"})
    office.post(page(scheme), filled(office, page(scheme), _continue="1") | {"criteria-0-DELETE": "on"})

    changes = office.get(reverse("admin:funding_scheme_history", args=[scheme.pk])).context["part_changes"]

    told = [(change.action, change.by, change.fields) for change in changes if "critère" in change.what]
    assert told == [
        ("Suppression", str(member), ()),
        ("Modification", str(member), (("valeurs admises", "firm", "commune"),)),
        ("Ajout", "Le portail", ()),
    ]


def test_places_are_suggested_by_name(office):
    found = office.get(reverse("admin:funding_scheme_places"), {"q": "ales"}).json()["results"]

    assert "COM-30007" in [one["value"] for one in found]
    assert office.get(reverse("admin:funding_scheme_places"), {"q": "%'" * 900}).json() == {"results": []}


@pytest.mark.parametrize("name", ["changelist", "add", "national", "places"])
def test_others_have_no_door(client, db, name):
    client.force_login(person())

    assert client.get(reverse(f"admin:funding_scheme_{name}")).status_code in (302, 403)
