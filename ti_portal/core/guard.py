"""Runs one command and sees that nothing of it outlives the supervisor, however the supervisor dies.

Run by its path, with the standard library only: `python -I -S guard.py SECONDS COMMAND...`. Its standard input
is a pipe whose other end the supervisor holds; the kernel closes it on any death, a `kill -9` included, so
there is no instant at which the news can be missed. The command and all it forks are in the guard's process
group, so its workers go with it. The guard ends with the command's own exit code.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def main(grace: float, command: list[str]) -> int:
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_read, False)
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=die_with(os.getpid()))  # noqa: S603, PLW1509
    except OSError as error:
        sys.stderr.write(f"{command[0]} : {error.strerror}\n")
        return 127

    watched = [0, wake_read]
    deadline: float | None = None
    while child.poll() is None:
        patience = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select(watched, [], [], patience)
        asked = wake_read in ready and any(byte in (signal.SIGTERM, signal.SIGINT) for byte in os.read(wake_read, 512))
        if 0 in ready and os.read(0, 512) == b"":
            watched.remove(0)
            asked = True
        if asked and deadline is None:
            deadline = time.monotonic() + grace
            child.terminate()
        if deadline is not None and time.monotonic() >= deadline:
            os.killpg(0, signal.SIGKILL)
    end_the_rest()
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def die_with(guard: int) -> Callable[[], None] | None:
    """What the child does before exec: ask the kernel for a SIGTERM if the guard itself is killed."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # The guard may have died between the fork and the request: then no signal will ever come.
        if os.getppid() != guard:
            os._exit(1)

    return ask


def end_the_rest() -> None:
    """Kill what the command left behind; the guard first steps out of the group to give its exit code."""
    group = os.getpgrp()
    if group != os.getpid():
        return
    try:
        os.setpgid(0, os.getpgid(os.getppid()))
    except OSError:
        os.killpg(group, signal.SIGKILL)
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
