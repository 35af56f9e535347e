"""People for tests: accounts, real territories, mandates."""

from datetime import UTC, date, datetime

from allauth.mfa.models import Authenticator
from django.utils import timezone

from territories.mandates import grant_mandate
from territories.models import Mandate, Territory
from territories.presenters.territory_page import territory_for_page
from ti_portal.accounts.models import User

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "une phrase de passe assez longue"


def person(email: str = "claire.martin@ales.test", **fields) -> User:
    names = email.split("@")[0].split(".")
    fields = {"first_name": names[0].title(), "last_name": names[-1].title(), **fields}
    return User.objects.create_user(email, PASSWORD, **fields)


def member(email: str = "rita.lopez@ales.test", **fields) -> User:
    """Someone of the community: a mandate in force for a territory."""
    who = person(email, **fields)
    mandate(who, territory())
    return who


def delegation(email: str = "paul.durand@delegation.test", **fields) -> User:
    """A member of the délégation, with the second factor without which no page opens."""
    who = person(email, is_staff=True, **fields)
    Authenticator.objects.create(user=who, type=Authenticator.Type.TOTP, data={"secret": "not used here"})
    return who


def territory(name_start: str = "Alès") -> Territory:
    """A territory of the list in force, by the beginning of its name."""
    return Territory.objects.current().select_related("place").get(place__name__startswith=name_start)


def visited(where: Territory) -> Territory:
    """The territory as a visit of its page reads it, with the marks of the sections as they are now."""
    return territory_for_page(where.place.code, timezone.now())


def mandate(who: User, where: Territory, role: str = "project_lead", *, since=date(2025, 1, 1), until=None) -> Mandate:
    return grant_mandate(
        person_id=who.pk,
        territory_id=where.pk,
        role=role,
        valid_from=since,
        valid_until=until,
        actor=None,
        at=datetime(2025, 1, 1, 8, 0, tzinfo=UTC),
    )
