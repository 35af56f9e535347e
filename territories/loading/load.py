"""One door: bring the database to the reference tables, or find at once that it is there already."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from territories import ancestors, names
from territories.loading import companions, wanted
from territories.loading.editions import bring_editions
from territories.loading.places import bring_memberships, bring_places
from territories.memberships import lock_places
from territories.models import ReferenceLoad
from territories.reference_tables.tables import COLUMNS, REFERENCE_DIR, read_table, table_path
from ti_portal.core import text

# What the tables become depends on this code too: a change of it is loaded like a change of the tables.
_APP = Path(__file__).resolve().parent.parent
_CODE = (
    _APP / "loading",
    _APP / "official_list",
    _APP / "ancestors.py",
    _APP / "memberships.py",
    _APP / "names.py",
    _APP / "perimeters.py",
    Path(text.__file__),
)


@dataclass(frozen=True)
class Outcome:
    """What a load did. `is_done_already` when the database held this version: nothing was read nor written."""

    is_done_already: bool
    counts: dict[str, Any] = field(default_factory=dict)


def digest(folder: Path = REFERENCE_DIR) -> str:
    """Fingerprint of the tables and of the code that loads them."""
    total = hashlib.sha256()
    for name in COLUMNS:
        total.update(name.encode() + table_path(name, folder).read_bytes())
    for root in _CODE:
        for path in sorted(root.glob("*.py")) if root.is_dir() else [root]:
            total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()


def load(*, at: datetime, folder: Path = REFERENCE_DIR) -> Outcome:
    """Load the reference tables of `folder`, as of the local day of `at`.

    One transaction: killed at any moment, it leaves the database as it was. The same version again does
    nothing. A newer version adds, updates and closes with a date; it deletes no place and no membership. Two loads at
    once: the second waits and finds the work done. Takes some 10 to 20 seconds the first time.
    """
    version = digest(folder)
    if _loaded() == version:
        return Outcome(is_done_already=True)
    tables = {name: list(read_table(name, folder)) for name in COLUMNS}
    with transaction.atomic():
        lock_places()
        if _loaded() == version:
            return Outcome(is_done_already=True)
        counts = _load(tables, at=at)
        ReferenceLoad.objects.create(digest=version, counts=counts, loaded_at=at)
    _tidy()
    return Outcome(is_done_already=False, counts=counts)


def _loaded() -> str | None:
    return ReferenceLoad.objects.order_by("-loaded_at", "-pk").values_list("digest", flat=True).first()


def _tidy() -> None:
    """Give the planner fresh figures and empty the waiting lists of the GIN indexes, without waiting for autovacuum."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE territories_place, territories_placename, territories_membership")
        cursor.execute("SELECT gin_clean_pending_list('place_ancestors'), gin_clean_pending_list('place_postcodes')")


def _load(tables: wanted.Tables, *, at: datetime) -> dict[str, Any]:
    as_of = timezone.localdate(at)
    is_first = not ReferenceLoad.objects.exists()
    counts: dict[str, Any] = {
        "places": bring_places(wanted.places(tables), as_of=as_of, is_first=is_first),
        "memberships": bring_memberships(wanted.memberships(tables), as_of=as_of, is_first=is_first),
        "editions": bring_editions(tables, at=at),
        "zonings": companions.bring_zonings(tables),
    }
    counts["ancestors"] = ancestors.rebuild()
    counts["names"] = names.rebuild(facts=wanted.facts(tables["former_communes"]))
    counts["outlines"] = companions.bring_outlines(tables)
    counts["adjacencies"] = companions.bring_adjacencies(tables)
    counts["nomenclatures"] = companions.bring_nomenclatures(tables)
    counts["sources"] = companions.bring_sources(tables)
    return json.loads(json.dumps(counts))
