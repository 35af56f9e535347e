"""Schemes of the check's tests: few, and each there for one thing."""

from datetime import UTC, datetime

from funding import listing
from funding.enums import EditorialState
from funding.models import Resource, Scheme
from tests.funding.drafts import organisation, published

FIRST_WAVE = "ZON-TI-2018"
AT_2020 = datetime(2020, 12, 15, 11, tzinfo=UTC)


def alone() -> None:
    """Nothing of the opening content is published: each test has its own schemes only."""
    Scheme.objects.update(state=EditorialState.ARCHIVED)
    Resource.objects.update(is_published=False)
    listing.bump_version()


def vte(**rows):
    """Flat sum and bonus, for an SME or an ETI of a territory that recruits; a counter open from 2018 to 2022."""
    return published(
        {
            "slug": "vte",
            "name": "VTE",
            "summary": "Une aide pour recruter un jeune.",
            "included_codes": [FIRST_WAVE],
            "valid_from": "2018-06-01",
            "valid_until": "2022-12-31",
            "to_prepare": "<p>Le contrat et le RIB.</p>",
        },
        {
            "criteria": [
                {"kind": "audience", "values": ["firm"]},
                {"kind": "eu_size", "values": ["micro", "small", "medium", "mid_cap"]},
                {"kind": "project_nature", "values": ["vte_recruitment"]},
            ],
            "amounts": [
                {"kind": "flat", "amount": 4000, "text": "Forfait"},
                {
                    "kind": "bonus",
                    "amount": 8000,
                    "condition_kind": "ecological_transition",
                    "text": "VTE vert",
                },
            ],
            "contacts": [
                {
                    "organisation_id": organisation("DREETS Occitanie").pk,
                    "label": "Service économique",
                    "email": "eco@occitanie.test",
                    "included_codes": ["REG-76"],
                },
                {
                    "organisation_id": organisation("DREETS Bretagne").pk,
                    "email": "eco@bretagne.test",
                    "included_codes": ["REG-53"],
                },
            ],
            **rows,
        },
    )


def dsil():
    """For local authorities only, everywhere."""
    return published(
        {"slug": "dotation", "name": "DSIL"},
        {
            "criteria": [
                {"kind": "audience", "values": ["epci", "commune"]},
                {"kind": "project_nature", "values": ["site_layout"]},
            ]
        },
    )


def staffed():
    """For firms of ten people or more: the band « 6 à 9 » nearly fits, an unknown staff asks its question."""
    return published(
        {"slug": "dix-personnes", "name": "Dix personnes"},
        {
            "criteria": [
                {"kind": "audience", "values": ["firm"]},
                {"kind": "staff_range", "lower": 10},
            ]
        },
    )


def closed():
    """A call that closed on 31 March 2021 at noon."""
    call = {
        "slug": "appel",
        "name": "Appel",
        "kind": "projects",
        "rounds": [{"opens_at": datetime(2020, 9, 1, tzinfo=UTC), "closes_at": datetime(2021, 3, 31, 10, tzinfo=UTC)}],
    }
    return published({"slug": "appel-clos", "name": "Appel clos"}, {"calls": [call]})


def resource():
    return Resource.objects.create(
        slug="plateforme",
        name="Plateforme du Gard",
        kind="labour_lending",
        included_codes=["DEP-30"],
        is_published=True,
    )
