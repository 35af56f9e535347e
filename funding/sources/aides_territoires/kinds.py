"""The two generations of the API of aides-territoires, as kinds of sources."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar
from urllib.parse import parse_qsl

from django import forms
from django.core.exceptions import ValidationError

from funding.fetching import Client
from funding.models import Source
from funding.sources.aides_territoires.client import Api, bad_answer
from funding.sources.aides_territoires.mapping import entry_of, key_of
from funding.sources.aides_territoires.perimeters import (
    LISTED,
    Known,
    Perimeters,
    Wanted,
    codes_to_look_up,
    wanted,
)
from funding.sources.fields import PlacesField, split
from funding.sources.kind import Kind, refuse_page, secret_of
from funding.sources.reading import Content, Reading
from territories.enums import NameKind, PlaceKind
from territories.models import Place, PlaceName
from territories.perimeters import COUNTRY

MAX_NAMES = 300
_PAGING = frozenset({"page", "size", "itemsPerPage", "version"})


class AidesTerritoiresForm(forms.Form):
    query = forms.CharField(
        label="Filtre de la demande",
        required=False,
        max_length=1_000,
        help_text="Ce qui suit le « ? » d’une adresse : targeted_audiences=private_sector… Vide : tout.",
    )
    mapping = PlacesField(
        label="Périmètres placés à la main",
        required=False,
        help_text="Une ligne par libellé que le portail ne place pas : « Massif central = DEP-15, DEP-43 ».",
    )

    def clean_query(self) -> str:
        query = self.cleaned_data["query"].lstrip("?")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
        except ValueError as error:
            raise ValidationError("Écrivez nom=valeur, les paires séparées par « & ».") from error
        if any(name in _PAGING for name, _ in pairs):
            raise ValidationError("La page, la taille et la version sont l’affaire du portail.")
        return query


class AidesTerritoires(Kind):
    """The successor: a key is exchanged for a token, pages hold 100 aids, a perimeter is a name beside its scale."""

    name: ClassVar[str] = "aides_territoires"
    label: ClassVar[str] = "Aides-territoires (API)"
    form_class: ClassVar[type[forms.Form]] = AidesTerritoiresForm
    file_name: ClassVar[str] = "aides-territoires.json"
    page_size: ClassVar[dict[str, int]] = {"itemsPerPage": 100}
    has_key: ClassVar[bool] = True

    def fetch(self, source: Source, client: Client) -> Content:
        """Every aid, then what is needed of the list of perimeters: whole scales but communes, which are asked by name.

        The answer is one document made of all the pages, sorted, so that the same aids give the same bytes.
        """
        api = Api(source.url, client, key=secret_of(source) if self.has_key else "")
        aids = {key_of(aid) or f"?{rank}": aid for rank, aid in enumerate(self.aids(api, source))}
        perimeters = {
            json.dumps([row.get(name) for name in ("id", "name", "scale", "text")]): row
            for row in self._perimeters(api, aids.values())
        }
        document = {
            "aids": [aids[key] for key in sorted(aids)],
            "perimeters": [perimeters[key] for key in sorted(perimeters)],
        }
        data = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
        return Content(data, self.file_name, "application/json")

    def aids(self, api: Api, source: Source) -> Iterable[dict]:
        query = parse_qsl(source.options.get("query", ""), keep_blank_values=True)
        # The list of all aids takes no filter.
        path = "aids/" if query else "aids/all/"
        return api.rows(path, query, **self.page_size)

    def _perimeters(self, api: Api, aids: Iterable[dict]) -> Iterable[dict]:
        asked = {one for aid in aids if (one := wanted(aid.get("perimeter"), aid.get("perimeter_scale")))}
        scales = {one.scale for one in asked}
        for scale in LISTED:
            if scale != "commune" and scale in scales:
                yield from api.rows("perimeters/", scale=scale, **self.page_size)
        for name in sorted({one.name for one in asked if one.scale == "commune"})[:MAX_NAMES]:
            yield from api.rows("perimeters/", q=name, scale="commune", **self.page_size)

    def read(self, data: bytes, source: Source, at: datetime | None = None) -> Reading:
        """Read the document that `fetch` makes, or a page of the API that someone kept."""
        aids, perimeters = _document(data)
        decided = {label: split(codes) for label, codes in _texts(source.mapping).items()}
        asked = [wanted(aid.get("perimeter"), aid.get("perimeter_scale")) for aid in aids]
        places = Perimeters(perimeters, _known(perimeters, asked, decided), decided)
        items, seen, twice = [], set(), 0
        for position, (aid, perimeter) in enumerate(zip(aids, asked, strict=True), start=1):
            item = entry_of(position, aid, places.place(perimeter), base=source.url)
            if item.key and item.key in seen:
                twice += 1
                continue
            seen.add(item.key)
            items.append(item)
        warnings = (f"Aides données deux fois, lues une fois : {twice}.",) if twice else ()
        return Reading(tuple(items), warnings)


class AidesTerritoires1(AidesTerritoires):
    """The API until December 2023, open: pages hold up to 1,000 aids, a perimeter is a label with its scale in it."""

    name: ClassVar[str] = "aides_territoires_1"
    label: ClassVar[str] = "Aides-territoires (API 1.6, sans clé)"
    page_size: ClassVar[dict[str, int]] = {"size": 200}
    has_key: ClassVar[bool] = False

    def aids(self, api: Api, source: Source) -> Iterable[dict]:
        query = parse_qsl(source.options.get("query", ""), keep_blank_values=True)
        return api.rows("aids/", query, version="1.6", **self.page_size)


def _document(data: bytes) -> tuple[list[dict], list[dict]]:
    refuse_page(data)
    try:
        found = json.loads(data)
        if b"\\ud" in data.lower():
            # Halves of signs, which no table takes.
            found = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise bad_answer("ce n’est pas du JSON") from error
    if isinstance(found, dict):
        aids, perimeters = found.get("aids", found.get("results")), found.get("perimeters", [])
    else:
        aids, perimeters = found, []
    if not isinstance(aids, list) or not isinstance(perimeters, list):
        raise bad_answer("il n’y a pas de liste d’aides")
    return _objects(aids), _objects(perimeters)


def _objects(rows: list) -> list[dict]:
    return [row for row in rows if isinstance(row, dict)]


def _texts(mapping: Mapping[object, object]) -> dict[str, str]:
    return {key: value for key, value in mapping.items() if isinstance(key, str) and isinstance(value, str)}


def _known(perimeters: list[dict], asked: Iterable[Wanted | None], decided: Mapping[str, list[str]]) -> Known:
    codes = codes_to_look_up(perimeters, decided)
    in_force = Place.objects.in_force()
    overseas = in_force.filter(kind=PlaceKind.REGION).exclude(nature="metro").order_by("code")
    names = {one.folded for one in asked if one and one.scale == "commune"}
    bearers = PlaceName.objects.filter(
        folded__in=names, kind=NameKind.OFFICIAL, place__kind=PlaceKind.COMMUNE, place__valid_until=None
    )
    homonyms: dict[str, int] = {}
    for folded in bearers.order_by("pk").values_list("folded", flat=True):
        homonyms[folded] = homonyms.get(folded, 0) + 1
    return Known(
        frozenset({*in_force.filter(code__in=codes).order_by("code").values_list("code", flat=True), COUNTRY}),
        tuple(overseas.values_list("code", flat=True)),
        homonyms,
    )
