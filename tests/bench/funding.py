"""Addresses of the catalogue and of schemes that the bench asks for, the same at every run."""

import random
from functools import cache
from urllib.parse import urlencode

from tests.bench import funding_data

SIZE = "30 000 aides, 34 969 communes"
_QUESTIONS = (
    "friche", "modernisation atelier", "formation opérateurs", "décarbonation verre", "achat de machines",
    "robotisation bois", "sobriété énergétique", "foncier industriel", "export PME", "projets collectifs filière",
)  # fmt: skip
_ADDRESSES = 200


@cache
def filled() -> float:
    """Fill the bench's database, where the reference data is, once; return the seconds it took."""
    return funding_data.fill()


def catalogue_paths() -> list[str]:
    """First pages without any filter, in each order."""
    sorts = ("", "montant", "cloture")
    return [_address(tri=sort, page=page if page > 1 else "") for sort in sorts for page in range(1, 11)]


def place_paths() -> list[str]:
    return [_address(lieu=code) for code in _communes()]


def text_paths() -> list[str]:
    """A commune, words and an audience at once."""
    draw = _draw()
    return [
        _address(lieu=code, q=draw.choice(_QUESTIONS), public=draw.choice(["firm", "epci"])) for code in _communes()
    ]


def scheme_paths() -> list[str]:
    draw = _draw()
    return [f"/aides/aide-{draw.randint(1, funding_data.SCHEMES)}/" for _ in range(_ADDRESSES)]


def _draw() -> random.Random:
    return random.Random(2023)


def _communes() -> list[str]:
    from territories.models import Place

    codes = Place.objects.in_force().filter(code__startswith="COM-").order_by("code").values_list("code", flat=True)
    return _draw().sample(list(codes), _ADDRESSES)


def _address(**parameters) -> str:
    kept = {name: value for name, value in parameters.items() if value}
    return f"/aides/?{urlencode(kept)}" if kept else "/aides/"
