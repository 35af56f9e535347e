"""The bytes of an answer, decompressed while they arrive and never more than was admitted."""

import zlib
from collections.abc import Mapping

import httpcore

from funding.fetching.errors import FetchError

_GZIP = 31  # zlib's way to say: with the header and the sum of gzip


def content_of(response: httpcore.Response, headers: Mapping[str, str], max_bytes: int) -> bytes:
    """Read a whole answer. Raises FetchError: `too_big` (compressed or not), `encoding`, `truncated`."""
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced[:18]) > max_bytes:
        raise FetchError("too_big")
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise FetchError("encoding")
    reader = _Gzip(max_bytes) if encoding in ("gzip", "x-gzip") else _Plain(max_bytes)
    for piece in response.iter_stream():
        reader.feed(piece)
    return reader.result()


class _Plain:
    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._content = bytearray()

    def feed(self, piece: bytes) -> None:
        self._content += piece
        if len(self._content) > self._max:
            raise FetchError("too_big")

    def result(self) -> bytes:
        return bytes(self._content)


class _Gzip(_Plain):
    """One or several gzip members; what comes out is bounded before it is made."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._read = 0
        self._inflate = zlib.decompressobj(_GZIP)

    def feed(self, piece: bytes) -> None:
        self._read += len(piece)
        if self._read > self._max:
            raise FetchError("too_big")
        while piece:
            if self._inflate.eof:
                self._inflate = zlib.decompressobj(_GZIP)
            try:
                super().feed(self._inflate.decompress(piece, self._max - len(self._content) + 1))
            except zlib.error as error:
                raise FetchError("encoding") from error
            piece = self._inflate.unconsumed_tail or self._inflate.unused_data

    def result(self) -> bytes:
        if self._read and not self._inflate.eof:
            raise FetchError("truncated")
        return super().result()
