"""Stable codes of the rules: lower-case English, stored, exported and tested. Their French labels are in `labels`.

A code is never renamed nor given another sense: kept verdicts and exports name it. A retired one stays here.
"""

from enum import StrEnum, nonmember


class Truth(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class VerdictState(StrEnum):
    """Where a scheme stands, from the nearest to the farthest."""

    ELIGIBLE = "eligible"
    TO_SPECIFY = "to_specify"
    NEAR = "near"
    NOT_OPEN = "not_open"
    NOT_ELIGIBLE = "not_eligible"


class CallState(StrEnum):
    OPEN = "open"
    CLOSING_SOON = "closing_soon"
    PERMANENT = "permanent"
    UPCOMING = "upcoming"
    ANNOUNCED = "announced"
    EXHAUSTED = "exhausted"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    NO_CALL = "no_call"

    # One can file today.
    usable = nonmember(frozenset({"open", "closing_soon", "permanent"}))


class CriterionKind(StrEnum):
    """What a criterion is about, in the order in which reasons are read."""

    PLACE = "place"
    AUDIENCE = "audience"
    EU_SIZE = "eu_size"
    STAFF_RANGE = "staff_range"
    NAF = "naf"
    LEGAL_FORM = "legal_form"
    FIRM_AGE = "firm_age"
    PROJECT_NATURE = "project_nature"
    EXPENSE_NATURE = "expense_nature"
    PROJECT_AMOUNT = "project_amount"
    JOBS_CREATED = "jobs_created"
    ECOLOGICAL_TRANSITION = "ecological_transition"
    PUBLIC_WORKS = "public_works"
    PARTNERSHIP = "partnership"
    WORK_NOT_STARTED = "work_not_started"
    FREE_TEXT = "free_text"


class Operator(StrEnum):
    AMONG = "among"  # included values, less excluded ones
    BETWEEN = "between"  # both bounds count
    IS = "is"  # yes or no
    CHECK = "check"  # a person decides


class AudienceCode(StrEnum):
    FIRM = "firm"
    EPCI = "epci"
    COMMUNE = "commune"
    DEPARTMENT = "department"
    REGION = "region"
    PUBLIC_BODY = "public_body"
    ASSOCIATION = "association"
    TRAINING_PROVIDER = "training_provider"
    CLUSTER = "cluster"
    YOUNG_RECRUIT = "young_recruit"
    INDIVIDUAL = "individual"

    local_authorities = nonmember(frozenset({"epci", "commune", "department", "region"}))


class EuSize(StrEnum):
    """Sizes of Recommendation 2003/361/EC, then the French ETI above them, from the smallest to the largest."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    MID_CAP = "mid_cap"
    LARGE = "large"

    sme = nonmember(frozenset({"micro", "small", "medium"}))


class ProjectNature(StrEnum):
    SITE_CREATION = "site_creation"
    SITE_EXTENSION = "site_extension"
    MODERNISATION = "modernisation"
    NEW_EQUIPMENT = "new_equipment"
    RELOCATION = "relocation"
    TAKEOVER = "takeover"
    SITE_LAYOUT = "site_layout"
    BROWNFIELD = "brownfield"
    DIGITAL_INFRASTRUCTURE = "digital_infrastructure"
    DIGITALISATION = "digitalisation"
    DECARBONATION = "decarbonation"
    CIRCULAR_ECONOMY = "circular_economy"
    RESEARCH_INNOVATION = "research_innovation"
    COLLECTIVE_OPERATION = "collective_operation"
    VTE_RECRUITMENT = "vte_recruitment"
    VTA_RECRUITMENT = "vta_recruitment"
    PROJECT_LEAD_RECRUITMENT = "project_lead_recruitment"
    OTHER_RECRUITMENT = "other_recruitment"
    TRAINING = "training"
    SKILLS_TRANSITION = "skills_transition"
    LABOUR_LENDING = "labour_lending"
    HOUSING = "housing"
    ENGINEERING = "engineering"
    EXPORT = "export"
    OTHER = "other"


class ExpenseNature(StrEnum):
    PRODUCTIVE_INVESTMENT = "productive_investment"
    EQUIPMENT = "equipment"
    LAND = "land"
    BUILDINGS = "buildings"
    NETWORKS = "networks"
    CLEAN_UP = "clean_up"
    DIGITAL = "digital"
    STUDIES = "studies"
    WAGES = "wages"
    TRAINING = "training"
    RENT = "rent"
    RESEARCH = "research"
    COMMUNICATION = "communication"
    WORKING_CAPITAL = "working_capital"
    OTHER = "other"


class HelpKind(StrEnum):
    GRANT = "grant"
    LOAN = "loan"
    REPAYABLE_ADVANCE = "repayable_advance"
    GUARANTEE = "guarantee"
    EQUITY = "equity"
    TAX_RELIEF = "tax_relief"
    ENGINEERING = "engineering"
    TRAINING = "training"
    STAFF = "staff"


class ReasonCode(StrEnum):
    """Why a criterion is met, not met or unknown."""

    PLACE_INSIDE = "place_inside"
    PLACE_OUTSIDE = "place_outside"
    PLACE_EXCLUDED = "place_excluded"
    PLACE_UNKNOWN = "place_unknown"
    AUDIENCE_SERVED = "audience_served"
    AUDIENCE_NOT_SERVED = "audience_not_served"
    AUDIENCE_UNKNOWN = "audience_unknown"
    NOT_CONCERNED = "not_concerned"
    MAYBE_NOT_CONCERNED = "maybe_not_concerned"
    SIZE_FITS = "size_fits"
    SIZE_DOES_NOT_FIT = "size_does_not_fit"
    SIZE_UNCERTAIN = "size_uncertain"
    STAFF_WITHIN = "staff_within"
    STAFF_BELOW = "staff_below"
    STAFF_ABOVE = "staff_above"
    STAFF_UNKNOWN = "staff_unknown"
    STAFF_STRADDLES = "staff_straddles"
    NAF_INCLUDED = "naf_included"
    NAF_NOT_INCLUDED = "naf_not_included"
    NAF_EXCLUDED = "naf_excluded"
    NAF_UNKNOWN = "naf_unknown"
    NAF_TOO_COARSE = "naf_too_coarse"
    LEGAL_FORM_INCLUDED = "legal_form_included"
    LEGAL_FORM_NOT_INCLUDED = "legal_form_not_included"
    LEGAL_FORM_EXCLUDED = "legal_form_excluded"
    LEGAL_FORM_UNKNOWN = "legal_form_unknown"
    LEGAL_FORM_TOO_COARSE = "legal_form_too_coarse"
    AGE_WITHIN = "age_within"
    AGE_BELOW = "age_below"
    AGE_ABOVE = "age_above"
    AGE_UNKNOWN = "age_unknown"
    NATURE_FITS = "nature_fits"
    NATURE_DOES_NOT_FIT = "nature_does_not_fit"
    NATURE_UNKNOWN = "nature_unknown"
    EXPENSE_FITS = "expense_fits"
    EXPENSE_DOES_NOT_FIT = "expense_does_not_fit"
    EXPENSE_UNKNOWN = "expense_unknown"
    AMOUNT_WITHIN = "amount_within"
    AMOUNT_BELOW = "amount_below"
    AMOUNT_ABOVE = "amount_above"
    AMOUNT_UNKNOWN = "amount_unknown"
    AMOUNT_STRADDLES = "amount_straddles"
    JOBS_WITHIN = "jobs_within"
    JOBS_BELOW = "jobs_below"
    JOBS_ABOVE = "jobs_above"
    JOBS_UNKNOWN = "jobs_unknown"
    JOBS_STRADDLE = "jobs_straddle"
    TRANSITION_FITS = "transition_fits"
    TRANSITION_REQUIRED = "transition_required"
    TRANSITION_REFUSED = "transition_refused"
    TRANSITION_UNKNOWN = "transition_unknown"
    PUBLIC_WORKS_FITS = "public_works_fits"
    PUBLIC_WORKS_REQUIRED = "public_works_required"
    PUBLIC_WORKS_REFUSED = "public_works_refused"
    PUBLIC_WORKS_UNKNOWN = "public_works_unknown"
    PARTNERSHIP_FITS = "partnership_fits"
    PARTNERSHIP_REQUIRED = "partnership_required"
    PARTNERSHIP_REFUSED = "partnership_refused"
    PARTNERSHIP_UNKNOWN = "partnership_unknown"
    WORK_NOT_STARTED = "work_not_started"
    WORK_STARTED = "work_started"
    WORK_UNKNOWN = "work_unknown"
    FREE_TEXT_TO_CHECK = "free_text_to_check"
    CALL_DEPENDS_ON_PLACE = "call_depends_on_place"


class ChangeCode(StrEnum):
    """What would turn a failed criterion into a met one, when the person can do something about it."""

    HIRE = "hire"
    WAIT = "wait"
    ADD_EXPENSE = "add_expense"
    ENLARGE_PROJECT = "enlarge_project"
    REDUCE_PROJECT = "reduce_project"
    CREATE_JOBS = "create_jobs"
    ADD_TRANSITION = "add_transition"
    SIGN_PUBLIC_WORKS = "sign_public_works"
    FIND_PARTNERS = "find_partners"


class Caution(StrEnum):
    """What a met or failed criterion takes for granted, said beside it."""

    GROUP_NOT_ASKED = "group_not_asked"
    GROUP_FIGURES = "group_figures"
