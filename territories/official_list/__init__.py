"""The official list of Territoires d'industrie: read a file, plan what it changes, apply the plan.

listing = read(file)
proposed = plan(listing, known_for(listing, wave=2023), wave=2023, as_of=date(2024, 7, 4))
edition = apply(proposed, at=timezone.now(), actor=request.user)
"""

from territories.official_list import wording
from territories.official_list.applying import (
    ClosuresNotConfirmedError,
    NotYetInForceError,
    StalePlanError,
    apply,
    known_for,
)
from territories.official_list.listing import ListedMember, Listing, ListingError, Problem
from territories.official_list.planning import Known, KnownTerritory, Plan, plan
from territories.official_list.reading import read

__all__ = [
    "ClosuresNotConfirmedError",
    "Known",
    "KnownTerritory",
    "ListedMember",
    "Listing",
    "ListingError",
    "NotYetInForceError",
    "Plan",
    "Problem",
    "StalePlanError",
    "apply",
    "known_for",
    "plan",
    "read",
    "wording",
]
