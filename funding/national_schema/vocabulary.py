"""Words of the schema and codes of the portal, both ways. An unknown word is listed to a person, not guessed."""

from collections.abc import Iterable

from funding.eligibility.codes import AudienceCode, EuSize, HelpKind
from funding.enums import Role
from ti_portal.core.text import fold

# The first word of each is the one we write.
HELP_WORDS: dict[HelpKind, tuple[str, ...]] = {
    HelpKind.GRANT: ("financement", "subvention", "aide financière"),
    HelpKind.LOAN: ("prêt",),
    HelpKind.REPAYABLE_ADVANCE: ("avance récupérable", "avance remboursable"),
    HelpKind.GUARANTEE: ("garantie",),
    HelpKind.EQUITY: ("fonds propres", "investissement en capital"),
    HelpKind.TAX_RELIEF: ("avantage fiscal", "exonération fiscale", "crédit d’impôt"),
    HelpKind.ENGINEERING: ("étude", "accompagnement", "conseil", "diagnostic", "ingénierie"),
    HelpKind.TRAINING: ("formation",),
    HelpKind.STAFF: ("ressource humaine",),
}
# A help of a kind that the portal has no code for: nothing is said of it, and nothing is lost.
SILENT_HELP_WORDS = frozenset({"information"})
NO_HELP = "information"

ROLE_WORDS: dict[Role, tuple[str, ...]] = {
    Role.INSTRUCTOR: ("instructeur",),
    Role.FUNDER: ("financeur",),
    Role.DISTRIBUTOR: ("diffuseur",),
    Role.PARTNER: ("partenaire", "accompagnateur", "opérateur"),
}

TARGETS: dict[str, frozenset[AudienceCode]] = {
    "professionnels": frozenset(
        {AudienceCode.FIRM},
    ),
    "associations": frozenset({AudienceCode.ASSOCIATION}),
    "particuliers": frozenset({AudienceCode.INDIVIDUAL}),
    "secteur public": frozenset(AudienceCode(code) for code in AudienceCode.local_authorities)
    | {AudienceCode.PUBLIC_BODY},
}
# What an audience of the portal is in the schema's four words; the others are said in words beside.
TARGET_OF_AUDIENCE: dict[AudienceCode, str] = {
    AudienceCode.FIRM: "professionnels",
    AudienceCode.TRAINING_PROVIDER: "professionnels",
    AudienceCode.CLUSTER: "associations",
    AudienceCode.ASSOCIATION: "associations",
    AudienceCode.INDIVIDUAL: "particuliers",
    AudienceCode.YOUNG_RECRUIT: "particuliers",
    **dict.fromkeys(TARGETS["secteur public"], "secteur public"),
}
TARGET_ORDER = tuple(TARGETS)

# Categories of INSEE (decree 2008-1354). Their ceilings are those of our sizes; but INSEE's PME holds the
# microentreprises while a list of the schema may mean « PME that are not MIC »: see `mapping`.
SIZES: dict[str, frozenset[EuSize]] = {
    "MIC": frozenset({EuSize.MICRO}),
    "PME": frozenset({EuSize.MICRO, EuSize.SMALL, EuSize.MEDIUM}),
    "ETI": frozenset({EuSize.MID_CAP}),
    "GE": frozenset({EuSize.LARGE}),
}

# Prefixes of INSEE's legal categories (in force since September 2022). In law a EURL is a SARL (code de commerce,
# L223-1) and a SASU a SAS (L227-1), so the general word covers the particular one. « Microentrepreneur » is a tax
# regime that no category shows: it is left to a person.
LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "EI": ("1",),
    "Entreprise individuelle": ("1",),
    "EURL": ("5498",),
    "SARL": ("54",),
    "SASU": ("5720",),
    "SAS": ("57",),
    "SA": ("55", "56"),
    "SNC": ("52",),
    "SCS": ("5306", "5307"),
    "SCA": ("5308", "5309"),
    "SICA": ("5432", "5532", "5632", "6532"),
    "GAEC": ("6533",),
    "EARL": ("6598",),
    "SCEA": ("6597",),
    "CUMA": ("6316",),
    "GIE": ("6220",),
    "GEIE": ("6210",),
    "SCOP": ("5458", "5558", "5658"),
    "SELARL": ("5485",),
    "SELAS": ("5785",),
    "SCI": ("6540",),
    "Association": ("92",),
    "Fondation": ("93",),
}

_HELP = {fold(word): kind for kind, words in HELP_WORDS.items() for word in words}
_ROLES = {fold(word): role for role, words in ROLE_WORDS.items() for word in words}
_FORMS = {fold(word): prefixes for word, prefixes in LEGAL_FORMS.items()}
_ALL_SECTORS = ("tous secteurs", "tous les secteurs", "toutes activites")
_SILENT = frozenset(fold(word) for word in SILENT_HELP_WORDS)


def help_kind(word: str) -> HelpKind | None:
    return _HELP.get(_singular(word))


def is_silent_help(word: str) -> bool:
    return fold(word) in _SILENT


def help_words(kinds: Iterable[str]) -> list[str]:
    """Words of help kinds, in the order of the codes; a single neutral word when there is none."""
    wanted = set(kinds)
    return [words[0] for kind, words in HELP_WORDS.items() if kind in wanted] or [NO_HELP]


def role(word: str) -> Role | None:
    return _ROLES.get(fold(word))


def role_word(code: str) -> str:
    return ROLE_WORDS[Role(code)][0]


def legal_prefixes(word: str) -> tuple[str, ...] | None:
    return _FORMS.get(fold(word))


def legal_words(prefixes: Iterable[str]) -> list[str] | None:
    """Words that say exactly these prefixes, None when no list of words does."""
    left, words = set(prefixes), []
    for word, of_word in LEGAL_FORMS.items():
        if set(of_word) <= left:
            words.append(word)
            left -= set(of_word)
    return words if not left else None


def says_all_sectors(word: str) -> bool:
    return fold(word).startswith(_ALL_SECTORS)


def _singular(word: str) -> str:
    folded = fold(word)
    return folded if folded in _HELP else folded.removesuffix("s")
