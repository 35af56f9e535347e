"""The demonstration: plainly fictitious people, on a machine that nothing leaves. Never in production."""

import time
from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from territories.enums import MandateRole
from territories.invitations import invite
from territories.mandates import grant_mandate
from territories.models import Adjacency, ContactEntry, Invitation, Place, Territory
from ti_portal.accounts.models import User

PASSWORD = "demonstration-seulement"  # noqa: S105 - printed at each start; local settings only
TOTP_SECRET = "DEMOAAAABBBBCCCCDDDDEEEEFFFFGGGG"  # noqa: S105
TOTP_PERIOD = 30
FIRST_DAY = date(2026, 1, 1)
NEVERS = "COM-58194"
DELEGATION = "camille.exemple@delegation.test"


@dataclass(frozen=True)
class Person:
    email: str
    first_name: str
    last_name: str
    what: str
    role: str = ""
    # "nevers", "neighbour" or nothing.
    territory: str = ""
    job_title: str = ""
    organisation: str = ""
    phone: str = ""


PEOPLE = (
    Person(DELEGATION, "Camille", "Exemple", "délégation (double authentification)"),
    Person(
        "dominique.modele@territoire.test",
        "Dominique",
        "Modèle",
        "cheffe ou chef de projet du territoire de Nevers",
        MandateRole.PROJECT_LEAD,
        "nevers",
        "Chargée ou chargé de projet (fictif)",
        "Intercommunalité d’exemple",
        "01 99 00 12 34",
    ),
    Person(
        "sacha.fictif@territoire.test",
        "Sacha",
        "Fictif",
        "élu ou élue du même territoire",
        MandateRole.ELECTED,
        "nevers",
        "Mandat électif (fictif)",
        "Intercommunalité d’exemple",
    ),
    Person(
        "alix.demonstration@entreprise.test",
        "Alix",
        "Démonstration",
        "industriel ou industrielle du même territoire",
        MandateRole.INDUSTRIAL,
        "nevers",
        "Direction d’usine (fictive)",
        "Usine d’exemple",
    ),
    Person(
        "claude.voisin@territoire.test",
        "Claude",
        "Voisin-Exemple",
        "cheffe ou chef de projet d’un territoire voisin",
        MandateRole.PROJECT_LEAD,
        "neighbour",
        "Chargée ou chargé de projet (fictif)",
        "Autre intercommunalité d’exemple",
    ),
    Person("lou.sansmandat@exemple.test", "Lou", "Sans-Mandat", "personne sans mandat"),
)


@transaction.atomic
def seed(*, today: date, at: datetime) -> int:
    """Create the people who are missing, with their mandates and entries; return how many. Safe to run twice.

    A person who exists is left as they are, so that what a visitor changed stays. Raises LookupError without the
    reference data.
    """
    territories = _territories()
    created = [person for person in PEOPLE if _create(person, territories, today, at)]
    delegation = User.objects.get(email=DELEGATION)
    if created and not Invitation.objects.exists():
        invite(
            email="invite.exemple@territoire.test",
            territory_id=territories["nevers"].pk,
            role=MandateRole.REGION,
            mandate_from=today,
            actor=delegation,
            base_url=settings.SITE_URL or "http://127.0.0.1:8000",
            at=at,
        )
    return len(created)


def current_code(now: float | None = None) -> str:
    """The six digits that the délégation's application would show at instant `now` (seconds since 1970)."""
    return format_hotp_value(hotp_value(TOTP_SECRET, int(time.time() if now is None else now) // TOTP_PERIOD))


def notice() -> list[str]:
    """Lines that `manage.py up` prints: who to sign in as, and where the mails are."""
    width = max(len(person.email) for person in PEOPLE)
    return [
        f"Comptes fictifs, mot de passe « {PASSWORD} » :",
        *(f"  {person.email:<{width}}  {person.what}" for person in PEOPLE),
        "Code de la délégation : make code (il change toutes les 30 secondes).",
        f"Les courriels ne partent pas : ils se lisent à la page {reverse('home:demo_mails')}",
    ]


def _territories() -> dict[str, Territory]:
    commune = Place.objects.filter(code=NEVERS).first()
    codes = commune.ancestor_codes if commune else []
    nevers = Territory.objects.current().filter(place__code__in=codes).order_by("pk").first()
    if nevers is None:
        raise LookupError("load_reference")
    return {"nevers": nevers, "neighbour": _neighbour_of(nevers)}


def _neighbour_of(territory: Territory) -> Territory:
    """A territory that shares a border, the first by code; any other where outlines say nothing."""
    pairs = Adjacency.objects.filter(Q(first=territory.place) | Q(second=territory.place)).values_list(
        "first", "second"
    )
    places = {place for pair in pairs for place in pair} - {territory.place_id}
    others = Territory.objects.current().exclude(pk=territory.pk).order_by("place__code", "pk")
    return others.filter(place__in=places).first() or others[0]


def _create(person: Person, territories: dict[str, Territory], today: date, at: datetime) -> bool:
    if User.objects.filter(email=person.email).exists():
        return False
    user = User.objects.create_user(
        person.email,
        PASSWORD,
        first_name=person.first_name,
        last_name=person.last_name,
        is_staff=person.email == DELEGATION,
    )
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    if user.is_staff:
        TOTP.activate(user, TOTP_SECRET)
        return True
    if person.role:
        grant_mandate(
            person_id=user.pk,
            territory_id=territories[person.territory].pk,
            role=person.role,
            valid_from=min(FIRST_DAY, today),
            actor=None,
            at=at,
        )
        ContactEntry.objects.create(
            person=user,
            job_title=person.job_title,
            organisation=person.organisation,
            phone=person.phone,
            confirmed_on=today,
        )
    return True
