"""The section « Qui l’anime » of a territory's page: the leading pair, then the other roles.

Adds no query where nobody ever held a role, which the visit tells, else one, two more for the people who hold
one, and one for a person who is signed in.
"""

from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects

from territories.enums import MandateRole
from territories.models import Mandate, Territory
from territories.permissions import can_see_contacts, is_delegation
from territories.presenters.people import role_holder
from territories.sections import Mark, Section, register

# `Mandate.objects.in_force` for people whose account is open. Written out because compiling it for each page of a
# territory would cost a fourth of the page; a test compares the two.
_IN_FORCE = """
SELECT mandate.* FROM territories_mandate mandate JOIN accounts_user person ON person.id = mandate.person_id
WHERE mandate.territory_id = %s AND person.is_active
  AND mandate.valid_from <= %s AND (mandate.valid_until IS NULL OR mandate.valid_until >= %s)
ORDER BY mandate.valid_from, mandate.id
"""
_HAD_MANDATES = Mark(
    "mandates", ("EXISTS (SELECT FROM territories_mandate mandate WHERE mandate.territory_id = territory.id)",)
)
_ORDER = {role: rank for rank, role in enumerate(MandateRole.values)}


def load_people(territory: Territory, user: Any, today: date) -> dict[str, Any] | None:
    """Roles held on `today`, with as much of each person as `user` may see.

    None when no role is held, except for the délégation, who may write the page all the same.
    """
    (may_have,) = _HAD_MANDATES.of(territory)
    mandates = list(Mandate.objects.raw(_IN_FORCE, [territory.pk, today, today])) if may_have else []
    if mandates:
        prefetch_related_objects(mandates, "person__contact_entry")
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
        "has_people": bool(holders),
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
            mark=_HAD_MANDATES,
        )
    )
