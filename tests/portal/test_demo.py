"""The demonstration: fictitious people, real protections."""

import time
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.urls import reverse

from territories.models import ContactEntry, Invitation, Mandate
from ti_portal.accounts.models import User
from ti_portal.core.models import OutboxMessage
from ti_portal.home import demo

TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_seeding_twice_changes_nothing():
    assert demo.seed(today=TODAY, at=NOW) == len(demo.PEOPLE)
    User.objects.filter(email="sacha.fictif@territoire.test").update(first_name="Changé")

    assert demo.seed(today=TODAY, at=NOW) == 0

    assert User.objects.get(email="sacha.fictif@territoire.test").first_name == "Changé"
    assert Mandate.objects.count() == ContactEntry.objects.count() == 4
    assert Invitation.objects.count() == OutboxMessage.objects.count() == 1
    names = set(Mandate.objects.values_list("territory__place__name", flat=True))
    assert "Nevers Val de Loire" in names
    assert len(names) == 2


def test_everybody_is_plainly_fictitious():
    assert all(person.email.endswith(".test") for person in demo.PEOPLE)


def test_the_delegation_signs_in_with_the_printed_code(client):
    demo.seed(today=TODAY, at=NOW)
    response = client.post(reverse("account_login"), {"login": demo.DELEGATION, "password": demo.PASSWORD})
    assert response.url == reverse("mfa_authenticate")
    output = StringIO()
    call_command("demo_code", stdout=output)

    response = client.post(response.url, {"code": output.getvalue().strip()})

    assert response.url == reverse("home:my_space")
    assert client.get("/administration/").status_code == 200


def test_the_code_is_the_one_an_application_shows():
    first, later = demo.current_code(0), demo.current_code(30)

    assert first == demo.current_code(29)
    assert first != later
    assert len(demo.current_code(time.time())) == 6


def test_the_notice_says_who_and_how():
    text = "\n".join(demo.notice())

    assert all(person.email in text for person in demo.PEOPLE)
    assert demo.PASSWORD in text
    assert "make code" in text
    assert "/demonstration/courriels/" in text


def test_mails_are_read_in_the_demonstration(client):
    demo.seed(today=TODAY, at=NOW)
    mail = OutboxMessage.objects.get()

    assert mail.subject in client.get(reverse("home:demo_mails")).text
    page = client.get(reverse("home:demo_mail", kwargs={"pk": mail.pk})).text
    assert 'href="http://testserver/invitation/' in page


def test_nothing_of_it_exists_elsewhere(client, settings):
    demo.seed(today=TODAY, at=NOW)
    settings.IS_DEMONSTRATION = False

    assert client.get(reverse("home:demo_mails")).status_code == 404
    assert client.get(reverse("home:demo_mail", kwargs={"pk": OutboxMessage.objects.get().pk})).status_code == 404
    assert "Démonstration" not in client.get(reverse("account_reset_password_done")).text
    for command in ("seed_demo", "demo_code"):
        with pytest.raises(CommandError, match="démonstration"):
            call_command(command)


def test_production_does_not_seed():
    from ti_portal.settings import base

    assert "seed_demo" not in base.OPENING_COMMANDS
    assert base.IS_DEMONSTRATION is False


def test_secrets_of_the_demonstration_are_real_second_factors():
    demo.seed(today=TODAY, at=NOW)

    assert Authenticator.objects.get().user.email == demo.DELEGATION
    assert User.objects.filter(is_superuser=True).count() == 0
