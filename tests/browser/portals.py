"""Portals for the browser: granian over the real application, forked from a process that has imported it once.

Importing Django and the portal takes seconds of processor, forking a few milliseconds; and each test has a process of
its own, which remembers nothing of the one before.

    python -m tests.browser.portals     each line of its input, `PORT LOG`, starts a portal; its answer is the process
                                        group to kill. All end with the end of the input.
"""

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Nursery:
    """One process that has imported the portal under `environment`, and its portals."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.portals"],
                cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip

    def start(self, port: int, log: Path) -> int:
        """Start a portal on `port` that writes to `log`; give its process group."""
        self._process.stdin.write(f"{port} {log}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def end(group: int) -> None:
    """End a portal at once: nothing that a test asserts comes after."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def serve(port: int, log: str, lifeline: int) -> None:
    from granian import Granian

    def end_with_the_nursery() -> None:
        os.read(lifeline, 1)
        end(os.getpgrp())

    threading.Thread(target=end_with_the_nursery, daemon=True).start()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    Granian("ti_portal.wsgi:application", port=port, interface="wsgi", workers=1, blocking_threads=4).serve()


def main() -> None:
    import django
    from django.urls import get_resolver

    django.setup()
    _ = get_resolver().url_patterns
    import ti_portal.wsgi  # noqa: F401 - for the children

    # However this process ends, its portals see the end of this pipe.
    lifeline, held = os.pipe()
    gc.freeze()
    groups = []
    for line in sys.stdin:
        port, _, log = line.rstrip("\n").partition(" ")
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            os.close(held)
            serve(int(port), log, lifeline)
            os._exit(0)
        os.setpgid(pid, pid)
        groups.append(pid)
        print(pid, flush=True)  # noqa: T201 - the answer
    for group in groups:
        end(group)
        os.waitpid(group, 0)


if __name__ == "__main__":
    main()
