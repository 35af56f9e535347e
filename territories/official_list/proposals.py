"""A list that was sent and waits for its plan to be accepted: kept on the server, for one hour, for one session."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.core.cache import cache
from django.utils.crypto import get_random_string

from territories.official_list.applying import known_for
from territories.official_list.planning import Plan, plan
from territories.official_list.reading import read

KEPT_FOR = timedelta(hours=1)
_PREFIX = "official-list:"


@dataclass(frozen=True)
class KeptList:
    """`edition_id` is set once the list was applied: a second click then finds it."""

    content: bytes
    name: str
    wave: int
    as_of: date
    edition_id: int | None = None

    def plan(self) -> Plan:
        """What applying it would change, today. Raises ListingError."""
        listing = read(self.content)
        return plan(listing, known_for(listing, wave=self.wave), wave=self.wave, as_of=self.as_of)


def fingerprint(proposed: Plan) -> str:
    """What tells a plan from another: the list, its date, and the state of the database it was made from."""
    facts = f"{proposed.digest}:{proposed.basis}:{proposed.wave}:{proposed.as_of}"
    return hashlib.sha256(facts.encode()).hexdigest()


def keep(proposal: KeptList, *, owner: str) -> str:
    """Keep a list for `owner` (a person and a session) and return the token of its address."""
    token = get_random_string(32)
    cache.set(_PREFIX + token, (owner, proposal), KEPT_FOR.total_seconds())
    return token


def kept(token: str, *, owner: str) -> KeptList | None:
    """The list behind a token, None when it expired or belongs to somebody else."""
    found = cache.get(_PREFIX + token)
    if found is None or found[0] != owner:
        return None
    return found[1]


def let_go(token: str, *, owner: str, edition_id: int) -> None:
    """Forget the file of a list that was applied, and remember for the hour which edition it made."""
    if (proposal := kept(token, owner=owner)) is not None:
        done = replace(proposal, content=b"", edition_id=edition_id)
        cache.set(_PREFIX + token, (owner, done), KEPT_FOR.total_seconds())
