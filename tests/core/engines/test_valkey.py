import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery

from tests.core.engines.conftest import LONG_NAME
from ti_portal.core.engines import layout, processes
from ti_portal.core.engines.valkey import EmbeddedValkey


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path / LONG_NAME / LONG_NAME / "valkey")
    yield server
    server.stop()


def pid_of(server: EmbeddedValkey) -> int:
    with redis.Redis.from_url(server.url()) as client:
        return client.info("server")["process_id"]


def test_server_answers_redis_py_and_celery(valkey: EmbeddedValkey) -> None:
    assert valkey.start() is True
    with redis.Redis.from_url(valkey.url(db=3)) as client:
        client.set("clé", "valeur", ex=60)
        assert client.get("clé") == b"valeur"
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("save") == {"save": ""}
    app = Celery("essai", broker=valkey.broker_url(db=1), set_as_current=False)
    app.send_task("essai.tâche", queue="mail")
    with app.connection_for_read() as connection:
        message = connection.SimpleQueue("mail").get(timeout=60)
        assert message.headers["task"] == "essai.tâche"
        message.ack()
    app.close()
    with redis.Redis.from_url(valkey.url(db=1)) as client:
        assert client.exists("_kombu.binding.mail")


def test_server_is_private_and_found_again(valkey: EmbeddedValkey) -> None:
    valkey.start()
    assert stat.S_IMODE(layout.socket_folder(valkey.home).stat().st_mode) == 0o700
    first = pid_of(valkey)
    assert EmbeddedValkey(valkey.home).start() is False
    (valkey.home / "valkey.pid").write_text("")
    assert EmbeddedValkey(valkey.home).start() is False
    assert pid_of(valkey) == first
    valkey.stop()
    assert processes.living(first) is None
    assert valkey.is_running() is False


def test_killed_server_is_started_again(valkey: EmbeddedValkey) -> None:
    valkey.start()
    os.kill(pid_of(valkey), signal.SIGKILL)
    assert valkey.start() is True
    assert valkey.is_running()


def test_pid_file_of_another_process_is_ignored(valkey: EmbeddedValkey) -> None:
    valkey.home.mkdir(parents=True)
    other = subprocess.Popen(["sleep", "60"])
    try:
        (valkey.home / "valkey.pid").write_text(str(other.pid))
        assert valkey.start() is True
        valkey.stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_server_that_outlived_its_launcher_is_adopted_then_stopped(valkey: EmbeddedValkey) -> None:
    script = (
        "import os, sys, pathlib; from ti_portal.core.engines.valkey import EmbeddedValkey;"
        "EmbeddedValkey(pathlib.Path(sys.argv[1])).start(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(valkey.home)], cwd=layout.project_root(), check=False)
    outlived = pid_of(valkey)
    assert valkey.start() is False
    valkey.stop()
    assert processes.living(outlived) is None
