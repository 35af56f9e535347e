"""Accounts, rights and disks: these tests change account or mount a small disk, so they need root."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from ti_portal.core.engines import layout, placement, processes
from ti_portal.core.engines.errors import EngineError
from ti_portal.core.engines.postgres import EmbeddedPostgres
from ti_portal.core.engines.valkey import EmbeddedValkey

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="demande les droits de root")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder every account can cross, unlike the ones pytest makes."""
    folder = Path(tempfile.mkdtemp(prefix="ti essai ", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def owner_of(server: EmbeddedPostgres) -> str:
    data = placement.current_folder(server.home) / "data"
    pid = int((data / "postmaster.pid").read_text().split()[0])
    return psutil.Process(pid).username()


def as_account(name: str, work: Callable[[], None]) -> str:
    """Run `work` in a child process under another account; give back what it raised, or nothing."""
    entry = pwd.getpwnam(name)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
            work()
        except BaseException as error:  # noqa: BLE001 - carried to the parent
            os.write(write, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    with os.fdopen(read) as answer:
        return answer.read()


def test_private_home_keeps_its_rights(make_postgres, tmp_path: Path) -> None:
    """The wheel's own launcher turns these 700 into 755; ours puts the data elsewhere and says where."""
    home = tmp_path / "maison privée" / "var" / "postgres"
    home.parent.mkdir(parents=True)
    home.parents[1].chmod(0o700)
    before = {parent: stat.S_IMODE(parent.stat().st_mode) for parent in home.parents}
    server = make_postgres(home)
    server.start()
    assert {parent: stat.S_IMODE(parent.stat().st_mode) for parent in home.parents} == before
    assert owner_of(server) == "nobody"
    folder = Path((home / "place").read_text().strip())
    assert not folder.is_relative_to(home)
    assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700


def test_open_home_holds_the_data_itself(open_folder: Path) -> None:
    home = layout.prepare(open_folder / "var") / "postgres"
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    try:
        assert (home / "data").is_dir()
        assert not (home / "place").exists()
        assert owner_of(server) == "nobody"
        assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
    finally:
        server.stop()


def test_programs_out_of_reach_are_copied(open_folder: Path, tmp_path: Path, monkeypatch) -> None:
    """A virtualenv under a private home: the same wheel, where `nobody` cannot go."""
    private = tmp_path / "site-packages"
    package = placement.wheel_programs().parents[1]
    install = private / placement.PACKAGE / placement.INSTALL
    shutil.copytree(package / placement.INSTALL / "bin", install / "bin")
    for name in ("share", "lib"):
        (install / name).symlink_to(package / placement.INSTALL / name)
    (private / f"{placement.PACKAGE}.libs").symlink_to(package.parent / f"{placement.PACKAGE}.libs")
    monkeypatch.setattr(placement, "wheel_programs", lambda: install / "bin")
    home = layout.prepare(open_folder / "var") / "postgres"
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    try:
        assert owner_of(server) == "nobody"
        assert list(home.glob("programs-*"))
        server.stop()
        server.start()
        with psycopg.connect(server.url("postgres")) as connection:
            connection.execute("SELECT to_tsvector('french', 'écoles')")
    finally:
        server.stop()


def test_copied_project_gets_a_database_of_its_own(make_postgres, tmp_path: Path) -> None:
    original = make_postgres(tmp_path / "un" / "postgres")
    original.start()
    shutil.copytree(tmp_path / "un", tmp_path / "deux")
    copy = make_postgres(tmp_path / "deux" / "postgres")
    copy.start()
    assert placement.current_folder(copy.home) != placement.current_folder(original.home)
    assert original.is_running()
    assert copy.is_running()


def test_missing_outside_data_is_never_replaced_in_silence(make_postgres, tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    home.mkdir()
    (home / "place").write_text("/var/lib/ti-portal/perdu\n")
    with pytest.raises(EngineError, match="n'existe plus"):
        make_postgres(home, durable=True).start()


def test_ordinary_account_then_root_share_the_same_data(open_folder: Path) -> None:
    entry = pwd.getpwnam("daemon")
    if not placement.can_run(placement.wheel_programs() / "postgres", processes.Account(entry.pw_uid, entry.pw_gid)):
        pytest.skip("les programmes de PostgreSQL sont dans un dossier privé")
    os.chown(open_folder, entry.pw_uid, entry.pw_gid)
    server = EmbeddedPostgres(open_folder / "var" / "postgres", durable=False)
    valkey = EmbeddedValkey(open_folder / "var" / "valkey")

    def first_run() -> None:
        layout.prepare(open_folder / "var")
        server.start()
        assert stat.S_IMODE((open_folder / "var").stat().st_mode) == 0o700
        server.ensure_database("gardée")
        valkey.start()
        valkey.stop()
        server.stop()

    assert as_account("daemon", first_run) == ""
    # `sudo make run` later: the data keeps its owner, and the server runs as that owner.
    server.start()
    try:
        assert owner_of(server) == "daemon"
        assert server.ensure_database("gardée") is False
    finally:
        server.stop()
    assert as_account("daemon", lambda: (server.start(), server.stop())) == ""


@pytest.fixture
def small_disk(open_folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of a few megabytes: too small for a cluster, unless the test asks for more."""
    size = getattr(request, "param", "8m")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(open_folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("cette machine ne laisse pas monter de disque")
    yield open_folder
    subprocess.run(["umount", str(open_folder)], check=True)


def fill(disk: Path) -> None:
    with (disk / "bouchon").open("wb") as plug:
        os.posix_fallocate(plug.fileno(), 0, shutil.disk_usage(disk).free)


def test_disk_too_small_is_said_in_french_and_keeps_no_half_cluster(small_disk: Path) -> None:
    home = layout.prepare(small_disk / "var") / "postgres"
    with pytest.raises(EngineError, match="le disque est plein"):
        EmbeddedPostgres(home, durable=False).start()
    assert not (home / "data").exists()
    assert not (home / "data.partial").exists()


@pytest.mark.parametrize("small_disk", ["160m"], indirect=True)
def test_disk_that_filled_up_is_said_in_french_and_loses_nothing(small_disk: Path) -> None:
    var = layout.prepare(small_disk / "var")
    server, valkey = EmbeddedPostgres(var / "postgres"), EmbeddedValkey(var / "valkey")
    server.start()
    server.ensure_database("gardée")
    server.stop()
    fill(small_disk)
    with pytest.raises(EngineError, match="le disque est plein"):
        server.start()
    assert valkey.start() is True
    valkey.stop()
    (small_disk / "bouchon").unlink()
    server.start()
    assert server.ensure_database("gardée") is False
    server.stop()


def test_read_only_disk_is_said_in_french(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(EngineError, match="le disque est en lecture seule"):
        layout.prepare(small_disk / "var")
    with pytest.raises(EngineError, match="le disque est en lecture seule"):
        EmbeddedPostgres(small_disk / "postgres", durable=False).start()


def test_unwritable_var_is_said_in_french(open_folder: Path) -> None:
    answer = as_account("daemon", lambda: layout.prepare(open_folder / "var"))
    assert "les droits d'accès manquent" in answer
    assert answer.startswith("EngineError")
