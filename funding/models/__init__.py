"""The public door of the models. Import direction: organisations → schemes → calls → listing, checks, directory;
schemes → sources, projects; calls, checks → follows; listing → calendars.
"""

from funding.models.calendars import CalendarEntry
from funding.models.calls import Call, Round
from funding.models.checks import Contest, KeptCheck
from funding.models.directory import Notice, Resource
from funding.models.follows import Alert, CallNews, CallSnapshot, Follow, Subscriber
from funding.models.links import LinkProbe
from funding.models.listing import DataVersion, Listing
from funding.models.organisations import Contact, Organisation
from funding.models.projects import FundedProject, FundedProjectList
from funding.models.schemes import AmountRule, Criterion, Scheme, SchemeExclusion, SchemeLink, SchemeOrganisation
from funding.models.sources import Proposal, Source, SyncLine, SyncRun

__all__ = [
    "Alert",
    "AmountRule",
    "CalendarEntry",
    "Call",
    "CallNews",
    "CallSnapshot",
    "Contact",
    "Contest",
    "Criterion",
    "DataVersion",
    "Follow",
    "FundedProject",
    "FundedProjectList",
    "KeptCheck",
    "LinkProbe",
    "Listing",
    "Notice",
    "Organisation",
    "Proposal",
    "Resource",
    "Round",
    "Scheme",
    "SchemeExclusion",
    "SchemeLink",
    "SchemeOrganisation",
    "Source",
    "Subscriber",
    "SyncLine",
    "SyncRun",
]
