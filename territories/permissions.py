"""Who may do what in `territories`, in one place, for pages, admin, API and templates alike.

Rights come from dated mandates (a territory, a role, a period) and from `is_staff`, which means the délégation. A
closed account has none. Fetch inside the perimeter first (`Territory.objects.editable_by`): what is outside does not
exist.

Who sees whom (one rule, `sees_name_of`):

* anyone sees which roles are held, and the names of the élu and of the industriel who lead the territory: they hold a
  public function and are named in the programme's own documents;
* the other names, and everybody's e-mail address and telephone number, are for signed-in members of the community.
"""

from datetime import date

from territories.enums import MandateRole
from territories.models import Mandate


def is_delegation(user) -> bool:
    return user.is_authenticated and user.is_active and user.is_staff


def is_community_member(user, today: date) -> bool:
    """A member of the délégation, or a person with a mandate in force anywhere on day `today`."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_staff or Mandate.objects.in_force(today).filter(person=user).exists()


def acts_for(user, territory, today: date) -> bool:
    """The délégation acts for every territory, others for those of their mandates in force on day `today`."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_staff or Mandate.objects.in_force(today).filter(person=user, territory=territory).exists()


def can_edit_profile(user, territory, today: date) -> bool:
    return acts_for(user, territory, today)


def can_see_history(user, territory, today: date) -> bool:
    return acts_for(user, territory, today)


def can_restore_profile(user, territory, today: date) -> bool:
    return acts_for(user, territory, today)


def can_see_contacts(user, today: date) -> bool:
    return is_community_member(user, today)


def has_contact_entry(user, today: date) -> bool:
    """May keep an entry of one's own in the directory."""
    return is_community_member(user, today)


def can_export_directory(user) -> bool:
    return is_delegation(user)


def can_see_recent_changes(user) -> bool:
    """The changes of all territories; those of one territory are `can_see_history`."""
    return is_delegation(user)


def sees_name_of(role: str, *, is_member: bool) -> bool:
    """Whether a reader sees the name of who holds `role`; `is_member`: the reader passes `can_see_contacts`."""
    return is_member or role in MandateRole.leading_pair
