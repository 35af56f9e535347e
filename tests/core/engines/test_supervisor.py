"""The supervisor runs in a process of its own here: it takes the signals of the whole process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ti_portal.core.engines import layout, processes

SCRIPT = """
import os, sys
from ti_portal.core.supervisor import Patience, Program, Supervisor, SupervisorError

programs = [Program(name, ["/bin/sh", "-c", text]) for name, text in zip(sys.argv[1::2], sys.argv[2::2])]
patience = Patience(grace=float(os.environ.get("GRACE", "1")), quick_death=60.0, deaths=3, back_off=0.05)
supervisor = Supervisor(programs, write=lambda line: print(line, flush=True), patience=patience)
try:
    supervisor.run(probe=lambda: True, on_ready=lambda: print("prêt", flush=True))
except SupervisorError as error:
    print("ABANDON", error.message, flush=True)
    sys.exit(3)
print("fini", flush=True)
"""

# Two grandchildren that ignore SIGTERM, one of them out of reach of the program itself.
STUBBORN = "(trap '' TERM; sleep 61) & (trap '' TERM; sleep 61) & echo lancé; trap 'exit 0' TERM; sleep 61 & wait"


class Run:
    def __init__(self, *programs: str, grace: float = 1.0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *programs],
            cwd=layout.project_root(),
            env={**os.environ, "GRACE": str(grace)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    def read_until(self, *wanted: str) -> None:
        missing = set(wanted)
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            missing = {text for text in missing if text not in line}
            if not missing:
                return
        pytest.fail("\n".join(self.lines))

    def family(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]

    def finish(self) -> int:
        self.lines += (self.process.communicate(timeout=60)[0] or "").splitlines()
        return self.process.returncode


@pytest.fixture
def run() -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(*programs: str, **patience: float) -> Run:
        runs.append(Run(*programs, **patience))
        return runs[-1]

    yield start
    for started in runs:
        started.process.kill()
        started.process.communicate()


def none_left(pids: list[int], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(processes.living(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def test_lines_carry_the_name_of_their_program(run) -> None:
    started = run("web", "printf 'un\\nsans fin'; exec sleep 61", "worker", "printf 'é\\377\\n' >&2; exec sleep 61")
    started.read_until("worker |", "web    |")
    started.process.terminate()
    assert started.finish() == 0
    assert "web    | un" in started.lines
    assert "web    | sans fin" in started.lines
    assert "worker | é\N{REPLACEMENT CHARACTER}" in started.lines
    assert "prêt" in started.lines
    assert started.lines[-1] == "fini"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_however_the_supervisor_ends(run, number: signal.Signals) -> None:
    started = run("a", STUBBORN, "b", "echo lancé; exec sleep 61")
    started.read_until("a | lancé", "b | lancé")
    family = started.family()
    assert len(family) >= 6
    started.process.send_signal(number)
    assert started.finish() == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    assert none_left(family)


def test_program_deaf_to_sigterm_is_killed_after_the_grace(run) -> None:
    started = run("sourd", "trap '' TERM INT; echo lancé; while :; do sleep 1; done")
    started.read_until("lancé")
    family = started.family()
    begun = time.monotonic()
    started.process.terminate()
    assert started.finish() == 0
    assert time.monotonic() - begun > 0.9
    assert none_left(family)


def test_second_request_does_not_wait(run) -> None:
    started = run("sourd", "trap 'echo prié' TERM; echo lancé; while :; do sleep 1 & wait; done", grace=600)
    started.read_until("lancé")
    family = started.family()
    started.process.send_signal(signal.SIGINT)
    started.read_until("prié")
    started.process.send_signal(signal.SIGINT)
    assert started.finish() == 0
    assert none_left(family)


def test_dead_program_is_started_again_with_all_it_forked(run) -> None:
    started = run("web", STUBBORN)
    started.read_until("lancé")
    first = started.family()
    guard = psutil.Process(started.process.pid).children()[0]
    guard.children()[0].kill()
    started.read_until("relancé dans")
    started.read_until("lancé")
    assert none_left(first)
    assert started.family()


def test_killed_guard_takes_its_program_along(run) -> None:
    started = run("web", STUBBORN)
    started.read_until("lancé")
    first = started.family()
    psutil.Process(started.process.pid).children()[0].kill()
    started.read_until("relancé dans")
    assert none_left(first)


def test_supervisor_and_guard_killed_together_leave_no_program(run) -> None:
    started = run("web", "echo lancé; exec sleep 61")
    started.read_until("lancé")
    family = started.family()
    guard = psutil.Process(started.process.pid).children()[0]
    started.process.kill()
    guard.kill()
    assert none_left(family)


def test_supervisor_killed_at_once_leaves_nothing(run) -> None:
    """No instant between two forks may lose a program: kill at many different moments of the start."""
    nap = f"62.{os.getpid()}"  # other suites of this machine have theirs
    for delay in range(6):
        started = run("web", f"exec sleep {nap}", "worker", f"exec sleep {nap}", "beat", f"exec sleep {nap}")
        while not started.family():
            time.sleep(0.001)
        time.sleep(delay / 200)
        started.process.kill()
        started.finish()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and sleepers(nap):
        time.sleep(0.02)
    assert not sleepers(nap)


def sleepers(seconds: str) -> list[int]:
    return [process.pid for process in psutil.process_iter() if processes.command_line(process) == ["sleep", seconds]]


def test_program_that_keeps_dying_is_given_up_with_its_last_lines(run) -> None:
    started = run("web", "echo 'port refusé'; exit 7", "worker", "exec sleep 61")
    assert started.finish() == 3
    text = "\n".join(started.lines)
    assert "ABANDON « web » s'est arrêté 3 fois de suite (code 7)" in text
    assert text.rstrip().endswith("  port refusé")


def test_command_that_does_not_exist_is_given_up(tmp_path: Path) -> None:
    script = SCRIPT.replace('["/bin/sh", "-c", text]', "[text]")
    result = subprocess.run(
        [sys.executable, "-c", script, "web", str(tmp_path / "absent")],
        cwd=layout.project_root(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert result.returncode == 3
    assert "absent : No such file or directory" in result.stdout


def test_closed_output_stops_the_run() -> None:
    """`up | head` must not run on, unseen, once nobody reads."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "web", "while :; do echo encore; sleep 0.05; done"],
        cwd=layout.project_root(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    process.stdout.readline()
    family = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    process.stdout.close()
    process.wait(timeout=60)
    assert none_left(family)
