"""Start, recognise and end the processes of an engine, whoever started them."""

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from ti_portal.core.engines.errors import EngineError, reason_of

LOG_LIMIT = 5_000_000
POLL = 0.03

# A server may be left running on purpose, for the next user. Its handle is kept until the end of this process,
# and then given a return code, so that Python does not report it as forgotten.
_STARTED: list[subprocess.Popen[bytes]] = []


@atexit.register
def _let_go() -> None:
    for child in _STARTED:
        child.returncode = child.poll() or 0


@dataclass(frozen=True)
class Account:
    """The system account a server runs under."""

    uid: int
    gid: int

    @property
    def is_self(self) -> bool:
        return self.uid == os.geteuid()


def spawn(command: Sequence[str], *, log: Path, account: Account | None = None) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that a Ctrl-C meant for the portal does not reach it.

    The environment is emptied: PG* and LD_* variables of the caller's shell must not change the engine, and
    LC_ALL=C keeps its messages in the language `errors.reason_in` reads.
    """
    switch = {} if account is None or account.is_self else _switch_to(account)
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - the command is a program of an installed package
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=bare_environment(),
            start_new_session=True,
            **switch,
        )
    _STARTED[:] = [known for known in _STARTED if known.poll() is None]
    _STARTED.append(child)
    return child


def bare_environment() -> dict[str, str]:
    return {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", os.defpath)}


def run_as(command: Sequence[str], account: Account) -> subprocess.CompletedProcess[str]:
    """Run a short program under `account` and give back what it said."""
    switch = {} if account.is_self else _switch_to(account)
    return subprocess.run(  # noqa: S603 - the command is a program of an installed package
        list(command),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        env=bare_environment(),
        check=False,
        **switch,
    )


def _switch_to(account: Account) -> dict:
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def living(pid: int) -> psutil.Process | None:
    """The process of this number, unless it is dead or a zombie nobody has collected yet."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []


def works_in(process: psutil.Process, folder: Path) -> bool | None:
    """Whether this folder is the process's working folder; None when the system does not tell."""
    try:
        return os.path.samefile(process.cwd(), folder)
    except psutil.NoSuchProcess:
        return False
    except (psutil.AccessDenied, OSError):
        return None


def end(process: psutil.Process, steps: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Send each signal in turn until the process is gone; False when it outlived them all."""
    for number, seconds in steps:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            return True
        if wait_gone(process.pid, seconds):
            return True
    return False


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait for a process that may or may not be a child of this one."""
    deadline = time.monotonic() + seconds
    while living(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def private_folder(path: Path, account: Account) -> None:
    """Make `path` a folder only `account` can enter, refusing one prepared by somebody else in /tmp."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        if not path.is_dir() or path.is_symlink() or found.st_uid not in (account.uid, os.geteuid()):
            raise EngineError(
                f"Le dossier {path} appartient à un autre compte ou n'est pas un dossier : supprimez-le, puis relancez."
            ) from None
    except OSError as error:
        raise EngineError(f"Impossible de créer {path} : {reason_of(error)}.") from error
    path.chmod(0o700)
    if not account.is_self:
        os.chown(path, account.uid, account.gid)


def trim_log(log: Path) -> None:
    """Keep one older log aside, so that a server restarted every day does not fill the disk."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def log_size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def log_since(log: Path, offset: int) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as stream:
        stream.seek(offset)
        return stream.read(64_000).decode("utf-8", "replace")
