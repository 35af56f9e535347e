"""`manage.py up`: the whole portal on this machine, from nothing to an address to open."""

import errno
import io
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string

from ti_portal.core.engines import EngineError, Engines, layout, running_engines
from ti_portal.core.engines.errors import reason_in
from ti_portal.core.queues import QUEUES
from ti_portal.core.supervisor import Patience, Program, Supervisor, SupervisorError

OLDEST_PYTHON = (3, 11)
PATIENCE = Patience()
SLOW_START = 60.0


class Command(BaseCommand):
    help = (
        "Démarre le portail sur cette machine : PostgreSQL et Valkey embarqués (sauf si DATABASE_URL ou REDIS_URL "
        "en désignent d'autres), migrations, données d'ouverture, site, tâches de fond. Ctrl-C arrête tout."
    )
    # The checks that need the database run once it is there.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port du site (8000)")
        parser.add_argument("--host", default="127.0.0.1", help="adresse d'écoute du site (127.0.0.1)")
        parser.add_argument("--no-worker", action="store_true", help="sans tâches de fond ni échéancier")

    def handle(self, *, port: int, host: str, no_worker: bool, **_options: Any) -> None:
        started = time.monotonic()
        if sys.version_info < OLDEST_PYTHON:
            raise CommandError(f"Python 3.11 ou plus récent est nécessaire ; celui-ci est {sys.version.split()[0]}.")
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        try:
            self._up(port=port, host=host, with_worker=not no_worker, started=started)
        except (EngineError, SupervisorError) as error:
            raise CommandError(error.message) from error
        except KeyboardInterrupt:
            self._say("Le portail est arrêté.")
        except BrokenPipeError:
            # Whoever read the output is gone, there is nobody left to tell.
            sys.stdout = None

    def _up(self, *, port: int, host: str, with_worker: bool, started: float) -> None:
        var = layout.prepare()
        already = f"Le portail tourne déjà avec le dossier {var} : arrêtez-le d'abord (Ctrl-C dans sa fenêtre)."
        ending = "Les programmes du lancement précédent ne se terminent pas : attendez un instant, puis relancez."
        with (
            layout.claim(var / "run" / "up.lock", already),
            # Guards of a run that was killed hold this one while they end what they guard.
            layout.claim(var / "run" / "programs.lock", ending, seconds=PATIENCE.grace + 5) as held,
        ):
            refuse_busy_port(host, port)
            self._say(f"Démarrage des serveurs (dossier {var})…")
            with running_engines(var) as engines:
                check_outside_servers(engines)
                self._fill()
                forget_beat(var)
                self._serve(engines, var, host, port, with_worker=with_worker, held=held, started=started)
        self._say("Le portail est arrêté.")

    def _fill(self) -> None:
        self._say("Mise à jour de la base…")
        try:
            call_command("check", tags=["database"], databases=["default"], stdout=io.StringIO())
            call_command("migrate", interactive=False, verbosity=0)
            for name in getattr(settings, "OPENING_COMMANDS", ()):
                call_command(name, stdout=self.stdout, stderr=self.stderr)
        except (DatabaseError, OSError) as error:
            # A full disk is not a fault of the portal: anything else keeps its traceback.
            reason = reason_in(str(error))
            if reason is None:
                raise
            raise CommandError(f"La base n'a pas pu être mise à jour : {reason}.") from error
        for connection in connections.all():
            connection.close()
            if hasattr(connection, "close_pool"):
                connection.close_pool()

    def _serve(
        self, engines: Engines, var: Path, host: str, port: int, *, with_worker: bool, held: int, started: float
    ) -> None:
        reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared
        address = f"http://{reached}:{port}/"

        def announce() -> None:
            seconds = f"{time.monotonic() - started:.1f}".replace(".", ",")
            self._say("")
            self._say(f"Le portail est prêt : {address} (en {seconds} s). Ctrl-C pour l'arrêter.")
            for line in demonstration_accounts():
                self._say(line)
            self._say("")

        late = False
        serving = time.monotonic()

        def probe() -> bool:
            nonlocal late
            if answers(f"{address}sante"):
                return True
            if not late and time.monotonic() - serving > SLOW_START:
                late = True
                self._say("Le site ne répond pas encore. S'il y a des lignes « web » ci-dessus, elles disent pourquoi.")
            return False

        supervisor = Supervisor(
            programs(host, port, var, with_worker=with_worker),
            write=self._say,
            environment={**engines.environment(), "TI_ADDRESS": address},
            folder=layout.project_root(),
            held=[held],
            patience=PATIENCE,
        )
        supervisor.run(probe=probe, on_ready=announce)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def programs(host: str, port: int, var: Path, *, with_worker: bool) -> list[Program]:
    """The children of `up`. They run with this very Python, found or not on the PATH."""
    python = [sys.executable]
    web = [*python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "2"]
    # As many threads as the connection pool of a process can serve at once on two cores; and as many open connections
    # as a room of people who each keep theirs: past it, they wait to be accepted until someone leaves.
    web += ["--blocking-threads", "4", "--backlog", "4096", "--no-ws", "--log-level", "warning"]
    web.append("ti_portal.wsgi:application")
    if not with_worker:
        return [Program("web", web)]
    # Celery greets root with ten lines of warning that would bury the address of the site.
    quiet = ["-W", "ignore"] if os.geteuid() == 0 else []
    celery = [*python, *quiet, "-m", "celery", "--quiet", "-A", "ti_portal"]
    worker = [*celery, "worker", "--concurrency", "2", "-Q", ",".join(QUEUES), "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--schedule", str(layout.beat_schedule(var)), "--loglevel", "WARNING"]
    # No pid file: after a kill -9 it would forbid the next start.
    beat += ["--pidfile", ""]
    return [Program("web", web), Program("worker", worker), Program("beat", beat)]


def forget_beat(var: Path) -> None:
    """Remove what beat wrote of its last rings: a kill may have left it half-written, which beat tells by a traceback.

    Nothing is lost: jobs that were missed are known from the history of their runs (`core.catch_up`).
    """
    schedule = layout.beat_schedule(var)
    for path in schedule.parent.glob(f"{schedule.name}*"):
        path.unlink(missing_ok=True)


def refuse_busy_port(host: str, port: int) -> None:
    """Raise CommandError when the site could not listen there."""
    if not 0 < port < 65536:
        raise CommandError(f"Le port {port} n'existe pas : choisissez-en un entre 1024 et 65535 avec --port.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CommandError(f"L'adresse « {host} » est inconnue : corrigez --host.") from error
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as listener:
        # As the web server does: a connection just closed does not count as busy.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = (
                    f"Le port {port} est déjà pris par un autre programme : arrêtez-le, ou choisissez un autre port, "
                    f"par exemple --port {port + 1 if port < 65535 else 8000}."
                )
            elif error.errno == errno.EACCES:
                message = f"Le port {port} est réservé : choisissez-en un au-dessus de 1024 avec --port."
            else:
                message = f"Impossible d'écouter sur {host}, port {port} : {error.strerror}."
            raise CommandError(message) from error


def check_outside_servers(engines: Engines) -> None:
    """A server named by the environment is only asked whether it is there: it is never created or stopped."""
    if engines.postgres is None:
        probe = connections.create_connection("default")
        # Straight to the server: a pool would try again for long, then hide the reason.
        options = {name: value for name, value in probe.settings_dict["OPTIONS"].items() if name != "pool"}
        probe.settings_dict = {**probe.settings_dict, "OPTIONS": {**options, "connect_timeout": 5}}
        try:
            probe.ensure_connection()
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"La base désignée par DATABASE_URL ne répond pas : {reason}") from error
        finally:
            probe.close()
    if engines.valkey is None:
        try:
            with redis.Redis.from_url(engines.redis_url, socket_connect_timeout=5) as client:
                client.ping()
        except (redis.RedisError, ValueError) as error:
            raise CommandError(f"Le serveur désigné par REDIS_URL ne répond pas : {error}") from error


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as response:  # noqa: S310 - our own address
            return response.status == 200
    except (urllib.error.URLError, OSError, ValueError):
        return False


def demonstration_accounts() -> list[str]:
    notice = getattr(settings, "DEMO_ACCOUNTS_NOTICE", "")
    return list(import_string(notice)()) if notice else []
