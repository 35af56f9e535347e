"""Bringing places and their memberships to what the tables want: add, update, close with a date, delete nothing."""

from collections.abc import Iterable
from dataclasses import astuple, fields
from datetime import date, timedelta

from territories import names
from territories.enums import NameKind, PlaceKind
from territories.loading.wanted import WantedPlace
from territories.memberships import close_memberships, close_places, open_memberships
from territories.models import Membership, Place, PlaceName
from ti_portal.core.bulk import copy_rows, update_rows

# Territories and zonings belong to the official list and to the délégation.
OWNED = (
    PlaceKind.COMMUNE,
    PlaceKind.EPCI,
    PlaceKind.EPT,
    PlaceKind.DEPARTEMENT,
    PlaceKind.REGION,
    PlaceKind.COUNTRY,
)
COLUMNS = [field.name for field in fields(WantedPlace)]
# The population of a container is a sum, written by `ancestors.rebuild`.
FACTS = [name for name in COLUMNS if name not in ("code", "population")]


def bring_places(wanted: Iterable[WantedPlace], *, as_of: date, is_first: bool) -> dict[str, int]:
    """Write places; return how many were added, updated, closed and reopened."""
    by_code = {place.code: place for place in wanted}
    known = {
        row[0]: row[1:]
        for row in Place.objects.of_kind(*OWNED).values_list("code", "pk", "valid_until", "population", *FACTS)
    }
    added = [place for code, place in by_code.items() if code not in known]
    since = None if is_first else as_of
    copy_rows(
        Place,
        [*COLUMNS, "slug", "valid_from", "ancestor_codes"],
        ((*_values(place), names.slug(place.name), since, [place.code]) for place in added),
    )
    updates, renamed, reopened = [], [], []
    for code, (pk, until, population, *facts) in known.items():
        place = by_code.get(code)
        if place is None:
            continue
        now = [list(value) if isinstance(value, tuple) else value for value in (getattr(place, name) for name in FACTS)]
        people = place.population if place.kind == PlaceKind.COMMUNE else population
        if until is not None:
            reopened.append(pk)
        if now != facts or people != population:
            updates.append((pk, people, *now, names.slug(place.name)))
            before = facts[FACTS.index("name")]
            if before != place.name:
                renamed.append(PlaceName(place_id=pk, kind=NameKind.RENAMED, label=before, folded=before, rank=0))
    update_rows(Place, ["population", *FACTS, "slug"], updates)
    # Folded and ranked by `names.rebuild`, which keeps the fact.
    PlaceName.objects.bulk_create(renamed, ignore_conflicts=True)
    Place.objects.filter(pk__in=reopened).update(valid_until=None)
    vanished = [pk for code, (pk, until, *_rest) in known.items() if code not in by_code and until is None]
    close_places(vanished, last_day=as_of - timedelta(days=1))
    return {"added": len(added), "updated": len(updates), "closed": len(vanished), "reopened": len(reopened)}


def bring_memberships(wanted: set[tuple[str, str]], *, as_of: date, is_first: bool) -> dict[str, int]:
    """Write memberships in owned containers; return how many were opened and closed."""
    ids = dict(Place.objects.values_list("code", "pk"))
    pairs = {(ids[member], ids[container]) for member, container in wanted}
    known = {
        (member, container): pk
        for pk, member, container in Membership.objects.in_force()
        .filter(container__kind__in=OWNED)
        .values_list("pk", "member_id", "container_id")
    }
    gone = [pk for pair, pk in known.items() if pair not in pairs]
    fresh = pairs - known.keys()
    close_memberships(gone, last_day=as_of - timedelta(days=1))
    open_memberships(fresh, since=None if is_first else as_of)
    return {"opened": len(fresh), "closed": len(gone)}


def _values(place: WantedPlace) -> list:
    return [list(value) if isinstance(value, tuple) else value for value in astuple(place)]
