"""French labels of the codes."""

from funding.eligibility.codes import (
    AudienceCode,
    CallState,
    CriterionKind,
    EuSize,
    ExpenseNature,
    HelpKind,
    ProjectNature,
    Truth,
    VerdictState,
)

TRUTHS: dict[Truth, str] = {
    Truth.MET: "Rempli",
    Truth.NOT_MET: "Non rempli",
    Truth.UNKNOWN: "À préciser",
}

VERDICT_STATES: dict[VerdictState, str] = {
    VerdictState.ELIGIBLE: "Éligible",
    VerdictState.TO_SPECIFY: "À préciser",
    VerdictState.NEAR: "Presque",
    VerdictState.NOT_OPEN: "Pas ouvert",
    VerdictState.NOT_ELIGIBLE: "Non éligible",
}

CALL_STATES: dict[CallState, str] = {
    CallState.OPEN: "Ouvert",
    CallState.CLOSING_SOON: "Bientôt clos",
    CallState.PERMANENT: "Permanent",
    CallState.UPCOMING: "À venir",
    CallState.ANNOUNCED: "Annoncé, sans date",
    CallState.EXHAUSTED: "Enveloppe épuisée",
    CallState.SUSPENDED: "Suspendu",
    CallState.CLOSED: "Clos",
    CallState.NO_CALL: "Aucun appel en ce lieu",
}

CRITERION_KINDS: dict[CriterionKind, str] = {
    CriterionKind.PLACE: "Lieu du projet",
    CriterionKind.AUDIENCE: "Public",
    CriterionKind.EU_SIZE: "Taille de l’entreprise",
    CriterionKind.STAFF_RANGE: "Effectif",
    CriterionKind.NAF: "Activité",
    CriterionKind.LEGAL_FORM: "Forme juridique",
    CriterionKind.FIRM_AGE: "Ancienneté",
    CriterionKind.PROJECT_NATURE: "Nature du projet",
    CriterionKind.EXPENSE_NATURE: "Nature des dépenses",
    CriterionKind.PROJECT_AMOUNT: "Montant du projet",
    CriterionKind.JOBS_CREATED: "Emplois créés",
    CriterionKind.ECOLOGICAL_TRANSITION: "Transition écologique",
    CriterionKind.PUBLIC_WORKS: "Marché public de travaux",
    CriterionKind.PARTNERSHIP: "Projet à plusieurs",
    CriterionKind.WORK_NOT_STARTED: "Démarrage du projet",
    CriterionKind.FREE_TEXT: "À vérifier",
}

AUDIENCES: dict[AudienceCode, str] = {
    AudienceCode.FIRM: "entreprise",
    AudienceCode.EPCI: "intercommunalité (EPCI)",
    AudienceCode.COMMUNE: "commune",
    AudienceCode.DEPARTMENT: "département",
    AudienceCode.REGION: "région",
    AudienceCode.PUBLIC_BODY: "établissement public ou syndicat mixte",
    AudienceCode.ASSOCIATION: "association",
    AudienceCode.TRAINING_PROVIDER: "organisme de formation",
    AudienceCode.CLUSTER: "pôle de compétitivité, cluster ou filière",
    AudienceCode.YOUNG_RECRUIT: "jeune recruté ou jeune recrutée",
    AudienceCode.INDIVIDUAL: "particulier ou particulière",
}

EU_SIZES: dict[EuSize, str] = {
    EuSize.MICRO: "microentreprise",
    EuSize.SMALL: "petite entreprise",
    EuSize.MEDIUM: "moyenne entreprise",
    EuSize.MID_CAP: "entreprise de taille intermédiaire (ETI)",
    EuSize.LARGE: "grande entreprise",
}

PROJECT_NATURES: dict[ProjectNature, str] = {
    ProjectNature.SITE_CREATION: "création d’un site",
    ProjectNature.SITE_EXTENSION: "extension d’un site",
    ProjectNature.MODERNISATION: "modernisation de l’outil de production",
    ProjectNature.NEW_EQUIPMENT: "achat de nouveaux équipements",
    ProjectNature.RELOCATION: "relocalisation d’une production",
    ProjectNature.TAKEOVER: "reprise ou transmission d’entreprise",
    ProjectNature.SITE_LAYOUT: "aménagement d’un site industriel",
    ProjectNature.BROWNFIELD: "reconversion d’une friche",
    ProjectNature.DIGITAL_INFRASTRUCTURE: "infrastructure numérique",
    ProjectNature.DIGITALISATION: "transformation numérique",
    ProjectNature.DECARBONATION: "décarbonation ou économies d’énergie",
    ProjectNature.CIRCULAR_ECONOMY: "économie circulaire",
    ProjectNature.RESEARCH_INNOVATION: "recherche et innovation",
    ProjectNature.COLLECTIVE_OPERATION: "opération collective d’entreprises",
    ProjectNature.VTE_RECRUITMENT: "recrutement d’un ou une VTE",
    ProjectNature.VTA_RECRUITMENT: "recrutement d’un ou une VTA",
    ProjectNature.PROJECT_LEAD_RECRUITMENT: "recrutement d’un chef ou d’une cheffe de projet",
    ProjectNature.OTHER_RECRUITMENT: "autre recrutement",
    ProjectNature.TRAINING: "formation",
    ProjectNature.SKILLS_TRANSITION: "reconversion de salariés et salariées",
    ProjectNature.LABOUR_LENDING: "prêt de main-d’œuvre",
    ProjectNature.HOUSING: "logement",
    ProjectNature.ENGINEERING: "ingénierie et études",
    ProjectNature.EXPORT: "développement à l’export",
    ProjectNature.OTHER: "autre projet",
}

EXPENSE_NATURES: dict[ExpenseNature, str] = {
    ExpenseNature.PRODUCTIVE_INVESTMENT: "investissement productif",
    ExpenseNature.EQUIPMENT: "équipements et machines",
    ExpenseNature.LAND: "foncier",
    ExpenseNature.BUILDINGS: "bâtiments et travaux",
    ExpenseNature.NETWORKS: "voirie et réseaux",
    ExpenseNature.CLEAN_UP: "dépollution et démolition",
    ExpenseNature.DIGITAL: "matériels et logiciels numériques",
    ExpenseNature.STUDIES: "études et conseil",
    ExpenseNature.WAGES: "salaires",
    ExpenseNature.TRAINING: "formation",
    ExpenseNature.RENT: "loyer",
    ExpenseNature.RESEARCH: "recherche et développement",
    ExpenseNature.COMMUNICATION: "communication et animation",
    ExpenseNature.WORKING_CAPITAL: "trésorerie et besoin en fonds de roulement",
    ExpenseNature.OTHER: "autres dépenses",
}

HELP_KINDS: dict[HelpKind, str] = {
    HelpKind.GRANT: "Subvention",
    HelpKind.LOAN: "Prêt",
    HelpKind.REPAYABLE_ADVANCE: "Avance récupérable",
    HelpKind.GUARANTEE: "Garantie",
    HelpKind.EQUITY: "Fonds propres",
    HelpKind.TAX_RELIEF: "Avantage fiscal",
    HelpKind.ENGINEERING: "Ingénierie",
    HelpKind.TRAINING: "Formation",
    HelpKind.STAFF: "Ressource humaine",
}

# By prefix of a place code, when there are too many to name.
PLACE_KINDS: dict[str, str] = {
    "COM": "communes",
    "EPCI": "intercommunalités",
    "EPT": "établissements publics territoriaux",
    "DEP": "départements",
    "REG": "régions",
    "PAYS": "pays",
    "TI": "territoires d’industrie",
    "ZON": "zonages",
}

# Vocabularies that a sentence may list; places, activities and legal forms are named by the caller.
VOCABULARIES: dict[str, dict[str, str]] = {
    "audience": {str(code): label for code, label in AUDIENCES.items()},
    "size": {str(code): label for code, label in EU_SIZES.items()},
    "nature": {str(code): label for code, label in PROJECT_NATURES.items()},
    "expense": {str(code): label for code, label in EXPENSE_NATURES.items()},
    "place": {},
    "naf": {},
    "form": {},
}
