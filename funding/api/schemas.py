"""Forms in which the API gives schemes, calls and rounds."""

from ninja import Field

from funding.eligibility.codes import AudienceCode, CallState, CriterionKind, ExpenseNature, HelpKind, ProjectNature
from funding.enums import AidRegime, AmountKind, CallKind, EditorialState, LinkKind, OrganisationKind, Role
from ti_portal.core.api.schemas import Day, Instant, Label, Told

_NEXT = "Adresse de la page suivante ; vide à la dernière."


class Perimeter(Told):
    included: list[str] = Field(description="Codes des lieux compris.", examples=[["PAYS-99100"]])
    excluded: list[str] = Field(description="Codes des lieux exclus : l’exclusion l’emporte.")


class Status(Told):
    """L’état d’un appel à l’instant demandé."""

    state: CallState
    label: str = Field(examples=["Ouvert"])
    call: str | None = Field(description="L’appel qui compte, par son nom d’adresse.")
    closes_at: Instant | None


class FullStatus(Status):
    sentence: str = Field(description="L’état en une phrase, à l’heure du lieu de l’appel.")
    opens_at: Instant | None
    next_at: Instant | None = Field(description="Ce qu’il faut surveiller : clôture, ouverture ou reprise.")
    zone: str = Field(examples=["Europe/Paris"])


class SchemeOut(Told):
    slug: str = Field(description="Nom d’adresse : l’identifiant de l’aide.", examples=["vte-vert"])
    name: str
    acronym: str
    summary: str
    page: str
    status: Status
    help_kinds: list[HelpKind]
    audiences: list[AudienceCode] = Field(description="Publics visés.")
    project_natures: list[ProjectNature] = Field(description="Projets admis ; vide : tous.")
    expense_natures: list[ExpenseNature] = Field(description="Dépenses admises ; vide : toutes.")
    perimeter: Perimeter
    funders: list[str] = Field(description="Qui finance : voir /organisations.")
    highest_amount: float | None = Field(description="Montant le plus élevé, en euros, quand il est publié.")
    regime: AidRegime
    programme: str
    valid_from: Day | None
    valid_until: Day | None
    source_name: str
    source_date: Day | None
    updated_at: Instant | None


class SchemePage(Told):
    items: list[SchemeOut]
    next: str | None = Field(description=_NEXT)


class SchemeRef(Told):
    slug: str
    name: str


class CriterionOut(Told):
    kind: CriterionKind
    values: list[str] = Field(description="Valeurs admises ; vide : toutes.")
    excluded: list[str]
    lower: float | None
    upper: float | None
    expected: bool = Field(description="Réponse attendue, pour une question par oui ou non.")
    is_hard: bool = Field(description="Faux : une recommandation, qui ne rejette jamais.")
    applies_to: list[AudienceCode] = Field(description="Publics concernés ; vide : tous.")
    sentence: str = Field(description="La condition en français.")
    source: str = Field(description="Mots de la source.")
    link: str
    contact: str = Field(description="Qui vérifie, pour une condition qui ne se calcule pas.")


class AmountOut(Told):
    kind: AmountKind
    amount: float | None
    months: int | None
    rate: float | None = Field(description="Part de un : 0.2 pour 20 %.")
    lower: float | None
    upper: float | None
    base_cap: float | None
    is_ceiling: bool = Field(description="« Jusqu’à ».")
    source: str


class RoundOut(Told):
    label: str
    opens_at: Instant | None
    closes_at: Instant | None = Field(description="Instant de clôture, compris.")
    zone: str = Field(description="Fuseau où la date se vit.", examples=["America/Cayenne"])
    announced_for: str = Field(description="Quand aucune date n’est connue : « début 2021 ».")
    committee_on: Day | None
    results_on: Day | None
    envelope: float | None = Field(description="Euros.")
    remaining: float | None = Field(description="Euros.")
    exhausted_from: Instant | None


class CallOut(Told):
    scheme: str = Field(description="Nom d’adresse de l’aide.")
    slug: str = Field(description="Nom d’adresse de l’appel, unique dans son aide.")
    name: str
    kind: CallKind
    page: str
    text: str
    url: str
    status: FullStatus
    is_permanent: bool
    perimeter: Perimeter = Field(description="Vide : partout où l’aide s’applique.")
    variant_of: str | None = Field(description="Appel national que cette variante remplace en ses lieux.")
    suspended_from: Instant | None
    suspended_until: Instant | None
    exhausted_from: Instant | None
    rounds: list[RoundOut]


class CallPage(Told):
    items: list[CallOut]
    next: str | None = Field(description=_NEXT)


class DatedRound(RoundOut):
    scheme: str
    call: str
    call_name: str
    page: str


class RoundPage(Told):
    items: list[DatedRound]
    next: str | None = Field(description=_NEXT)


class OrganisationOut(Told):
    slug: str
    name: str
    acronym: str
    kind: OrganisationKind
    siren: str | None
    url: str


class OrganisationPage(Told):
    items: list[OrganisationOut]
    next: str | None = Field(description=_NEXT)


class RoleOut(Told):
    role: Role
    organisation: str
    name: str


class LinkOut(Told):
    kind: LinkKind
    label: str
    url: str
    dead_since: Day | None = Field(description="Sans réponse depuis ce jour.")


class ContactOut(Told):
    organisation: str
    service: str
    email: str
    phone: str
    url: str


class PlacedContact(ContactOut):
    perimeter: Perimeter


class ExclusionOut(Told):
    scheme: SchemeRef
    reason: str
    link: str


class SchemeDetail(Told):
    slug: str
    name: str
    acronym: str
    summary: str
    page: str
    editorial_state: EditorialState = Field(description="published, ou archived pour une aide qui n’existe plus.")
    status: FullStatus
    help_kinds: list[HelpKind]
    perimeter: Perimeter
    description: str = Field(description="HTML simple, nettoyé.")
    eligibility_text: str = Field(description="HTML simple, nettoyé.")
    to_prepare: str = Field(description="HTML simple, nettoyé.")
    regime: AidRegime
    legal_basis: str
    programme: str
    valid_from: Day | None
    valid_until: Day | None
    source_name: str
    source_date: Day | None
    updated_at: Instant | None
    criteria: list[CriterionOut]
    amounts: list[AmountOut]
    calls: list[CallOut]
    roles: list[RoleOut]
    links: list[LinkOut]
    contacts: list[PlacedContact] = Field(description="Services à contacter ; avec un lieu, ceux de ce lieu.")
    not_with: list[ExclusionOut] = Field(description="Aides qu’un même projet ne peut pas cumuler.")
    successor: SchemeRef | None
    predecessors: list[SchemeRef]


class Vocabularies(Told):
    """Les codes que l’API emploie, avec leurs libellés."""

    audiences: list[Label]
    help_kinds: list[Label]
    project_natures: list[Label]
    expense_natures: list[Label]
    eu_sizes: list[Label]
    call_states: list[Label]
    verdict_states: list[Label]
    criterion_kinds: list[Label]
    truths: list[Label]
    aid_regimes: list[Label]
    call_kinds: list[Label]
    amount_kinds: list[Label]
    organisation_kinds: list[Label]
    roles: list[Label]
    questions: list[Label]
