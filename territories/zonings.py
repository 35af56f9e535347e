"""Named zonings: a name, a perimeter, and the ancestors of all that it covers."""

import re
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from territories import ancestors
from territories.ancestors import ZoningCycleError
from territories.enums import PlaceKind
from territories.memberships import lock_places
from territories.models import Place, Zoning
from territories.names import slug
from ti_portal.core.integrity import refused_by_constraints

MAX_CODES = 5_000
_SEPARATORS = re.compile(r"[\s,;]+")


def read_codes(text: str) -> list[str]:
    """Codes parted by spaces, commas, semicolons or new lines; each once, in the order given."""
    return list(dict.fromkeys(code.upper() for code in _SEPARATORS.split(text) if code))


def check_codes(codes: Iterable[str]) -> list[str]:
    """Return the codes if each is that of a place; raise ValidationError naming those that are not."""
    codes = list(codes)
    if len(codes) > MAX_CODES:
        raise ValidationError(f"{MAX_CODES:,} codes au plus.".replace(",", "\u202f"), code="too_many")
    known = set(Place.objects.filter(code__in=codes).values_list("code", flat=True))
    unknown = [code for code in codes if code not in known]
    if unknown:
        rest = f" et {len(unknown) - 5} autres" if len(unknown) > 5 else ""
        named = ", ".join(f"« {code[:40]} »" for code in unknown[:5])
        raise ValidationError(f"Aucun lieu n’a le code {named}{rest}.", code="unknown_code")
    return codes


@transaction.atomic
def save_zoning(
    *,
    code: str,
    name: str,
    included: Iterable[str],
    excluded: Iterable[str] = (),
    note: str = "",
    valid_from: date | None = None,
) -> Zoning:
    """Create or change the zoning `code` (form ZON-…), and rebuild what it covers.

    Waits for other writers of places. Raises ValidationError by field, in French: unknown code, zonings in a circle, a
    code that is not a zoning's. Saying the same again changes nothing.
    """
    lock_places()
    included, excluded = check_codes(included), check_codes(excluded)
    if not included:
        raise ValidationError({"included_codes": "Donnez au moins un lieu : un périmètre vide ne couvre rien."})
    if code in included or code in excluded:
        raise ValidationError({"included_codes": "Un zonage ne se contient pas lui-même."})
    place = Place.objects.select_for_update(of=("self",)).filter(code=code).first()
    if place is not None and place.kind != PlaceKind.ZONING:
        raise ValidationError({"code": "Ce code est celui d’un autre lieu."})
    if place is None:
        place = Place(code=code, kind=PlaceKind.ZONING, valid_from=valid_from, ancestor_codes=[code])
    place.name, place.slug = name, slug(name)
    place.full_clean(exclude=["slug", "ancestor_codes"])
    with refused_by_constraints(Place):
        place.save()
    zoning, _ = Zoning.objects.update_or_create(
        place=place, defaults={"included_codes": included, "excluded_codes": excluded, "note": note}
    )
    try:
        ancestors.rebuild()
    except ZoningCycleError as error:
        raise ValidationError(
            {"included_codes": f"Des zonages se définissent l’un par l’autre : {' → '.join(error.codes)}."}
        ) from error
    return zoning
