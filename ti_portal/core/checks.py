"""System checks on what the portal stands on."""

from collections.abc import Sequence

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

OLDEST_POSTGRES = 15


@register(Tags.database)
def postgres_is_recent_enough(databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    """Run by `check --database` and `migrate`; opens a connection to each of `databases`, to nothing otherwise."""
    problems: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        version = None
        if connection.vendor == "postgresql":
            connection.ensure_connection()
            version = connection.connection.info.server_version
        problems += version_problems(alias, version)
    return problems


def version_problems(alias: str, version: int | None) -> list[CheckMessage]:
    """What is wrong with a server of this version number (150004 is 15.4); None is another make of database."""
    if version is None:
        return [
            Error(
                f"La base « {alias} » n'est pas PostgreSQL.",
                hint="DATABASE_URL doit commencer par postgresql://.",
                id="core.E001",
            )
        ]
    if version < OLDEST_POSTGRES * 10_000:
        return [
            Error(
                f"La base « {alias} » est servie par PostgreSQL {version // 10_000}.",
                hint=f"Le portail demande PostgreSQL {OLDEST_POSTGRES} ou plus récent.",
                id="core.E002",
            )
        ]
    return []
