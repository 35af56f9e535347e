import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.core.engines.conftest import discard
from ti_portal.core.engines import EngineError, ensure_running, layout, running_engines

SOMEWHERE = "postgresql://quelqu.un@ailleurs:5432/base"


@pytest.fixture
def var(tmp_path: Path):
    yield tmp_path / "var"
    if (tmp_path / "var" / "postgres").exists():
        from ti_portal.core.engines import EmbeddedPostgres

        discard(EmbeddedPostgres(layout.postgres_home(tmp_path / "var"), durable=False))


def test_both_engines_answer_then_stop(var: Path) -> None:
    with running_engines(var, durable=False) as engines:
        assert engines.database_url == layout.default_database_url(var)
        assert engines.redis_url == layout.default_redis_url(var)
        with psycopg.connect(engines.database_url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("ti_portal",)
        with redis.Redis.from_url(engines.redis_url) as client:
            assert client.ping()
    assert not engines.postgres.is_running()
    assert not engines.valkey.is_running()


def test_last_user_stops_the_engines(var: Path) -> None:
    first = ensure_running(var, durable=False)
    with running_engines(var, durable=False):
        pass
    assert first.postgres.is_running()
    second = ensure_running(var, durable=False)
    first.release()
    first.release()
    assert second.postgres.is_running()
    assert second.valkey.is_running()
    second.release()
    assert not second.postgres.is_running()


def test_killed_user_does_not_count(var: Path) -> None:
    script = (
        "import os, sys, pathlib; from ti_portal.core.engines import ensure_running;"
        "ensure_running(pathlib.Path(sys.argv[1]), durable=False); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(var)], cwd=layout.project_root(), check=False)
    with running_engines(var, durable=False) as engines:
        assert engines.postgres.is_running()
    assert not engines.postgres.is_running()
    assert not engines.valkey.is_running()


def test_outside_database_starts_no_postgresql(var: Path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SOMEWHERE)
    with running_engines(var, durable=False) as engines:
        assert engines.database_url == SOMEWHERE
        assert engines.postgres is None
        assert list((var / "postgres").iterdir()) == []
        assert engines.valkey.is_running()


def test_outside_servers_write_nothing(var: Path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SOMEWHERE)
    monkeypatch.setenv("REDIS_URL", "redis://ailleurs:6379/0")
    with running_engines(var) as engines:
        assert engines.environment() == {"DATABASE_URL": SOMEWHERE, "REDIS_URL": "redis://ailleurs:6379/0"}
        assert engines.broker_url == "redis://ailleurs:6379/0"
    assert not var.exists()


def test_half_a_start_leaves_nothing_behind(var: Path) -> None:
    layout.prepare(var)
    (var / "postgres").rmdir()
    (var / "postgres").write_text("")
    with pytest.raises(EngineError, match="un fichier occupe la place"):
        ensure_running(var, durable=False)
    (var / "postgres").unlink()
    assert not layout.socket_folder(layout.valkey_home(var)).exists()


def test_addresses_are_computed_without_touching_the_disk(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TI_VAR", str(tmp_path / "ailleurs"))
    assert layout.var_folder() == tmp_path / "ailleurs"
    url, broker = layout.default_database_url(), layout.default_broker_url(db=2)
    assert url.startswith("postgresql://ti_portal@%2Ftmp%2Fti-")
    assert url.endswith(":5432/ti_portal")
    assert broker.startswith("redis+socket:///tmp/ti-")
    assert broker.endswith("/valkey.sock?virtual_host=2")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert layout.default_database_url() == url


def test_layout_imports_no_django() -> None:
    """Settings import it while Django is being set up."""
    script = "import sys; import ti_portal.core.engines.layout; sys.exit('django.conf' in sys.modules)"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-c", script], cwd=layout.project_root(), env=environment, check=True)


def test_folders_are_private_and_existing_ones_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var").chmod(0o750)
    layout.prepare(tmp_path / "var")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o750
    for name in ("valkey", "run", "logs"):
        assert stat.S_IMODE((tmp_path / "var" / name).stat().st_mode) == 0o700


def test_claim_refuses_the_second_and_outlives_no_kill(tmp_path: Path) -> None:
    lock = tmp_path / "up.lock"
    script = (
        "import sys, time, pathlib; from ti_portal.core.engines import layout\n"
        "with layout.claim(pathlib.Path(sys.argv[1]), 'non'): print('pris', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(lock)], cwd=layout.project_root(), stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"pris\n"
    with pytest.raises(EngineError, match="déjà pris"), layout.claim(lock, "déjà pris"):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    with layout.claim(lock, "déjà pris"):
        pass
