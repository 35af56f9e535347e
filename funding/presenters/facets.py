"""Fields of the catalogue's form with their counts, and the filters in use with the address that removes each."""

import html
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.safestring import SafeString

from funding.catalogue.filters import STATES, CatalogueForm
from funding.catalogue.selection import Selection
from funding.eligibility import french, labels
from territories.models import Place

MOST_FUNDERS = 30


class Option(NamedTuple):
    value: str
    label: str
    count: int
    is_chosen: bool


class Field(NamedTuple):
    """A field of the form. Its values are written here and not by a template: there are a hundred of them, and they
    were half of the time of the page.
    """

    name: str
    label: str
    nobody: str
    options: list[Option]
    errors: list[str]

    @property
    def options_html(self) -> SafeString:
        return SafeString(
            "\n".join(
                f'<option value="{_escaped(value)}"{" selected" if is_chosen else ""}>'
                f"{_escaped(label)} ({french.number(count)})</option>"
                for value, label, count, is_chosen in self.options
            )
        )

    @property
    def boxes_html(self) -> SafeString:
        return SafeString("\n".join(_box(self.name, *option) for option in self.options))


def _box(name: str, value: str, label: str, count: int, is_chosen: bool) -> str:
    key = f"f-{name}-{_escaped(value)}"
    return (
        '<div class="fr-fieldset__element fr-fieldset__element--inline"><div class="fr-checkbox-group'
        f' fr-checkbox-group--sm"><input type="checkbox" name="{name}" value="{_escaped(value)}" id="{key}"'
        f"{' checked' if is_chosen else ''}>"
        f'<label class="fr-label" for="{key}">{_escaped(label)} ({french.number(count)})</label></div></div>'
    )


# The same few words at each page; Django's own `escape` would cost twice the rest of an option.
_escaped = lru_cache(maxsize=1024)(html.escape)


class Chip(NamedTuple):
    """A filter in use."""

    label: str
    url: str


_SELECTS = {
    "public": (labels.AUDIENCES, "Tous les publics"),
    "projet": (labels.PROJECT_NATURES, "Tous les projets"),
    "depense": (labels.EXPENSE_NATURES, "Toutes les dépenses"),
}
_BOXES = {"aide": {str(code): label for code, label in labels.HELP_KINDS.items()}, "statut": dict(STATES)}


def selects(form: CatalogueForm, selection: Selection) -> dict[str, Field]:
    """Fields where one value is chosen. A value that would give nothing is left out, unless it is the chosen one."""
    fields = {}
    for name, (vocabulary, nobody) in _SELECTS.items():
        chosen = getattr(selection.wanted, name)
        counts = selection.facet(name)
        options = [
            Option(code, label[:1].upper() + label[1:], counts.get(code, 0), code == chosen)
            for code, label in vocabulary.items()
            if code in counts or code == chosen
        ]
        fields[name] = Field(name, form.fields[name].label, nobody, options, form.errors.get(name, []))
    fields["financeur"] = _funders(form, selection)
    return fields


def _funders(form: CatalogueForm, selection: Selection) -> Field:
    """Organisations that fund most of the rows, in alphabetical order."""
    chosen, known = selection.wanted.financeur, selection.catalogue.funders
    counts = selection.facet("financeur")
    most = sorted((pk for pk in counts if pk in known), key=lambda pk: (-counts[pk], pk))[:MOST_FUNDERS]
    if chosen and chosen not in most:
        most.append(chosen)
    options = [Option(known[pk].slug, known[pk].name, counts.get(pk, 0), pk == chosen) for pk in most]
    options.sort(key=lambda option: option.label.casefold())
    errors = form.errors.get("financeur", [])
    return Field("financeur", form.fields["financeur"].label, "Tous les organismes", options, errors)


def boxes(form: CatalogueForm, selection: Selection) -> dict[str, Field]:
    """Fields where several values may be ticked."""
    fields = {}
    for name, vocabulary in _BOXES.items():
        chosen = getattr(selection.wanted, name)
        counts = selection.facet(name)
        options = [
            Option(code, label, counts.get(code, 0), code in chosen)
            for code, label in vocabulary.items()
            if code in counts or code in chosen
        ]
        fields[name] = Field(name, form.fields[name].label, "", options, form.errors.get(name, []))
    return fields


def _place(place: Place, _: Selection) -> str:
    return f"Utilisables à : {place.name}"


_CHIPS: dict[str, Callable] = {
    "q": lambda text, _: f"« {text} »",
    "lieu": _place,
    "public": lambda code, _: f"Pour : {labels.AUDIENCES[code]}",
    "projet": lambda code, _: f"Projet : {labels.PROJECT_NATURES[code]}",
    "depense": lambda code, _: f"Dépenses : {labels.EXPENSE_NATURES[code]}",
    "financeur": lambda pk, selection: f"Financé par : {selection.catalogue.funders[pk].label}",
    "avant": lambda day, _: f"Ferme au plus tard le {french.day(day)}",
    "aide": lambda code, _: _BOXES["aide"][code],
    "statut": lambda code, _: _BOXES["statut"][code],
}


def told(name: str, selection: Selection) -> str:
    """A filter in words."""
    value = getattr(selection.wanted, name)
    if isinstance(value, tuple):
        return french.listed([_CHIPS[name](one, selection) for one in value], "ou")
    return _CHIPS[name](value, selection)


def chips(selection: Selection, parameters: QueryDict) -> list[Chip]:
    """Filters in use, one a value."""
    found = []
    for name in selection.wanted.names:
        value = getattr(selection.wanted, name)
        for one in value if isinstance(value, tuple) else (value,):
            url = address(parameters, name, one if isinstance(value, tuple) else None)
            found.append(Chip(_CHIPS[name](one, selection), url))
    return found


def address(parameters: QueryDict, name: str, value: str | None = None) -> str:
    """The query string without a filter, or without one of its values, from the first page."""
    kept = [
        (key, one)
        for key, one in pairs(parameters)
        if key != "page" and (key != name or (value is not None and one != value))
    ]
    return f"?{urlencode(kept)}" if kept else "?"


def pairs(parameters: QueryDict) -> Iterable[tuple[str, str]]:
    """Names and values of an address that say something."""
    return [(key, one) for key, values in parameters.lists() for one in values if one]
