"""A real web server on the bench's database, and clients that ask it many things at once."""

import http.client
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PROCESSES = 2
THREADS = 4


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(environment: dict[str, str], workers: int = 2) -> Iterator[int]:
    """Run the web server of `make run`, or a smaller one, on a free port; yield the port."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(workers), "--blocking-threads", "2"),
        *("--backlog", "4096"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-log", "ti_portal.wsgi:application"),
    ]
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise RuntimeError(f"le serveur s’est arrêté (code {process.returncode})")
        try:
            _get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/sante")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("le serveur ne répond pas")


def _get(connection: http.client.HTTPConnection, path: str) -> None:
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Host": "127.0.0.1"})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise RuntimeError(f"{path} a répondu {response.status}")


def one_at_a_time(port: int, paths: Sequence[str]) -> list[float]:
    """Ask each address in turn on one connection; return the durations in seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    times = []
    for path in paths:
        begin = time.perf_counter()
        _get(connection, path)
        times.append(time.perf_counter() - begin)
    return times


def ask_each_worker(port: int, paths: Sequence[str]) -> None:
    """Ask each address on eight connections, one after the other. A connection stays with one worker: all eight with
    the same one of two happens once in 128 times.
    """
    for _ in range(8):
        one_at_a_time(port, paths)


def eight_at_a_time(port: int, paths: Sequence[str], seconds: float = 6) -> float:
    """Ask as fast as eight clients can for `seconds`; return the answers per second.

    Two processes of four threads: one Python process would be the bottleneck itself.
    """
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES + 1)
    counts = context.Queue()
    clients = [
        context.Process(target=_clients, args=(port, list(paths[index::PROCESSES]), seconds, start, counts))
        for index in range(PROCESSES)
    ]
    for client in clients:
        client.start()
    start.wait(60)
    total = sum(counts.get(timeout=seconds + 60) for _ in clients)
    for client in clients:
        client.join()
    return round(total / seconds, 1)


def _clients(port, paths, seconds, start, counts) -> None:
    done = [0] * THREADS

    def ask(index: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        position = index
        while time.monotonic() < limit:
            _get(connection, paths[position % len(paths)])
            done[index] += 1
            position += THREADS

    start.wait(60)
    limit = time.monotonic() + seconds
    threads = [threading.Thread(target=ask, args=(index,)) for index in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts.put(sum(done))


def environment_for(database_url: str, redis_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "ti_portal.settings.local",
        # All clients come from one address: the limit of the API is asked, as always, but out of reach.
        "API_RATE_PER_SECOND": "1000000",
        "API_RATE_BURST": "1000000",
    }
