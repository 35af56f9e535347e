"""Connections that go only where it was checked, and that no slow server holds past a deadline."""

import time
from collections.abc import Iterable
from typing import Any

import httpcore

from funding.fetching.addresses import resolve
from funding.fetching.errors import FetchError


class Deadline:
    """An instant that every read and write looks at; set anew for each attempt."""

    def __init__(self) -> None:
        self.at = float("inf")

    def left(self, wanted: float | None) -> float:
        """The smaller of `wanted` and what is left. Raises FetchError (`timeout`) when nothing is."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise FetchError("timeout")
        return left if wanted is None else min(wanted, left)


class CheckedNetwork(httpcore.NetworkBackend):
    """Resolves by itself, refuses private addresses unless `allow_private`, bounds everything by the deadline."""

    def __init__(self, deadline: Deadline, *, allow_private: bool) -> None:
        self._deadline = deadline
        self._allow_private = allow_private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve(host, port, timeout=self._deadline.left(timeout), allow_private=self._allow_private)
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses[:4]:
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self._deadline.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream, self._deadline)
        raise failure

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options=None):
        raise FetchError("private_address")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context, server_hostname: str | None = None, timeout: float | None = None):
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _BoundedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
