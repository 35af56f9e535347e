"""`manage.py up` as a person runs it: the real portal, in a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.db import connection

from tests.conftest import database_url
from tests.core.engines.conftest import LONG_NAME, discard
from ti_portal.core.engines import EmbeddedPostgres, layout, processes
from ti_portal.core.supervisor import GUARD


class Up:
    """One running `manage.py up`, its output kept for the failure message."""

    def __init__(self, var: Path, *options: str, **environment: str) -> None:
        self.port = free_port()
        self.log = var.parent / f"up-{self.port}.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *options],
                cwd=layout.project_root(),
                env=clean_environment(var, **environment),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_ready(self) -> None:
        deadline = time.monotonic() + 400
        while "Le portail est prêt" not in self.output:
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(self.output)
            time.sleep(0.05)

    def answer(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as response:
            return response.status

    def health(self) -> int:
        return self.answer("/sante")

    def programs(self) -> list[int]:
        """The processes of the site and its workers; engines are children too, in groups of their own."""
        children = psutil.Process(self.process.pid).children()
        guards = [child for child in children if str(GUARD) in processes.command_line(child)]
        return [
            pid for guard in guards for pid in [guard.pid, *(child.pid for child in guard.children(recursive=True))]
        ]

    def finish(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


def clean_environment(var: Path, **environment: str) -> dict[str, str]:
    hidden = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    settings = {"DJANGO_SETTINGS_MODULE": "tests.core.engines.up_settings", "TI_VAR": str(var)}
    return kept | settings | environment


def refused(var: Path, *options: str, **environment: str) -> str:
    """Run an `up` that must refuse: exit code 1, and the one sentence it said."""
    result = subprocess.run(
        [sys.executable, "manage.py", "up", *options],
        cwd=layout.project_root(), env=clean_environment(var, **environment),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def engines_of(var: Path) -> list[int]:
    """The embedded servers of `var`, found by the sockets they were given."""
    folders = [str(layout.socket_folder(home(var))) for home in (layout.postgres_home, layout.valkey_home)]
    lines = {process.pid: " ".join(processes.command_line(process)) for process in psutil.process_iter()}
    return [pid for pid, line in lines.items() if any(folder in line for folder in folders)]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(var: Path, *options: str, **environment: str) -> Up:
        started.append(Up(var, *options, **environment))
        return started[-1]

    yield start
    for run in started:
        if run.process.poll() is None:
            run.finish()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_life_of_a_portal(up, tmp_path: Path) -> None:
    """First start, a refused second one, two kinds of kill each followed at once by a start, a clean stop."""
    var = tmp_path / LONG_NAME / "var"
    var.parent.mkdir()
    try:
        run = up(var)
        run.wait_ready()
        assert run.health() == 200
        assert f"http://127.0.0.1:{run.port}/" in run.output
        assert "compte d'essai" in run.output
        assert "tourne déjà" in refused(var, "--port", str(free_port()))
        assert run.health() == 200

        # The supervisor alone is killed: its programs die with it, the engines are found again.
        programs, engines = run.programs(), engines_of(var)
        assert len(programs) >= 6
        assert len(engines) >= 2
        run.finish(signal.SIGKILL)
        run = up(var)
        run.wait_ready()
        assert not any(processes.living(pid) for pid in programs)
        assert set(engines) <= set(engines_of(var))

        # Everything is killed at once.
        for pid in [run.process.pid, *run.programs(), *engines_of(var)]:
            os.kill(pid, signal.SIGKILL)
        run.process.wait()
        run = up(var)
        run.wait_ready()
        assert run.health() == 200

        programs = run.programs()
        assert run.finish(signal.SIGINT) == 0
        assert run.output.rstrip().endswith("Le portail est arrêté.")
        assert not any(processes.living(pid) for pid in programs)
        assert engines_of(var) == []
        assert "Traceback" not in run.output
    finally:
        discard(EmbeddedPostgres(layout.postgres_home(var)))


def test_busy_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        said = refused(tmp_path / "var", "--port", str(port))
    assert said == (
        f"CommandError: Le port {port} est déjà pris par un autre programme : arrêtez-le, ou choisissez un autre "
        f"port, par exemple --port {port + 1}."
    )
    assert list((tmp_path / "var" / "postgres").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "0"], "Le port 0 n'existe pas"),
        (["--host", "hôte absent"], "L'adresse « hôte absent » est inconnue"),
    ],
)
def test_impossible_address_is_refused(tmp_path: Path, options: list[str], said: str) -> None:
    assert said in refused(tmp_path / "var", *options)


def test_var_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    said = refused(tmp_path / "fichier" / "var", "--port", str(free_port()))
    assert "Impossible de préparer le dossier" in said


def test_outside_database_is_used_and_none_is_started(up, tmp_path: Path, committed_db: str) -> None:
    run = up(tmp_path / "var", "--no-worker", DATABASE_URL=database_url())
    run.wait_ready()
    assert run.answer("/communes/30007-ales/") == 200, "all of France is in that database"
    assert list((tmp_path / "var" / "postgres").iterdir()) == []
    assert run.finish() == 0
    connection.ensure_connection()


def test_outside_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    said = refused(
        tmp_path / "var", "--port", str(free_port()), DATABASE_URL=f"postgresql://x@127.0.0.1:{free_port()}/x"
    )
    assert "La base désignée par DATABASE_URL ne répond pas" in said
