"""Test databases: one template with the whole of France loaded, cloned for each run and each worker.

Loading takes many seconds and cloning a fraction of one, so the template is kept between runs; its name holds a
digest of all that makes its content, and a change of any of it builds another.

    python -m tests.databases     builds the template, if it is not there yet
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
CONTENT = (
    "*/migrations/*.py",
    "ti_portal/*/migrations/*.py",
    "territories/reference/*.csv",
    "territories/loading.py",
    "territories/loading/*.py",
    "territories/names.py",
    "territories/ancestors.py",
    "territories/official_list.py",
    "territories/official_list/*.py",
    "territories/memberships.py",
    "territories/perimeters.py",
    "territories/reference_tables/tables.py",
    "ti_portal/core/bulk.py",
    "events/meetings.py",
    "events/opening/*.toml",
    "events/opening/*.py",
    "events/presenters/*.py",
    "events/replays.py",
    "events/reports.py",
    "events/results.py",
    "funding/opening/*.toml",
    "funding/opening/*.py",
    "funding/calendars/entries.py",
    "funding/calendars/wanted.py",
    "funding/cells.py",
    "funding/listing.py",
    "funding/parts.py",
    "funding/schemes.py",
    "funding/statuses.py",
    "ti_portal/core/text.py",
    # What the délégation may do is written after each migrate.
    "*/apps.py",
    "ti_portal/*/apps.py",
    "ti_portal/accounts/roles.py",
)
PREFIX = "ti_test"


def digest() -> str:
    total = hashlib.sha256()
    for pattern in CONTENT:
        for path in sorted(ROOT.glob(pattern)):
            total.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return total.hexdigest()[:12]


@contextmanager
def server() -> Iterator[psycopg.Connection]:
    """A connection to the maintenance database, outside any transaction."""
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    wanted = ("dbname", "host", "port", "user", "password")
    parameters = {name: value for name, value in parameters.items() if name in wanted}
    with psycopg.connect(**parameters, autocommit=True) as opened:
        yield opened


def run(opened: psycopg.Connection, statement: str, *names: str) -> None:
    opened.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def existing(opened: psycopg.Connection) -> list[str]:
    return [name for (name,) in opened.execute("SELECT datname FROM pg_database") if name.startswith(PREFIX)]


def use(name: str) -> None:
    """Point Django's connection at database `name`."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def ensure_template() -> str:
    """Return the name of the loaded template, building it if its content has changed. One run builds, others wait."""
    name = f"{PREFIX}_template_{digest()}"
    folder = settings.TEST_VAR / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "template.lock").open("w") as lock, server() as opened:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _drop_stale(opened)
        if name not in existing(opened):
            building = f"{PREFIX}_building_{os.getpid()}"
            run(opened, "DROP DATABASE IF EXISTS {} WITH (FORCE)", building)
            run(opened, "CREATE DATABASE {}", building)
            use(building)
            call_command("migrate", verbosity=0)
            for command in settings.OPENING_COMMANDS:
                call_command(command, verbosity=0)
            connection.cursor().execute("VACUUM ANALYZE")
            connection.close()
            run(opened, "ALTER DATABASE {} RENAME TO {}", building, name)
    return name


def clone(template: str, name: str) -> None:
    """Make database `name` anew from the template, and use it."""
    connection.close()
    with server() as opened:
        run(opened, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        run(opened, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
    use(name)


def drop(name: str) -> None:
    connection.close()
    with server() as opened:
        run(opened, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _drop_stale(opened: psycopg.Connection) -> None:
    """Drop what killed runs left behind, and templates of an older content."""
    templates = [name for name in existing(opened) if "_template_" in name]
    for name in existing(opened):
        owner = name.rpartition("_")[2]
        if name not in templates and owner.isdigit() and not Path(f"/proc/{owner}").exists():
            run(opened, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    by_age = "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC OFFSET 3"
    for (name,) in opened.execute(by_age, [f"{PREFIX}_template_%"]).fetchall():
        busy = opened.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
        if not busy:
            run(opened, "DROP DATABASE IF EXISTS {}", name)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ti_portal.settings.test")
    django.setup()
    ensure_template()
