"""Schemes for tests, written through the use cases as the délégation would."""

from datetime import UTC, datetime
from itertools import count

from funding import schemes
from funding.enums import OrganisationKind
from funding.models import Organisation, Scheme

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
_numbers = count(1)

GOOD = {
    "name": "Aide à l’investissement",
    "summary": "Une aide pour les sites industriels.",
    "help_kinds": ["grant"],
    "included_codes": ["PAYS-99100"],
    "source_name": "Essai",
}
FIRMS = {"kind": "audience", "values": ["firm"]}
PERMANENT = {"slug": "guichet", "name": "Guichet", "kind": "counter", "is_permanent": True}


def organisation(name: str = "État", **values) -> Organisation:
    slug = values.pop("slug", f"organisme-{next(_numbers)}")
    return schemes.save_organisation(values={"name": name, "slug": slug, "kind": OrganisationKind.STATE, **values})


def good_rows(**rows) -> dict:
    body = organisation()
    return {
        "criteria": [FIRMS],
        "roles": [{"organisation_id": body.pk, "role": role} for role in ("funder", "instructor")],
        "links": [{"kind": "official", "label": "Page", "url": "https://exemple.fr/aide"}],
        "calls": [PERMANENT],
        **rows,
    }


def draft(values=None, rows=None, **sent) -> Scheme:
    """A draft that could be published; `rows` replaces some of its lists."""
    number = next(_numbers)
    values = {**GOOD, "slug": f"aide-{number}", "source_key": str(number), **(values or {})}
    return schemes.save_scheme(values=values, rows=good_rows(**(rows or {})), actor=None, at=AT, **sent).scheme


def published(values=None, rows=None) -> Scheme:
    scheme = draft(values, rows)
    schemes.move_scheme(scheme_id=scheme.pk, to_state="to_validate", actor=None, at=AT)
    return schemes.publish_scheme(scheme_id=scheme.pk, actor=None, at=AT)
