"""PostgreSQL and Valkey started from their wheels when the environment names no server.

    with running_engines(var=..., durable=False) as engines:
        engines.database_url, engines.redis_url

DATABASE_URL and REDIS_URL, when set, replace the engine of that name: it is then not started at all.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ti_portal.core.engines import layout
from ti_portal.core.engines.errors import EngineError
from ti_portal.core.engines.postgres import EmbeddedPostgres
from ti_portal.core.engines.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey", "EngineError", "Engines", "ensure_running", "running_engines"]


@dataclass
class Engines:
    """The two addresses to use, and the embedded servers behind them if any."""

    database_url: str
    redis_url: str
    postgres: EmbeddedPostgres | None = None
    valkey: EmbeddedValkey | None = None
    use: layout.SharedUse | None = field(default=None, repr=False)
    lock: Path | None = field(default=None, repr=False)

    @property
    def broker_url(self) -> str:
        return layout.broker_url_for(self.redis_url)

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}

    def release(self) -> None:
        """Stop the embedded servers, unless another process still uses them. Once only; then nothing."""
        if self.use is None or self.lock is None:
            return
        with layout.turn(self.lock):
            use, self.use = self.use, None
            if use.leave():
                for engine in (self.valkey, self.postgres):
                    if engine is not None:
                        engine.stop()


def ensure_running(
    var: Path | None = None, *, durable: bool = True, database: str | None = layout.DATABASE_NAME
) -> Engines:
    """Start, or adopt, the engines of `var` that the environment does not replace.

    Creates `database` on the embedded PostgreSQL if it is missing. The servers stay up until `release`, or
    for good when the process dies without it: the next caller finds them.
    """
    database_url = os.environ.get("DATABASE_URL", "").strip()
    redis_url = os.environ.get("REDIS_URL", "").strip()
    if database_url and redis_url:
        return Engines(database_url, redis_url)
    var = layout.prepare(var)
    lock = var / "run" / "engines.lock"
    logs = var / "logs"
    postgres = valkey = None
    if not database_url:
        postgres = EmbeddedPostgres(layout.postgres_home(var), durable=durable, log=logs / "postgres.log")
    if not redis_url:
        valkey = EmbeddedValkey(layout.valkey_home(var), log=logs / "valkey.log")
    engines = Engines(database_url or postgres.url(database or "postgres"), redis_url or valkey.url(), postgres, valkey)
    try:
        with layout.turn(lock):
            engines.use, engines.lock = layout.SharedUse(var / "run" / "engines.use"), lock
            if valkey is not None:
                valkey.start()
            if postgres is not None:
                postgres.start()
                if database:
                    postgres.ensure_database(database)
    except BaseException:
        # Half a start leaves nothing behind: the engine that did come up goes with the one that refused.
        engines.release()
        raise
    return engines


@contextmanager
def running_engines(
    var: Path | None = None, *, durable: bool = True, database: str | None = layout.DATABASE_NAME
) -> Iterator[Engines]:
    """`ensure_running` for the length of a block; the last user of the servers stops them."""
    engines = ensure_running(var, durable=durable, database=database)
    try:
        yield engines
    finally:
        engines.release()
