"""Keeps a handful of named programs running, and leaves none behind.

Each program runs under `guard.py`, which ends it with everything it forked when the supervisor dies in any way.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SupervisorError(Exception):
    """A program kept dying; `message` is the French explanation with its last lines."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Program:
    """A command to keep running, and the short name its lines are printed under."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds; tests shorten it."""

    grace: float = 10.0
    quick_death: float = 10.0
    deaths: int = 5
    back_off: float = 0.5
    longest_back_off: float = 30.0
    probe_every: float = 0.1
    # A probe that fails for long is an error the programs are already writing about: ask less often.
    eager_probes: float = 5.0
    probe_every_then: float = 2.0


@dataclass
class _Runner:
    program: Program
    guard: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    deaths: int = 0
    pending: bytes = b""
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=20))


class Supervisor:
    """Runs `programs` until asked to stop (SIGINT, SIGTERM, SIGHUP) or until one cannot be kept alive.

    `write` receives each complete output line, prefixed with its program's name. `held` are descriptors the
    guards keep open: a lock taken on one is free only when the last program of this run has ended, even after
    the supervisor was killed. Call `run` once, from the main thread.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        write: Callable[[str], None],
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        held: Sequence[int] = (),
        patience: Patience | None = None,
    ) -> None:
        self._runners = [_Runner(program) for program in programs]
        self._write = write
        self._environment = {**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"}
        self._folder = folder
        self._held = tuple(held)
        self._patience = patience or Patience()
        self._selector = selectors.DefaultSelector()
        self._width = max((len(program.name) for program in programs), default=0)
        self._stop_requests = 0

    def run(self, *, probe: Callable[[], bool] | None = None, on_ready: Callable[[], None] | None = None) -> None:
        """Return after a clean stop that was asked for; raise SupervisorError (after the same stop) otherwise.

        `on_ready` is called once, when `probe` first answers True. A probe must answer within a second: the
        output of the programs waits for it.
        """
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_read, False)
        os.set_blocking(wake_write, False)
        previous_wake = signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        previous = {number: signal.signal(number, self._request_stop) for number in STOP_SIGNALS}
        previous[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(wake_read, selectors.EVENT_READ)
        try:
            self._keep_running(probe, on_ready)
        finally:
            try:
                self._stop_all()
            finally:
                for number, handler in previous.items():
                    signal.signal(number, handler)
                signal.set_wakeup_fd(previous_wake)
                self._selector.close()
                os.close(wake_read)
                os.close(wake_write)

    def _request_stop(self, *_: object) -> None:
        self._stop_requests += 1

    def _keep_running(self, probe: Callable[[], bool] | None, on_ready: Callable[[], None] | None) -> None:
        begun, next_probe = time.monotonic(), 0.0
        while not self._stop_requests:
            for runner in self._runners:
                if runner.guard is None and time.monotonic() >= runner.due:
                    self._start(runner)
            if probe is not None and time.monotonic() >= next_probe:
                if probe():
                    probe = None
                    if on_ready is not None:
                        on_ready()
                now = time.monotonic()
                eager = now - begun < self._patience.eager_probes
                next_probe = now + (self._patience.probe_every if eager else self._patience.probe_every_then)
            waits = [runner.due for runner in self._runners if runner.guard is None]
            waits += [next_probe] if probe is not None else []
            self._listen(max(0.0, min(waits) - time.monotonic()) if waits else None)
            for runner in self._runners:
                self._notice_death(runner)

    def _start(self, runner: _Runner) -> None:
        runner.started = time.monotonic()
        runner.guard = subprocess.Popen(  # noqa: S603 - commands come from the code that builds the programs
            [sys.executable, "-I", "-S", str(GUARD), str(self._patience.grace), *runner.program.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            cwd=self._folder,
            # A group of its own: a Ctrl-C reaches the supervisor alone, which stops the programs in order.
            process_group=0,
            pass_fds=self._held,
        )
        os.set_blocking(runner.guard.stdout.fileno(), False)
        self._selector.register(runner.guard.stdout, selectors.EVENT_READ, runner)

    def _listen(self, seconds: float | None) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                os.read(key.fd, 512)
            else:
                self._read(key.data)

    def _read(self, runner: _Runner) -> None:
        output = runner.guard.stdout
        try:
            chunk = os.read(output.fileno(), 65536)
        except BlockingIOError:
            return
        if not chunk:
            self._selector.unregister(output)
            return
        *lines, runner.pending = (runner.pending + chunk).split(b"\n")
        for line in lines:
            self._show(runner, line)
        if len(runner.pending) > 65536:
            self._show(runner, runner.pending)
            runner.pending = b""

    def _show(self, runner: _Runner, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        if not text:
            return
        runner.last_lines.append(text)
        self._say(f"{runner.program.name:<{self._width}} | {text}")

    def _say(self, line: str) -> None:
        try:
            self._write(line)
        except (BrokenPipeError, ValueError):
            # Nobody reads any more (`up | head`): stop as for a closed terminal.
            self._write = lambda _: None
            self._stop_requests += 1

    def _notice_death(self, runner: _Runner) -> None:
        if runner.guard is None or not _has_ended(runner.guard.pid):
            return
        code = self._bury(runner)
        lived = time.monotonic() - runner.started
        runner.deaths = runner.deaths + 1 if lived < self._patience.quick_death else 1
        name = runner.program.name
        if runner.deaths >= self._patience.deaths:
            last = "\n".join(f"  {line}" for line in runner.last_lines) or "  (aucune)"
            raise SupervisorError(
                f"« {name} » s'est arrêté {runner.deaths} fois de suite (code {code}) : le portail s'arrête. "
                f"Ses dernières lignes :\n{last}"
            )
        delay = min(self._patience.back_off * 2 ** (runner.deaths - 1), self._patience.longest_back_off)
        runner.due = time.monotonic() + delay
        self._say(f"{name:<{self._width}} | arrêté (code {code}), relancé dans {delay:.1f} s".replace(".", ","))

    def _bury(self, runner: _Runner) -> int:
        """Collect a guard that has ended, with what may remain of its group, and show its last words."""
        guard = runner.guard
        # Before the guard is collected its number cannot be given to anybody else: killing by it is safe.
        _kill_group(guard.pid)
        self._drain(runner)
        code = guard.wait()
        for pipe in (guard.stdin, guard.stdout):
            pipe.close()
        runner.guard = None
        return code

    def _drain(self, runner: _Runner) -> None:
        output = runner.guard.stdout
        while output in self._watched():
            # The group is dead, but a process that left it may keep the pipe open: do not wait for its end.
            if _readable(output):
                self._read(runner)
            else:
                self._selector.unregister(output)
        if runner.pending:
            self._show(runner, runner.pending)
            runner.pending = b""

    def _watched(self) -> list[object]:
        return [key.fileobj for key in self._selector.get_map().values()]

    def _stop_all(self) -> None:
        """SIGTERM to all, wait, SIGKILL after the grace period or at the second request."""
        for runner in self._runners:
            if runner.guard is not None:
                runner.guard.terminate()
        asked = self._stop_requests
        deadline = time.monotonic() + self._patience.grace + 1.0
        while any(runner.guard is not None for runner in self._runners):
            impatient = self._stop_requests > max(asked, 1)
            if impatient or time.monotonic() > deadline:
                for runner in self._runners:
                    if runner.guard is not None:
                        _kill_group(runner.guard.pid)
            self._listen(0.05)
            for runner in self._runners:
                if runner.guard is not None and _has_ended(runner.guard.pid):
                    self._bury(runner)


def _has_ended(pid: int) -> bool:
    """Whether a child has ended, without collecting it."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _readable(output) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        return bool(selector.select(0))
