"""Bring the opening content into the database, or find that it is there already.

What a person edited by hand is left alone, field by field; what was archived or withdrawn stays so; organisations,
resources and notices are only written when they are missing.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from funding import directory, schemes
from funding.eligibility.calls import first_instant, last_instant
from funding.enums import EditorialState
from funding.models import Notice, Organisation, Resource, Scheme
from funding.notices import save_notice

FOLDER = Path(__file__).resolve().parent
ASSEMBLY = "Page de la troisième assemblée générale des Territoires d’industrie"
SEEN_ON = date(2020, 12, 15)
PUBLIC_KNOWLEDGE = "Connaissance publique, non vérifiée auprès du service"
READ_ON = date(2026, 11, 24)
# Of each file, the source of its schemes and its date.
FILES = {
    "successors.toml": (PUBLIC_KNOWLEDGE, READ_ON),
    "firms.toml": (ASSEMBLY, SEEN_ON),
    "authorities.toml": (ASSEMBLY, SEEN_ON),
}
_LOCK = 7_301_552
_REASON = "contenu d’ouverture"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load did: slugs of the schemes added and changed, how many fields a person protects from it."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    protected: int = 0
    others: int = 0

    @property
    def is_done_already(self) -> bool:
        return not (self.added or self.changed or self.others)


def read_schemes(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The tables of schemes, each with its source, successors first."""
    found = []
    for name, (source, day) in FILES.items():
        tables = _read(folder / name)["scheme"]
        found += [{**table, "source_name": source, "source_date": day} for table in tables]
    return _successors_first(found)


@transaction.atomic
def load(*, at: datetime, folder: Path = FOLDER) -> Outcome:
    """Load the opening content of `folder`. Two loads at once: the second waits and finds the work done.

    Raises ValidationError, in French, when the tables do not make publishable schemes: a fault of the tables.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    others = _load_organisations(folder) + _load_directory(folder)
    organisations = dict(Organisation.objects.values_list("slug", "pk"))
    known = dict(Scheme.objects.values_list("slug", "pk"))
    added, changed, protected = [], [], 0
    for table in read_schemes(folder):
        outcome = _load_scheme(table, known, organisations, at)
        known[outcome.scheme.slug] = outcome.scheme.pk
        protected += len(outcome.kept)
        if outcome.is_new:
            added.append(outcome.scheme.slug)
            for state in (EditorialState.TO_VALIDATE, EditorialState.PUBLISHED):
                schemes.move_scheme(scheme_id=outcome.scheme.pk, to_state=state, actor=None, at=at)
        elif outcome.changed:
            changed.append(outcome.scheme.slug)
    return Outcome(tuple(added), tuple(changed), protected, others)


def _load_scheme(table: Mapping[str, Any], known: Mapping[str, int], organisations, at: datetime) -> schemes.Outcome:
    values = {name: value for name, value in table.items() if name in schemes.FIELDS}
    values["source_key"] = table["key"]
    values["successor_id"] = known[table["successor"]] if "successor" in table else None
    rows = {name: table.get(name, []) for name in schemes.PART_NAMES}
    rows["roles"] = [_with_organisation(row, organisations) for row in rows["roles"]]
    rows["contacts"] = [_with_organisation(row, organisations) for row in rows["contacts"]]
    rows["calls"] = [_with_instants(call) for call in rows["calls"]]
    scheme_id = known.get(table["slug"])
    return schemes.save_scheme(
        scheme_id=scheme_id, values=values, rows=rows, actor=None, at=at, by_hand=False, reason=_REASON
    )


def _with_organisation(row: Mapping[str, Any], organisations: Mapping[str, int]) -> dict[str, Any]:
    values = dict(row)
    return {"organisation_id": organisations[values.pop("organisation")], **values}


def _with_instants(call: Mapping[str, Any]) -> dict[str, Any]:
    """Days become instants in Paris: a round opens as its day begins and closes as its day ends."""
    rounds = [dict(one) for one in call.get("rounds", [])]
    for one in rounds:
        if "opens_at" in one:
            one["opens_at"] = first_instant(date.fromisoformat(one["opens_at"]))
        if "closes_at" in one:
            one["closes_at"] = last_instant(date.fromisoformat(one["closes_at"]))
    return {**call, "rounds": rounds}


def _load_organisations(folder: Path) -> int:
    known = set(Organisation.objects.values_list("slug", flat=True))
    missing = [table for table in _read(folder / "organisations.toml")["organisation"] if table["slug"] not in known]
    for table in missing:
        schemes.save_organisation(values=table)
    return len(missing)


def _load_directory(folder: Path) -> int:
    tables = _read(folder / "directory.toml")
    source = {"source_name": ASSEMBLY, "source_date": SEEN_ON}
    known = set(Resource.objects.values_list("slug", flat=True))
    resources = [table for table in tables["resource"] if table["slug"] not in known]
    for table in resources:
        directory.save_resource(values={**table, **source, "is_published": True})
    known = set(Notice.objects.values_list("key", flat=True))
    notices = [table for table in tables["notice"] if table["key"] not in known]
    for table in notices:
        save_notice(key=table["key"], values={"title": table["title"], "text": table["text"], **source})
    return len(resources) + len(notices)


def _successors_first(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_slug = {table["slug"]: table for table in tables}
    ordered: dict[str, dict[str, Any]] = {}

    def add(table: dict[str, Any]) -> None:
        if table["slug"] not in ordered:
            if "successor" in table:
                add(by_slug[table["successor"]])
            ordered[table["slug"]] = table

    for table in tables:
        add(table)
    return list(ordered.values())


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
