"""Who may do what at an event. Used by pages, administration, API and templates alike."""

from datetime import date

from events.enums import EventState, Visibility
from events.models import Event
from territories.permissions import is_community_member, is_delegation


def may_organise(user) -> bool:
    """Prepare events, hold the console, read the list of those registered: the délégation."""
    return is_delegation(user)


def may_see(user, event: Event, today: date) -> bool:
    """Open the page of an event. Elsewhere it does not exist (404).

    A draft is for those who organise; an event of the community for people with a mandate in force on day `today`; one
    on invitation for the invited, whose address is that of their account (others come by the link of their invitation).
    """
    if may_organise(user):
        return True
    if event.state not in EventState.public:
        return False
    if event.visibility == Visibility.PUBLIC:
        return True
    if not (user.is_authenticated and user.is_active):
        return False
    if event.visibility == Visibility.COMMUNITY:
        return is_community_member(user, today)
    return is_invited(user, event)


def is_invited(user, event: Event) -> bool:
    """Whether the account's address is among those invited."""
    return event.invitations.filter(email__iexact=user.email).exists()
