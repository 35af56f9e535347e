"""Real servers in folders of their own; nothing here uses the portal's database."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ti_portal.core.engines import layout, placement
from ti_portal.core.engines.postgres import EmbeddedPostgres

LONG_NAME = "un dossier d'élu·e au nom très long, avec des espaces et des accents, " * 2


@pytest.fixture(autouse=True)
def no_outside_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite itself may run against servers named by the environment; these tests must not see them."""
    for name in ("DATABASE_URL", "REDIS_URL", "TI_VAR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def long_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engines") / LONG_NAME / LONG_NAME / "postgres"


@pytest.fixture(scope="module")
def scratch(long_home: Path) -> Iterator[EmbeddedPostgres]:
    """One running server, shared by the tests that leave it running."""
    server = EmbeddedPostgres(long_home, durable=False)
    server.start()
    yield server
    discard(server)


@pytest.fixture
def make_postgres(tmp_path: Path) -> Iterator:
    """Build servers that are stopped, and whose data is removed, at the end of the test."""
    made: list[EmbeddedPostgres] = []

    def make(home: Path = tmp_path / "postgres", *, durable: bool = False) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(home, durable=durable))
        return made[-1]

    yield make
    for server in made:
        discard(server)


def discard(server: EmbeddedPostgres) -> None:
    server.stop()
    if server.home.exists():
        folder = placement.current_folder(server.home)
        if folder != server.home:
            shutil.rmtree(folder, ignore_errors=True)
        (server.home / "place").unlink(missing_ok=True)


def parent_modes(path: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in path.parents if parent.exists()}


def socket_of(server: EmbeddedPostgres) -> Path:
    return layout.socket_folder(server.home)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="demande les droits de root")
