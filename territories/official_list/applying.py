"""Writing what a plan says: one transaction, nothing deleted, everything dated."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from territories import ancestors, names
from territories.enums import NameKind, PlaceKind, Wave
from territories.memberships import close_memberships, close_places, lock_places, open_memberships
from territories.models import ListEdition, Membership, Place, PlaceName, Territory
from territories.official_list.listing import Listing
from territories.official_list.planning import PERIODS, Known, KnownTerritory, Plan
from ti_portal.core.templatetags.portal import day
from ti_portal.core.text import fold_name


class StalePlanError(Exception):
    """The list in force changed since the plan was made: make it again and look at it."""


class ClosuresNotConfirmedError(Exception):
    """The plan closes more than the usual share; `share` says how much (0 to 1)."""

    def __init__(self, share: float) -> None:
        self.share = share
        super().__init__(f"{share:.1%}")


class NotYetInForceError(Exception):
    """The plan's date is after the day of applying it."""


def territory_code(wave: int, number: str) -> str:
    return f"TI-{int(wave)}-{number}"


def wave_code(wave: int) -> str:
    """Code of the zoning made of all the territories of a wave."""
    return f"ZON-TI-{int(wave)}"


def known_for(listing: Listing, *, wave: int) -> Known:
    """Read what is known about a wave and about the SIREN of a list: five queries."""
    sirens = {row.siren for row in listing.members}
    territories = _known_territories(wave)
    codes: dict[str, str] = {}
    named: dict[str, str] = {}
    found = Place.objects.in_force().of_kind(*PlaceKind.territory_members).filter(siren__in=sirens)
    for siren, code, name in found.order_by("-code").values_list("siren", "code", "name"):
        codes[siren] = code
        named[code] = name
    present = {code for territory in territories.values() for code in territory.members}
    named |= Place.objects.names_by_code(present - named.keys())
    regions = Place.objects.in_force().of_kind(PlaceKind.REGION).values_list("code", flat=True)
    newest = ListEdition.objects.filter(wave=wave).order_by("-as_of", "-pk").first()
    return Known(
        territories=territories,
        members=codes,
        names=named,
        regions=frozenset(code.removeprefix("REG-") for code in regions),
        newest=newest.as_of if newest else None,
        newest_digest=newest.digest if newest else "",
        basis=_basis(territories, newest),
    )


def _known_territories(wave: int) -> dict[str, KnownTerritory]:
    members: dict[str, set[str]] = defaultdict(set)
    in_force = Membership.objects.in_force().filter(container__territory__wave=wave)
    for number, code in in_force.values_list("container__territory__number", "member__code"):
        members[number].add(code)
    rows = Territory.objects.filter(wave=wave).values_list("number", "place__name", "place__valid_until")
    return {
        number: KnownTerritory(number, name, frozenset(members[number]), is_open=until is None)
        for number, name, until in rows
    }


def _basis(territories: dict[str, KnownTerritory], newest: ListEdition | None) -> str:
    facts: list[Any] = [newest.pk if newest else None]
    facts += [
        [number, territory.name, territory.is_open, sorted(territory.members)]
        for number, territory in sorted(territories.items())
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


@transaction.atomic
def apply(
    plan: Plan, *, at: datetime, actor=None, confirm_closures: bool = False, rebuild: bool = True
) -> ListEdition | None:
    """Write a plan and the edition it makes; return the edition, None when there was nothing to write.

    Idempotent: a plan that was applied already, by this call or by another at the same time, changes nothing. Waits for
    other writers of places. Raises StalePlanError, ClosuresNotConfirmedError, NotYetInForceError.
    `rebuild=False` leaves ancestors, populations and names to the caller.
    """
    lock_places()
    newest = ListEdition.objects.filter(wave=plan.wave).order_by("-as_of", "-pk").first()
    if plan.is_empty or (newest and newest.digest == plan.digest and newest.as_of == plan.as_of):
        return None
    if plan.as_of > timezone.localdate(at):
        raise NotYetInForceError
    if plan.basis != _basis(_known_territories(plan.wave), newest):
        raise StalePlanError
    if plan.needs_confirmation and not confirm_closures:
        raise ClosuresNotConfirmedError(plan.closed_share)
    touched = _write(plan)
    edition = ListEdition.objects.create(
        wave=plan.wave,
        as_of=plan.as_of,
        label=plan.label or f"Liste au {day(plan.as_of)}",
        digest=plan.digest,
        counts=plan.counts,
        applied_at=at,
        applied_by=actor,
    )
    if rebuild and touched:
        ancestors.rebuild(touched)
        names.rebuild([code for code in touched if code.startswith("TI-")])
    return edition


def close_wave(wave: int) -> None:
    """Close what is left in force of a wave on the wave's last day. Does nothing for a wave that goes on."""
    last = PERIODS[wave][1]
    if last is None:
        return
    open_places = Place.objects.in_force().filter(territory__wave=wave)
    ids = list(open_places.values_list("pk", flat=True))
    ids += Place.objects.in_force().filter(code=wave_code(wave)).values_list("pk", flat=True)
    close_places(ids, last_day=last)


def _write(plan: Plan) -> set[str]:
    """Write places and memberships; return the codes of all that a rebuild must look at."""
    codes = {
        territory_code(plan.wave, item.number)
        for group in (plan.new, plan.renamed, plan.changed, plan.closed)
        for item in group
    }
    touched = set(codes)
    _write_territories(plan)
    wanted: set[tuple[str, str]] = {(territory_code(plan.wave, new.number), wave_code(plan.wave)) for new in plan.new}
    for new in plan.new:
        wanted |= {(member, territory_code(plan.wave, new.number)) for member in new.members}
    gone: set[tuple[str, str]] = set()
    for change in plan.changed:
        container = territory_code(plan.wave, change.number)
        wanted |= {(member, container) for member in change.added}
        gone |= {(member, container) for member in change.removed}
    touched |= {member for member, _container in wanted | gone}
    touched |= {member for closure in plan.closed for member in closure.members}
    ids = dict(Place.objects.filter(code__in=touched | {wave_code(plan.wave)}).values_list("code", "pk"))
    yesterday = plan.as_of - timedelta(days=1)
    in_force = Membership.objects.in_force().filter(container__code__in=codes)
    rows = in_force.values_list("pk", "member__code", "container__code")
    close_memberships([pk for pk, *pair in rows if tuple(pair) in gone], last_day=yesterday)
    close_places([ids[territory_code(plan.wave, closure.number)] for closure in plan.closed], last_day=yesterday)
    open_memberships({(ids[member], ids[container]) for member, container in wanted}, since=plan.as_of)
    return touched


def _write_territories(plan: Plan) -> None:
    first_day = PERIODS[plan.wave][0]
    Place.objects.get_or_create(
        code=wave_code(plan.wave),
        defaults={
            "kind": PlaceKind.ZONING,
            "name": f"Territoires d’industrie {Wave(plan.wave).label}",
            "slug": f"territoires-d-industrie-{int(plan.wave)}",
            "valid_from": first_day,
            "ancestor_codes": [wave_code(plan.wave)],
        },
    )
    _create([new for new in plan.new if not new.is_reopened], plan)
    for new in plan.new:
        if new.is_reopened:
            _rename(territory_code(plan.wave, new.number), new.name, valid_until=None)
    for rename in plan.renamed:
        _rename(territory_code(plan.wave, rename.number), rename.after)


def _create(new: Iterable, plan: Plan) -> None:
    regions = {
        code.removeprefix("REG-"): pk for code, pk in Place.objects.of_kind(PlaceKind.REGION).values_list("code", "pk")
    }
    made = Place.objects.bulk_create(
        Place(
            code=territory_code(plan.wave, item.number),
            kind=PlaceKind.TERRITORY,
            name=item.name,
            slug=names.slug(item.name),
            valid_from=plan.as_of,
            ancestor_codes=[territory_code(plan.wave, item.number)],
        )
        for item in new
    )
    Territory.objects.bulk_create(
        Territory(place=place, wave=plan.wave, number=place.code[-4:], main_region_id=regions[place.code[-4:-2]])
        for place in made
    )


def _rename(code: str, name: str, **changes: Any) -> None:
    place = Place.objects.select_for_update(of=("self",)).get(code=code)
    if place.name != name:
        past = {"place": place, "kind": NameKind.RENAMED, "folded": fold_name(place.name), "code": ""}
        PlaceName.objects.get_or_create(**past, defaults={"label": place.name, "rank": 0})
    Place.objects.filter(pk=place.pk).update(name=name, slug=names.slug(name), **changes)
