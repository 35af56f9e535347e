"""The public door of the models. Import direction: organisations → schemes → calls → listing, checks, directory."""

from funding.models.calls import Call, Round
from funding.models.checks import Contest, KeptCheck
from funding.models.directory import Notice, Resource
from funding.models.listing import DataVersion, Listing
from funding.models.organisations import Contact, Organisation
from funding.models.schemes import AmountRule, Criterion, Scheme, SchemeExclusion, SchemeLink, SchemeOrganisation

__all__ = [
    "AmountRule",
    "Call",
    "Contact",
    "Contest",
    "Criterion",
    "DataVersion",
    "KeptCheck",
    "Listing",
    "Notice",
    "Organisation",
    "Resource",
    "Round",
    "Scheme",
    "SchemeExclusion",
    "SchemeLink",
    "SchemeOrganisation",
]
