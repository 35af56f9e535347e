import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from ti_portal.core.engines import layout, placement, processes
from ti_portal.core.engines.errors import EngineError
from ti_portal.core.engines.postgres import EmbeddedPostgres


def ask(server: EmbeddedPostgres, query: str, database: str = "postgres"):
    with psycopg.connect(server.url(database), autocommit=True) as connection:
        return connection.execute(query).fetchone()


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    data = placement.current_folder(server.home) / "data"
    return psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))


def test_server_answers_from_a_long_path_with_spaces(scratch: EmbeddedPostgres) -> None:
    assert scratch.is_running()
    assert ask(scratch, "SELECT current_user, current_setting('TimeZone'), current_setting('server_encoding')") == (
        "ti_portal",
        "UTC",
        "UTF8",
    )
    assert ask(scratch, "SELECT lower('ÉCOLE ŒUVRE'), upper('noël')") == ("école œuvre", "NOËL")
    assert ask(scratch, "SELECT to_tsvector('french', 'ÉCOLES')") == ("'écol':1",)


def test_server_listens_on_a_private_socket_only(scratch: EmbeddedPostgres) -> None:
    folder = layout.socket_folder(scratch.home)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(str(folder / ".s.PGSQL.5432")) < 100
    assert ask(scratch, "SELECT current_setting('listen_addresses')") == ("",)


def test_second_start_finds_the_first(scratch: EmbeddedPostgres) -> None:
    before = postmaster(scratch).pid
    assert EmbeddedPostgres(scratch.home, durable=False).start() is False
    assert postmaster(scratch).pid == before


def test_database_is_created_once(scratch: EmbeddedPostgres) -> None:
    assert scratch.ensure_database("essai d'un nom") is True
    assert scratch.ensure_database("essai d'un nom") is False
    assert ask(scratch, "SELECT current_database()", "essai d'un nom") == ("essai d'un nom",)


def test_data_is_whole_when_started_right_after_a_kill(make_postgres) -> None:
    """The children of a killed server still hold its memory when the next one comes up."""
    server = make_postgres(durable=True)
    server.start()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT i FROM generate_series(1, 50000) i")
        killed = postmaster(server)
        children = killed.children()
        killed.send_signal(signal.SIGKILL)
        assert make_postgres(durable=True).start() is True
    assert ask(server, "SELECT count(*) FROM t") == (50000,)
    assert not [child for child in children if processes.living(child.pid)]


def test_data_is_whole_when_everything_was_killed(make_postgres) -> None:
    server = make_postgres(durable=True)
    server.start()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT i FROM generate_series(1, 50000) i")
    killed = postmaster(server)
    for process in [killed, *killed.children()]:
        # Children leave by themselves when their parent is killed; some are faster than this loop.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    # Another object: it has no memory of the first start, and the dead server is still a zombie of this process.
    assert make_postgres(durable=True).start() is True
    assert ask(server, "SELECT count(*) FROM t") == (50000,)


def test_server_that_outlived_its_launcher_is_adopted_then_stopped(make_postgres) -> None:
    server = make_postgres()
    script = (
        "import os, sys, pathlib; from ti_portal.core.engines.postgres import EmbeddedPostgres;"
        "EmbeddedPostgres(pathlib.Path(sys.argv[1]), durable=False).start(); os.kill(os.getpid(), 9)"
    )
    launched = subprocess.run(
        [sys.executable, "-c", script, str(server.home)], cwd=layout.project_root(), capture_output=True, check=False
    )
    assert launched.returncode == -signal.SIGKILL, launched.stderr
    outlived = postmaster(server)

    assert server.start() is False
    assert postmaster(server).pid == outlived.pid
    server.stop()
    assert processes.living(outlived.pid) is None
    assert not server.is_running()
    assert not layout.socket_folder(server.home).exists()


def test_stale_pid_file_does_not_stop_the_start(make_postgres) -> None:
    server = make_postgres()
    server.start()
    other = subprocess.Popen(["sleep", "60"])
    try:
        for content in (f"{other.pid}\n", "", "pas un nombre\n", "999999999\n"):
            server.stop()
            data = placement.current_folder(server.home) / "data"
            (data / "postmaster.pid").write_text(content)
            assert server.is_running() is False
            assert server.start() is True
        server.stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_interrupted_creation_is_started_over(make_postgres, tmp_path: Path) -> None:
    server = make_postgres()
    server.home.mkdir(mode=0o711)
    place = placement.choose_place(server.home, durable=False)
    (place.folder / "data.partial" / "base").mkdir(parents=True)
    (place.folder / "data.partial" / "PG_VERSION").write_text("18\n")
    (place.folder / "data").mkdir()
    assert server.start() is True
    assert not (place.folder / "data.partial").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("base.txt", "précieux", "n'est pas une base PostgreSQL complète"), ("PG_VERSION", "15\n", "PostgreSQL 15")],
)
def test_folder_that_is_not_ours_is_refused_and_left_alone(make_postgres, name: str, content: str, said: str) -> None:
    server = make_postgres()
    server.home.mkdir(mode=0o711)
    data = placement.choose_place(server.home, durable=False).folder / "data"
    data.mkdir()
    (data / name).write_text(content)
    with pytest.raises(EngineError, match=said):
        server.start()
    assert (data / name).read_text() == content


def test_server_whose_socket_was_removed_is_started_again(make_postgres, monkeypatch) -> None:
    monkeypatch.setattr("ti_portal.core.engines.postgres.START_SECONDS", 3.0)
    server = make_postgres()
    server.start()
    for leftover in layout.socket_folder(server.home).iterdir():
        leftover.unlink()
    assert server.start() is True
    assert server.is_running()


def test_project_moved_while_its_server_runs_keeps_its_data(make_postgres, tmp_path: Path) -> None:
    server = make_postgres(tmp_path / "avant" / "postgres")
    server.start()
    server.ensure_database("gardée")
    (tmp_path / "avant").rename(tmp_path / "après")
    moved = make_postgres(tmp_path / "après" / "postgres")
    assert moved.start() is True
    assert moved.ensure_database("gardée") is False


def test_environment_of_the_shell_changes_nothing(make_postgres, monkeypatch) -> None:
    for name, value in {"PGPORT": "6000", "PGDATA": "/nulle/part", "PGHOST": "ailleurs", "LC_ALL": "fr_FR"}.items():
        monkeypatch.setenv(name, value)
    server = make_postgres()
    server.start()
    assert ask(server, "SELECT 1") == (1,)


def test_two_starts_at_once_make_one_server(make_postgres) -> None:
    server = make_postgres()
    script = (
        "import sys, pathlib; from ti_portal.core.engines.postgres import EmbeddedPostgres;"
        "print(EmbeddedPostgres(pathlib.Path(sys.argv[1]), durable=False).start())"
    )
    command = [sys.executable, "-c", script, str(server.home)]
    starts = [subprocess.Popen(command, cwd=layout.project_root(), stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(start.communicate()[0].strip() for start in starts) == ["False", "True"]
    assert server.is_running()


def test_folder_of_somebody_else_in_tmp_is_refused(make_postgres, tmp_path: Path) -> None:
    server = make_postgres()
    trap = layout.socket_folder(server.home)
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(EngineError, match="n'est pas un dossier"):
            server.start()
    finally:
        trap.unlink()


def test_path_that_cannot_be_made_is_said_in_french(make_postgres, tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(EngineError, match="un fichier occupe la place d'un dossier"):
        make_postgres(tmp_path / "fichier" / "postgres").start()


def test_missing_wheel_is_said_in_french(monkeypatch) -> None:
    monkeypatch.setattr(placement, "PACKAGE", "paquet_absent")
    with pytest.raises(EngineError, match="DATABASE_URL"):
        placement.wheel_programs()


def test_killed_server_is_not_running(make_postgres) -> None:
    server = make_postgres()
    assert server.is_running() is False
    server.start()
    os.kill(postmaster(server).pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while server.is_running() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.is_running() is False
