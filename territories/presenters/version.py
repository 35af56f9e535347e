"""What official facts depend on: the last load of the reference tables and the last edition of the list.

Places, memberships and outlines are written by these two only (the administration shows them without changing them),
and each leaves a row. What is computed from them can thus be kept in memory under this version.
"""

from typing import Any

from django.db import connection

Version = tuple[Any, ...]

# For a query that asks for more at once: these columns, and this to take them from.
COLUMNS = {
    "load_id": "load.id",
    "loaded_at": "load.loaded_at",
    "edition_id": "edition.id",
    "edition_digest": "edition.digest",
    "applied_at": "edition.applied_at",
}
FROM = """(SELECT 1) AS one
LEFT JOIN LATERAL (SELECT id, loaded_at FROM territories_referenceload ORDER BY id DESC LIMIT 1) load ON true
LEFT JOIN LATERAL (SELECT id, digest, applied_at FROM territories_listedition ORDER BY id DESC LIMIT 1) edition ON true
"""
_SQL = f"SELECT {', '.join(COLUMNS.values())} FROM {FROM}"  # noqa: S608 - columns of our own


def data_version() -> Version:
    """One small query, not compiled by the ORM: it runs for each answer about territories."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL)
        return cursor.fetchone()
