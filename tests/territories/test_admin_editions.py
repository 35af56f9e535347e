"""A new official list in the administration: seen, then applied exactly as seen, once."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from territories.models import ListEdition, Membership, Territory
from tests.territories.people import delegation, person
from tests.territories.published_list import as_csv, as_xlsx, rows

UPLOAD = "admin:territories_listedition_import"


@pytest.fixture
def member(db):
    return delegation()


@pytest.fixture
def office(client, member):
    client.force_login(member)
    return client


def changed_rows() -> list[tuple[str, ...]]:
    """The list in force with one territory renamed, one member gone and one come."""
    table = [list(row) for row in rows("2024-07")]
    number = table[0][0]
    for row in table:
        if row[0] == number:
            row[1] = "Nom nouveau"
    numbers = [row[0] for row in table]
    gone = table.pop(next(place for place, n in enumerate(numbers) if n != number and numbers.count(n) > 2))
    first = next(row for row in table if row[0] == number)
    table.append([first[0], first[1], *gone[2:]])
    return [tuple(row) for row in table]


def send(client, content: bytes, *, as_of="2026-11-01", wave="2023", name="liste.csv"):
    return client.post(
        reverse(UPLOAD), {"file": SimpleUploadedFile(name, content), "wave": wave, "as_of": as_of}, follow=True
    )


def press(client, response, **fields):
    address = response.redirect_chain[-1][0] if response.redirect_chain else response.request["PATH_INFO"]
    return client.post(address, {"plan": response.context["fingerprint"], **fields}, follow=True)


def test_a_list_is_seen_then_applied_and_journalled(office, member):
    before = ListEdition.objects.count()

    seen = send(office, as_xlsx(changed_rows()), name="liste nouvelle.xlsx")

    page = seen.content.decode()
    assert "<ins>Nom nouveau</ins>" in page
    assert "Membres qui changent" in page
    assert "Retiré" in page
    assert ListEdition.objects.count() == before, "a preview writes nothing"
    assert not Territory.objects.filter(place__name="Nom nouveau").exists()

    done = press(office, seen)

    edition = ListEdition.objects.order_by("-pk").first()
    assert "La liste est appliquée" in done.content.decode()
    assert (edition.as_of, edition.applied_by) == (date(2026, 11, 1), member)
    assert Territory.objects.current().filter(place__name="Nom nouveau").count() == 1
    assert Membership.objects.filter(valid_from=date(2026, 11, 1)).exists()
    assert edition.label == "Liste au 1er novembre 2026"
    page = done.content.decode()
    assert "1er novembre 2026" in page
    assert "territoires inchangés : " in page
    assert "unchanged" not in page
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (member, str(edition.pk))
    assert "liste nouvelle.xlsx" in entry.change_message


def test_a_double_click_applies_once(office):
    seen = send(office, as_csv(changed_rows()))
    press(office, seen)

    again = press(office, seen)

    assert "déjà appliquée" in again.content.decode()
    assert ListEdition.objects.filter(as_of=date(2026, 11, 1)).count() == 1
    assert LogEntry.objects.count() == 1


def test_the_list_in_force_changes_nothing(office):
    newest = ListEdition.objects.filter(wave=2023).order_by("-as_of").first()
    seen = send(office, as_csv(rows("2024-07")), as_of=newest.as_of.isoformat())

    page = seen.content.decode()
    assert "aucun" in page or "inchangé" in page
    assert "Nouveaux territoires" not in page
    assert "Territoires fermés" not in page
    assert "rien à appliquer" in page

    seen = send(office, as_csv(rows("2024-07")), as_of="2026-11-01")
    assert "Aucun territoire ni aucun membre ne change" in seen.content.decode()


def test_what_changed_since_the_preview_is_shown_again(office):
    seen = send(office, as_csv(changed_rows()))
    Membership.objects.in_force().filter(container__territory__wave=2023).order_by("pk").first().delete()

    again = press(office, seen)

    assert "a changé depuis" in again.content.decode()
    assert not ListEdition.objects.filter(as_of=date(2026, 11, 1)).exists()
    assert "La liste est appliquée" in press(office, again).content.decode()


def test_many_closures_take_an_explicit_consent(office):
    shorter = [row for row in rows("2024-07") if not row[0].startswith("ti-7")]
    seen = send(office, as_csv(shorter))
    assert "ces fermetures sont voulues" in seen.content.decode()

    refused = press(office, seen)
    assert "confirmez les fermetures" in refused.content.decode()
    assert not ListEdition.objects.filter(as_of=date(2026, 11, 1)).exists()

    press(office, seen, closures="on")
    assert ListEdition.objects.filter(as_of=date(2026, 11, 1)).exists()


def test_every_fault_of_a_list_is_said_by_row(office):
    table = [
        *rows("2024-07")[:3],
        ("ti-xx", "Nom", "123456789", "x", "epci"),
        ("ti-2707", "Nevers", "999999990", "", ""),
    ]

    page = send(office, as_csv(table)).content.decode()

    assert "Ligne 5" in page
    assert "Ligne 6" in page
    assert "rien n’est écrit" in page


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"as_of": "2030-01-01"}, "as_of"), ({"as_of": "hier"}, "as_of"), ({"wave": "1999"}, "wave")],
)
def test_a_bad_date_or_wave_is_said_at_its_field(office, fields, name):
    response = send(office, as_csv(rows("2024-07")), **fields)

    assert list(response.context["form"].errors) == [name]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04tronque", b"\x00\x00\x00", b"a;b\n1;2\n", b"a" * (5 * 1024 * 1024 + 1)]
)
def test_a_file_that_is_no_list_is_refused(office, content):
    page = send(office, content).content.decode()

    assert "La liste est refusée" in page


def test_a_preview_belongs_to_the_session_that_made_it(office, member):
    address = send(office, as_csv(changed_rows())).redirect_chain[-1][0]
    other = Client()
    other.force_login(delegation("autre.membre@delegation.test"))
    same_person = Client()
    same_person.force_login(member)

    for browser in (other, same_person):
        response = browser.post(address, {"plan": "x"}, follow=True)
        assert "Cet aperçu n’existe plus" in response.content.decode()


def test_importing_is_for_the_delegation(client, db):
    client.force_login(person())

    assert client.get(reverse(UPLOAD), follow=True).status_code == 403
    assert send(client, as_csv(changed_rows())).status_code == 403
