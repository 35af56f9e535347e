"""The section « Qui l’anime » of a territory's page: the leading pair, then the other roles.

Adds one query for a visitor or the délégation, two for a person with a mandate or without.
"""

from datetime import date
from typing import Any

from territories.enums import MandateRole
from territories.models import Mandate, Territory
from territories.permissions import can_see_contacts, is_delegation
from territories.presenters.people import role_holder
from territories.sections import Section, register

_ORDER = {role: rank for rank, role in enumerate(MandateRole.values)}


def load_people(territory: Territory, user: Any, today: date) -> dict[str, Any] | None:
    """Roles held on `today`, with as much of each person as `user` may see.

    None when no role is held, except for the délégation, who may write the page all the same.
    """
    mandates = (
        Mandate.objects.in_force(today)
        .filter(territory=territory, person__is_active=True)
        .select_related("person__contact_entry")
        .order_by("valid_from", "pk")
    )
    rows = sorted(mandates, key=lambda mandate: _ORDER.get(mandate.role, len(_ORDER)))
    may_edit = is_delegation(user)
    if not rows and not may_edit:
        return None
    is_mine = user.is_authenticated and any(mandate.person_id == user.pk for mandate in rows)
    is_member = (is_mine and user.is_active) or can_see_contacts(user, today)
    holders = [role_holder(mandate, is_member=is_member, today=today) for mandate in rows]
    return {
        "leading": [holder for holder in holders if holder.is_leading],
        "others": [holder for holder in holders if not holder.is_leading],
        "is_member": is_member,
        "may_edit": may_edit or (is_mine and user.is_active),
        "code": territory.place.code.lower(),
    }


def register_people() -> None:
    register(
        Section(
            key="personnes",
            title="Qui anime ce territoire",
            template="territories/contribution/fragments/_people_section.html",
            load=load_people,
            order=150,
        )
    )
