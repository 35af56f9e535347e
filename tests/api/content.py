"""Schemes to ask the API about, written through the use cases."""

from datetime import UTC, datetime

from funding import listing, schemes
from funding.models import Organisation, Scheme
from tests.funding import drafts

IN_2020 = datetime(2020, 12, 15, 11, tzinfo=UTC)


def relay(opens, closes, **values) -> dict:
    return {"opens_at": datetime(*opens, tzinfo=UTC), "closes_at": datetime(*closes, tzinfo=UTC), **values}


NATIONAL = {
    "slug": "vte-2020",
    "name": "VTE 2020",
    "kind": "counter",
    "rounds": [relay((2020, 1, 1), (2021, 6, 30), label="Relève 1", envelope="1000000", remaining="250000.50")],
}
OF_OCCITANIE = {
    "slug": "vte-2020-occitanie",
    "name": "VTE 2020 en Occitanie",
    "kind": "counter",
    "variant_of": "vte-2020",
    "included_codes": ["REG-76"],
    "rounds": [relay((2020, 1, 1), (2020, 12, 31), zone="Europe/Paris")],
}
ANNOUNCED = {
    "slug": "vte-2022",
    "name": "VTE 2022",
    "kind": "projects",
    "rounds": [{"announced_for": "début 2022"}],
}


def without_opening_content() -> None:
    """Leave no scheme: what follows counts its own."""
    Scheme.objects.all().delete()
    Organisation.objects.all().delete()
    listing.bump_version()


def vte() -> Scheme:
    """4,000 € for a firm that recruits; its call has a regional variant that closes first."""
    agency = drafts.organisation("Bpifrance", slug="bpifrance", acronym="Bpi", siren="320252489", kind="public_bank")
    return drafts.published(
        {"slug": "vte", "name": "Volontariat territorial en entreprise", "acronym": "VTE", "regime": "de_minimis"},
        {
            "criteria": [
                {"kind": "audience", "values": ["firm"]},
                {"kind": "staff_range", "upper": 249, "text": "PME"},
                {"kind": "naf", "values": ["C"]},
                {"kind": "project_nature", "values": ["vte_recruitment"]},
                {"kind": "free_text", "text": "Le poste est à l’année.", "contact": "Bpifrance", "is_hard": False},
            ],
            "roles": [
                {"organisation_id": agency.pk, "role": "funder"},
                {"organisation_id": agency.pk, "role": "instructor"},
            ],
            "amounts": [{"kind": "flat", "amount": 4000}],
            "calls": [NATIONAL, OF_OCCITANIE, ANNOUNCED],
            "contacts": [{"organisation_id": agency.pk, "email": "vte@exemple.fr", "included_codes": ["REG-76"]}],
        },
    )


def archived() -> Scheme:
    found = drafts.published({"slug": "ancienne-aide", "name": "Ancienne aide"})
    return schemes.archive_scheme(scheme_id=found.pk, actor=None, at=drafts.AT)
