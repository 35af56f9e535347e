"""What the check is told: facts of a firm or local authority and of its project, none of which names anybody."""

from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import ConfigDict, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from funding.eligibility.bands import Band
from funding.eligibility.codes import AudienceCode, ExpenseNature, ProjectNature
from funding.eligibility.naf import Naf
from funding.eligibility.situation import DeclaredAid, Situation
from territories.api.schemas import Code
from territories.models import Place
from ti_portal.core.api.kinds import Flag, PlainDate, Slug, whole_number

MOST_PEOPLE, MOST_EUROS = 10_000_000, 1_000_000_000_000
# Every division of NAF rév. 2, then as many levels as are known; a section is one letter.
_DIVISIONS = "0[1-35-9]|1[0-9]|2[0-9]|3[0-35-9]|4[1-35-79]|5[0-35689]|6[0-689]|7[0-57-9]|8[0-24-8]|9[0-9]"
NAF_PATTERN = f"^([A-U]|({_DIVISIONS})(\\.?[0-9]([0-9][A-Z]?)?)?)$"


def figure(highest: int) -> Any:
    """A whole number, or the two bounds between which it lies; without `upper`, there is no upper bound."""
    number = {"type": "integer", "minimum": 0, "maximum": highest}
    band = {
        "type": "object",
        "properties": {"lower": number, "upper": number},
        "required": ["lower"],
        "additionalProperties": False,
    }

    def whole(value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
            raise PydanticCustomError("ti_bad_figure", f"Donnez un nombre entier entre 0 et {highest}, ou ses bornes.")
        return value

    def read(value: Any) -> int | Band:
        if not isinstance(value, dict):
            return whole(value)
        if "lower" not in value or not value.keys() <= {"lower", "upper"}:
            raise PydanticCustomError("ti_bad_band", 'Donnez les bornes ainsi : {"lower": 20, "upper": 49}.')
        lower = whole(value["lower"])
        upper = whole(value["upper"]) if "upper" in value else None
        if upper is not None and upper < lower:
            raise PydanticCustomError("ti_reversed_bounds", "La borne haute est plus petite que la borne basse.")
        return Band(lower, upper)

    return Annotated[Any, PlainValidator(read), WithJsonSchema({"anyOf": [number, band]})]


class AidIn(Schema):
    """Une aide publique déjà reçue."""

    model_config = ConfigDict(extra="forbid")

    amount: whole_number(0, MOST_EUROS) = Field(description="Euros (équivalent-subvention brut).", examples=[4000])
    granted_on: PlainDate = Field(description="Date d’octroi.", examples=["2019-06-30"])
    is_de_minimis: Flag


class Facts(Schema):
    """Ce que l’on sait. Rien n’est obligatoire : une réponse absente donne « à préciser », jamais un refus."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "audience": "firm",
                "place": "COM-30007",
                "naf": "25.62B",
                "staff": 45,
                "project_natures": ["vte_recruitment"],
                "work_started": False,
            }
        },
    )

    audience: AudienceCode = Field(None, description="Qui porte le projet.")
    place: Code = Field(None, description="Lieu du PROJET, et non du siège : une commune, une intercommunalité…")
    staff: figure(MOST_PEOPLE) = Field(None, description="Personnes, entreprises liées comprises.")
    turnover: figure(MOST_EUROS) = Field(None, description="Chiffre d’affaires annuel, en euros.")
    balance_sheet: figure(MOST_EUROS) = Field(None, description="Total du bilan, en euros.")
    autonomous: Flag = Field(None, description="Faux si l’entreprise appartient à un groupe.")
    naf: Annotated[str, StringConstraints(pattern=NAF_PATTERN)] = Field(
        None, description="Activité (NAF rév. 2), à n’importe quel niveau.", examples=["25.62B"]
    )
    legal_category: Annotated[str, StringConstraints(pattern="^[0-9]{1,4}$")] = Field(
        None, description="Catégorie juridique de l’Insee, à n’importe quel niveau.", examples=["5710"]
    )
    created_on: PlainDate = Field(None, description="Date de création.")
    project_natures: Annotated[list[ProjectNature], Field(max_length=30)] = Field(
        None, description="Tout ce qu’est le projet ; une liste vide dit « rien de cela »."
    )
    expense_natures: Annotated[list[ExpenseNature], Field(max_length=30)] = Field(
        None, description="Toutes ses dépenses ; une liste vide dit « rien de cela »."
    )
    project_amount: figure(MOST_EUROS) = Field(None, description="Montant du projet hors taxes, en euros.")
    jobs_created: figure(MOST_PEOPLE) = Field(None, description="Emplois créés.")
    ecological_transition: Flag = Field(None, description="Contribue à la transition écologique.")
    public_works: Flag = Field(None, description="Passe par un marché public de travaux.")
    partnership: Flag = Field(None, description="Porté à plusieurs.")
    work_started: Flag = Field(None, description="Déjà commencé : commande, devis signé, travaux.")
    aids: Annotated[list[AidIn], Field(max_length=50)] = Field(
        None, description="Aides reçues ces trois dernières années ; une liste vide dit « aucune »."
    )
    schemes_obtained: Annotated[list[Slug], Field(max_length=100)] = Field(
        None, description="Aides déjà obtenues pour ce projet, par nom d’adresse ; les inconnues sont ignorées."
    )


_AS_GIVEN = (
    "audience", "staff", "turnover", "balance_sheet", "autonomous", "legal_category", "created_on", "project_natures",
    "expense_natures", "project_amount", "jobs_created", "ecological_transition", "public_works", "partnership",
    "work_started",
)  # fmt: skip


def situation_of(facts: Facts, place: Place | None) -> Situation:
    """The facts as the rules read them."""
    given = {name: getattr(facts, name) for name in _AS_GIVEN}
    return Situation(
        **given,
        place=frozenset([place.code, *place.ancestor_codes]) if place else None,
        naf=Naf.of(facts.naf) if facts.naf else None,
        aids=None
        if facts.aids is None
        else tuple(DeclaredAid(aid.amount, aid.granted_on, aid.is_de_minimis) for aid in facts.aids),
        schemes_obtained=None if facts.schemes_obtained is None else frozenset(facts.schemes_obtained),
    )
