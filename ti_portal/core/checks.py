"""System checks on what the portal stands on."""

from collections.abc import Sequence

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

OLDEST_POSTGRES = 15


@register(Tags.database)
def postgres_is_recent_enough(databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    """Run by `check --database` and `migrate`; opens a connection to each of `databases`."""
    problems: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            problems.append(
                Error(
                    f"La base « {alias} » n'est pas PostgreSQL.",
                    hint="DATABASE_URL doit commencer par postgresql://.",
                    id="core.E001",
                )
            )
            continue
        connection.ensure_connection()
        version = connection.connection.info.server_version
        if version < OLDEST_POSTGRES * 10_000:
            problems.append(
                Error(
                    f"La base « {alias} » est servie par PostgreSQL {version // 10_000}.",
                    hint=f"Le portail demande PostgreSQL {OLDEST_POSTGRES} ou plus récent.",
                    id="core.E002",
                )
            )
    return problems
