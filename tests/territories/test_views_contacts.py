"""One's own entry, the directory, the people on a territory's page: who sees what of whom."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser

from territories.models import ContactEntry
from territories.people_section import load_people
from tests.territories.people import NOW, TODAY, delegation, mandate, person, territory, visited

pytestmark = pytest.mark.django_db

MY_CONTACT = "/mes-coordonnees/"
DIRECTORY = "/annuaire/"
EXPORT = "/annuaire/annuaire.csv"
PHONE = "04 66 12 34 56"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def where():
    return territory()


@pytest.fixture
def team(where):
    """One person per role, each with an address and a number that must not leak."""
    roles = ["elected", "industrial", "project_lead", "region", "bdt"]
    people = {
        role: person(f"{role}.bait@secret.test", first_name=role.title(), last_name="Nomdefamille") for role in roles
    }
    for role, who in people.items():
        mandate(who, where, role)
        ContactEntry.objects.create(
            person=who, phone=PHONE, job_title="Fonction", organisation="Organisme", confirmed_on=TODAY
        )
    mandate(person("ancien.bait@secret.test"), where, "elected", until=TODAY - timedelta(days=1))
    mandate(person("ferme.bait@secret.test", is_active=False), where, "industrial")
    return people


class TestMyContact:
    @pytest.fixture
    def who(self, client, where):
        who = person()
        mandate(who, where)
        client.force_login(who)
        return who

    def test_signed_out_one_is_asked_to_sign_in(self, client):
        assert client.get(MY_CONTACT).status_code == 302

    def test_someone_without_a_mandate_in_force_has_no_entry(self, client, where):
        who = person()
        mandate(who, where, until=TODAY - timedelta(days=1))
        client.force_login(who)
        assert client.get(MY_CONTACT).status_code == 403
        assert client.post(MY_CONTACT, {"version": "0", "job_title": "x"}).status_code == 403
        assert not ContactEntry.objects.exists()

    def test_saving_normalises_confirms_and_says_so(self, client, who):
        data = {"version": "0", "job_title": "Cheffe de projet", "phone": "+33 4.66.12.34.56", "is_email_shared": "on"}
        answer = client.post(MY_CONTACT, data, follow=True)
        assert "Vos coordonnées sont enregistrées et confirmées pour un an." in answer.text
        assert (
            "Vous les avez confirmées le 24 novembre 2026. Nous vous les ferons relire le 24 novembre 2027."
            in answer.text
        )
        entry = ContactEntry.objects.get(person=who)
        assert (entry.phone, entry.is_email_shared, entry.confirmed_on) == (PHONE, True, TODAY)

    def test_the_address_may_be_kept_back(self, client, who):
        client.post(MY_CONTACT, {"version": "0", "job_title": "Maire"})
        assert ContactEntry.objects.get(person=who).is_email_shared is False

    def test_a_due_entry_is_confirmed_by_one_button(self, client, who):
        ContactEntry.objects.create(person=who, job_title="Maire", confirmed_on=date(2025, 11, 24), version=2)
        page = client.get(MY_CONTACT)
        assert "attendent une nouvelle confirmation depuis le 24 novembre 2026" in page.text
        answer = client.post(MY_CONTACT, {"version": "2", "confirm": "1"}, follow=True)
        assert "Vos coordonnées sont confirmées pour un an." in answer.text
        assert ContactEntry.objects.get(person=who).confirmed_on == TODAY

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"phone": "12 34"}, "Écrivez un numéro français"),
            ({"phone": "04661234\x0056"}, "Le caractère nul n’est pas autorisé."),
            ({"job_title": "x" * 1_000}, "150 signes au plus ; il y en a 1000."),
        ],
    )
    def test_bad_input_is_said_at_its_field_and_kept(self, client, who, data, sentence):
        answer = client.post(MY_CONTACT, {"version": "0", "organisation": "Gardé", **data})
        assert answer.status_code == 200
        assert sentence in answer.text
        assert 'value="Gardé"' in answer.text
        assert "Mes coordonnées sont à jour" not in answer.text
        assert not ContactEntry.objects.exists()

    def test_another_window_is_shown_and_ones_words_are_kept(self, client, who):
        ContactEntry.objects.create(person=who, job_title="Maire", version=4)
        assert "Mes coordonnées sont à jour" in client.get(MY_CONTACT).text
        answer = client.post(MY_CONTACT, {"version": "3", "job_title": "Adjointe"})
        assert answer.status_code == 200
        assert "Mes coordonnées sont à jour" not in answer.text
        assert "Vos coordonnées ont changé dans une autre fenêtre" in answer.text
        assert "<dd>Maire</dd>" in answer.text
        assert 'value="Adjointe"' in answer.text
        again = client.post(MY_CONTACT, {"version": "4", "job_title": "Adjointe"}, follow=True)
        assert "enregistrées" in again.text

    def test_nobody_writes_the_entry_of_another(self, client, who, team):
        client.post(
            MY_CONTACT, {"version": "1", "job_title": "Pris", "person": team["elected"].pk, "id": team["elected"].pk}
        )
        assert ContactEntry.objects.get(person=team["elected"]).job_title == "Fonction"


class TestDirectory:
    def test_signed_out_and_outsiders_see_nothing(self, client, team, where):
        assert client.get(DIRECTORY).status_code == 302
        former = person("ex.referent@ales.test")
        mandate(former, where, "region", until=TODAY - timedelta(days=1))
        client.force_login(former)
        for address in (DIRECTORY, EXPORT):
            answer = client.get(address)
            assert answer.status_code == 403
            assert "bait" not in answer.text

    def test_a_member_from_anywhere_sees_contacts_except_what_people_keep_back(self, client, team):
        ContactEntry.objects.filter(person=team["region"]).update(
            is_email_shared=False, confirmed_on=date(2025, 11, 24)
        )
        member = person("luc.petit@nevers.test")
        mandate(member, territory("Nevers"))
        client.force_login(member)
        answer = client.get(DIRECTORY)
        assert "elected.bait@secret.test" in answer.text
        assert "region.bait@secret.test" not in answer.text
        assert "ancien.bait" not in answer.text
        assert "ferme.bait" not in answer.text
        assert f'<a href="tel:+33466123456">{PHONE}</a>' in answer.text
        due = {(p.role, p.is_due) for p in answer.context["page"].object_list}
        assert ("Référent ou référente région", True) in due
        assert ("Élu ou élue", False) in due

    @pytest.mark.parametrize("entry", [None, {}, {"confirmed_on": TODAY, "is_email_shared": False}])
    def test_an_address_is_not_shown_before_its_person_said_so(self, client, team, where, entry):
        newcomer = person("nouvelle.arrivee@ales.test")
        mandate(newcomer, where, "elected")
        if entry is not None:
            ContactEntry.objects.create(person=newcomer, **entry)
        client.force_login(team["elected"])
        for address in (DIRECTORY, where.get_absolute_url()):
            text = client.get(address).text
            assert "Nouvelle Arrivee" in text
            assert "nouvelle.arrivee@ales.test" not in text
        client.force_login(newcomer)
        contact = {"version": "0" if entry is None else "1", "is_email_shared": "on"}
        client.post(MY_CONTACT, contact)
        assert "nouvelle.arrivee@ales.test" in client.get(DIRECTORY).text

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({}, 5),
            ({"role": "elected"}, 1),
            ({"region": "REG-76"}, 5),
            ({"region": "REG-28"}, 0),
            ({"q": "industrial"}, 1),
        ],
    )
    def test_filters(self, client, team, query, count):
        client.force_login(team["elected"])
        assert client.get(DIRECTORY, query).context["page"].paginator.count == count

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ({"role": "king"}, "Ce rôle n’existe pas."),
            ({"region": "REG-999"}, "Cette région n’existe pas."),
            ({"q": "x" * 10_000}, "100 signes au plus."),
            ({"page": "abc"}, "mandats en cours"),
            ({"page": "999"}, "mandats en cours"),
        ],
    )
    def test_bad_filters_are_said_and_break_nothing(self, client, team, query, sentence):
        client.force_login(team["elected"])
        answer = client.get(DIRECTORY, query)
        assert answer.status_code == 200
        assert sentence in answer.text

    def test_nobody_found_says_what_to_do(self, client, team):
        client.force_login(team["elected"])
        assert "Personne ne répond à ces filtres" in client.get(DIRECTORY, {"q": "introuvable"}).text

    @pytest.mark.parametrize("size", [1, 30])
    def test_the_page_asks_the_same_whatever_its_length(self, client, where, size, django_assert_num_queries):
        for number in range(size):
            who = person(f"membre.numero{number}@ales.test")
            mandate(who, where)
            ContactEntry.objects.create(person=who)
        client.force_login(who)
        with django_assert_num_queries(7):
            client.get(DIRECTORY)

    def test_the_export_is_for_the_delegation_and_runs_no_formula(self, client, team):
        ContactEntry.objects.filter(person=team["elected"]).update(job_title="=HYPERLINK(1)")
        client.force_login(team["elected"])
        assert client.get(EXPORT).status_code == 403
        client.force_login(delegation())
        answer = client.get(EXPORT, {"role": "elected"})
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        assert rows[1][:3] == ["Nomdefamille", "Elected", "Élu ou élue"]
        assert rows[1][6] == "'=HYPERLINK(1)"
        assert len(rows) == 2


class TestPeopleOnTheTerritoryPage:
    def names(self, content):
        return {holder.name for holder in content["leading"] + content["others"]}

    def test_the_public_sees_roles_and_the_names_of_the_leading_pair_only(self, where, team):
        content = load_people(visited(where), AnonymousUser(), TODAY)
        assert [(holder.role, holder.name) for holder in content["leading"]] == [
            ("Élu ou élue", "Elected Nomdefamille"),
            ("Industriel ou industrielle", "Industrial Nomdefamille"),
        ]
        assert [(holder.role, holder.name) for holder in content["others"]] == [
            ("Chef ou cheffe de projet", ""),
            ("Référent ou référente région", ""),
            ("Banque des Territoires", ""),
        ]
        assert not any(
            h.email or h.phone or h.job_title or h.organisation for h in content["leading"] + content["others"]
        )

    def test_a_visitor_s_page_holds_no_address_and_no_number(self, client, where, team):
        text = client.get(where.get_absolute_url()).text
        assert "Elected Nomdefamille" in text
        assert "Chef ou cheffe de projet" in text
        assert "@secret.test" not in text
        assert "bait" not in text
        assert not re.search(r"04.?66.?12", text)
        assert "+33466" not in text
        assert "Project_Lead" not in text

    def test_a_signed_in_person_without_mandate_sees_no_more_than_the_public(self, where, team):
        stranger = person("x.y@z.test")
        assert load_people(visited(where), stranger, TODAY) == load_people(visited(where), AnonymousUser(), TODAY)

    def test_a_member_from_elsewhere_sees_names_and_contacts_but_no_button(self, client, where, team):
        member = person("luc.petit@nevers.test")
        mandate(member, territory("Nevers"))
        client.force_login(member)
        text = client.get(where.get_absolute_url()).text
        assert "project_lead.bait@secret.test" in text
        assert "Modifier la page" not in text

    def test_people_of_the_territory_and_the_delegation_find_the_buttons(self, client, where, team):
        for who in (team["region"], delegation()):
            client.force_login(who)
            text = client.get(where.get_absolute_url()).text
            assert text.count("Modifier la page") == 1
            assert text.index("Modifier la page") < text.index("Sommaire")

    def test_without_people_nothing_leads_to_them(self, client):
        client.force_login(delegation())
        text = client.get(territory("Nevers").get_absolute_url()).text
        assert "Aucun mandat en cours" in text
        assert "Ces personnes dans l’annuaire" not in text

    def test_a_territory_without_people_has_no_such_section(self, where):
        assert load_people(visited(where), AnonymousUser(), TODAY) is None
        assert load_people(visited(where), delegation(), TODAY)["may_edit"]

    def test_it_adds_four_queries_at_most(self, where, team, django_assert_num_queries):
        for who, queries in (
            (AnonymousUser(), 3),
            (delegation(), 3),
            (team["bdt"], 3),
            (person("x.y@z.test"), 4),
        ):
            here = visited(where)
            with django_assert_num_queries(queries):
                load_people(here, who, TODAY)
