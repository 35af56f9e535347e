"""A SELECT that PostgreSQL plans once for each connection.

For what a page asks at each visit over many small tables, where planning costs more than answering: measure first
(docs/performance.md). The ORM plans each of its queries, as connection poolers in transaction mode want; this needs a
connection that keeps what it prepared, which a pool inside the process gives (docs/deploy.md).
"""

import hashlib
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

# By this name the guard of GET knows that only reading was prepared (`core.middleware`).
PREFIX = "read_"

# Names of what each open connection has prepared.
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class PreparedSelect:
    """`sql` names its values `$1`, `$2`… and `types` are their PostgreSQL types, in that order."""

    def __init__(self, name: str, sql: str, types: Sequence[str]) -> None:
        if not sql.lstrip().upper().startswith("SELECT "):
            raise ValueError("only a SELECT is prepared")
        # Two versions of the portal may share a server connection: each calls its own statement.
        digest = hashlib.sha256(sql.encode()).hexdigest()[:8]
        self.name = f"{PREFIX}{name}_{digest}"
        self._prepare = f"PREPARE {self.name} ({', '.join(types)}) AS {sql}"
        self._execute = f"EXECUTE {self.name} ({', '.join(['%s'] * len(types))})"

    def fetchone(self, *values: Any) -> tuple[Any, ...] | None:
        """The first row, None when there is none. One statement, and another the first time on a connection."""
        with connection.cursor() as cursor:
            names = _prepared.setdefault(connection.connection, set())
            if self.name not in names:
                cursor.execute(self._prepare)
                names.add(self.name)
            cursor.execute(self._execute, values)
            return cursor.fetchone()
