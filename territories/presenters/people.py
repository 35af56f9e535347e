"""A person of a territory as readers see them: only what their rights let through is in the object."""

from dataclasses import dataclass
from datetime import date

from territories.contacts import is_due, phone_link
from territories.enums import MandateRole
from territories.models import ContactEntry, Mandate
from territories.permissions import sees_name_of


def shares_email(entry: ContactEntry | None) -> bool:
    """An address is shown once its person has said so: never before they have saved or confirmed their entry."""
    return entry is not None and entry.confirmed_on is not None and entry.is_email_shared


@dataclass(frozen=True)
class Person:
    """One mandate in the directory, for a member of the community. `email` is empty unless the person shares it."""

    last_name: str
    first_name: str
    name: str
    role: str
    territory_name: str
    territory_code: str
    territory_url: str
    region: str
    job_title: str
    organisation: str
    email: str
    phone: str
    confirmed_on: date | None
    is_due: bool

    @classmethod
    def of(cls, mandate: Mandate, today: date) -> "Person":
        person, place = mandate.person, mandate.territory.place
        entry = getattr(person, "contact_entry", None)
        shares = shares_email(entry)
        return cls(
            last_name=person.last_name,
            first_name=person.first_name,
            name=person.get_full_name() or "Nom à compléter",
            role=mandate.get_role_display(),
            territory_name=place.name,
            territory_code=place.code,
            territory_url=place.get_absolute_url(),
            region=mandate.territory.main_region.name,
            job_title=entry.job_title if entry else "",
            organisation=entry.organisation if entry else "",
            email=person.email if shares else "",
            phone=entry.phone if entry else "",
            confirmed_on=entry.confirmed_on if entry else None,
            is_due=is_due(entry, today),
        )

    @property
    def phone_link(self) -> str:
        return phone_link(self.phone)

    def as_row(self) -> list:
        return [
            self.last_name,
            self.first_name,
            self.role,
            self.territory_name,
            self.territory_code,
            self.region,
            self.job_title,
            self.organisation,
            self.email,
            self.phone,
            self.confirmed_on,
            self.is_due,
        ]


@dataclass(frozen=True)
class RoleHolder:
    """Who holds a role in a territory, as one reader sees it: `name` and what follows are empty when not theirs."""

    role: str
    since: date
    is_leading: bool
    name: str = ""
    job_title: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    phone_link: str = ""
    is_due: bool = False


def role_holder(mandate: Mandate, *, is_member: bool, today: date) -> RoleHolder:
    """The one place where a mandate becomes something to show on a public page (rule: `permissions.sees_name_of`)."""
    is_leading = mandate.role in MandateRole.leading_pair
    shown = RoleHolder(role=mandate.get_role_display(), since=mandate.valid_from, is_leading=is_leading)
    if not sees_name_of(mandate.role, is_member=is_member):
        return shown
    name = mandate.person.get_full_name()
    if not is_member:
        return RoleHolder(role=shown.role, since=shown.since, is_leading=is_leading, name=name)
    person = mandate.person
    entry = getattr(person, "contact_entry", None)
    shares = shares_email(entry)
    return RoleHolder(
        role=shown.role,
        since=shown.since,
        is_leading=is_leading,
        name=name or "Nom à compléter",
        job_title=entry.job_title if entry else "",
        organisation=entry.organisation if entry else "",
        email=person.email if shares else "",
        phone=entry.phone if entry else "",
        phone_link=phone_link(entry.phone) if entry else "",
        is_due=is_due(entry, today),
    )
