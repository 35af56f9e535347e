"""Words of the search: what is wrong and what to do, for each answer of `territories.search`."""

from dataclasses import dataclass

from territories.addresses import address
from territories.enums import PlaceKind
from territories.interpretation import MAX_LENGTH, QueryKind
from territories.names import slug
from territories.search import Found, Suggestion
from ti_portal.core.text import fold_name

# Wrong input: said at the field.
ERRORS = {
    "empty": "Écrivez le nom d’une commune, un code postal, une intercommunalité, un territoire ou un SIRET.",
    "too_long": f"Ce texte est trop long : {MAX_LENGTH} signes au plus. Un nom de commune ou un code postal suffit.",
    "bad_siren": "Ce SIREN n’est pas valide : vérifiez ses neuf chiffres.",
    "bad_siret": "Ce SIRET n’est pas valide : vérifiez ses quatorze chiffres.",
}
# Well written, but leading nowhere: (title, what to do).
EMPTY_ANSWERS = {
    "not_a_local_authority": (
        "Ce numéro n’est pas celui d’une commune ni d’une intercommunalité",
        "Il est bien formé, mais le portail n’a pas l’adresse des entreprises : cherchez par la commune.",
    ),
    "unknown_postcode": (
        "Aucune commune n’a ce code postal",
        "Les codes CEDEX ne sont pas connus du portail : cherchez par le nom de la commune.",
    ),
    "unknown_code": (
        "Ce code n’est celui d’aucun lieu",
        "Vérifiez-le, ou cherchez par le nom de la commune ou par son code postal.",
    ),
    "nothing_found": (
        "Aucun lieu ne porte ce nom",
        "Vérifiez l’orthographe, ou cherchez par le code postal.",
    ),
    "did_you_mean": (
        "Aucun lieu ne porte exactement ce nom",
        "Voici les noms les plus proches.",
    ),
}


@dataclass(frozen=True)
class Result:
    name: str
    detail: str
    url: str
    territory: str
    territory_url: str
    is_outside: bool


def result(found: Suggestion) -> Result:
    """One answer with its address; `detail` tells homonyms apart and says by which other name it was found."""
    return Result(
        name=found.name,
        detail=" – ".join(part for part in (found.hint, found.via) if part),
        url=address(found.kind, found.code, found.slug),
        territory=found.territory_name if found.territory_code != found.code else "",
        territory_url=address(PlaceKind.TERRITORY, found.territory_code, slug(found.territory_name)),
        is_outside=found.kind == PlaceKind.COMMUNE and not found.territory_code and not found.is_closed,
    )


def only_answer(found: Found) -> Suggestion | None:
    """The place to go to at once, when there is no doubt: the single answer, the single one in force for a code, or the
    single one in force that bears exactly the typed name.
    """
    if found.problem or not found.places:
        return None
    if len(found.places) == 1:
        return found.places[0]
    in_force = [place for place in found.places if not place.is_closed]
    if found.query.kind != QueryKind.CODE:
        typed = found.query.folded
        in_force = [place for place in in_force if typed and not place.via and fold_name(place.name) == typed]
    return in_force[0] if len(in_force) == 1 else None


def status(count: int, *, limit: int) -> str:
    """Said to screen readers when proposals change."""
    if not count:
        return "Aucune proposition."
    if count == 1:
        return "1 proposition."
    return f"{count} propositions{', les premières' if count == limit else ''}. Flèches pour les parcourir."
