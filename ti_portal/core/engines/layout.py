"""Where the embedded engines live, and the addresses they answer on.

Settings import this module before any engine runs: it imports no Django, and the functions that compute
an address only read the environment and the disk. Only `prepare`, `make_folder` and the locks write.
"""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote

from ti_portal.core.engines.errors import EngineError, reason_of

DATABASE_NAME = "ti_portal"
DATABASE_USER = "ti_portal"
POSTGRES_PORT = 5432
VALKEY_SOCKET = "valkey.sock"
SUBFOLDERS = ("postgres", "valkey", "run", "logs")


def project_root() -> Path:
    """The folder of manage.py."""
    return Path(__file__).resolve().parents[3]


def var_folder() -> Path:
    """The folder of everything the portal writes: TI_VAR, or `var` beside manage.py."""
    chosen = os.environ.get("TI_VAR", "").strip()
    return Path(chosen).expanduser().resolve() if chosen else project_root() / "var"


def postgres_home(var: Path | None = None) -> Path:
    return (var or var_folder()) / "postgres"


def valkey_home(var: Path | None = None) -> Path:
    return (var or var_folder()) / "valkey"


def beat_schedule(var: Path | None = None) -> Path:
    return (var or var_folder()) / "run" / "celerybeat-schedule"


def socket_folder(home: Path) -> Path:
    """A short private folder for the sockets of the engine kept in `home`.

    A Unix socket path is limited to about 100 bytes, so it cannot sit in a deep project. `/tmp` is preferred
    to TMPDIR because two shells with different TMPDIR must find the same server.
    """
    root = Path("/tmp")  # noqa: S108 - the folder inside is private and its owner is checked
    if not os.access(root, os.W_OK | os.X_OK):
        root = Path(tempfile.gettempdir())
    digest = hashlib.sha256(os.fsencode(Path(home).resolve())).hexdigest()[:16]
    return root / f"ti-{digest}"


def postgres_url(home: Path, database: str = DATABASE_NAME) -> str:
    """The port is written out so that a PGPORT of the caller's shell cannot change the socket's name."""
    host = quote(str(socket_folder(home)), safe="")
    return f"postgresql://{DATABASE_USER}@{host}:{POSTGRES_PORT}/{quote(database)}"


def valkey_url(home: Path, db: int = 0) -> str:
    return f"unix://{quote(str(socket_folder(home) / VALKEY_SOCKET))}?db={db}"


def broker_url_for(redis_url: str) -> str:
    """The form Celery expects of an address in redis-py's form, same base; network ones stay as they are."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    base = parse_qs(query).get("db", ["0"])[0]
    return f"redis+socket://{path}?virtual_host={base}"


def default_database_url(var: Path | None = None) -> str:
    return postgres_url(postgres_home(var))


def default_redis_url(var: Path | None = None, db: int = 0) -> str:
    return valkey_url(valkey_home(var), db)


def default_broker_url(var: Path | None = None, db: int = 0) -> str:
    return broker_url_for(default_redis_url(var, db))


def prepare(var: Path | None = None) -> Path:
    """Create the folders that are missing, private to the person who starts the portal.

    Rights of a folder that exists already are never touched. Started by root, `var` and `var/postgres` may
    be crossed (not listed) by others, because PostgreSQL runs there as an unprivileged user.
    """
    var = var or var_folder()
    crossed = 0o711 if os.geteuid() == 0 else 0o700
    try:
        var.parent.mkdir(parents=True, exist_ok=True)
        make_folder(var, crossed)
        for name in SUBFOLDERS:
            make_folder(var / name, crossed if name == "postgres" else 0o700)
    except OSError as error:
        raise EngineError(f"Impossible de préparer le dossier {var} : {reason_of(error)}.") from error
    return var


def make_folder(path: Path, mode: int) -> None:
    """Create one folder with exactly this mode; one that exists is left as it is."""
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        path.chmod(mode)


@contextmanager
def claim(path: Path, refusal: str, *, seconds: float = 0) -> Iterator[int]:
    """Hold `path` alone, or raise EngineError(refusal) after `seconds`.

    Gives the descriptor that holds it. The kernel frees it when the last process that has it dies, even by a
    kill -9.
    """
    deadline = time.monotonic() + seconds
    descriptor = _open_lock(path)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise EngineError(refusal) from None
                time.sleep(0.05)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait for one's turn on `path`: two starts of one engine follow each other."""
    descriptor = _open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class SharedUse:
    """Counts the processes that use the engines of one `var`, surviving the death of any of them.

    Each user holds a shared lock; the last one to leave is the one that can take it alone.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = _open_lock(path)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Stop using; True when nobody else does. The caller holds the start lock meanwhile."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(self._descriptor)


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EngineError(f"Impossible d'écrire dans {path.parent} : {reason_of(error)}.") from error
